"""A2C, advantage actor-critic: policy gradient with advantages from a learned state value.

This file provides the functions of `agents/deep_loop.py`. The agent acts for a few steps in many
worlds at once. Then it raises the probability of actions with a positive advantage and lowers that
of the others. It also moves each value towards the return. Then it deletes the rollout, because the
next policy needs its own.

    advantage = reward + discount * reward' + ... + discount^n * value(last state) - value
    return = advantage + value, as the value was when the step was taken
    J = mean of [-advantage * log p(action) + value_weight / 2 * (value - return)^2
                 - entropy_weight * entropy]

The derivative of the first term by the policy's outputs is -advantage * score. Advantages and
returns are constants here. The entropy term keeps the policy from becoming certain too early. The n
of a step counts the steps to the end of the rollout or of its episode. A `trace_decay` below 1
includes smaller n (see `generalised_advantages`).

Differs from REINFORCE with baseline by bootstrapping. It does not wait for the end of an episode,
but uses the value of the last state. This adds some bias and removes much variance.

Source: Mnih et al. (2016), section 4; Sutton & Barto, 2nd edition, section 13.5.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from spielfeld.agents.policy_gradient.parts import (
    ActionTargets,
    ActorCritic,
    ActorCriticConfig,
    Distribution,
)
from spielfeld.arrays import Array
from spielfeld.learning.batch import Batch
from spielfeld.settings import settings


@settings
class A2CConfig(ActorCriticConfig):
    """Settings of A2C."""


class ActorCriticLoss:
    """J of A2C; its predictions are the policy's outputs, and in the last column the value.

    Args:
        kind: Distribution over actions.
        value_weight: Weight of half the value's squared error.
        entropy_weight: Weight of the entropy.
    """

    measures: ClassVar[tuple[str, ...]] = (
        "policy_loss", "value_loss", "entropy", "explained_variance",
    )  # fmt: skip

    def __init__(
        self, kind: type[Distribution], value_weight: float, entropy_weight: float
    ) -> None:
        self.kind, self.value_weight, self.entropy_weight = kind, value_weight, entropy_weight

    def value(
        self, prediction: Array, target: ActionTargets, weights: Array | float = 1.0
    ) -> float:
        """Return J, the mean over the rows."""
        policy = self.kind(prediction[:, :-1], target.legal)
        each = -target.advantage * policy.log_probability(target.action)
        each -= self.entropy_weight * policy.entropy()
        each += self.value_weight / 2 * (prediction[:, -1] - target.returns) ** 2
        return float((weights * each).mean())

    def derivative(
        self, prediction: Array, target: ActionTargets, weights: Array | float = 1.0
    ) -> Array:
        """Return dJ / d prediction. Shape [rows, outputs + 1]."""
        policy = self.kind(prediction[:, :-1], target.legal)
        slope = np.empty_like(prediction)
        slope[:, :-1] = -target.advantage[:, None] * policy.score(target.action)
        if self.entropy_weight:
            slope[:, :-1] -= self.entropy_weight * policy.entropy_slope()
        slope[:, -1] = self.value_weight * (prediction[:, -1] - target.returns)
        slope *= np.reshape(weights, (-1, 1)) / slope.dtype.type(len(slope))
        return slope

    def measure(self, prediction: Array, target: ActionTargets) -> dict[str, float]:
        """Return the numbers of an update for the history."""
        policy = self.kind(prediction[:, :-1], target.legal)
        error, spread = target.returns - prediction[:, -1], float(target.returns.var())
        numbers = (
            -(target.advantage * policy.log_probability(target.action)).mean(),
            (error * error).mean() / 2, policy.entropy().mean(),
            1 - float(error.var()) / spread if spread else np.nan,
        )  # fmt: skip
        return dict(zip(self.measures, map(float, numbers), strict=True))


class A2C(ActorCritic):
    """Advantage actor-critic (A2C): policy gradient with advantages from a learned state value.

    Args:
        config: Settings; see `A2CConfig`.
        seed: Seed of the agent and of the first reset of the worlds.

    >>> import gymnasium
    >>> learner = A2C(seed=1)
    >>> history = learner.learn(gymnasium.make("CartPole-v1"), samples=2_000)
    >>> learner.predict([[0.0, 0.0, 0.0, 0.0]]).shape
    (1, 2)
    """

    config_class = A2CConfig
    config: A2CConfig
    loss: ActorCriticLoss
    measures: ClassVar[tuple[str, ...]] = ActorCriticLoss.measures

    def make_loss(self) -> ActorCriticLoss:
        """Return J of A2C."""
        return ActorCriticLoss(self.kind, self.config.value_weight, self.config.entropy_weight)

    def batches(self) -> Iterator[Batch]:
        """Yield the whole rollout once: the next policy needs its own rollout."""
        inputs, targets = self.rollout.lessons(self)
        if len(inputs):  # a short rollout may contain only resets
            yield Batch(inputs, targets)
