"""Sources by name: a world to act in, rows of data, or either of one's own."""

from __future__ import annotations

import difflib
import inspect
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import gymnasium as gym

from spielfeld import envs  # noqa: F401, registers the environments
from spielfeld.envs import TabularEnv, TabularModel
from spielfeld.envs.board_game.opponents import is_named
from spielfeld.envs.grid_world.layout_file import shipped_worlds
from spielfeld.envs.gymnasium_table import read_table
from spielfeld.experiments.data_source import DIVISION, divide, is_data, make_split
from spielfeld.experiments.own_code import fingerprint
from spielfeld.experiments.registry import import_own, unknown
from spielfeld.learning.data_sets.data_set import DataSet, Split
from spielfeld.learning.data_sets.registry import DATA_SETS, ENDINGS

MOST_OPPONENTS = 20  # runs, each of which learned against the next one


def make_source(
    name: str,
    options: Mapping[str, Any] | None = None,
    seed: int = 0,
    own: Sequence[str] = (),
    **extra: Any,
) -> Any:
    """Make the environment, or the rows, that a name stands for.

    Args:
        name: A Gymnasium id ("spielfeld/CliffWalking-v0", "FrozenLake-v1"), a layout that ships
            with the suite ("four-rooms"), a layout file ("my_maze.toml"), or "module:name" of an
            environment class, or of a function that returns an environment, a `TabularModel` or a
            `DataSet`; or a data set ("iris", "my_table.csv").
        options: Passed on to the environment or the data set; see `make_split` for the division.
        seed: Divides the rows of a data set.
        own: Modules that the run of an opponent may name; see `Run.load`.
        **extra: Passed on to an environment as well, such as `render_mode`.

    Returns:
        A `Split` of a data set, or the environment. Where Gymnasium's own world carries a table
        `P`, it is read into a `TabularModel`, on which the compiled loop and the exact evaluation
        work.

    Raises:
        ValueError: If nothing has this name, or the options do not fit; says what was expected.
    """
    given = {**(options or {}), **extra}
    if is_data(name):
        return make_split(name, given, seed, fingerprint(name))
    try:
        return _make(name, given, seed, own)
    except (TypeError, AttributeError) as error:  # an option of another kind, of a file too
        if not given and name not in gym.registry:
            raise
        reason, _, _ = str(error).partition(" was raised from the environment creator")
        words = ", ".join(f"{key}={value}" for key, value in given.items()) or "no options"
        hint = _nearest_option(name, reason)
        raise ValueError(f"{name} cannot be made with {words}: {reason}.{hint}") from error
    except gym.error.Error as error:
        raise ValueError(f"{name} cannot be made: {error}") from error


def _make(name: str, options: dict[str, Any], seed: int, own: Sequence[str]) -> Any:
    if name in gym.registry:
        return _with_model(gym.make(name, **_with_graduate(name, options, own)))
    if name.endswith(".toml") or name in shipped_worlds():
        return gym.make("spielfeld/GridWorld-v0", layout=name, **options)
    if ":" in name:
        return _own(name, options, seed)
    files = {path.name for path in Path().iterdir() if path.name.endswith((".toml", *ENDINGS))}
    raise ValueError(
        unknown("source", name, {*shipped_worlds(), *gym.registry, *DATA_SETS, *files})
    )


def _nearest_option(name: str, reason: str) -> str:
    """Return a hint at the option that somebody has misspelt, if the reason says that he has."""
    misspelt = re.search("unexpected keyword argument '(.+)'", reason)
    if misspelt is None or name not in gym.registry:
        return ""
    spec, known = gym.registry[name], set[str]()
    for make in (spec.entry_point, spec.kwargs.get("world"), spec.kwargs.get("bandit")):
        made: Any = gym.envs.registration.load_env_creator(make) if isinstance(make, str) else make
        known |= {*inspect.signature(made).parameters} if callable(made) else set()
    near = difflib.get_close_matches(misspelt[1], known, 1)
    return f" Did you mean {near[0]}?" if near else ""


def _with_graduate(name: str, options: dict[str, Any], own: Sequence[str]) -> dict[str, Any]:
    """Put what a run has learned in the place of its directory, as an opponent on a board."""
    given = options.get("opponent")
    if not isinstance(given, str) or not Path(given).is_dir():
        return options
    from spielfeld.experiments.board_play.players import Graduate
    from spielfeld.experiments.run import Run

    rules = getattr(gym.make(name, **{**options, "opponent": "random"}).unwrapped, "rules", None)
    if rules is None or is_named(given):
        return options
    _require_end(given, own)
    return {**options, "opponent": Graduate(Run.load(given, own), rules)}


def _require_end(opponent: Any, own: Sequence[str]) -> None:
    """Refuse a run that learned against a run, and so on, which learned against the first one."""
    from spielfeld.experiments.spec import RunSpec

    seen: list[Path] = []
    while isinstance(opponent, str) and opponent and Path(opponent).is_dir():
        if Path(opponent) in seen or len(seen) == MOST_OPPONENTS:
            raise ValueError(f"{opponent} learned against itself, or behind too many other runs.")
        seen.append(Path(opponent))
        opponent = RunSpec.load(seen[-1] / "spec.json", own).source_options.get("opponent")


def _own(name: str, options: dict[str, Any], seed: int) -> Any:
    module, _, id_ = name.partition(":")
    if ":" in id_:  # Gymnasium would import what stands before the second one, too
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


def _without_division(own: Any, options: dict[str, Any]) -> dict[str, Any]:
    """Leave out what divides rows, unless this is what a world of one's own takes."""
    taken = inspect.signature(own).parameters
    return {key: value for key, value in options.items() if key in taken or key not in DIVISION}


def render_modes(name: str) -> list[str]:
    """Return the render modes of a Gymnasium id; none for anything else."""
    if name not in gym.registry:
        return []
    return list(gym.make(name).metadata.get("render_modes", []))


def _with_model(env: Any) -> Any:
    """Replace a foreign world by the model in its table, if it has one that tells all."""
    if hasattr(env.unwrapped, "model") or not hasattr(env.unwrapped, "P"):
        return env
    if env.render_mode is not None:
        return env
    try:
        model = read_table(env)
    except ValueError:
        return env
    return TabularEnv(model, max_episode_steps=env.spec.max_episode_steps)
