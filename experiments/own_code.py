"""Code of one's own: a file may name a module, but only its user decides that it is imported."""

from __future__ import annotations

import hashlib
import os
import shlex
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import gymnasium as gym

from spielfeld import envs  # noqa: F401, registers the environments
from spielfeld.envs.board_game.opponents import is_named
from spielfeld.envs.grid_world.layout_file import shipped_worlds
from spielfeld.experiments.data_source import is_data, is_file
from spielfeld.experiments.registry import LEARNERS, import_own

OTHER_MACHINES = ("//", "\\\\")  # what a path on a network, or of a device, begins with


def module_of(name: str) -> str:
    """Return the module in "my_module", "my_module.py" or "my_module:Name"."""
    return name.partition(":")[0].removesuffix(".py")


def modules(words: str | Iterable[str]) -> tuple[str, ...]:
    """Return the modules that a user names: one, or several."""
    return tuple(map(module_of, [words] if isinstance(words, str) else words))


def learner_module(learner: str) -> str:
    """Return the module that a learner's name asks to be imported; nothing for one of ours."""
    return module_of(learner) if ":" in learner and learner not in LEARNERS else ""


def source_module(source: str) -> str:
    """Return the module that a source's name asks to be imported; nothing for what is known."""
    known = source in gym.registry or names_file(source)
    return module_of(source) if ":" in source and not known else ""


def names_file(source: str) -> bool:
    """Tell whether a source is read from a layout file or a table."""
    return source.endswith(".toml") or is_file(source)


def called_in(learner: str, source: str) -> list[str]:
    """Return what is called of one's own: a learner, and a source that is no registered world."""
    worlds = [source] if source_module(source) and "/" not in source.partition(":")[2] else []
    return [learner, *worlds] if learner_module(learner) else worlds


def fingerprint(source: str) -> str:
    """Return a hash of the file behind a source, or of the module that it names; or nothing."""
    if names_file(source):
        return _hash(source)
    module = source_module(source)
    return _hash(f"{module.replace('.', '/')}.py") if module else ""


def fingerprints(learner: str, source: str, options: Mapping[str, Any]) -> dict[str, str]:
    """Return a hash of each file of one's own that a run depends on, by its name in the run.

    Nothing stands for a file that is not there, or that is no file.
    """
    found = {}
    if module := learner_module(learner):
        found[learner] = _hash(f"{module.replace('.', '/')}.py")
    stamp = fingerprint(source)
    if stamp or names_file(source) or source in called_in(learner, source):
        found[source] = stamp
    return found | {path: _hash(path) for path in _option_files(source, options)}


def _hash(path: str) -> str:
    """Return a hash of a file; nothing for a folder, a pipe or a device, which are never read."""
    if not os.path.isfile(path):
        return ""
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:16]


def _option_files(source: str, options: Mapping[str, Any]) -> list[str]:
    """Return the files that options of a world name: its layout, and all else that is a path."""
    if is_data(source):
        return []  # its words are names of columns
    layout = options.get("layout")
    named = [] if not isinstance(layout, str) or layout in shipped_worlds() else [layout]
    paths = (word for word in words_in(options) if word.endswith(".toml") or _is_path(word))
    return list(dict.fromkeys([*named, *paths]))


def _is_path(word: str) -> bool:
    """Tell whether a word is the path of something that exists, and that is no run."""
    named = "/" in word or "\\" in word or bool(Path(word).suffix)
    return named and os.path.exists(word) and not os.path.isdir(word)


def words_in(values: Any) -> Iterator[str]:
    """Yield every word in values of JSON, however deep."""
    left = [values]
    while left:
        value = left.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            left += value.values()
        elif isinstance(value, list | tuple):
            left += value


def require_own(spec: Any, path: Path) -> None:
    """Refuse the spec in a file if it names a module that its reader has not named.

    Args:
        spec: A `RunSpec`; `spec.own` is what its reader has named.
        path: Of the file.

    Raises:
        ValueError: If so; says what to type if the module is one's own.
    """
    options = [] if is_data(spec.source) else list(words_in(spec.source_options))
    for word in (spec.source, *options):
        if word.startswith(OTHER_MACHINES):
            raise ValueError(f"{path} names {word!r}, and no file makes us ask another machine.")
    given = filter(_calls, (*options, *words_in(spec.config)))
    asked = {spec.learner: learner_module(spec.learner), spec.source: source_module(spec.source)}
    asked |= {word: module_of(word) for word in given}
    for word, module in asked.items():
        if module not in ("", *spec.own):
            typed = shlex.quote(module) if module.isprintable() else repr(module)
            raise ValueError(
                f"{path} names {word!r}, and a file does not choose code: if {module!r} is a "
                f"module of your own, add --own {typed} (in Python own={module!r})."
            )


def _calls(word: str) -> bool:
    """Tell whether an option may name a module; uct:5000 is a player."""
    return ":" in word and not word.endswith(".toml") and not is_named(word)


def require_made_there(name: str, own: Sequence[str]) -> None:
    """Refuse to call for a file what a module of one's own has only imported, such as `system`.

    Raises:
        ValueError: If it is neither a learner or an environment, nor made in a module named.
    """
    made = import_own(name)
    known = isinstance(made, type) and (issubclass(made, gym.Env) or hasattr(made, "learn"))
    home = getattr(made, "__module__", None)
    if callable(made) and not known and home not in own:
        raise ValueError(
            f"{name} was made in the module {home}: if that is of your own, add --own {home}."
        )
