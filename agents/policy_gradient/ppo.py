"""PPO, proximal policy optimisation: use the same experience several times, but stay close.

Fills `agents/deep_loop.py`. Act in many worlds for a while, then go over the rollout in several
epochs of minibatches. After the first step of Adam the policy is no longer the one that acted, so
each row, one step in one world, counts by the ratio of the probability of its action now to that
when it was drawn. Once the ratio is further from 1 than `clip`, in the direction that its advantage
asks for, the row pushes the policy no more. To be minimised over the rows of a minibatch:

    ratio = p(action) / p_old(action)
    J = mean of [-min(ratio * advantage, clip(ratio, 1 - clip, 1 + clip) * advantage)
                 + value_weight / 2 * (value - return)^2 - entropy_weight * entropy]

The derivative of the first term by log p(action) is 0 where the ratio is above 1 + clip and the
advantage positive, or the ratio below 1 - clip and the advantage negative, and -ratio * advantage
everywhere else. At ratio 1, before the first step of Adam, that is A2C's and REINFORCE's. The ratio
itself is not limited: other rows, the entropy and Adam's momentum may carry it further.

The order of events in `deep_loop`:

    act      `steps` times in every world.
    keep     Each step, with its value and log p(action) of that moment (`Rollout.add`).
    targets  Look back from the last step to the first (`Rollout.lessons`). return = advantage +
             value. Neither is computed again in a later epoch. Set `clip` by its schedule, and
             bring the advantages, not the returns, to mean 0 and deviation 1 (`normalised`).
    step     In each epoch, cut the rollout into minibatches, in another order (`PPO.batches`). Take
             one step of Adam on J for each. Begin no further epoch if the last minibatch, just
             before its step, was further from p_old than `kl_limit`.

Differs from A2C by several epochs of minibatches, by the clipped ratio, without which the policy
could move far from the one that acted, and by normalised advantages. Rollouts are longer, since
each is used more often, and `trace_decay` is below 1, since later errors add more variance.

Not in the paper, but usual: normalised advantages (often in each minibatch), the value at the end
of a truncated episode (`end_values`), `gradient_clip`, `kl_limit`, the first weights
(`make_network`) and the 1e-5 of Adam (`make_adam`). Many clip the value's error as well; here it is
not. In the paper `clip` is epsilon, `trace_decay` lambda, value_weight / 2 c1, `entropy_weight` c2.

Source: Schulman et al. (2017), equations 7, 9, 11 and 12; Schulman et al. (2016), equation 16.
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
from spielfeld.learning.optimizer import ScheduleName
from spielfeld.settings import Amount, Count, Positive, Share, settings


@settings
class PPOConfig(ActorCriticConfig):
    """Settings of PPO."""

    steps: Count = 64
    """Steps of each world between two updates."""
    trace_decay: Share = 0.95
    """How far later errors count in an advantage: 0 not at all, 1 as much as `discount` says."""
    epochs: Count = 8
    """How many times the same experience is gone over."""
    batch_size: Count = 256
    """Rows of a minibatch, roughly: a rollout is divided evenly."""
    clip: Positive = 0.2
    """How far from 1 a ratio may move before its row pushes the policy no further."""
    clip_schedule: ScheduleName = "constant"
    """How `clip` falls along `schedule_samples`: constant, linear, cosine or step."""
    kl_limit: Amount = 0.0
    """Begin no further epoch once the last minibatch's KL is above this, in nats; 0: no limit."""
    normalise_advantages: bool = True
    """Bring the advantages of each update to mean 0 and deviation 1."""


class ClippedLoss:
    """J of PPO; its predictions are the policy's outputs, and in the last column the value.

    Args:
        kind: Of the distribution over actions.
        value_weight: Of half the value's squared error.
        entropy_weight: Of the entropy.
        clip: How far from 1 a ratio still pushes the policy.
    """

    measures: ClassVar[tuple[str, ...]] = (
        "policy_loss", "value_loss", "entropy", "explained_variance", "approximate_kl",
        "clip_share",
    )  # fmt: skip

    def __init__(
        self, kind: type[Distribution], value_weight: float, entropy_weight: float, clip: float
    ) -> None:
        self.kind, self.clip = kind, clip
        self.value_weight, self.entropy_weight = value_weight, entropy_weight

    def value(
        self, prediction: Array, target: ActionTargets, weights: Array | float = 1.0
    ) -> float:
        """Return J, a mean over the rows."""
        policy = self.kind(prediction[:, :-1], target.legal)
        each = self.policy_loss(policy, target) - self.entropy_weight * policy.entropy()
        each += self.value_weight / 2 * (prediction[:, -1] - target.returns) ** 2
        return float((weights * each).mean())

    def derivative(
        self, prediction: Array, target: ActionTargets, weights: Array | float = 1.0
    ) -> Array:
        """Return dJ / d prediction. Shape [rows, outputs + 1]."""
        policy = self.kind(prediction[:, :-1], target.legal)
        slope = np.empty_like(prediction)
        slope[:, :-1] = self.policy_slope(policy, target)[:, None] * policy.score(target.action)
        if self.entropy_weight:
            slope[:, :-1] -= self.entropy_weight * policy.entropy_slope()
        slope[:, -1] = self.value_weight * (prediction[:, -1] - target.returns)
        slope *= np.reshape(weights, (-1, 1)) / slope.dtype.type(len(slope))
        return slope

    def policy_loss(self, policy: Distribution, target: ActionTargets) -> Array:
        """Return -min(ratio * advantage, clipped ratio * advantage). Shape [rows]."""
        ratio = probability_ratio(policy, target)
        clipped = ratio.clip(1 - self.clip, 1 + self.clip)
        return np.asarray(-np.minimum(ratio * target.advantage, clipped * target.advantage))

    def policy_slope(self, policy: Distribution, target: ActionTargets) -> Array:
        """Return its slope by log p(action): -ratio * advantage, or 0 where clipped. [rows]."""
        ratio, advantage = probability_ratio(policy, target), target.advantage
        far_enough = np.where(advantage >= 0, ratio > 1 + self.clip, ratio < 1 - self.clip)
        return np.where(far_enough, 0, -ratio * advantage)

    def measure(self, prediction: Array, target: ActionTargets) -> dict[str, float]:
        """Return numbers for the history: of the last minibatch, before its step.

        KL(old || now) is estimated by the mean of ratio - 1 - log(ratio): no row is below 0, and
        near ratio 1 the variance is less than that of -log(ratio) (Schulman, 2020, "Approximating
        KL Divergence"). `clip_share` counts ratios beyond `clip` on either side.
        """
        policy = self.kind(prediction[:, :-1], target.legal)
        error, spread = target.returns - prediction[:, -1], float(target.returns.var())
        ratio = probability_ratio(policy, target)
        numbers = (
            self.policy_loss(policy, target).mean(), (error * error).mean() / 2,
            policy.entropy().mean(), 1 - float(error.var()) / spread if spread else np.nan,
            (ratio - 1 - np.log(ratio)).mean(), (np.abs(ratio - 1) > self.clip).mean(),
        )  # fmt: skip
        return dict(zip(self.measures, map(float, numbers), strict=True))


def probability_ratio(policy: Distribution, target: ActionTargets) -> Array:
    """Return p(action) / p_old(action). Shape [rows]."""
    ratio: Array = np.exp(policy.log_probability(target.action) - target.log_probability)
    return ratio


def normalised(advantage: Array) -> Array:
    """Return advantages with mean 0 and deviation 1; 0 where all are equal. Shape [rows]."""
    centred = advantage - advantage.mean(dtype=np.float64)  # so exact that equal ones become 0
    return np.asarray(centred / (centred.std() + 1e-8), advantage.dtype)  # which is 0 / 1e-8


class PPO(ActorCritic):
    """Proximal policy optimisation (PPO): several epochs on each rollout, with a clipped loss.

    Args:
        config: Settings; see `PPOConfig`.
        seed: Of the agent's generator, and of the worlds' first reset.

    >>> import gymnasium
    >>> learner = PPO(seed=1)
    >>> history = learner.learn(gymnasium.make("CartPole-v1"), samples=2_048)
    >>> learner.predict([[0.0, 0.0, 0.0, 0.0]]).shape
    (1, 2)
    """

    config_class = PPOConfig
    measures: ClassVar[tuple[str, ...]] = ClippedLoss.measures
    config: PPOConfig
    loss: ClippedLoss

    def make_loss(self) -> ClippedLoss:
        """Return J of PPO."""
        config = self.config
        return ClippedLoss(self.kind, config.value_weight, config.entropy_weight, config.clip)

    def batches(self) -> Iterator[Batch]:
        """Yield the rollout in minibatches, every epoch in another order.

        Advantages are normalised here once, and not in each minibatch, so that a row counts the
        same beside any others.
        """
        config = self.config
        inputs, targets = self.rollout.lessons(self)
        if len(inputs) == 0:  # a short rollout may have been nothing but resets
            return
        self.loss.clip = self.falling(config.clip_schedule, config.clip)
        if config.normalise_advantages:
            targets = targets._replace(advantage=normalised(targets.advantage))
        for _ in range(config.epochs):
            order = self.generator.permutation(len(inputs))
            for part in np.array_split(order, max(1, round(len(order) / config.batch_size))):
                yield Batch(inputs[part], targets.rows(part))
            if config.kl_limit and self.measure()["approximate_kl"] > config.kl_limit:
                return
