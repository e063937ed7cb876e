"""The one place that imports pygame: without its greeting, and the community edition only."""

from __future__ import annotations

import os

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")

import pygame


def check_edition(module: object) -> None:
    """Make sure that the pygame found is pygame-ce.

    Raises:
        ImportError: If it is the older package of the same import name; says how to change it.
    """
    if not getattr(module, "IS_CE", False):
        raise ImportError(
            "Pictures need pygame-ce, but the older package pygame is installed in its place: run "
            '"pip uninstall --yes pygame pygame-ce", then "pip install pygame-ce".'
        )


check_edition(pygame)

__all__ = ["check_edition", "pygame"]
