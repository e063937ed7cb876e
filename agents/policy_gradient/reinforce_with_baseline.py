"""REINFORCE with baseline: returns minus a learned state value.

This file provides functions of `agents/deep_loop.py`, as REINFORCE does. If every return is about
-20, REINFORCE makes each action less probable in turn. It learns only from small differences. So
the agent also learns the expected return of an observation, the state value. Actions with a return
above this value become more probable; actions with a return below it become less probable:

    J = mean over episodes of the sum over their steps of
        -(return - value) * log p(action) + value_weight / 2 * (value - return)^2

The derivative of J by the policy's outputs is -(return - value) * score. The value is a constant in
the first term. The mean of the score is 0. So a baseline that is equal for all actions does not
change the mean of the gradient. It reduces the variance. J is that of A2C without entropy, so
this file uses the same class.

Differs from REINFORCE by the value network, and by return - value in place of return. At a time
limit it uses the value of the last state (bootstrapping) instead of 0.

Source: Williams (1992); Sutton & Barto, 2nd edition, section 13.4.
"""

from __future__ import annotations

from typing import ClassVar

from spielfeld.agents.policy_gradient.a2c import ActorCriticLoss
from spielfeld.agents.policy_gradient.parts import ActionTargets
from spielfeld.agents.policy_gradient.reinforce import Reinforce, ReinforceConfig
from spielfeld.arrays import Array
from spielfeld.settings import Amount, settings


@settings
class ReinforceWithBaselineConfig(ReinforceConfig):
    """Settings of REINFORCE with baseline."""

    value_weight: Amount = 1.0
    """Weight of the value's error in J; with sgd, its step size relative to the policy's."""


class ReinforceWithBaseline(Reinforce):
    """REINFORCE with baseline: returns minus a learned state value.

    Args:
        config: Settings; see `ReinforceWithBaselineConfig`.
        seed: Seed of the agent and of the first reset of the worlds.

    >>> import gymnasium
    >>> learner = ReinforceWithBaseline(seed=1)
    >>> history = learner.learn(gymnasium.make("CartPole-v1"), samples=2_000)
    >>> learner.predict([[0.0, 0.0, 0.0, 0.0]]).shape
    (1, 2)
    """

    config_class = ReinforceWithBaselineConfig
    critic = True
    config: ReinforceWithBaselineConfig
    measures: ClassVar[tuple[str, ...]] = ActorCriticLoss.measures

    def make_loss(self) -> ActorCriticLoss:
        """Return J."""
        return ActorCriticLoss(self.kind, self.config.value_weight, entropy_weight=0.0)

    def targets(
        self, inputs: Array, action: Array, returns: Array, legal: Array | None
    ) -> ActionTargets:
        """Return the targets of the loss: the advantage is return - value."""
        advantage = returns - self.function(inputs)[:, -1]
        return ActionTargets(action, legal, None, advantage, returns)  # type: ignore[arg-type]
