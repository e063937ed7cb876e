"""The loop of every agent with a table: act, observe the result, learn, and repeat.

    begin an episode if none is under way; pick an action, unless it is picked already
    step: take the action, observe the reward and the next state
    pick the next action, if the method is on-policy
    update: learn from this transition

The loop calls four rules that are empty in this file. The environment provides `begin` and `step`;
the method provides `pick` and `update`. `filled(loop, begin=..., step=..., pick=..., update=...)`
returns the loop with these rules as plain Python, which acts in any Gymnasium environment.
`compiled(loop, ...)` compiles the same source to machine code, which acts in a `TabularModel`. Both
learn the same table, bit for bit.

The environment draws from the generator `random`; the agent draws from the generator `agent`.
Arrays of one number are changed in place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, NamedTuple

from numpy.random import Generator

from spielfeld.arrays import Array
from spielfeld.learning.optimizer import linear_schedule
from spielfeld.snapshot import Counts, Index, Values


class Rates(NamedTuple):
    """Settings that the loop and every method need."""

    learning_rate: float
    learning_rate_decay: float
    discount: float
    exploration_rate: float
    final_exploration_rate: float
    exploration_samples: float  # environment steps from the first rate to the final one
    on_policy: bool  # whether the next action is picked before the update
    judges: bool  # whether the method is a prediction: the table has one column


class Position(NamedTuple):
    """Position of the agent in its episode; arrays of one number."""

    state: Annotated[Array, Index("states", none=True)]  # -1 when the next step begins an episode
    action: Annotated[Array, Index("actions", none=True)]  # the action picked already, or -1
    length: Counts  # environment steps of the episode
    total: Values  # rewards of the episode so far
    samples: Counts  # environment steps of all episodes


class Step(NamedTuple):
    """Answer of the environment to an action."""

    state: int
    reward: float
    terminated: bool  # the episode is over because the world has reached its end
    truncated: bool  # a time limit has ended it; the next state still has a value


class Transition(NamedTuple):
    """One environment step as a method learns from it."""

    state: int
    action: int  # column of the table: 0 in prediction
    reward: float
    next_state: int
    next_action: int  # as `action`; -1 if it is not picked yet
    terminated: bool
    truncated: bool
    exploration_rate: float  # probability of a random action when `action` was picked
    next_exploration_rate: float


class Episodes(NamedTuple):
    """Finished episodes; each array has room for all episodes that can end."""

    samples: Array  # environment steps of the agent until the end of the episode
    total: Array  # sum of the episode's rewards
    length: Array  # environment steps of the episode
    number: Array  # number of episodes in the other three arrays


def begin(world: object, memory: object, random: Generator) -> int:
    """Start an episode and return its first state; a rule of the environment."""
    raise NotImplementedError


def step(
    world: object, memory: object, random: Generator, state: int, action: int, elapsed: int
) -> Step:
    """Take an action in step `elapsed` of the episode; a rule of the environment."""
    raise NotImplementedError


def pick(memory: object, settings: object, state: int, rate: float, agent: Generator) -> int:
    """Pick an action with the exploration rate `rate`; a rule of the method."""
    raise NotImplementedError


def update(
    memory: object, settings: object, rates: Rates, transition: Transition, agent: Generator
) -> None:
    """Learn from a transition; a rule of the method."""
    raise NotImplementedError


def exploration(rates: Rates, sample: int) -> float:
    """Return the exploration rate after `sample` environment steps."""
    first, final = rates.exploration_rate, rates.final_exploration_rate
    return linear_schedule(first, final, rates.exploration_samples, sample)


def loop(
    world: object, memory: object, settings: object, rates: Rates, position: Position,
    finished: Episodes, random: Generator, agent: Generator, samples: int, episodes: int,
) -> None:  # fmt: skip
    """Act and learn for `samples` environment steps, or until `episodes` episodes are over."""
    for sample in range(position.samples[0], position.samples[0] + samples):
        if position.state[0] < 0:
            position.state[0] = begin(world, memory, random)
            position.length[0], position.total[0] = 0, 0.0
        state, action = position.state[0], position.action[0]
        rate, next_rate = exploration(rates, sample), exploration(rates, sample + 1)
        if action < 0:
            action = pick(memory, settings, state, rate, agent)

        after = step(world, memory, random, state, action, position.length[0] + 1)
        over = after.terminated or after.truncated
        next_action = -1
        if rates.on_policy and not after.terminated:
            next_action = pick(memory, settings, after.state, next_rate, agent)

        position.state[0], position.action[0] = after.state, next_action
        position.length[0] += 1
        position.total[0] += after.reward
        position.samples[0] += 1
        if rates.judges:
            action, next_action = 0, min(next_action, 0)
        transition = Transition(
            state, action, after.reward, after.state, next_action,
            after.terminated, after.truncated, rate, next_rate,
        )  # fmt: skip
        update(memory, settings, rates, transition, agent)

        if over:
            place = finished.number[0]
            finished.samples[place], finished.total[place] = sample + 1, position.total[0]
            finished.length[place] = position.length[0]
            finished.number[0] = place + 1
            position.state[0], position.action[0] = -1, -1
            if place + 1 == episodes:
                break


def one_by_one(take: Callable[[], Transition], samples: int) -> Iterator[Transition]:
    """Yield `samples` transitions; each step is taken when the caller asks for it."""
    for _ in range(samples):
        yield take()
