"""Lazy exports: a package loads each exported name on first use, from one table."""

from __future__ import annotations

import ast
import functools
import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any


def lazy(
    package: str, file: str
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Return `__getattr__`, `__dir__` and `__all__` of a package.

    The exported names are the imports of the file under `if TYPE_CHECKING:`. So type checkers,
    editors and Python read the same table. `import *` of a package inside it takes over the table
    of that package. If a name is also the name of a module, the exported name wins. For example,
    `value_iteration` is the function and not the module that holds it.

        if TYPE_CHECKING:
            from spielfeld.learning.batch import Batch
        else:
            __getattr__, __dir__, __all__ = lazy(__name__, __file__)

    Args:
        package: The package's `__name__`.
        file: The package's `__file__`.
    """
    places = {name: place for table in tables(Path(file)) for name, place in table.items()}

    class Package(ModuleType):
        """The package itself; it ignores the modules that Python sets as its attributes."""

        def __setattr__(self, name: str, value: object) -> None:
            if name not in places or not isinstance(value, ModuleType):
                super().__setattr__(name, value)

    sys.modules[package].__class__ = Package

    def get(name: str) -> object:
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}", name=name)
        value = getattr(importlib.import_module(places[name]), name)
        setattr(sys.modules[package], name, value)
        return value

    return get, lambda: sorted({*vars(sys.modules[package]), *places}), sorted(places)


def member(module: ModuleType, name: str) -> object:
    """Return what a module has under a name, loaded on first use or not; None for nothing."""
    return getattr(module, name, None)


@functools.cache
def tables(file: Path) -> tuple[dict[str, str], ...]:
    """Return name -> module of each block `if TYPE_CHECKING:` of a package's `__init__.py`."""
    lines = ast.parse(file.read_text(encoding="utf-8")).body
    return tuple(
        {
            name: module
            for line in block.body
            if isinstance(line, ast.ImportFrom) and line.module
            for name, module in _imported(line.module, line.names, file.parent)
        }
        for block in lines
        if isinstance(block, ast.If)
        and isinstance(block.test, ast.Name)
        and block.test.id == "TYPE_CHECKING"
    )


def _imported(module: str, names: list[ast.alias], folder: Path) -> list[tuple[str, str]]:
    """Return each imported name with its module; `*` stands for all names of a package inside."""
    if names[0].name != "*":
        return [(alias.name, module) for alias in names]
    inside = tables(folder / module.rpartition(".")[2] / "__init__.py")
    return [entry for table in inside for entry in table.items()]
