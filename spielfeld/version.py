"""The version, which stands in pyproject.toml and in the metadata of an installed wheel."""

import tomllib
from importlib.metadata import version
from pathlib import Path

_PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"


def _version() -> str:
    if _PROJECT.is_file():  # a checkout, whose metadata may be older
        project = tomllib.loads(_PROJECT.read_text(encoding="utf-8"))["project"]
        if project["name"] == "spielfeld":
            return str(project["version"])
    return version("spielfeld")


__version__ = _version()
