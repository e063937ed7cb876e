"""Reader's test: the files to open, and the lines in them to read, to explain a method whole.

    python -m benchmarks.readers
    python -m benchmarks.readers --checkout ../older --files

Reading begins at a class or a function, such as `PPO`. Each name of ours in a line that is read is
looked up in turn, annotations and default values included. A function or a constant is read whole.
Of a class, its docstring and fields are read, its constructor, and each method that a line already
read names. Of the class where reading begins, every method is read.

Methods are matched by their name alone, so too many are counted rather than too few. `lines` counts
all lines of the opened files. `read` counts the lines that are read in them: docstrings, but no
imports and no blank lines.

The ground floor, functions, losses, optimizers, networks, batches and worlds count as known. The
name of a row lists further known parts.
"""

from __future__ import annotations

import argparse
import ast
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("agents", "learning", "envs")
FUNCTIONS = (
    "batch", "beside", "centroids", "cross_entropy", "descent", "duelling", "function", "logits",
    "loss", "named", "network", "one_of_few", "one_vector", "optimizer", "schedule",
    "tile_coding", "torch_function", "weight_decay",
)  # fmt: skip
"""Files of `learning` with functions, losses, optimizers and networks."""
OLD_GROUND = (
    "learning/history.py", "learning/model_file.py", "learning/resumable.py", "envs/compiled.py",
    "envs/plain_state.py", "envs/random_streams.py",
)  # fmt: skip
"""Files of older checkouts whose work the ground floor does now."""
MODEL = ("envs/tabular.py", "envs/normal.py", "envs/sampling.py")
"""Files with `TabularModel` and its sampling; the other two are in older checkouts alone."""
RUN_BY_PYTHON = {"__init__", "__init_subclass__", "__call__", "__post_init__"}

Defined = ast.FunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign
Method = ast.FunctionDef | ast.AsyncFunctionDef
Line = ast.stmt | ast.expr | ast.keyword


class Start(NamedTuple):
    """Where reading begins, and the goal.

    Args:
        places: Each `file:name`. Several are separated by `|`, and the first one that exists
            counts, since older checkouts have other names.
        files: Goal: files to open.
        lines: Goal: lines of these files; 0 for none.
        members: Inherited methods that are read as well.
        known: Names and files that count as known as well.
        worlds: Whether all of `envs` counts as known, and not `TabularModel` alone.
    """

    places: tuple[str, ...]
    files: int
    lines: int = 0
    members: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    worlds: bool = True


LEARNER = ("agents/tabular/learner.py", "agents/tabular/acting.py:TabularActor")
SARSA_LAMBDA = (
    "agents/tabular/sarsa_lambda.py:SarsaLambda",
    "agents/loop.py:loop|agents/tabular/walk.py:walk",
    "agents/tabular/rules.py:soft_pick|agents/tabular/acting.py:soft_action",
)
VALUE_ITERATION = ("agents/planning/value_iteration.py:value_iteration",)
PPO = ("agents/policy_gradient/ppo.py:PPO",)
ASIDE = ("agents/continuous.py", "agents/scaling.py", "agents/normaliser.py", "Gaussian")
LAYOUTS = tuple(
    f"envs/grid_world/{name}.py"
    for name in ("layout", "layout_check", "layout_error", "layout_values", "toml_positions")
)
STARTS = {
    "PPO": Start(PPO, 4, 700, ("learn",)),
    "PPO, discrete actions, nothing normalised": Start(PPO, 4, 700, ("learn",), ASIDE),
    "SARSA(lambda), all of its learner": Start(SARSA_LAMBDA, 2, 350, ("learn",)),
    "SARSA(lambda), its learner known": Start(SARSA_LAMBDA, 2, 350, (), LEARNER),
    "value iteration": Start(VALUE_ITERATION, 1),
    "value iteration, policy evaluation known": Start(
        VALUE_ITERATION, 1, known=("policy_evaluation", "proper_policy")
    ),
    "k-means, data sets known": Start(
        ("learning/unsupervised/k_means.py:KMeans",), 3, 0, ("learn",),
        ("learning/data_sets/data_set.py", "learning/data_sets/checks.py"),
    ),
    "grid dynamics, layouts known": Start(
        ("envs/grid_world/dynamics.py:grid_model",), 2, known=LAYOUTS, worlds=False
    ),
    "vector environment, one environment known": Start(
        ("envs/vector.py:TabularVectorEnv|envs/tabular_vector.py:TabularVectorEnv",),
        2, 0, ("reset", "step"), ("envs/env.py", "envs/tabular_env.py"), worlds=False,
    ),
}  # fmt: skip


class Reading:
    """Definitions that have been read in a checkout.

    Args:
        root: Of the checkout.
        start: First definition to read, and the known parts.

    Attributes:
        read: Numbers of the lines read, by file.
    """

    def __init__(self, root: Path, start: Start) -> None:
        self.root, self.start = root, start
        self.read: dict[str, set[int]] = {}
        self._names: set[str] = set(start.members)  # of members that lines already read name
        self._classes: list[tuple[str, ast.ClassDef]] = []
        self._seen: set[tuple[str, int]] = set()
        for place in start.places:
            file, name = first_there(root, place)
            self._look_up(file, name, whole=True)
        while self._read_members():
            pass

    @property
    def lines(self) -> int:
        """Lines read."""
        return sum(map(len, self.read.values()))

    @property
    def length(self) -> int:
        """Lines of all files opened."""
        return sum(len((self.root / file).read_text().splitlines()) for file in self.read)

    def _look_up(self, file: str, name: str, whole: bool = False) -> None:
        """Read the definition of a name that stands in a file."""
        found = definition(self.root, file, name)
        if found is None:
            return
        place, part = found
        known = {place, part_name(part), f"{place}:{part_name(part)}"} & set(self.start.known)
        if is_known(place, self.start.worlds) or known or (place, part.lineno) in self._seen:
            return
        self._seen.add((place, part.lineno))
        if not isinstance(part, ast.ClassDef):
            self._read(place, part)
            return
        if not whole:
            self._classes.append((place, part))
        first = next((x for x in part.body if isinstance(x, Method)), None)
        self._count(place, first_line(part), first_line(first) - 1 if first else last(part))
        parts: list[Line] = [*part.bases, *part.keywords, *part.decorator_list]
        for each in (*parts, *part.body):
            if whole or not isinstance(each, Method):
                self._read(place, each)

    def _read_members(self) -> bool:
        """Read the members of classes that have been named by now; return whether there were any.

        Those of classes that are read whole stand among the rest.
        """
        before = len(self._seen)
        for file, part in list(self._classes):
            for node in part.body:
                if isinstance(node, Method) and node.name in self._names | RUN_BY_PYTHON:
                    key = file, node.lineno
                    if key not in self._seen:
                        self._seen.add(key)
                        self._read(file, node)
        return len(self._seen) > before

    def _read(self, file: str, part: Line) -> None:
        """Read some lines, and look up the names in them."""
        self._count(file, first_line(part), last(part))
        hidden = own_names(part)
        for node in ast.walk(part):
            if isinstance(node, ast.Attribute):
                self._names.add(node.attr)
                if isinstance(node.value, ast.Name) and node.value.id not in hidden:
                    module = module_of(self.root, file, node.value.id)
                    if module:
                        self._look_up(module, node.attr)
            elif isinstance(node, ast.Name) and node.id not in hidden:
                self._look_up(file, node.id)

    def _count(self, file: str, first: int, final: int) -> None:
        text = source(self.root, file)
        lines = self.read.setdefault(file, set(range(1, docstring_end(self.root, file) + 1)))
        lines.update(n for n in range(first, final + 1) if text[n - 1].strip())


def is_known(file: str, worlds: bool) -> bool:
    """Return whether a file counts as known."""
    folder, _, name = file.partition("/")
    if folder == "spielfeld" or file in (*OLD_GROUND, *MODEL):
        return True
    if folder == "learning":
        return name.removesuffix(".py") in FUNCTIONS
    return worlds and folder == "envs"


def first_there(root: Path, places: str) -> tuple[str, str]:
    """Return the file and the name of the first of several places that is in a checkout."""
    for place in places.split("|"):
        file, _, name = place.partition(":")
        if (root / file).exists() and definition(root, file, name) is not None:
            return file, name
    raise ValueError(f"There is none of {places} in {root}.")


@cache
def source(root: Path, file: str) -> list[str]:
    """Return the lines of a file."""
    return (root / file).read_text().splitlines()


@cache
def parsed(root: Path, file: str) -> ast.Module:
    """Return the syntax tree of a file."""
    return ast.parse((root / file).read_text())


def docstring_end(root: Path, file: str) -> int:
    """Return the last line of a file's docstring."""
    tree = parsed(root, file)
    return last(tree.body[0]) if ast.get_docstring(tree) else 0


@cache
def definition(root: Path, file: str, name: str) -> tuple[str, Defined] | None:
    """Return where a name that a file uses is defined; None if it is not ours."""
    for node in statements(parsed(root, file)):
        if isinstance(node, Defined) and name in defined_names(node):
            return file, node
    for node in statements(parsed(root, file)):
        if isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    there = path_of(root, node.module or "")
                    return definition(root, there, alias.name) if there else None
    return None


@cache
def module_of(root: Path, file: str, name: str) -> str | None:
    """Return the file of a module that a file imports under a name; None if it is not ours."""
    for node in statements(parsed(root, file)):
        if isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                if (alias.asname or alias.name) == name:
                    return path_of(root, f"{node.module}.{alias.name}")
    return None


def path_of(root: Path, module: str) -> str | None:
    """Return the file of a module; None if it is not ours."""
    inside = module.removeprefix("spielfeld.")
    if inside.partition(".")[0] not in FOLDERS:
        if module.partition(".")[0] != "spielfeld":
            return None
        inside = module
    for file in (f"{inside.replace('.', '/')}.py", f"{inside.replace('.', '/')}/__init__.py"):
        if (root / file).is_file():
            return file
    return None


def statements(tree: ast.AST) -> Iterator[ast.stmt]:
    """Yield the statements of a module, those under `if` and imports within functions included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.If | ast.Try):
            yield from node.body
        elif isinstance(node, Method):
            yield from (each for each in node.body if isinstance(each, ast.ImportFrom))


def defined_names(part: Defined) -> set[str]:
    """Return the names that a statement defines."""
    if isinstance(part, ast.FunctionDef | ast.ClassDef):
        return {part.name}
    targets = part.targets if isinstance(part, ast.Assign) else [part.target]
    return {x.id for target in targets for x in ast.walk(target) if isinstance(x, ast.Name)}


def part_name(part: Defined) -> str:
    """Return the name that a statement defines."""
    return min(defined_names(part))


def own_names(part: ast.AST) -> set[str]:
    """Return the names of a function's parameters and variables, which hide those of its file."""
    if not isinstance(part, Method):
        return set()
    nodes = list(ast.walk(part))
    stored = {x.id for x in nodes if isinstance(x, ast.Name) and isinstance(x.ctx, ast.Store)}
    return stored | {x.arg for x in nodes if isinstance(x, ast.arg)}


def first_line(part: Line) -> int:
    """Return the first line of a statement, decorators included."""
    decorators = part.decorator_list if isinstance(part, Method | ast.ClassDef) else []
    return min([part.lineno, *(each.lineno for each in decorators)])


def last(part: Line) -> int:
    """Return the last line of a statement or an expression."""
    return part.end_lineno or part.lineno


def rows(root: Path, files: bool = False) -> Iterator[str]:
    """Yield the lines of the table: each start in a checkout, and its goal.

    Args:
        root: Of the checkout.
        files: Whether each file opened follows, with its lines and those that are read.
    """
    yield f"{'start':<43}{'files':>6}{'lines':>7}{'read':>6}   goal: files, lines"
    for name, start in STARTS.items():
        found = Reading(root, start)
        goal = f"{start.files}, {start.lines}" if start.lines else f"{start.files}"
        yield f"{name:<43}{len(found.read):>6}{found.length:>7}{found.lines:>6}   {goal}"
        for file, lines in found.read.items() if files else ():
            yield f"    {file:<45}{len(source(root, file)):>7}{len(lines):>6}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.readers",
        description="Count the files and lines to read to explain a method whole.",
    )
    parser.add_argument("--checkout", type=Path, default=ROOT, help="folder to count in")
    parser.add_argument("--files", action="store_true", help="list the files of each start")
    given = parser.parse_args(arguments)
    print(*rows(given.checkout.resolve(), given.files), sep="\n")


if __name__ == "__main__":
    main()
