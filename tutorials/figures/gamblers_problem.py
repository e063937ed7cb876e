"""The gambler's problem: sweeps of value iteration, and the best stakes.

A value is the probability of reaching 100 coins from a capital; heads has the probability 0.4.
Each sweep updates all capitals at once. Many stakes are equally good: dots are all the optimal
ones, the line is the policy that the book shows. The published values follow from bold play: 0.4
for 50 coins, 0.4 * 0.4 for 25, and 0.4 + 0.6 * 0.4 for 75.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from spielfeld.arrays import Array
from spielfeld.tutorials.figures.drawing import (
    BLUE,
    Outcome,
    Repeat,
    Row,
    book_point,
    canvas,
    lines,
    to_the_digits,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SOURCE = "figure 4.3"
RUNS = 0
QUESTION = "Which stakes are best if heads comes more often than tails? Change HEADS to 0.55."

HEADS = 0.4  # probability


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
    from spielfeld.agents.planning import action_values, policy_iteration
    from spielfeld.envs.small_worlds.gamblers_problem import gamblers_problem as problem

    model = problem(HEADS)
    plan, values, sweeps = policy_iteration(model), np.zeros(model.states), {}
    for sweep in range(1, 33):
        values = action_values(model, values).max(axis=1)
        sweeps[sweep] = values[1:100]
    curves = {f"sweep {k}": sweeps[k] for k in (1, 2, 3, 32)} | {"in the end": plan.values[1:100]}
    picture, (above, below) = canvas("The gambler's problem", 2, 1, 7.0, sharex=True)
    lines(above, range(1, 100), curves)
    above.set(ylabel="chance to win", xlim=(1, 99), ylim=(0, 1))
    book = {25: 0.16, 50: 0.4, 75: 0.64}
    for capital, chance in book.items():
        book_point(above, capital, chance, f"book {chance}", below=True)
    draw_stakes(below, plan.policy)
    agreeing = sum(plan.policy[coins, book_stake(coins)] > 0 for coins in range(1, 100))
    rows = [to_the_digits(f"chance to win with {k}", p, plan.values[k].item(), 6)
            for k, p in book.items()]  # fmt: skip
    what = "capitals of 99 where the book's stake is optimal"
    return Outcome(picture, [*rows, Row(what, 99, float(agreeing))])


def draw_stakes(axes: Axes, policy: Array) -> None:
    """Draw all optimal stakes and the book's stake for each capital."""
    capitals, optimal = np.nonzero(policy[1:100] > 0)
    axes.plot(capitals + 1, optimal, ".", color=BLUE, ms=3, label="all optimal stakes")
    stakes = [book_stake(coins) for coins in range(1, 100)]
    axes.step(range(1, 100), stakes, color="k", where="mid", lw=1, label="the book's policy")
    axes.set(xlabel="capital in coins", ylabel="stake in coins", ylim=(0, 56))
    axes.legend(loc="upper right", ncols=2, fontsize=9)


def book_stake(capital: int) -> int:
    """Return the stake of figure 4.3: 50 at 50, 25 at 25 and 75, else to a multiple of 25."""
    if capital % 25 == 0:
        return min(capital, 100 - capital)
    return min(capital % 25, 25 - capital % 25)
