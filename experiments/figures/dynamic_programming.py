"""Dynamic programming: Jack's car rental and the gambler's problem (chapter 4)."""

from __future__ import annotations

from typing import Any

import numpy as np

from spielfeld.arrays import Array
from spielfeld.experiments.figures.outcome import Outcome, Row, to_the_digits
from spielfeld.experiments.figures.repeat import Repeat
from spielfeld.experiments.figures.style import BLUE, book_point, canvas, lines

CARS = (21, 21)
IMPROVEMENTS = 4  # figure 4.2 shows the first policy and four improvements, the last one optimal


def jacks_policies() -> tuple[list[Array], Array]:
    """Return the policies that policy iteration finds, from "move none", and the last's values."""
    from spielfeld.agents.planning import action_values, policy_evaluation
    from spielfeld.agents.planning.policy_iteration import improve
    from spielfeld.envs.small_worlds.jacks_car_rental import DISCOUNT, MOVES, jacks_car_rental

    model = jacks_car_rental()
    improved = np.full(model.states, MOVES)
    policies: list[Array] = []
    while not policies or not np.array_equal(improved, policies[-1]):
        policies.append(improved)
        values = policy_evaluation(model, improved, DISCOUNT)
        improved = improve(improved, action_values(model, values, DISCOUNT))
    return [(policy - MOVES).reshape(CARS) for policy in policies], values.reshape(CARS)


def jacks_car_rental(repeat: Repeat) -> Outcome:
    """How many cars to move overnight between two places, for every number of cars at each.

    Policy iteration begins with moving none. Each policy is evaluated exactly, then improved where
    another number of cars is strictly better. The fourth improvement is optimal, as in the book;
    the last panel shows what it is worth.
    """
    policies, values = jacks_policies()
    picture, panels = canvas(
        "Jack's car rental: cars to move to the second place", 2, 3, 5.4, sharex=True, sharey=True
    )
    for k, (axes, policy) in enumerate(zip(panels.flat, policies, strict=False)):
        axes.imshow(policy, origin="lower", cmap="PuOr", vmin=-5, vmax=5)
        name_moves(axes, policy)
        axes.set_title(f"policy {k}" + (", optimal" if k == len(policies) - 1 else ""), fontsize=10)
    image = panels[1, 2].imshow(values, origin="lower", cmap="cividis")
    picture.colorbar(image, ax=panels, label="value in dollars", shrink=0.6)
    panels[1, 2].set_title("its values", fontsize=10)
    picture.supxlabel("cars at the second place", fontsize=10)
    picture.supylabel("cars at the first place", fontsize=10)
    what = "improvements until no action is better"
    return Outcome(
        picture,
        [
            Row(what, IMPROVEMENTS, len(policies) - 1),
            Row("value of no cars anywhere, dollars", None, values[0, 0].item()),
            Row("value of 20 cars at both, dollars", None, values[20, 20].item()),
        ],
    )


def name_moves(axes: Any, policy: Array) -> None:
    """Write into the middle of each region how many cars are moved there."""
    for moved in np.unique(policy).tolist():
        row, column = np.argwhere(policy == moved).mean(axis=0)
        nearest = np.argwhere(policy == moved)
        distance = ((nearest - (row, column)) ** 2).sum(axis=1)
        row, column = nearest[distance.argmin()].tolist()
        colour = "white" if abs(moved) >= 4 else "black"
        axes.text(column, row, f"{moved:g}", ha="center", va="center", fontsize=8, color=colour)


def gamblers_problem(repeat: Repeat) -> Outcome:
    """Chance to reach 100 coins from each capital, and the best stakes, with heads in 40 %.

    Values after some sweeps of value iteration, each of them over all capitals at once. Many
    stakes are equally good: dots are all the optimal ones, the line is the policy that the book
    shows. The published values follow from bold play: 0.4 for 50 coins, 0.4 * 0.4 for 25, and
    0.4 + 0.6 * 0.4 for 75.
    """
    from spielfeld.agents.planning import action_values, policy_iteration
    from spielfeld.envs.small_worlds.gamblers_problem import gamblers_problem as problem

    model = problem(0.4)
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


def draw_stakes(axes: Any, policy: Array) -> None:
    """Draw every optimal stake, and the book's, for each capital."""
    capitals, optimal = np.nonzero(policy[1:100] > 0)
    axes.plot(capitals + 1, optimal, ".", color=BLUE, ms=3, label="all optimal stakes")
    stakes = [book_stake(coins) for coins in range(1, 100)]
    axes.step(range(1, 100), stakes, color="k", where="mid", lw=1, label="the book's policy")
    axes.set(xlabel="capital in coins", ylabel="stake in coins", ylim=(0, 56))
    axes.legend(loc="upper right", ncols=2, fontsize=9)


def book_stake(capital: int) -> int:
    """Read figure 4.3: 50 at 50, 25 at 25 and 75, else as far as the next multiple of 25."""
    if capital % 25 == 0:
        return min(capital, 100 - capital)
    return min(capital % 25, 25 - capital % 25)
