"""REINFORCE with baseline: judge what an action led to by what was to be expected anyway.

Fills `agents/deep_loop.py`, as REINFORCE does. Where every return is -20 or so, REINFORCE makes
each action less probable in turn, and learns only from the difference. So learn beside the policy
the return to expect of an observation, its value. Make actions more probable that turned out better
than it, and less probable those that turned out worse:

    J = mean over episodes of the sum over their steps of
        -(return - value) * log p(action) + value_weight / 2 * (value - return)^2

The derivative of J by the policy's outputs is -(return - value) * score; the first term's value is
held constant. Whatever number is taken off the return, as long as it does not depend on the action,
the mean of the gradient stays the same, since the mean of the score is 0; what shrinks is the
chance in it. J is that of A2C without entropy, and so its class is used.

Differs from REINFORCE by the value network, by return - value in the place of return, and at a time
limit, where the value stands for what would have come (the bootstrap) instead of nothing.

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
    """Of the value's error in J: with sgd, how much longer its steps are than the policy's."""


class ReinforceWithBaseline(Reinforce):
    """REINFORCE with baseline: returns minus a learned state value.

    Args:
        config: Settings; see `ReinforceWithBaselineConfig`.
        seed: Of the agent's generator, and of the worlds' first reset.

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
        """Return what the loss compares predictions with: the advantage is return - value."""
        advantage = returns - self.function(inputs)[:, -1]
        return ActionTargets(action, legal, None, advantage, returns)  # type: ignore[arg-type]
