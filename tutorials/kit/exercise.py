"""Exercises: a function to write, its cases, and the mistakes that learners make."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

from spielfeld.arrays import Array
from spielfeld.tutorials.kit.text import Text

Case = tuple[object, ...]
Rule = Callable[..., object]
RESERVED = (
    "right", "unfinished", "nothing", "unchanged", "raises", "call", "recursion", "changes", "type",
    "shape", "nan", "only-when", "part", "last", "ignores", "depends", "sign", "factor", "other",
    "syntax", "missing", "time", "memory", "prints", "input", "exit", "crash",
    "process", "damage",
)  # fmt: skip


@dataclass(frozen=True)
class Mistake:
    """A mistake with a name: a wrong function that has it, and an explanation.

    Args:
        name: Short English name with hyphens, such as "no-discount".
        wrong: Takes the arguments of the exercise and returns the wrong result.
        says: Explains the mistake to the learner without giving the answer away.
    """

    name: str
    wrong: Rule
    says: Text


@dataclass(frozen=True)
class Kind:
    """A kind of cases, such as those in which an episode ends.

    Args:
        says: Completes "It is wrong only ...", such as "when the episode has ended".
        holds: Takes the arguments of a case; returns whether it is of this kind.
    """

    says: Text
    holds: Callable[..., bool]


@dataclass(frozen=True)
class Law:
    """A property that is tested only if a function is right in all cases.

    Args:
        name: Name of the verdict if the property is missing.
        says: Explains the law.
        holds: Takes the learner's function; returns whether it has the property.
    """

    name: str
    says: Text
    holds: Callable[[Rule], bool]


@dataclass(frozen=True)
class Exercise:
    """A function to write, with its cases, mistakes, hints and solution.

    A result is a number or an array of numbers. A function that draws random numbers takes a
    `numpy.random.Generator` as its last argument. The checker compares frequencies: `events` turns
    each outcome into bools. `right` and every wrong function return their exact probabilities.

    Args:
        name: Name of the function and of the learner's file.
        lesson: Number of its lesson.
        task: Docstring of the stub: purpose, equation, and each argument with its shape.
        right: The reference; calls the project's own equation where there is one.
        cases: Arguments to try. They are never shown.
        mistakes: Mistakes with a name; at least one case distinguishes each from all others.
        hints: Three hints, each says more than the one before.
        solution: Source of the function as a learner would write it.
        praise: Sentence for a right function.
        kinds: Kinds of cases in which alone a function may be wrong.
        laws: Properties that are tested if a function is right in all cases.
        tolerance: Largest absolute and relative difference between equal numbers.
        changes: Name of the argument that the function changes in place; its final content counts
            as the result.
        draws: Outcomes drawn for each case of a random function; 0 for any other function.
        events: Takes an outcome and the arguments; returns an array of bools, or None if the
            outcome has a wrong form.

    Raises:
        ValueError: If names repeat or are reserved, hints are not three, or the solution does not
            define the function.
    """

    name: str
    lesson: int
    task: Text
    right: Rule
    cases: tuple[Case, ...]
    mistakes: tuple[Mistake, ...]
    hints: tuple[Text, Text, Text]
    solution: str
    praise: Text
    kinds: tuple[Kind, ...] = ()
    laws: tuple[Law, ...] = ()
    tolerance: float = 1e-9
    changes: str | None = None
    draws: int = 0
    events: Callable[..., Array | None] | None = None

    def __post_init__(self) -> None:
        names = [one.name for group in (self.mistakes, self.laws) for one in group]
        if len({*names, *RESERVED}) < len(names) + len(RESERVED):
            raise ValueError(f"Exercise {self.name}: names {names} repeat or are reserved.")
        if len(self.hints) != 3 or not self.cases:
            raise ValueError(f"Exercise {self.name} needs three hints, and cases.")
        if self._function().name != self.name:
            raise ValueError(f"Exercise {self.name}: the solution defines another function.")
        if bool(self.draws) != bool(self.events):
            raise ValueError(f"Exercise {self.name}: draws and events belong together.")

    @property
    def arguments(self) -> tuple[str, ...]:
        """Names of the function's arguments."""
        return tuple(one.arg for one in self._function().args.args)

    def stub(self, language: str | None = None) -> str:
        """Return the module that a learner begins with, its docstring in a language."""
        task = inspect.cleandoc(self.task.in_(language))
        head = f"def {self.name}({', '.join(self.arguments)}):\n"
        body = textwrap.indent(f'"""{task}\n"""\n\nreturn ...\n', "    ")
        return "import numpy as np\n\n\n" + head + body

    def answer(self) -> str:
        """Return the module of the solution."""
        return "import numpy as np\n\n\n" + textwrap.dedent(self.solution).strip() + "\n"

    def hint(self, number: int, language: str | None = None) -> str:
        """Return hint 1, 2 or 3.

        Raises:
            ValueError: If there is no such hint.
        """
        if number not in (1, 2, 3):
            raise ValueError(f"There are hints 1, 2 and 3, not {number}.")
        return self.hints[number - 1].in_(language)

    def _function(self) -> ast.FunctionDef:
        last = ast.parse(textwrap.dedent(self.solution)).body[-1]
        if not isinstance(last, ast.FunctionDef):
            raise ValueError(f"Exercise {self.name}: the solution must end with a function.")
        return last
