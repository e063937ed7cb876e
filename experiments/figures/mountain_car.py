"""Mountain Car, whose continuous observations are tiled (chapter 10)."""

from __future__ import annotations

from typing import Any

import numpy as np

from spielfeld.arrays import Array
from spielfeld.experiments.figures.outcome import Outcome, Row, estimate
from spielfeld.experiments.figures.repeat import Repeat, world
from spielfeld.experiments.figures.style import canvas, lines

EPISODES = (1, 12, 104, 1_000)
CURVE = 500  # episodes
STEP_SIZES = (0.5, 0.2, 0.1)
SIDE = 60  # points of a picture, along either axis
MOUNTAIN: dict[str, Any] = {"name": "MountainCar-v0", "max_episode_steps": 100_000}


def driver(seed: int, learning_rate: float) -> Any:
    """Return SARSA with 8 tilings of 8 x 8 tiles, greedy; values of 0 make it try everything."""
    from spielfeld.agents import Sarsa

    config = Sarsa.config_class(
        learning_rate=learning_rate, learning_rate_decay=0.0, discount=1.0,
        exploration_rate=0.0, final_exploration_rate=0.0, tilings=8, tiles=8,
    )  # fmt: skip
    return Sarsa(config, seed)


def cost_to_go(learner: Any) -> Array:
    """Return how many steps the learner expects, for each velocity and position."""
    low, high = world(**MOUNTAIN).observation_space.low, world(**MOUNTAIN).observation_space.high
    positions, velocities = (np.linspace(low[k], high[k], SIDE) for k in (0, 1))
    points = np.stack(np.meshgrid(positions, velocities), axis=-1).reshape(-1, 2)
    cost: Array = -learner.predict(points).max(axis=1).reshape(SIDE, SIDE)
    return cost


def mountain_car(repeat: Repeat) -> Outcome:
    """How many steps SARSA expects to the top of the mountain, after some episodes of one run.

    Eight tilings of 8 x 8 tiles over position and velocity; the step size 0.5 is shared by the
    eight active tiles. Nothing but the initial values of 0, which are too good, makes it explore.
    No time limit. The book prints the surfaces without numbers.
    """
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


def lengths_of(seed: int, learning_rate: float) -> Array:
    """Return how long each episode was. Shape [episodes]."""
    learner = driver(seed, learning_rate)
    lengths: Array = learner.learn_episodes(world(**MOUNTAIN), CURVE)["episode_length"]
    return lengths


def mountain_car_steps(repeat: Repeat) -> Outcome:
    """Steps of each episode while SARSA learns to drive up the mountain, for three step sizes.

    Settings as in figure 10.1; the book's step sizes of 0.1, 0.2 and 0.5 are divided by its eight
    tilings, which is what sharing them means. The book prints the curves without numbers.
    """
    found = repeat(lengths_of, [(step,) for step in STEP_SIZES])
    picture, axes = canvas("Mountain Car: steps of an episode (means of five)")
    axes.set(xlabel="episode", ylabel="steps", xlim=(1, CURVE), ylim=(100, 1_000), yscale="log")
    axes.set_yticks([100, 200, 400, 1_000], ["100", "200", "400", "1,000"])
    axes.minorticks_off()
    curves = {
        f"step {k}": one.mean(axis=0).reshape(-1, 5).mean(axis=1)
        for k, one in zip(STEP_SIZES, found, strict=True)
    }
    lines(axes, range(3, CURVE + 3, 5), curves)
    rows = [
        estimate(f"step {k}: mean steps of the last fifth", None, one[:, -CURVE // 5 :].mean(1))
        for k, one in zip(STEP_SIZES, found, strict=True)
    ]
    return Outcome(picture, rows)
