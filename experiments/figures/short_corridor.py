"""The short corridor (example 13.1)."""

from __future__ import annotations

from typing import Any

import numpy as np

from experiments.figures.outcome import Outcome, to_the_digits
from experiments.figures.repeat import Repeat
from experiments.figures.style import BLUE, ORANGE, book_point, canvas

BEST, VALUE = 0.585786, -11.656854


def value(right: float) -> float:
    """Return what it is worth to go right with this probability, solved for on the model."""
    from agents.planning import start_value
    from envs.small_worlds import short_corridor

    model = short_corridor.short_corridor()
    return start_value(model, np.tile([1 - right, right], (model.states, 1)))


def short_corridor(repeat: Repeat) -> Outcome:
    """What it is worth to go right with probability p, where all cells look alike.

    Three cells, in the middle one of which left and right are exchanged; each step costs 1. An
    agent that cannot tell the cells apart needs a coin. Marked are the two policies that prefer
    one direction and explore a tenth of the time. Each value is solved for exactly on the model.
    """
    from scipy.optimize import minimize_scalar

    best = minimize_scalar(
        lambda right: -value(right), bounds=(0.1, 0.9), method="bounded", options={"xatol": 1e-9}
    )
    chances = np.linspace(0.02, 0.98, 97)
    picture, axes = canvas("Short corridor: value of the start over the chance to go right")
    axes.plot(chances, [value(right) for right in chances], color=BLUE)
    axes.set(xlabel="probability of right", ylabel="value: minus the mean steps", xlim=(0, 1))
    axes.set_ylim(-100, 0)
    mark(axes, 0.05, "left")
    mark(axes, 0.95, "right")
    book_point(axes, BEST, VALUE, f"book: {VALUE:.2f} at {BEST:.3f}")
    axes.grid(alpha=0.3)
    rows = [
        to_the_digits("best probability of right", BEST, float(best.x), 6),
        to_the_digits("its value", VALUE, -float(best.fun), 6),
    ]
    return Outcome(picture, rows)


def mark(axes: Any, right: float, preferred: str) -> None:
    """Mark a policy that prefers one direction; what it is worth stands beside it."""
    worth = value(right)
    axes.plot(right, worth, "o", color=ORANGE)
    axes.text(right, worth, f"   prefers {preferred}: {worth:.1f}   ", ha=preferred, va="center")
