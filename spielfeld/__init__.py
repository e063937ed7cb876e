"""Spielfeld: learn reinforcement learning by doing.

The packages are `spielfeld.envs`, `spielfeld.learning`, `spielfeld.agents` and
`spielfeld.experiments`. An installed wheel holds them in this folder. In a checkout they are the
folders beside it; the links in this folder only show them to editors and type checkers.
"""

from pathlib import Path

_HERE = Path(__file__).resolve().parent
_WHEEL = (_HERE / "envs").is_dir() and not (_HERE / "envs").is_symlink()
if not _WHEEL and (_HERE.parent / "pyproject.toml").is_file():
    __path__.insert(0, str(_HERE.parent))
