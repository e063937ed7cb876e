"""The one place that imports pygame: without its greeting, and the community edition only."""

from __future__ import annotations

import os
from typing import Protocol, runtime_checkable

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import pygame
from pygame import Surface


@runtime_checkable
class Community(Protocol):
    """The module of the community edition, which says so."""

    IS_CE: int


def check_edition(module: object) -> None:
    """Make sure that the pygame found is pygame-ce.

    Raises:
        ImportError: If it is the older package of the same import name; says how to change it.
    """
    if not (isinstance(module, Community) and module.IS_CE):
        raise ImportError(
            "Pictures need pygame-ce, but the older package pygame is installed in its place: run "
            '"pip uninstall --yes pygame pygame-ce", then "pip install pygame-ce".'
        )


check_edition(pygame)

__all__ = ["Surface", "check_edition", "pygame"]
