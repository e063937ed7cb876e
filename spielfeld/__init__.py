"""Spielfeld: learn reinforcement learning by doing.

The packages are `spielfeld.envs`, `spielfeld.learning`, `spielfeld.agents`,
`spielfeld.experiments` and `spielfeld.tutorials`. An installed wheel holds them in this folder. In
a checkout they are the folders beside it, and `spielfeld.benchmarks` is one more. The links in this
folder only show them to editors and type checkers.

`make`, `train` and `load` do in Python what the command line does; they stand in
`spielfeld.experiments.door`.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from spielfeld.lazy import lazy

if TYPE_CHECKING:
    from spielfeld.experiments.door import load, make, train
    from spielfeld.version import __version__
else:
    __getattr__, __dir__, __all__ = lazy(__name__, __file__)

_HERE = Path(__file__).resolve().parent
_WHEEL = (_HERE / "envs").is_dir() and not (_HERE / "envs").is_symlink()
if not _WHEEL and (_HERE.parent / "pyproject.toml").is_file():
    __path__.insert(0, str(_HERE.parent))
