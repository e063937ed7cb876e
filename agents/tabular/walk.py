"""The compiled walk: acting and learning at once, over a `TabularModel`, for every tabular method.

Methods differ in two rules, which stand in their own files: `pick` chooses the next action and
`update` learns from a transition. `compiled(walk, pick=..., update=...)` puts them in.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from spielfeld.agents.tabular.exploration import linear_schedule
from spielfeld.arrays import Array
from spielfeld.envs.sampling import mean_reward, sample_outcome, sample_start
from spielfeld.envs.tabular import ModelArrays


class Rates(NamedTuple):
    """The numbers of a configuration that every method needs."""

    learning_rate: float
    learning_rate_decay: float
    discount: float
    exploration_rate: float
    final_exploration_rate: float
    exploration_samples: float
    time_limit: int  # environment steps
    on_policy: bool  # whether the next action is picked before the update, and then taken


class Transition(NamedTuple):
    """One environment step, as update rules see it."""

    state: int
    action: int  # the column of the table: 0 where a policy is judged, not chosen
    reward: float
    next_state: int
    next_action: int  # as `action`; -1 if it is not picked yet, or if there is none
    terminated: bool  # the world has ended: nothing follows
    over: bool  # the episode has, perhaps by the time limit alone: then something would follow
    exploration_rate: float  # with which `action` was picked
    next_exploration_rate: float


class Episode(NamedTuple):
    """Where the agent stands; arrays of one number, changed in place."""

    state: Array  # -1 when the next sample begins an episode
    action: Array  # picked already, or -1
    length: Array  # environment steps
    total: Array  # rewards so far


class Episodes(NamedTuple):
    """Finished episodes, filled from the front."""

    samples: Array
    total: Array
    length: Array


def pick(
    memory: Any, state: int, exploration_rate: float, explore_draw: float, choice_draw: float
) -> int:
    """Stand in for the choice of an action, which `compiled(walk, pick=...)` sets."""
    raise NotImplementedError


def column(action: int) -> int:
    """Stand in for the column of the table that an action's value stands in."""
    raise NotImplementedError


def update(
    memory: Any, settings: Any, rates: Rates, transition: Transition, agent: np.random.Generator
) -> None:
    """Stand in for the method's update, which `compiled(walk, update=...)` sets."""
    raise NotImplementedError


def walk(
    model: ModelArrays,
    rates: Rates,
    settings: Any,
    memory: Any,
    episode: Episode,
    finished: Episodes,
    world: np.random.Generator,
    agent: np.random.Generator,
    before: int,
    samples: int,
    episodes: int,
) -> tuple[int, int]:
    """Take `samples` steps in the model, each followed by one update.

    Args:
        model: The world.
        rates: Step size, discount and exploration.
        settings: Numbers of the method's own.
        memory: Arrays of the method: table, visits, legal actions, and its own; changed in place.
        episode: Where the agent stands, changed in place.
        finished: Where finished episodes are recorded, long enough for as many as there may be.
        world: The environment's generator: one draw a reset and one a step.
        agent: The agent's generator: two draws an action, and those of the method.
        before: Samples drawn in earlier calls.
        samples: Environment steps to take now.
        episodes: Stop earlier, once so many episodes are finished.

    Returns:
        Environment steps taken, and how many episodes were finished.
    """
    taken, count = 0, 0
    for sample in range(before, before + samples):
        if episode.state[0] < 0:
            episode.state[0] = sample_start(model, world.random())
            episode.length[0], episode.total[0] = 0, 0.0
        state, action = episode.state[0], episode.action[0]
        rate, next_rate = exploration(rates, sample), exploration(rates, sample + 1)
        if action < 0:
            action = pick(memory, state, rate, agent.random(), agent.random())

        draw = world.random()
        outcome = sample_outcome(model, state, action, draw)
        reward = mean_reward(model, state, action, outcome, draw)
        next_state = model.next_state[state, action, outcome]
        terminated = model.terminated[state, action, outcome]

        next_action, next_column = -1, -1
        if rates.on_policy and not terminated:
            next_action = pick(memory, next_state, next_rate, agent.random(), agent.random())
            next_column = column(next_action)
        episode.state[0], episode.action[0] = next_state, next_action
        episode.length[0] += 1
        episode.total[0] += reward
        over = terminated or episode.length[0] >= rates.time_limit
        transition = Transition(
            state, column(action), reward, next_state, next_column, terminated, over, rate,
            next_rate,
        )  # fmt: skip
        update(memory, settings, rates, transition, agent)

        taken += 1
        if over:
            finished.samples[count] = sample + 1
            finished.total[count] = episode.total[0]
            finished.length[count] = episode.length[0]
            episode.state[0], episode.action[0] = -1, -1
            count += 1
            if count == episodes:
                break
    return taken, count


def exploration(rates: Rates, sample: int) -> float:
    """Return the exploration rate after `sample` environment steps."""
    return linear_schedule(
        rates.exploration_rate, rates.final_exploration_rate, rates.exploration_samples, sample
    )
