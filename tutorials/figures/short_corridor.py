"""The short corridor: a stochastic policy is best, and REINFORCE finds it.

The corridor has three cells; in the middle one left and right are exchanged, and each step costs 1.
The agent cannot distinguish the cells, so the best policy is random. Above: the value of each
probability, solved exactly on the model. Marks show two policies that prefer one direction and
explore in a tenth of all steps. Below: the returns of episodes while REINFORCE learns. It begins
with the policy that prefers left. The step size is 2^-13; with a baseline it is 2^-9, and 2^-6 for
the value. The numbers are means over the episodes 951 to 1,000.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

import numpy as np

from spielfeld.agents.bandit.gradient import climb, softmax
from spielfeld.agents.policy_gradient.reinforce import discounted_returns
from spielfeld.arrays import Array
from spielfeld.compiled import compiled
from spielfeld.envs.small_worlds.short_corridor import GOAL, LEFT, RIGHT
from spielfeld.tutorials.figures.drawing import (
    BLUE,
    ORANGE,
    Outcome,
    Repeat,
    Row,
    book_line,
    book_point,
    canvas,
    estimate,
    lines,
    to_the_digits,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SOURCE = "example 13.1, figures 13.1 and 13.2"
RUNS = 1_000
QUESTION = "Does REINFORCE learn with a larger step? Change 2.0**-13 to 2.0**-9."

BEST, VALUE = 0.585786, -11.656854
# Step sizes of policy and value, and the mean return in episodes 951 to 1,000.
LEARNERS = {
    "REINFORCE": (2.0**-13, 0.0, -12.23),
    "with baseline": (2.0**-9, 2.0**-6, -11.99),
}
START = 1.47, -1.47  # preferences of left and right; the probability of right is 0.05
LEAST = 0.05  # probability of either direction, so that every episode ends
EPISODES, LATE, TENS = 1_000, 950, 10
MOST = 100_000  # largest number of steps in an episode; no episode comes near


def value(right: float) -> float:
    """Return the value of going right with probability `right`, solved on the model."""
    from spielfeld.agents.planning import start_value
    from spielfeld.envs.small_worlds import short_corridor

    model = short_corridor.short_corridor()
    return start_value(model, np.tile([1 - right, right], (model.states, 1)))


def keep_trying(policy: Array) -> None:
    """Limit the probabilities of left and right to [0.05, 0.95], in place."""
    policy[RIGHT] = min(max(policy[RIGHT], LEAST), 1 - LEAST)
    policy[LEFT] = 1 - policy[RIGHT]


def play(
    next_state: Array, reward: Array, right: float, chance: np.random.Generator,
    actions: Array, rewards: Array,
) -> int:  # fmt: skip
    """Play an episode, store its actions and rewards, and return its number of steps."""
    state, step = 0, 0
    while state != GOAL:
        action = RIGHT if chance.random() < right else LEFT
        actions[step], rewards[step] = action, reward[state, action, 0]
        state = next_state[state, action, 0]
        step += 1
    return step


def learn_from(
    actions: Array, returns: Array, preferences: Array, policy: Array, value: float,
    rate: float, value_rate: float,
) -> float:  # fmt: skip
    """Take REINFORCE's step for an episode, and return the new value.

    All cells look the same, so this is the gradient bandit with returns instead of rewards.
    """
    moved = value
    for step in range(actions.size):
        advantage = returns[step] - value
        climb(preferences, policy, actions[step], advantage, rate)
        moved += value_rate * advantage
    return moved


def run(
    next_state: Array, reward: Array, chance: np.random.Generator, preferences: Array,
    rate: float, value_rate: float, earned: Array,
) -> None:  # fmt: skip
    """Learn from one episode after another; `earned` receives their returns."""
    actions, rewards = np.empty(MOST, np.int64), np.empty(MOST)
    policy, value = np.empty(2), 0.0
    for episode in range(earned.size):
        softmax(preferences, policy)
        keep_trying(policy)
        steps = play(next_state, reward, policy[RIGHT], chance, actions, rewards)
        returns = discounted_returns(rewards[:steps], 0.0, 1.0)
        earned[episode] = returns[0]
        value = learn_from(
            actions[:steps], returns, preferences, policy, value, rate, value_rate
        )  # fmt: skip


compiled_run = compiled(run, discounted_returns=inspect.unwrap(discounted_returns))


def returns(seed: int, rate: float, value_rate: float) -> Array:
    """Return the return of each episode during REINFORCE's learning. Shape [episodes]."""
    from spielfeld.envs.small_worlds.short_corridor import short_corridor

    model, earned = short_corridor(), np.empty(EPISODES)
    chance = np.random.default_rng([seed, 1])
    compiled_run(
        model.next_state, model.reward, chance, np.array(START), rate, value_rate, earned
    )  # fmt: skip
    return earned


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
    picture, (above, below) = canvas("Short corridor", 2, 1, 7.4)
    return Outcome(picture, [*draw_values(above), *draw_learning(below, repeat)])


def draw_learning(axes: Axes, repeat: Repeat) -> list[Row]:
    """Draw returns over episodes, and compare the last ones with the published means."""
    found = repeat(returns, [steps[:2] for steps in LEARNERS.values()])
    curves = dict(zip(LEARNERS, found, strict=True))
    axes.set(xlabel="episode", ylabel="return of an episode", xlim=(1, EPISODES), ylim=(-90, -5))
    tens = {k: curve.mean(axis=0).reshape(-1, TENS).mean(axis=1) for k, curve in curves.items()}
    lines(axes, np.arange(TENS / 2, EPISODES, TENS), tens)
    book_line(axes, VALUE, f"best coin {VALUE:.2f}")
    return [
        estimate(f"{name}, return", LEARNERS[name][2], curve[:, LATE:].mean(axis=1))
        for name, curve in curves.items()
    ]


def draw_values(axes: Axes) -> list[Row]:
    """Draw values over probabilities, and compare the best value with the published one."""
    from scipy.optimize import minimize_scalar

    best = minimize_scalar(
        lambda right: -value(right), bounds=(0.1, 0.9), method="bounded", options={"xatol": 1e-9}
    )
    chances = np.linspace(0.02, 0.98, 97)
    axes.plot(chances, [value(right) for right in chances], color=BLUE)
    axes.set(xlabel="probability of right", ylabel="value: minus the mean steps", xlim=(0, 1))
    axes.set_ylim(-100, 0)
    mark(axes, 0.05, "left")
    mark(axes, 0.95, "right")
    book_point(axes, BEST, VALUE, f"book: {VALUE:.2f} at {BEST:.3f}")
    axes.grid(alpha=0.3)
    return [
        to_the_digits("best probability of right", BEST, float(best.x), 6),
        to_the_digits("its value", VALUE, -float(best.fun), 6),
    ]


def mark(axes: Axes, right: float, preferred: str) -> None:
    """Mark a policy that prefers one direction, with its value."""
    worth = value(right)
    axes.plot(right, worth, "o", color=ORANGE)
    axes.text(right, worth, f"   prefers {preferred}: {worth:.1f}   ", ha=preferred, va="center")
