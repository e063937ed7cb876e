"""Version of Spielfeld, from pyproject.toml or from the metadata of an installed wheel."""

import platform
import tomllib
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

LIBRARIES = ("gymnasium", "numba", "numpy", "scipy", "stable-baselines3", "torch")
_PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"


def _version() -> str:
    if _PROJECT.is_file():  # a checkout; its metadata may be older
        project = tomllib.loads(_PROJECT.read_text(encoding="utf-8"))["project"]
        if project["name"] == "spielfeld":
            return str(project["version"])
    return version("spielfeld")


def versions() -> dict[str, str]:
    """Return the versions of Python and of libraries on which results may depend."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        with suppress(PackageNotFoundError):  # an extra that is not installed
            found[name] = version(name)
    return found


__version__ = _version()
