"""Mountain Car: the cost to go, by tile coding.

The surfaces show the steps that SARSA expects to the top, after some episodes of one run. Eight
tilings of 8 x 8 tiles cover position and velocity; eight active tiles share the step size 0.5.
Only the initial values of 0, which are too high, make the agent explore. There is no time limit.
The book prints the surfaces without numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from spielfeld.arrays import Array
from spielfeld.tutorials.figures.drawing import Outcome, Repeat, Row, canvas, world

if TYPE_CHECKING:
    from spielfeld.agents import Sarsa

SOURCE = "figure 10.1"
RUNS = 1
QUESTION = "How does the surface look with one tiling in place of eight? Change TILINGS."

TILINGS = 8
EPISODES = (1, 12, 104, 1_000)
SIDE = 60  # points of a picture along each axis
MOUNTAIN: dict[str, Any] = {"name": "MountainCar-v0", "max_episode_steps": 100_000}


def driver(seed: int, learning_rate: float) -> Sarsa:
    """Return greedy SARSA with 8 tilings of 8 x 8 tiles; initial values of 0 make it explore."""
    from spielfeld.agents import Sarsa

    config = Sarsa.config_class(
        learning_rate=learning_rate, learning_rate_decay=0.0, discount=1.0,
        exploration_rate=0.0, final_exploration_rate=0.0, tilings=TILINGS, tiles=8,
    )  # fmt: skip
    return Sarsa(config, seed)


def cost_to_go(learner: Sarsa) -> Array:
    """Return the expected number of steps, for each velocity and position."""
    low, high = world(**MOUNTAIN).observation_space.low, world(**MOUNTAIN).observation_space.high
    positions, velocities = (np.linspace(low[k], high[k], SIDE) for k in (0, 1))
    points = np.stack(np.meshgrid(positions, velocities), axis=-1).reshape(-1, 2)
    cost: Array = -learner.predict(points).max(axis=1).reshape(SIDE, SIDE)
    return cost


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
    learner, env, done = driver(1, 0.5), world(**MOUNTAIN), 0
    picture, panels = canvas("Mountain Car: steps to go", 2, 2, 6.2, sharex=True, sharey=True)
    lengths: list[float] = []
    for k, episodes in enumerate(EPISODES):
        lengths += learner.learn_episodes(env, episodes - done)["episode_length"].tolist()
        done, axes = episodes, panels.flat[k]
        image = axes.imshow(
            cost_to_go(learner), origin="lower", aspect="auto", cmap="cividis",
            extent=(-1.2, 0.6, -0.07, 0.07),
        )  # fmt: skip
        picture.colorbar(image, ax=axes)
        axes.set_title(f"after {episodes:,} episode{'s' * (episodes > 1)}", fontsize=10)
        repeat.tell(k + 1, len(EPISODES))
    picture.supxlabel("position", fontsize=10)
    picture.supylabel("velocity per step", fontsize=10)
    rows = [
        Row("steps of the first episode", None, lengths[0]),
        Row("mean steps of the last tenth of episodes", None, np.mean(lengths[-100:]).item()),
    ]
    return Outcome(picture, rows)
