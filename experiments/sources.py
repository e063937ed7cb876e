"""Sources by name, the learners that fit them, and the default settings for both.

A source is a world to act in, or rows of data divided into training, validation and test rows.
"""

from __future__ import annotations

import difflib
import functools
import hashlib
import inspect
import json
import math
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import gymnasium as gym

from spielfeld import envs  # noqa: F401, registers the environments
from spielfeld.envs import TabularEnv, TabularModel
from spielfeld.envs.catalogue import CATALOGUE
from spielfeld.envs.grid_world.layout_file import shipped_worlds
from spielfeld.envs.gymnasium_table import read_table
from spielfeld.experiments.registry import find_learner, import_own, unknown
from spielfeld.learning.data_sets.data_set import DataSet, Split
from spielfeld.learning.data_sets.registry import DATA_SETS, ENDINGS, find_data_set
from spielfeld.protocols import HasModel, HasTable, World, is_one_shot

SAMPLES = 100_000  # default environment steps of a run
EPOCHS, LEAST, MOST = 100, 20_000, 2_000_000  # limits of a budget in rows
IN_ORDER = "in-order"
WORDS = {"target", "task", "ignore", "words"}  # a column may be called 3, or null
DIVISION: dict[str, object] = {"test": 0.2, "validation": 0.0, "split": None}
GIVEN = {"classification": "classes", "regression": "numbers", "ratings": "ratings"}
SEE = "`spielfeld list` shows the learners for worlds and for data."
Source = World | Split
Options = Mapping[str, object]
TOLD = (ValueError, OSError, ImportError, RuntimeError, MemoryError)  # have their own sentence


def is_file(name: str) -> bool:
    """Return whether a source is a table in a file."""
    return name.lower().endswith(ENDINGS)


def is_data(name: str) -> bool:
    """Return whether a source is a data set; all others are worlds."""
    return name in DATA_SETS or is_file(name)


def file_hash(path: str) -> str:
    """Return a hash of a file; empty for a folder, a pipe or a device, which are never read."""
    if not os.path.isfile(path):
        return ""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:16]


def make_source(
    name: str,
    options: Options | None = None,
    seed: int = 0,
    **extra: object,
) -> Source:
    """Make the environment or the data set of a name.

    Args:
        name: A Gymnasium id ("spielfeld/CliffWalking-v0", "FrozenLake-v1"), a layout of Spielfeld
            ("four-rooms"), a layout file ("my_maze.toml") or a data set ("iris", "my_table.csv").
            Also "module:name" of an environment class or of a function. The function returns an
            environment, a `TabularModel` or a `DataSet`.
        options: Options of the environment or the data set; see `make_split` for the division.
        seed: Seed that divides the rows of a data set.
        **extra: Further options of an environment, such as `render_mode`.

    Returns:
        A `Split` of a data set, or the environment. The table `P` of a Gymnasium world is read
        into a `TabularModel`, for the compiled loop and the exact evaluation.

    Raises:
        ValueError: If there is no such source, or an option does not fit.
    """
    given = {**(options or {}), **extra}
    if is_data(name):
        return make_split(name, given, seed, file_hash(name))
    try:
        return _make(name, given, seed)
    except gym.error.Error as error:
        raise ValueError(f"{name} cannot be made: {error}") from error
    except TOLD:
        raise
    except Exception as error:  # an option of the wrong type
        if not given and name not in gym.registry:
            raise
        reason, _, _ = str(error).partition(" was raised from the environment creator")
        words = ", ".join(f"{key}={value}" for key, value in given.items()) or "no options"
        hint = _nearest_option(name, reason)
        raise ValueError(f"{name} cannot be made with {words}: {reason}.{hint}") from error


def _make(name: str, options: dict[str, Any], seed: int) -> Source:
    if name in gym.registry:
        return _with_model(gym.make(name, **options))
    if name.endswith(".toml") or name in shipped_worlds():
        return gym.make("spielfeld/GridWorld-v0", layout=name, **options)
    if ":" in name:
        return _own(name, options, seed)
    files = {path.name for path in Path().iterdir() if path.name.endswith((".toml", *ENDINGS))}
    raise ValueError(
        unknown("source", name, {*shipped_worlds(), *gym.registry, *DATA_SETS, *files})
    )


def _nearest_option(name: str, reason: str) -> str:
    """Return a hint at the correct name of a misspelt option, if there is one."""
    misspelt = re.search("unexpected keyword argument '(.+)'", reason)
    if misspelt is None or name not in gym.registry:
        return ""
    spec, known = gym.registry[name], set[str]()
    for make in (spec.entry_point, spec.kwargs.get("world"), spec.kwargs.get("bandit")):
        made = gym.envs.registration.load_env_creator(make) if isinstance(make, str) else make
        known |= {*inspect.signature(made).parameters} if callable(made) else set()
    near = difflib.get_close_matches(misspelt[1], known, 1)
    return f" Did you mean {near[0]}?" if near else ""


def _own(name: str, options: dict[str, Any], seed: int) -> Source:
    module, _, id_ = name.partition(":")
    if ":" in id_:  # Gymnasium would import the second module
        raise ValueError(f"{name!r} names nothing: expected my_module:Name.")
    if "/" in id_ or id_ in gym.registry:
        import_own(f"{module}:__name__")  # registers its environments
        return _with_model(gym.make(id_, **options))
    options = {key: value for key, value in options.items() if value is not None}
    own = import_own(name)
    made = own(**_without_division(own, options)) if callable(own) else own
    if isinstance(made, DataSet):
        return divide(made, options, seed)
    if isinstance(made, TabularModel):
        return TabularEnv(made)
    if not isinstance(made, gym.Env | Split):
        expected = "expected a Gymnasium environment, a TabularModel or a DataSet"
        raise ValueError(f"{name} is no source: {expected}, not {type(made).__name__}.")
    return made


def _without_division(own: Callable[..., object], options: Options) -> dict[str, Any]:
    """Leave out options of the division, unless your own function has such a parameter."""
    taken = inspect.signature(own).parameters
    return {key: value for key, value in options.items() if key in taken or key not in DIVISION}


def render_modes(name: str) -> list[str]:
    """Return the render modes of a Gymnasium id; none for other sources."""
    if name not in gym.registry:
        return []
    return list(gym.make(name).metadata.get("render_modes", []))


def _with_model(env: World) -> World:
    """Replace a foreign world by the model in its table, if it has a complete table."""
    if isinstance(env.unwrapped, HasModel) or not isinstance(env.unwrapped, HasTable):
        return env
    if env.render_mode is not None:
        return env
    try:
        model = read_table(env)
    except ValueError:
        return env
    return TabularEnv(model, max_episode_steps=env.spec.max_episode_steps if env.spec else None)


def make_split(name: str, options: Options, seed: int, stamp: str = "") -> Split:
    """Make a data set and divide its rows.

    Args:
        name: See `find_data_set`.
        options: Options of the data set, and `test`, `validation` and `split`. `test` and
            `validation` are shares or whole numbers of rows. A whole number as `split` divides by
            that seed in every run. "in-order" takes the first rows as training rows and the last
            rows as test rows.
        seed: Seed of the run; it divides the rows if `split` is not given.
        stamp: Hash of the file, so a changed file is read again.

    Raises:
        ValueError: If there is no such data set, or an option does not fit.
    """
    rest = {key: value for key, value in options.items() if key not in DIVISION}
    for key in WORDS & rest.keys():
        rest[key] = rest[key] if isinstance(rest[key], list) else str(rest[key])
    try:
        data = _remembered(name, json.dumps(rest), stamp)
    except ValueError as error:
        offer = f" Rows are divided by {', '.join(DIVISION)}." if "no option" in str(error) else ""
        raise ValueError(f"{error}{offer}") from error
    return divide(data, options, seed)


def divide(data: DataSet, options: Options, seed: int) -> Split:
    """Divide the rows of a data set; see `make_split`."""
    test, validation, how = ({**DIVISION, **options}[key] for key in DIVISION)
    validation, test = _share(data, "validation", validation), _share(data, "test", test)
    if how == IN_ORDER:
        return _in_order(data, validation, test)
    how = seed if how is None else how
    if not isinstance(how, int) or isinstance(how, bool) or how < 0:
        raise ValueError(f"split must be {IN_ORDER} or a whole number from 0, not {how!r}.")
    return data.split(validation, test, how)


@functools.lru_cache(maxsize=1)  # data sets are read-only, and many seeds use the same one
def _remembered(name: str, options: str, stamp: str) -> DataSet:
    return find_data_set(name, **json.loads(options))


def _share(data: DataSet, part: str, size: object) -> float:
    """Return a share of the rows, from a share or a number of rows."""
    if isinstance(size, bool) or not isinstance(size, int | float):
        raise ValueError(f"{part} must be a share of the rows or their number, not {size!r}.")
    if isinstance(size, int) and not 0 <= size < len(data):
        raise ValueError(f"{part} cannot be {size} rows: {data.name} has {len(data)} in all.")
    return size / len(data) if isinstance(size, int) else size


def _in_order(data: DataSet, validation: float, test: float) -> Split:
    """Divide in the order of the rows; the number of test rows is rounded up."""
    tests, validations = (math.ceil(share * len(data) - 1e-9) for share in (test, validation))
    end, begin = len(data) - tests, len(data) - tests - validations
    if validations < 0 or tests < 1 or begin < 1:
        raise ValueError(f"{data.name}: {len(data)} rows leave none to train on or none to test.")
    held_back = slice(begin, end) if validations else None
    return data.parts(slice(begin), held_back, slice(end, None))


def default_samples(split: Split, learner: object) -> int:
    """Return the default budget in rows: 100 epochs, but at least 20,000 rows.

    A learner that fits all rows at once uses each row once. Large data sets have fewer epochs.
    """
    rows = len(split.train)
    if is_one_shot(learner):
        return rows
    return max(rows, min(MOST, max(LEAST, EPOCHS * rows)))


def fitting(
    learner: str, tasks: tuple[str, ...] | None, source: str, given: Source
) -> tuple[str, ...]:
    """Return the tasks by which a learner is scored in a source; none in a world.

    Args:
        learner: Name of the learner.
        tasks: Tasks of the learner; None for an agent.
        source: Name of the source.
        given: An environment or a `Split`.

    Raises:
        ValueError: If the learner cannot learn there.
    """
    if not isinstance(given, Split):
        if tasks is not None:
            raise ValueError(f"{learner} learns from rows of data, and {source} is a world; {SEE}")
        return ()
    if tasks is None:
        raise ValueError(f"{learner} acts in worlds, and {source} is a data set; {SEE}")
    found = tuple(task for task in tasks if fits(task, given.train))
    if not found:
        raise ValueError(f"{learner} is for {_joined(tasks)}; {source} has {_offer(given.train)}.")
    return found


def fits(task: str, data: DataSet) -> bool:
    """Return whether the rows fit a task."""
    return task == data.kind if task in GIVEN else data.kind != "ratings"


def _joined(tasks: tuple[str, ...]) -> str:
    return " and ".join(tasks)


def _offer(data: DataSet) -> str:
    return f"{GIVEN[data.kind]} to predict" if data.kind in GIVEN else "nothing to predict"


def require_target(
    learner: str, tasks: tuple[str, ...] | None, source: str, options: Options
) -> None:
    """Refuse a file without a column to predict, if the learner needs one.

    Raises:
        ValueError: If no column is named; the message lists the columns.
    """
    needed = tasks and all(task in GIVEN for task in tasks)
    if needed and is_file(source) and options.get("target") is None:
        from spielfeld.learning.data_sets.csv_table import read_table, short

        columns = short(", ".join(read_table(source).columns), 200).strip("'\"")
        raise ValueError(
            f"{learner} needs a column to predict: --target COLUMN; {source} has {columns}."
        )


def settings_for(learner: str, source: str) -> dict[str, Any]:
    """Return the default settings for a learner in a source, by name.

    `samples` is always among them. It is None for a data set, whose budget depends on its rows.
    """
    ids = {layout: name for name, (layout, _) in CATALOGUE.items()}
    settings: dict[str, Any] = {"samples": None if is_data(source) else SAMPLES}
    for learners, worlds in _tuned().items():
        if learner in learners.split():
            tuned = worlds.get(ids.get(source, source), {})
            settings |= {k: tuple(v) if isinstance(v, list) else v for k, v in tuned.items()}
    return settings


@functools.cache
def _tuned() -> dict[str, Any]:
    with open(Path(__file__).with_name("settings.toml"), "rb") as file:
        return tomllib.load(file)


def default_budget(learner: str, source: str, options: Options) -> int:
    """Return the default number of samples, which depends on the training rows of a data set.

    Raises:
        ValueError: If the source cannot be made.
    """
    given = make_source(source, options)
    return default_samples(given, find_learner(learner)) if isinstance(given, Split) else SAMPLES
