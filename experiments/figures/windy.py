"""The windy grid world (example 6.5)."""

from __future__ import annotations

from typing import Any

import numpy as np

from spielfeld.arrays import Array
from spielfeld.experiments.figures.outcome import Outcome, Row, estimate
from spielfeld.experiments.figures.repeat import Repeat, world
from spielfeld.experiments.figures.style import BLUE, GREY, ORANGE, canvas

STEPS = 8_000
WORLD: dict[str, Any] = {"name": "spielfeld/WindyGridWorld-v0", "time_limit": 0}


def finished(seed: int) -> Array:
    """Return how many episodes SARSA has finished after each step. Shape [steps + 1]."""
    from spielfeld.agents import Sarsa, SarsaConfig

    config = SarsaConfig(
        learning_rate=0.5, learning_rate_decay=0.0, discount=1.0,
        exploration_rate=0.1, final_exploration_rate=0.1,
    )  # fmt: skip
    ends = Sarsa(config, seed).learn(world(**WORLD), STEPS)["samples"].astype(int)
    return np.bincount(ends, minlength=STEPS + 1).cumsum()


def windy(repeat: Repeat) -> Outcome:
    """Episodes that SARSA has finished, over environment steps; and the shortest way.

    A wind blows upwards in the middle, by as many cells as stand below the map. Step size 0.5,
    exploration 0.1, no time limit. The curve's slope is the inverse of an episode's length. The
    shortest way is the optimal policy's, by policy iteration.
    """
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


def draw_way(axes: Any, way: Array) -> None:
    """Draw a way on the map, and the wind below it."""
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
