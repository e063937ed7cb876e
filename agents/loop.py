"""The loop of every agent with a table: act, see what comes of it, learn, again.

    begin an episode if none is under way; pick an action, unless it is picked already
    step: take the action, observe the reward and the next state
    pick the next action, if the method is on-policy
    update: learn from this transition

The loop calls four rules that stand empty in this file: `begin` and `step` are the world's, `pick`
and `update` the method's. `filled(loop, begin=..., step=..., pick=..., update=...)` puts rules in
and gives plain Python, which acts in any Gymnasium environment. `compiled(loop, ...)` gives the
same source as machine code, which acts in a `TabularModel`. Both learn the same table, bit for bit.

One generator, `random`, is the world's, and one, `agent`, is the agent's. Arrays of one number are
changed in place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Annotated, NamedTuple

from numpy.random import Generator

from spielfeld.arrays import Array
from spielfeld.learning.optimizer import linear_schedule
from spielfeld.snapshot import Counts, Index, Values


class Rates(NamedTuple):
    """The numbers of a configuration that every method needs."""

    learning_rate: float
    learning_rate_decay: float
    discount: float
    exploration_rate: float
    final_exploration_rate: float
    exploration_samples: float  # environment steps from the first rate to the final one
    on_policy: bool  # whether the next action is picked before the update, and then taken
    judges: bool  # whether a policy is judged: the table has one column, the value of a state


class Position(NamedTuple):
    """Where the agent stands; arrays of one number."""

    state: Annotated[Array, Index("states", none=True)]  # -1 when the next step begins an episode
    action: Annotated[Array, Index("actions", none=True)]  # the action picked already, or -1
    length: Counts  # environment steps of the episode
    total: Values  # rewards of the episode so far
    samples: Counts  # environment steps of all episodes


class Step(NamedTuple):
    """The world's answer to an action."""

    state: int
    reward: float
    terminated: bool  # the world has ended: nothing follows
    truncated: bool  # the time limit has come: something would follow, and counts


class Transition(NamedTuple):
    """One environment step as a method learns from it."""

    state: int
    action: int  # column of the table: 0 where a policy is judged
    reward: float
    next_state: int
    next_action: int  # as `action`; -1 if it is not picked yet
    terminated: bool
    truncated: bool
    exploration_rate: float  # with which `action` was picked
    next_exploration_rate: float


class Episodes(NamedTuple):
    """Finished episodes, filled from the front; arrays as long as there may be episodes."""

    samples: Array  # environment steps until the end
    total: Array  # sum of rewards
    length: Array  # environment steps
    number: Array  # of episodes in the other three


def begin(world: object, memory: object, random: Generator) -> int:
    """Start an episode and return its first state; a rule of the world."""
    raise NotImplementedError


def step(
    world: object, memory: object, random: Generator, state: int, action: int, elapsed: int
) -> Step:
    """Take an action, the `elapsed`-th of the episode; a rule of the world."""
    raise NotImplementedError


def pick(memory: object, settings: object, state: int, rate: float, agent: Generator) -> int:
    """Choose an action, exploring at a rate; a rule of the method."""
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
    """Yield `samples` transitions, each taken when it is asked for."""
    for _ in range(samples):
        yield take()
