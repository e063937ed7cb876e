"""What a learner would do without exploring: the best action it knows, in one world or in many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from gymnasium.spaces import Box, Discrete, Space

from spielfeld.arrays import Array
from spielfeld.protocols import Predicts, World, judges, predicts_many

DIVERGED = "The learner predicts nan: it has diverged. A smaller learning_rate or step_size helps."
Actor = Callable[[object, dict[str, Any]], object]  # observation, info -> action


def predict_one(learner: Predicts, observation: object) -> Array:
    """Return what a learner predicts for a single observation. Shape [outputs]."""
    many = predicts_many(learner)
    given = learner.predict(np.asarray(observation)[None] if many else observation)
    return np.asarray(given, np.float64).ravel()


def greedy_actions(
    predicted: Array, space: Space[Any], mask: Array | None, generator: np.random.Generator
) -> Array:
    """Return the best legal action of each row, ties broken at random.

    Args:
        predicted: Action values or probabilities [rows, actions], of which the largest is the best;
            where actions are continuous, the actions themselves [rows, dimensions].
        space: The action space of a row.
        mask: Which actions are legal, [rows, actions]; None if all are.
        generator: Breaks ties.

    Raises:
        FloatingPointError: If the learner predicts nan.
        ValueError: If there is nothing to choose by: the actions are neither numbered nor a box.
    """
    if isinstance(space, Box):
        _refuse_nan(predicted)
        shaped = np.reshape(predicted, (len(predicted), *space.shape))
        bounded: Array = np.clip(shaped, space.low, space.high).astype(space.dtype)
        return bounded
    if not isinstance(space, Discrete):
        raise ValueError(f"Actions must be numbered or continuous to be chosen from, not {space}.")
    best = best_actions(predicted, mask)
    lots = np.where(best, generator.random(best.shape), -1.0)
    chosen: Array = lots.argmax(axis=-1) + int(space.start)
    return chosen


def best_actions(predicted: Array, mask: Array | None) -> Array:
    """Return which legal actions are the best of their row, ties included, bool [rows, actions].

    Raises:
        FloatingPointError: If the learner predicts nan.
    """
    legal = np.ones(predicted.shape, bool) if mask is None else np.asarray(mask, bool)
    values = np.where(legal, predicted, -np.inf)
    best = values.max(axis=-1, keepdims=True)
    _refuse_nan(best)
    found: Array = values == best
    return found


def _refuse_nan(numbers: Array) -> None:
    if np.isnan(numbers).any():
        raise FloatingPointError(DIVERGED)


def require_choice(learner: Predicts) -> None:
    """Refuse learners that judge a policy.

    Raises:
        ValueError: If the learner has nothing to choose by.
    """
    if judges(learner):
        name = type(learner).__name__
        raise ValueError(f"{name} judges a policy; it has nothing to choose actions by.")


def greedy_actor(learner: Predicts, env: World, seed: int = 0) -> Actor:
    """Return a player of `env` that takes the best legal action, ties broken at random.

    Raises:
        ValueError: If the learner has nothing to choose by.
    """
    require_choice(learner)
    generator, space = np.random.default_rng(seed), env.action_space

    def act(observation: object, info: dict[str, Any]) -> object:
        predicted, mask = predict_one(learner, observation)[None], info.get("action_mask")
        action = greedy_actions(
            predicted, space, None if mask is None else np.asarray(mask)[None], generator
        )[0]
        return int(action) if isinstance(space, Discrete) else action

    return act
