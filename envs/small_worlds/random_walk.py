"""Random walks between two ends: examples 6.2 and 7.1 of Sutton & Barto, 2nd edition."""

from __future__ import annotations

from functools import partial

import numpy as np

from spielfeld.envs.env import World
from spielfeld.envs.outcomes import BOOK, Outcome, model_of, stay
from spielfeld.envs.tabular import TabularModel

TIME_LIMIT = 10_000  # environment steps; a walk of 19 states takes 100 on average


def random_walk(
    states: int = 5, left_reward: float = 0.0, right_reward: float = 1.0, actions: int = 1
) -> TabularModel:
    """Return a random walk: steps to the left or right until an end is reached.

    | card     |                                                                             |
    |----------|-----------------------------------------------------------------------------|
    | states   | 0: the left end; 1 to `states`: the walk; `states` + 1: the right end        |
    | actions  | one: a random step to either side, to learn prediction;                     |
    |          | or two: 0 left, 1 right, to learn control                                   |
    | reward   | `left_reward` or `right_reward` on entering that end, else 0                |
    | end      | at both ends                                                                |
    | start    | in the middle                                                               |
    | discount | 1                                                                           |
    | source   | Sutton & Barto, 2nd edition, example 6.2 (5 states) and 7.1 (19, ends -1, 1) |

    >>> from spielfeld.agents.planning import policy_evaluation, random_policy
    >>> model = random_walk()
    >>> print(6 * policy_evaluation(model, random_policy(model)))
    [0. 1. 2. 3. 4. 5. 0.]

    Args:
        states: Length of the walk without its ends, an odd number.
        left_reward: Reward at the left end.
        right_reward: Reward at the right end.
        actions: 1 for prediction, 2 for control.

    Raises:
        ValueError: If the walk has no middle, or the number of actions is neither 1 nor 2.
    """
    if not isinstance(states, int) or states < 1 or states % 2 == 0:
        raise ValueError(f"A random walk needs an odd number of states, not {states!r}.")
    if actions not in (1, 2):
        raise ValueError(f"A random walk has 1 or 2 actions, not {actions!r}.")
    ends = {0: left_reward, states + 1: right_reward}

    def step(place: int) -> tuple[int, float, bool]:
        return place, ends.get(place, 0.0), place in ends

    def outcomes(state: int, action: int) -> list[Outcome]:
        if state in ends:
            return stay(state)
        if actions == 1:
            return [(0.5, *step(state - 1)), (0.5, *step(state + 1))]
        return [(1.0, *step(state - 1 if action == 0 else state + 1))]

    return model_of(outcomes, states + 2, actions, np.eye(states + 2)[(states + 1) // 2])


def five_states(
    states: int = 5, left_reward: float = 0.0, right_reward: float = 1.0, actions: int = 1
) -> World:
    """Return the random walk of example 6.2, or another one by the options of `random_walk`."""
    model = random_walk(states, left_reward, right_reward, actions)
    return _world("Random walk, 5 states", "example 6.2", model)


def nineteen_states(
    states: int = 19, left_reward: float = -1.0, right_reward: float = 1.0, actions: int = 1
) -> World:
    """Return the random walk of example 7.1: 19 states, -1 at the left end, 1 at the right."""
    model = random_walk(states, left_reward, right_reward, actions)
    return _world("Random walk, 19 states", "example 7.1", model)


def _world(name: str, example: str, model: TabularModel) -> World:
    names = ("left", "right") if model.actions == 2 else ("on",)
    tell = partial(_tell, model.states)
    row = np.arange(model.states)[None]
    return World(name, f"{BOOK}, {example}", model, names, tell, row, 1.0, TIME_LIMIT)


def _tell(states: int, state: int) -> str:
    walk = [".", *"_" * (states - 2), "."]
    walk[state] = "@"
    return "".join(walk)
