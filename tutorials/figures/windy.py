"""The windy grid world: episodes over time, and a shortest way.

A wind blows upwards in the middle, by the number of cells written below the map. SARSA has the step
size 0.5 and the exploration rate 0.1; there is no time limit. The slope of the curve is the inverse
of an episode's length. Policy iteration finds the shortest way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from spielfeld.arrays import Array
from spielfeld.tutorials.figures.drawing import (
    BLUE,
    GREY,
    ORANGE,
    Outcome,
    Repeat,
    Row,
    canvas,
    estimate,
    world,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SOURCE = "example 6.5"
RUNS = 200
QUESTION = "Does SARSA finish more episodes without exploration? Change EXPLORATION_RATE to 0.0."

EXPLORATION_RATE = 0.1
STEPS = 8_000
WORLD: dict[str, Any] = {"name": "spielfeld/WindyGridWorld-v0", "time_limit": 0}


def finished(seed: int) -> Array:
    """Return the number of episodes that SARSA has finished after each step. Shape [steps + 1]."""
    from spielfeld.agents import Sarsa, SarsaConfig

    config = SarsaConfig(
        learning_rate=0.5, learning_rate_decay=0.0, discount=1.0,
        exploration_rate=EXPLORATION_RATE, final_exploration_rate=EXPLORATION_RATE,
    )  # fmt: skip
    ends = Sarsa(config, seed).learn(world(**WORLD), STEPS)["samples"].astype(int)
    return np.bincount(ends, minlength=STEPS + 1).cumsum()


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
    (counts,) = repeat(finished, [()])
    picture, (left, right) = canvas("Windy grid world", 1, 2, 3.9)
    low, high = np.quantile(counts, [0.1, 0.9], axis=0)
    steps = np.arange(0, STEPS + 1, 20)
    left.fill_between(steps, low[::20], high[::20], color=BLUE, alpha=0.25, lw=0)
    left.plot(steps, counts.mean(axis=0)[::20], color=BLUE)
    left.set(xlabel="environment steps", ylabel="episodes finished", xlim=(0, STEPS))
    left.set(ylim=(0, None), title="SARSA: mean, and four in five runs")
    left.grid(alpha=0.3)
    way = shortest_way()
    draw_way(right, way)
    late = 2_000 / (counts[:, -1] - counts[:, -2_001])
    return Outcome(
        picture,
        [
            Row("shortest way, steps", 15, len(way) - 1),
            estimate("SARSA, mean steps of the last episodes", None, late),
        ],
    )


def shortest_way() -> Array:
    """Return the cells that an optimal policy visits. Shape [steps + 1, (row, column)]."""
    from spielfeld.agents.planning import policy_iteration

    env = world(**WORLD).unwrapped
    model, states = env.model, [int(env.model.start.argmax())]
    best = policy_iteration(model).policy.argmax(axis=1)
    while not model.terminal[states[-1]]:
        states.append(int(model.next_state[states[-1], best[states[-1]], 0]))
    cells: Array = env.grid_states.cells[states]
    return cells


def draw_way(axes: Axes, way: Array) -> None:
    """Draw a path on the map, and the wind below it."""
    axes.plot(way[:, 1], way[:, 0], color=ORANGE, marker="o", ms=4)
    for name, (row, column) in (("start", way[0]), ("goal", way[-1])):
        axes.annotate(
            name, (column, row), (0, 8), textcoords="offset points", ha="center", fontsize=9
        )
    axes.set(xlim=(-0.5, 9.5), ylim=(6.5, -0.5), aspect="equal", xlabel="wind, cells upwards")
    axes.set_xticks(range(10), list("0001112210"))
    axes.set_yticks([])
    for line in range(11):
        axes.axvline(line - 0.5, color=GREY, lw=0.4)
        axes.axhline(line - 0.5, color=GREY, lw=0.4)
    axes.set_title(f"a shortest way: {len(way) - 1} steps")
