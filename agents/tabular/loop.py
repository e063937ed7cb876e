"""The compiled loop of one-step control: acting and learning at once, over a `TabularModel`."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from agents.tabular.exploration import choose_action, decayed_rate, linear_schedule
from envs.sampling import mean_reward, sample_outcome, sample_start
from envs.tabular import ModelArrays
from learning.batch import Array
from learning.loss import squared_error_derivative
from learning.optimizer import descend


class Rates(NamedTuple):
    """The numbers of a configuration that the loop needs."""

    learning_rate: float
    learning_rate_decay: float
    discount: float
    exploration_rate: float
    final_exploration_rate: float
    exploration_samples: int
    time_limit: int  # environment steps
    on_policy: bool  # whether the next action is picked before the update, and then taken


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


def target(
    reward: float,
    discount: float,
    terminated: bool,
    next_values: Array,
    next_legal: Array,
    next_action: int,
    exploration_rate: float,
) -> float:
    """Stand in for the algorithm's target, which `compiled(control_loop, target=...)` sets."""
    raise NotImplementedError


def control_loop(
    model: ModelArrays,
    rates: Rates,
    table: Array,
    visits: Array,
    episode: Episode,
    finished: Episodes,
    world: np.random.Generator,
    agent: np.random.Generator,
    before: int,
    samples: int,
) -> int:
    """Take `samples` steps in the model, each followed by one update of one cell.

    Args:
        model: The world.
        rates: Step size, discount and exploration.
        table: Action values, changed in place. Shape [states, actions].
        visits: Updates of each cell, changed in place. Shape [states, actions].
        episode: Where the agent stands, changed in place.
        finished: Where finished episodes are recorded, at least `samples` long.
        world: The environment's generator: one draw a reset and one a step.
        agent: The agent's generator: two draws an action.
        before: Samples drawn in earlier calls.
        samples: Environment steps to take now.

    Returns:
        How many episodes were finished.
    """
    count = 0
    for sample in range(before, before + samples):
        if episode.state[0] < 0:
            episode.state[0] = sample_start(model, world.random())
            episode.length[0], episode.total[0] = 0, 0.0
        state, action = episode.state[0], episode.action[0]
        if action < 0:
            exploration_rate = exploration(rates, sample)
            action = choose_action(
                table[state], model.legal[state], exploration_rate, agent.random(), agent.random()
            )

        draw = world.random()
        outcome = sample_outcome(model, state, action, draw)
        reward = mean_reward(model, state, action, outcome, draw)
        next_state = model.next_state[state, action, outcome]
        terminated = model.terminated[state, action, outcome]

        values, legal, next_action = table[next_state], model.legal[next_state], -1
        exploration_rate = exploration(rates, sample + 1)
        if rates.on_policy and not terminated:
            next_action = choose_action(
                values, legal, exploration_rate, agent.random(), agent.random()
            )
        aim = target(
            reward, rates.discount, terminated, values, legal, next_action, exploration_rate
        )
        visits[state, action] += 1
        rate = decayed_rate(rates.learning_rate, rates.learning_rate_decay, visits[state, action])
        slope = squared_error_derivative(table[state, action], aim)
        table[state, action] = descend(table[state, action], slope, rate)

        episode.state[0], episode.action[0] = next_state, next_action
        episode.length[0] += 1
        episode.total[0] += reward
        if terminated or episode.length[0] >= rates.time_limit:
            finished.samples[count] = sample + 1
            finished.total[count] = episode.total[0]
            finished.length[count] = episode.length[0]
            episode.state[0], episode.action[0] = -1, -1
            count += 1
    return count


def exploration(rates: Rates, sample: int) -> float:
    """Return the exploration rate after `sample` environment steps."""
    return linear_schedule(
        rates.exploration_rate, rates.final_exploration_rate, rates.exploration_samples, sample
    )
