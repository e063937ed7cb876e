"""Spielfeld: learn reinforcement learning by doing.

The packages are `spielfeld.envs`, `spielfeld.learning`, `spielfeld.agents`, `spielfeld.experiments`
and `spielfeld.tutorials`. An installed wheel has them in this folder. In a checkout they are the
folders beside this one, and `spielfeld.benchmarks` is one more. The links in this folder only help
editors and type checkers to find them.

`make`, `train` and `load` do in Python the same as the command line does. Their code is in
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
