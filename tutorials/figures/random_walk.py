"""A random walk of five states: TD(0) beside Monte Carlo.

TD(0) and every-visit Monte Carlo predict the values of five states. All values begin at 0.5. Left:
values of one run of TD(0) after some episodes, with step size 0.1. Right: root mean square of the
errors of the five values, mean over runs.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from spielfeld.arrays import Array
from spielfeld.tutorials.figures.drawing import (
    BLACK,
    Outcome,
    Repeat,
    Row,
    canvas,
    lines,
    to_the_digits,
    world,
)

if TYPE_CHECKING:
    from spielfeld.agents.tabular.prediction import PredictionLearner

SOURCE = "example 6.2"
RUNS = 200
QUESTION = "Does a larger step size end with a smaller error? Change the 0.15 in TD_STEPS to 0.5."

TRUE = np.arange(1, 6) / 6
EPISODES = 100
TD_STEPS, MC_STEPS = (0.15, 0.1, 0.05), (0.01, 0.02, 0.03, 0.04)


def values_of(seed: int, learner: type[PredictionLearner], **settings: float) -> Array:
    """Return the values of A to E after 0 to 100 episodes. Shape [episodes + 1, 5]."""
    config = learner.config_class(
        discount=1.0, initial_value=0.5, learning_rate_decay=0.0, **settings
    )
    judge, env = learner(config, seed), world("spielfeld/RandomWalk5-v0")
    values = np.full((EPISODES + 1, 5), 0.5)
    for episode in range(1, EPISODES + 1):
        judge.learn_episodes(env, 1)
        values[episode] = judge.state_values[1:-1]
    return values


def errors(seed: int, learner: type[PredictionLearner], settings: dict[str, Any]) -> Array:
    """Return the RMS error over the five states after 0 to 100 episodes."""
    missed: Array = np.sqrt(((values_of(seed, learner, **settings) - TRUE) ** 2).mean(axis=1))
    return missed


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
    from spielfeld.agents import MonteCarloPrediction, TemporalDifference

    every: dict[str, Any] = {"every_visit": True}
    settings: list[tuple[Any, ...]] = [
        *((TemporalDifference, {"learning_rate": step}) for step in TD_STEPS),
        *((MonteCarloPrediction, {"learning_rate": step, **every}) for step in MC_STEPS),
    ]
    names = [f"TD {step}" for step in TD_STEPS] + [f"MC {step}" for step in MC_STEPS]
    found = repeat(errors, settings)
    picture, (left, right) = canvas("Random walk of five states", 1, 2, 4.4)
    values = values_of(1, TemporalDifference, learning_rate=0.1)
    shown = (0, 1, 10, 100)
    lines(left, range(5), {f"{k}": values[k] for k in shown})
    left.plot(range(5), TRUE, color=BLACK, marker="o", ms=4, lw=1, label="_")
    left.annotate("true", (0.5, 0.25), (-4, 6), textcoords="offset points", ha="right", fontsize=9)
    left.set(xlabel="state", ylabel="value", title="TD(0) after 0, 1, 10, 100 episodes")
    left.set_xticks(range(5), list("ABCDE"))
    right.set(xlabel="episodes", ylabel="RMS error", xlim=(0, EPISODES), ylim=(0, 0.25))
    right.set_title(f"mean of {repeat.runs:,} runs, by step size")
    means = [one.mean(axis=0) for one in found]
    lines(right, range(EPISODES + 1), dict(zip(names, means, strict=True)))
    rows = [to_the_digits("RMS error at first", 0.235702, means[0][0].item(), 6)]
    for name, one in zip(names, found, strict=True):
        last = one[:, -1]
        error = last.std(ddof=1).item() / math.sqrt(len(last))
        rows.append(Row(f"{name}: RMS error in the end", None, last.mean().item(), error))
    return Outcome(picture, rows)
