"""Jack's car rental: policy iteration, policy by policy.

A policy says how many cars to move overnight between two places, for every number of cars at
each. Policy iteration begins with moving none. Each policy is evaluated exactly. It is improved
where another number of cars is strictly better. The fourth improvement is optimal, as in the
book; the last panel shows its values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from spielfeld.arrays import Array
from spielfeld.tutorials.figures.drawing import Outcome, Repeat, Row, canvas

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SOURCE = "figure 4.2"
RUNS = 0
QUESTION = "Does Jack move more cars or fewer if the future counts less? Change DISCOUNT to 0.5."

DISCOUNT = 0.9
CARS = (21, 21)
IMPROVEMENTS = 4  # figure 4.2 shows the first policy and four improvements, the last one optimal


def jacks_policies() -> tuple[list[Array], Array]:
    """Return the policies of policy iteration, from "move none", and the values of the last."""
    from spielfeld.agents.planning import action_values, policy_evaluation
    from spielfeld.agents.planning.policy_iteration import improve
    from spielfeld.envs.small_worlds.jacks_car_rental import MOVES, jacks_car_rental

    model = jacks_car_rental()
    improved = np.full(model.states, MOVES)
    policies: list[Array] = []
    while not policies or not np.array_equal(improved, policies[-1]):
        policies.append(improved)
        values = policy_evaluation(model, improved, DISCOUNT)
        improved = improve(improved, action_values(model, values, DISCOUNT))
    return [(policy - MOVES).reshape(CARS) for policy in policies], values.reshape(CARS)


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
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


def name_moves(axes: Axes, policy: Array) -> None:
    """Write the number of moved cars into the middle of each region."""
    for moved in np.unique(policy).tolist():
        row, column = np.argwhere(policy == moved).mean(axis=0)
        nearest = np.argwhere(policy == moved)
        distance = ((nearest - (row, column)) ** 2).sum(axis=1)
        row, column = nearest[distance.argmin()].tolist()
        colour = "white" if abs(moved) >= 4 else "black"
        axes.text(column, row, f"{moved:g}", ha="center", va="center", fontsize=8, color=colour)
