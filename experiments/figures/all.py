"""Every figure: a name, where it stands in which book, and where the function is that draws it."""

from __future__ import annotations

import difflib
from typing import NamedTuple


class Entry(NamedTuple):
    """A figure that can be drawn.

    Args:
        place: "module:function" of the function that draws it.
        source: Figure or example of Sutton & Barto, 2nd edition, unless another book is named.
        line: What it shows.
        runs: Of the full figure; 0 where everything is computed exactly.
    """

    place: str
    source: str
    line: str
    runs: int = 0


PACKAGE = "experiments.figures"
FIGURES = {
    "four-by-three": Entry(
        f"{PACKAGE}.grids:four_by_three",
        "Russell & Norvig, 4th edition, figure 16.3",
        "the 4x3 world: what each cell is worth",
    ),
    "cliff": Entry(
        f"{PACKAGE}.cliff:cliff",
        "example 6.6",
        "cliff walking: SARSA, Q-learning and Expected SARSA while they learn",
        1_000,
    ),
    "maximisation-bias": Entry(
        f"{PACKAGE}.maximisation_bias:maximisation_bias",
        "figure 6.5",
        "maximisation bias: Q-learning is deceived, Double Q-learning is not",
        10_000,
    ),
}


def find(name: str) -> str:
    """Return the name of a figure, which may be given by its number in the book as well.

    Raises:
        ValueError: If there is no such figure; suggests the nearest.
    """
    if name in FIGURES:
        return name
    for known, entry in FIGURES.items():
        if name in entry.source.replace(",", "").split():
            return known
    near = difflib.get_close_matches(name.lower(), FIGURES, 1, cutoff=0.5)
    hint = f"Did you mean {near[0]}?" if near else "`spielfeld figures` shows all."
    raise ValueError(f"There is no figure {name!r}. {hint}")
