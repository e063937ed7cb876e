"""Names of learners on the command line; a learner is imported when it is first used."""

from __future__ import annotations

import ast
import difflib
import importlib
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from spielfeld.lazy import member, tables
from spielfeld.protocols import Learns, Predicts

# Packages of learners -> their group in `list`. The first block `if TYPE_CHECKING:` in the
# `__init__.py` of each names its learners.
GROUPS = {
    "agents.tabular": "acting in worlds",
    "agents.self_play": "acting in worlds",
    "agents.value_based": "acting in worlds",
    "agents.policy_gradient": "acting in worlds",
    "agents.bandit": "acting in worlds",
    "agents.baselines": "of Stable-Baselines3",
    "learning.supervised": "on data, from given targets",
    "learning.baselines": "on data, of scikit-learn and torch",
    "learning.unsupervised": "on data, without targets",
    "learning.generative": "on data, without targets",
}
# Every other command is the name of the class: `QLearning` is `q-learning`.
COMMANDS = {
    "AfterstateLearner": "td-self-play",
    "SelfPlayQLearning": "q-self-play",
    "GreedyBandit": "bandit-greedy",
    "ExplorationBandit": "bandit-exploration",
    "OptimisticBandit": "bandit-optimistic",
    "UpperConfidenceBandit": "bandit-ucb",
    "GradientBandit": "bandit-gradient",
    "ThompsonBandit": "bandit-thompson",
}
PACKAGES = Path(__file__).resolve().parents[1]


class Entry(NamedTuple):
    """Place and group of a learner."""

    place: str  # "module:Class"
    group: str

    @property
    def line(self) -> str:
        """Return the first line of the docstring of the class, read without importing it."""
        module, _, name = self.place.partition(":")
        file = PACKAGES.joinpath(*module.split(".")[1:]).with_suffix(".py")
        lines = ast.parse(file.read_text(encoding="utf-8")).body
        (found,) = (one for one in lines if isinstance(one, ast.ClassDef) and one.name == name)
        return (ast.get_docstring(found) or "").partition("\n")[0].rstrip(".")


def command_of(learner: str) -> str:
    """Return the name of a learner on the command line, from the name of its class.

    >>> command_of("NStepTD"), command_of("SB3A2C")
    ('n-step-td', 'sb3-a2c')
    """
    words = re.findall(r"SB3|[A-Z0-9]+(?![a-z])|[A-Z][a-z]*", learner)
    return COMMANDS.get(learner) or "-".join(words).lower()


def _learners() -> dict[str, Entry]:
    """Return the learners of all packages by their names on the command line."""
    found = {}
    for package, group in GROUPS.items():
        learners = tables(PACKAGES.joinpath(*package.split("."), "__init__.py"))[0]
        for name, module in learners.items():
            if not name.endswith("Config"):
                found[command_of(name)] = Entry(f"{module}:{name}", group)
    return found


LEARNERS = _learners()


def grouped() -> dict[str, dict[str, str]]:
    """Return the line of each learner by its name, in the groups that `list` and `--help` show."""
    groups: dict[str, dict[str, str]] = {group: {} for group in GROUPS.values()}
    for name, entry in LEARNERS.items():
        groups[entry.group][name] = entry.line
    return {group: lines for group, lines in groups.items() if lines}


def find_learner(name: str) -> type[Any]:
    """Return the learner class of a registered name, or of your own "module:Class".

    Raises:
        ValueError: If there is no such learner; suggests similar names.
    """
    if name in LEARNERS:
        return import_place(LEARNERS[name].place)  # type: ignore[no-any-return]
    if ":" in name:
        own: type[Any] = import_own(name)
        for promise, kind in (("learn", Learns), ("predict", Predicts)):
            if not isinstance(own, kind):
                raise ValueError(f"{name} is no learner: it has no {promise}(...).")
        return own
    raise ValueError(unknown("learner", name, LEARNERS))


def import_own(place: str) -> Any:
    """Import your own "module:name", which may lie in the current folder.

    Only here is that folder searched, and last: a file in it must not stand in for another module.

    Raises:
        ValueError: As `import_place`.
    """
    if str(Path.cwd()) not in sys.path:
        sys.path.append(str(Path.cwd()))
    return import_place(place)


def import_place(place: str) -> Any:
    """Import "module:name".

    Raises:
        ValueError: If there is no such module, or no such name in it.
    """
    module_name, _, name = place.partition(":")
    module_name = module_name.removesuffix(".py")
    if not module_name or not name or ":" in name or module_name.startswith("."):
        raise ValueError(f"{place!r} names nothing: expected my_module:Name.")
    try:
        module = importlib.import_module(module_name)
    except SyntaxError as error:
        raise ValueError(f"{error.filename}, line {error.lineno}: {error.msg}.") from error
    except ModuleNotFoundError as error:
        raise ValueError(f"Cannot import {place!r}: there is no module {error.name!r}.") from error
    found = member(module, name)
    if found is None:
        near = difflib.get_close_matches(name, dir(module), 1)
        hint = f" Did you mean {module_name}:{near[0]}?" if near else ""
        raise ValueError(f"Module {module_name!r} has no {name!r}.{hint}")
    return found


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """Return a sentence about a name that is not known, with the nearest ones that are."""
    names = sorted(known)
    lowered = {full.rsplit("/", 1)[-1].lower(): full for full in names}
    lowered |= {full.lower(): full for full in names}  # a full name comes first
    near = difflib.get_close_matches(name.lower(), lowered, 3, cutoff=0.75)
    near = near or difflib.get_close_matches(name.lower(), lowered, 3, cutoff=0.5)
    if not near:
        return f"There is no {kind} {name!r}; `spielfeld list` shows all."
    guesses = " or ".join(dict.fromkeys(lowered[match] for match in near))
    return f"There is no {kind} {name!r}. Did you mean {guesses}?"
