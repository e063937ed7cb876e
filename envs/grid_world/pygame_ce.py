"""Import of pygame: only here, only the community edition, and without its greeting."""

from __future__ import annotations

import os
from typing import Protocol, runtime_checkable

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import pygame
from pygame import Surface


@runtime_checkable
class Community(Protocol):
    """The module of the community edition, which defines `IS_CE`."""

    IS_CE: int


def check_edition(module: object) -> None:
    """Check that the installed pygame is pygame-ce.

    Raises:
        ImportError: If it is the older package of the same name; the message gives the commands.
    """
    if not (isinstance(module, Community) and module.IS_CE):
        raise ImportError(
            "Pictures need pygame-ce, but the older package pygame is installed. Run "
            '"pip uninstall --yes pygame pygame-ce", then "pip install pygame-ce".'
        )


check_edition(pygame)

__all__ = ["Surface", "check_edition", "pygame"]
