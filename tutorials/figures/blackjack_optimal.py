"""Blackjack: the optimal policy and its values.

The book found this policy by Monte Carlo with exploring starts. Here policy iteration solves it
exactly. The result is compared with the policy read off figure 5.2, hand by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from spielfeld.arrays import Array
from spielfeld.tutorials.figures.blackjack import (
    DEALER,
    EXTENT,
    TOTALS,
    by_hand,
    draw_hands,
    label_hands,
)
from spielfeld.tutorials.figures.drawing import Outcome, Repeat, Row, canvas, world

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SOURCE = "figure 5.2"
RUNS = 0
QUESTION = "The book sticks on 17 without an ace. In how many hands is 16 wrong? Change STICK_FROM."

STICK_FROM = 17  # without a usable ace


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
    from spielfeld.agents.planning import policy_iteration
    from spielfeld.envs.small_worlds.blackjack import HIT, STICK

    plan = policy_iteration(world("spielfeld/Blackjack-v0").unwrapped.model)
    picture, panels = canvas("Blackjack: the best policy", 2, 2, 6.6, sharex=True, sharey=True)
    agreeing = 0
    for (left, right), ace in zip(panels, (True, False), strict=True):
        title = "usable ace" if ace else "no usable ace"
        hits = by_hand(plan.policy[:, HIT], ace)
        left.imshow(hits, origin="lower", cmap="Blues", vmin=-0.6, vmax=2.5, extent=EXTENT)
        mark_hits(left, hits)
        left.set_title(f"{title}: hit (H) or stick (S)", fontsize=9)
        image = draw_hands(right, by_hand(plan.values, ace))
        right.set_title(f"{title}: value", fontsize=9)
        for choice, sticks in ((STICK, True), (HIT, False)):
            best = by_hand(plan.policy[:, choice], ace) > 0
            agreeing += int((best & (book_sticks(ace) == sticks)).sum())
    label_hands(picture, panels, image)
    return Outcome(picture, [Row("hands of 200 where the book's choice is best", 200, agreeing)])


def book_sticks(ace: bool) -> Array:
    """Return where the optimal policy of figure 5.2 sticks. Shape [sums, dealer's cards]."""

    def sticks(total: int, dealer: int) -> bool:
        if ace:
            return total >= 19 or (total == 18 and 2 <= dealer <= 8)
        if total == 12:
            return 4 <= dealer <= 6
        return total >= STICK_FROM or 2 <= dealer <= 6

    return np.array([[sticks(total, card) for card in DEALER] for total in TOTALS])


def mark_hits(axes: Axes, hits: Array) -> None:
    """Write H or S for each hand."""
    for (row, column), hit in np.ndenumerate(hits):
        letter = "H" if hit > 0 else "S"
        axes.text(column + 1, row + 12, letter, ha="center", va="center", fontsize=8)
