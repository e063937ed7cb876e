"""Rules of the two kinds of worlds: a `TabularModel`, and any Gymnasium environment.

The rules are `begin` and `step` of `agents/loop.py`. The rules of a model can be compiled. Their
random numbers have the same order as in its Gymnasium environment, so both give the same episodes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from gymnasium import Env

from spielfeld.agents.loop import Step
from spielfeld.agents.tabular.descent import TileMemory
from spielfeld.agents.tabular.rules import Tabular
from spielfeld.agents.tabular.spaces import DiscreteCode
from spielfeld.envs.tabular import ModelArrays, mean_reward, sample_outcome, sample_start
from spielfeld.learning.tile_coding import TileCoder


class ModelWorld(NamedTuple):
    """`TabularModel` as the compiled loop uses it."""

    model: ModelArrays
    limit: int  # time limit of an episode, in environment steps


def begin_in_model(world: ModelWorld, memory: object, random: np.random.Generator) -> int:
    """Draw the first state; one draw."""
    return sample_start(world.model, random.random())


def step_in_model(
    world: ModelWorld, memory: object, random: np.random.Generator, state: int, action: int,
    elapsed: int,
) -> Step:  # fmt: skip
    """Draw the result of an action; one draw."""
    draw = random.random()
    outcome = sample_outcome(world.model, state, action, draw)
    reward = mean_reward(world.model, state, action, outcome, draw)
    terminated = world.model.terminated[state, action, outcome]
    next_state = world.model.next_state[state, action, outcome]
    return Step(next_state, reward, terminated, elapsed >= world.limit)


class GymWorld(NamedTuple):
    """Gymnasium environment as the plain loop uses it, and the codes of its spaces."""

    source: Env[Any, Any]
    observations: DiscreteCode | TileCoder
    actions: DiscreteCode
    masked: bool  # whether the environment has an action mask


def begin_in_gym(world: GymWorld, memory: Tabular, random: object) -> int:
    """Reset the environment."""
    return seen(world, memory, 0, *world.source.reset())


def step_in_gym(
    world: GymWorld, memory: Tabular, random: object, state: int, action: int, elapsed: int
) -> Step:
    """Take an action in the environment."""
    if action < 0:
        raise ValueError(f"No legal action of state {state} has a value that is a number.")
    taken = world.actions.decode(action)
    observation, reward, terminated, truncated, info = world.source.step(taken)
    if not math.isfinite(reward):
        raise ValueError(f"The environment returned the reward {reward} for action {taken}.")
    state = seen(world, memory, 1 - state, observation, info)
    return Step(state, float(reward), bool(terminated), bool(truncated))


def seen(
    world: GymWorld, memory: Tabular, row: int, observation: object, info: dict[str, Any]
) -> int:
    """Return the state of an observation, and store its legal actions.

    The state of a discrete observation is its number. The tiles of a continuous one go into `row`.
    """
    code = world.observations.encode(observation)
    if isinstance(memory, TileMemory):
        memory.tiles[row], state = code, row
    else:
        state = int(code)
    if world.masked:
        memory.legal[state] = info.get("action_mask", True)
    return state


MODEL: dict[str, Callable[..., Any]] = {"begin": begin_in_model, "step": step_in_model}
GYM: dict[str, Callable[..., Any]] = {"begin": begin_in_gym, "step": step_in_gym}
