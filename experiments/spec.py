"""The spec of a run: everything that determines its result, including your own files.

A file may name a module, but only its reader decides whether the module is imported.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import BuiltinFunctionType, FunctionType
from typing import Any

import gymnasium as gym

from spielfeld import envs  # noqa: F401, registers the environments
from spielfeld.compiled import source_hash
from spielfeld.envs.board_game.opponents import is_named
from spielfeld.envs.grid_world.layout_file import shipped_worlds
from spielfeld.experiments.registry import LEARNERS, find_learner, import_own
from spielfeld.experiments.sources import (
    default_budget,
    file_hash,
    is_data,
    is_file,
    settings_for,
)
from spielfeld.protocols import Learns, config_class_of
from spielfeld.settings import settings_of

KINDS: dict[str, tuple[type, str]] = {  # a file may contain anything
    **dict.fromkeys(("learner", "source", "code"), (str, "a word")),
    **dict.fromkeys(("samples", "seed"), (int, "a whole number")),
    **dict.fromkeys(("config", "source_options"), (dict, "a table of names and values")),
}
CODE = "[0-9a-f]{16}(-[0-9a-f]{16})*"  # the hash of our code, and of each file of yours
OTHER_MACHINES = ("//", "\\\\")  # first letters of a path on a network or a device


@dataclass(frozen=True)
class RunSpec:
    """A learner, a source, a seed and a budget; equal specs give equal results.

    Args:
        learner: Name of the learner.
        source: Name of the source.
        samples: Environment steps to take, or rows to draw.
        seed: Seed of every random number in the run.
        config: Settings of the learner.
        source_options: Options of the source.
        code: Hash of the code, computed here: an edited rule is another run.
        own: Modules that the files of this run, or of its opponent, may name. They do not change
            the result.

    Raises:
        ValueError: If a value has the wrong type, the budget is below 1, or the seed is negative.
    """

    learner: str
    source: str
    samples: int
    seed: int = 0
    config: dict[str, Any] = field(default_factory=dict)
    source_options: dict[str, Any] = field(default_factory=dict)
    code: str = ""
    own: Sequence[str] = field(default=(), compare=False, repr=False)

    def __post_init__(self) -> None:
        given = (self.learner, self.source, self.code, self.samples, self.seed, self.config,
                 self.source_options)  # fmt: skip
        for (name, (kind, words)), value in zip(KINDS.items(), given, strict=True):
            if not isinstance(value, kind):
                raise ValueError(f"{name} must be {words}, not {value!r}")
        if self.samples < 1:
            raise ValueError(f"samples must be 1 or more, not {self.samples}.")
        if self.seed < 0:
            raise ValueError(f"seed must be 0 or more, not {self.seed}.")
        object.__setattr__(self, "own", modules(self.own))
        if not self.code:
            parts = [source_hash("learning", "envs", "agents"), *self.files().values()]
            object.__setattr__(self, "code", "-".join(part for part in parts if part))

    def files(self) -> dict[str, str]:
        """Return a hash, as it is now, of each file of your own that the run depends on.

        The keys are the names in the run. The hash is empty if there is no such file.
        """
        found = {}
        if module := learner_module(self.learner):
            found[self.learner] = file_hash(f"{module.replace('.', '/')}.py")
        module = source_module(self.source)
        if names_file(self.source):
            found[self.source] = file_hash(self.source)
        elif module:
            stamp = file_hash(f"{module.replace('.', '/')}.py")
            if stamp or self.source in called_in(self.learner, self.source):
                found[self.source] = stamp  # else an installed package
        paths = _option_files(self.source, self.source_options)
        return found | {path: file_hash(path) for path in paths}

    @property
    def modules(self) -> tuple[str, ...]:
        """Modules that may be imported for the run: its learner's, its source's and `own`."""
        named = (*self.own, learner_module(self.learner), source_module(self.source))
        return tuple(dict.fromkeys(module for module in named if module))

    def to_json(self) -> str:
        """Return the spec as text; equal specs give equal text."""
        content = dataclasses.asdict(self)
        del content["own"]
        return json.dumps(content, indent=2, sort_keys=True) + "\n"

    @classmethod
    def load(cls, path: Path, own: str | Sequence[str] = ()) -> RunSpec:
        """Read `spec.json`, which may come from another person.

        Args:
            path: The file.
            own: Modules that the file may name, one or several; see `Run.load`.

        Raises:
            ValueError: If the file is missing, is not a spec, or names another module.
        """
        spec = cls._read(path, modules(own))
        require_own(spec, path)
        return spec

    @classmethod
    def _read(cls, path: Path, own: Sequence[str]) -> RunSpec:
        try:
            content = json.loads(path.read_text())
            if not isinstance(content, dict):
                raise ValueError(f"expected a table of names and values, not {content!r:.60}")
            if not re.fullmatch(CODE, str(content.get("code"))):
                raise ValueError(f"code must be the hash of the code, not {content.get('code')!r}")
            return cls(**content, own=own)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise ValueError(f"{path.parent} is no run: it has no {path.name}.") from error
        except (ValueError, TypeError, RecursionError) as error:
            raise ValueError(f"{path} is not the spec of a run ({error}).") from error

    @property
    def directory_name(self) -> str:
        """A readable and unique name."""
        digest = hashlib.sha256(self.to_json().encode()).hexdigest()[:8]
        words = [self.learner, Path(self.source).stem, f"seed-{self.seed}", digest]
        return "_".join(re.sub(r"[^A-Za-z0-9.-]+", "-", word).strip("-") for word in words)


def make_spec(
    learner: str,
    source: str,
    samples: int | None,
    seed: int,
    settings: Mapping[str, object],
    options: Mapping[str, object],
    own: Sequence[str] = (),
) -> RunSpec:
    """Return the spec of a run, with default settings and budget filled in.

    Raises:
        ValueError: If there is no such learner, source or setting.
    """
    learner_class, options = find_learner(learner), dict(options)
    shipped = settings_for(learner, source)
    budget = shipped.pop("samples")
    config_class = config_class_of(learner_class)
    config: dict[str, Any] = {}
    if config_class is not None:
        config = dataclasses.asdict(settings_of(config_class, None, {**shipped, **settings}))
    elif settings:
        raise ValueError(f"{learner} has no settings, and so no {next(iter(settings))!r}.")
    budget = budget if samples is None else samples
    budget = default_budget(learner, source, options) if budget is None else budget
    return RunSpec(learner, source, budget, seed, config, options, own=own)


def module_of(name: str) -> str:
    """Return the module in "my_module", "my_module.py" or "my_module:Name"."""
    return name.partition(":")[0].removesuffix(".py")


def modules(words: str | Iterable[str]) -> tuple[str, ...]:
    """Return the modules that a user names, one or several."""
    return tuple(map(module_of, [words] if isinstance(words, str) else words))


def learner_module(learner: str) -> str:
    """Return the module in the name of a learner; empty for a learner of ours."""
    return module_of(learner) if ":" in learner and learner not in LEARNERS else ""


def source_module(source: str) -> str:
    """Return the module in the name of a source; empty for a known source."""
    known = source in gym.registry or names_file(source)
    return module_of(source) if ":" in source and not known else ""


def names_file(source: str) -> bool:
    """Return whether a source is read from a layout file or a table."""
    return source.endswith(".toml") or is_file(source)


def called_in(learner: str, source: str) -> list[str]:
    """Return the names of your own code: a learner, and a source that is not registered."""
    worlds = [source] if source_module(source) and "/" not in source.partition(":")[2] else []
    return [learner, *worlds] if learner_module(learner) else worlds


def _option_files(source: str, options: Mapping[str, object]) -> list[str]:
    """Return the files that options of a world name: its layout and all other paths."""
    if is_data(source):
        return []  # its words are names of columns
    layout = options.get("layout")
    named = [] if not isinstance(layout, str) or layout in shipped_worlds() else [layout]
    paths = (word for word in words_in(options) if word.endswith(".toml") or _is_path(word))
    return list(dict.fromkeys([*named, *paths]))


def _is_path(word: str) -> bool:
    """Return whether a word is an existing path, and no run."""
    named = "/" in word or "\\" in word or bool(Path(word).suffix)
    return named and os.path.exists(word) and not os.path.isdir(word)


def words_in(values: object) -> Iterator[str]:
    """Yield every word in values of JSON, at any depth."""
    left: list[Any] = [values]
    while left:
        value = left.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            left += value.values()
        elif isinstance(value, list | tuple):
            left += value


def require_own(spec: RunSpec, path: Path) -> None:
    """Refuse the spec in a file if it names a module that its reader has not named.

    Args:
        spec: `spec.own` are the modules that the reader has named.
        path: The file.

    Raises:
        ValueError: If it names another module; the message gives the option to type.
    """
    options = [] if is_data(spec.source) else list(words_in(spec.source_options))
    for word in (spec.source, *options):
        if word.startswith(OTHER_MACHINES):
            raise ValueError(f"{path} names {word!r}: a file may not name another machine.")
    given = filter(_calls, (*options, *words_in(spec.config)))
    asked = {spec.learner: learner_module(spec.learner), spec.source: source_module(spec.source)}
    asked |= {word: module_of(word) for word in given}
    for word, module in asked.items():
        if module not in ("", *spec.own):
            typed = shlex.quote(module) if module.isprintable() else repr(module)
            raise ValueError(
                f"{path} names {word!r}, and a file does not choose code. If {module!r} is a "
                f"module of your own, add --own {typed} (in Python own={module!r})."
            )


def _calls(word: str) -> bool:
    """Return whether an option may name a module; uct:5000 is a player."""
    return ":" in word and not word.endswith(".toml") and not is_named(word)


def require_made_there(name: str, own: Sequence[str]) -> None:
    """Refuse a name that your own module has only imported, such as `system`.

    Raises:
        ValueError: If it is neither a learner nor an environment, nor made in a named module.
    """
    made = import_own(name)
    known = isinstance(made, type) and (issubclass(made, gym.Env) or isinstance(made, Learns))
    bears_a_name = isinstance(made, type | FunctionType | BuiltinFunctionType)
    home = made.__module__ if bears_a_name else type(made).__module__
    if callable(made) and not known and home not in own:
        raise ValueError(
            f"{name} was made in the module {home}. If that module is your own, add --own {home}."
        )
