"""Common parts of the prediction methods, which learn the state values of a given policy.

The actions come from the policy, and the table has one column: one value for each state. The loop
and the updates are those of control.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from gymnasium import Env

from spielfeld.agents.planning.policies import random_policy
from spielfeld.agents.tabular.learner import TabularLearner
from spielfeld.agents.tabular.rules import PredictionConfig, Tabular
from spielfeld.arrays import Array
from spielfeld.envs.access import plain_model
from spielfeld.envs.tabular import TabularModel


def policy_pick(
    memory: Tabular, settings: object, state: int, rate: float, agent: np.random.Generator
) -> int:
    """Pick an action with its probability under the policy; two draws, as in every `pick`."""
    agent.random()
    return policy_action(memory.legal[state], agent.random())


def policy_action(weights: Array, choice_draw: float) -> int:
    """Return the action that a draw from [0, 1) picks by its weight. Shape of weights [actions]."""
    total, last = 0.0, -1
    for action in range(weights.size):
        total += weights[action]
    reach = 0.0
    for action in range(weights.size):
        if weights[action] > 0:
            reach, last = reach + weights[action], action
            if reach > choice_draw * total:
                return action
    return last  # rounding can leave the draw above the sum


class PredictionLearner(TabularLearner):
    """Learner of the state values of a policy; subclasses define their `update`.

    The table and all other arrays of cells have the shape [states, 1]. `memory.legal` holds the
    policy: the weight of each action, [states, actions].

    Args:
        config: Settings of the subclass's `config_class`.
        seed: Seed of the agent and of the first reset of the environment.
        policy: Probabilities of actions, [states, actions]; random legal actions by default.
        **settings: Settings to change in `config`, such as `learning_rate=0.1`.
    """

    config_class: ClassVar[type[Any]] = PredictionConfig
    pick = staticmethod(policy_pick)
    judges = True

    def __init__(
        self, config: object = None, seed: int = 0, policy: Array | None = None, **settings: object
    ) -> None:
        super().__init__(config, seed, **settings)
        self.policy = None if policy is None else np.array(policy, np.float64)
        self.masked = policy is None

    @property
    def state_values(self) -> Array:
        """State values: the table itself. Shape [states]."""
        return self.action_values[:, 0]

    def predict(self, inputs: object) -> Array:
        """Return state values, a 0-d array for one observation or [rows] for many."""
        return super().predict(inputs)[..., 0]

    def act(self, observation: object, action_mask: Array | None = None) -> int | Array:
        """Pick an action of the policy; a given policy needs no action mask."""
        return super().act(observation, action_mask if self.policy is None else None)

    def judged_policy(self, model: TabularModel) -> Array:
        """Return the policy, [states, actions], for a model of the world."""
        return random_policy(model) if self.policy is None else self.policy

    def prepare(self, source: Env[Any, Any]) -> None:
        """Make the table for the spaces of `source`; see `TabularLearner.prepare`.

        Raises:
            ValueError: If the policy does not fit the world.
        """
        super().prepare(source)
        shape = self.memory.legal.shape
        self.memory = self.memory._replace(legal=np.ones(shape))
        if self.policy is not None:
            check_policy(self.policy, shape, plain_model(source))
            self.memory.legal[...] = self.policy

    def twin(self) -> PredictionLearner:
        """Return a new learner of the same settings, seed and policy."""
        return type(self)(self.config, self.seed, self.policy)

    def require_sound(self) -> None:
        """Refuse a restored state of another policy; see `TabularLearner.require_sound`.

        Raises:
            ValueError: If the saved policy differs.
        """
        super().require_sound()
        if self.policy is not None and not np.array_equal(self.memory.legal, self.policy):
            raise ValueError("The saved policy differs from the policy of this learner.")


def check_policy(policy: Array, shape: tuple[int, ...], model: TabularModel | None) -> None:
    """Refuse an array that is no policy of this world.

    Raises:
        ValueError: If the shape does not fit, a row is no distribution, or an action is illegal.
    """
    if policy.shape != shape:
        raise ValueError(f"The policy must have shape {shape}, not {policy.shape}.")
    wrong = ~(policy >= 0).all(axis=1) | ~(np.abs(policy.sum(axis=1) - 1) < 1e-9)
    if wrong.any():
        raise ValueError(f"The policy of state {wrong.argmax()} is no distribution.")
    if model is not None and (illegal := (policy > 0) & ~model.legal_actions).any():
        state, action = np.argwhere(illegal)[0]
        raise ValueError(f"The policy takes action {action} in state {state}, which is illegal.")
