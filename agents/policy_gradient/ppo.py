"""PPO, proximal policy optimisation: several epochs on each rollout, with a clipped loss.

This file provides the functions of `agents/deep_loop.py`. The agent acts in many worlds, and then
learns from the rollout in several epochs of minibatches. A row is one step in one world. After the
first step of Adam the policy differs from the old policy, which drew the actions. So each row is
weighted by a ratio: the probability of its action now, divided by its old probability. If the
advantage is positive, a row has no gradient above the ratio 1 + `clip`. If it is negative, a row
has no gradient below 1 - `clip`. The loss J is minimised over the rows of a minibatch:

    ratio = p(action) / p_old(action)
    J = mean of [-min(ratio * advantage, clip(ratio, 1 - clip, 1 + clip) * advantage)
                 + value_weight / 2 * (value - return)^2 - entropy_weight * entropy]

The derivative of the first term by log p(action) is 0 in these two cases, and -ratio * advantage
otherwise. At ratio 1, before the first step of Adam, the gradient equals that of A2C. The ratio
itself has no limit: other rows, the entropy and Adam's momentum can change it further.

The order of events in `deep_loop`:

    act      `steps` times in every world.
    keep     Each step, with its current value and log p(action) (`Rollout.add`).
    targets  Compute advantages from the last step to the first (`Rollout.lessons`). return =
             advantage + value. All epochs use the same targets. Set `clip` by its schedule.
             Normalise the advantages to mean 0 and deviation 1 (`normalised`).
    step     In each epoch, divide the rollout into minibatches (`PPO.batches`).
             Take one step of Adam on J for each minibatch. Begin no further epoch if the KL
             divergence of the last minibatch, before its step, was above `kl_limit`.

Differs from A2C by several epochs of minibatches, normalised advantages and the clipped ratio.
Without clipping, the policy could move far from the old policy. Rollouts are longer, because each
is used several times. `trace_decay` is below 1, because later TD errors add more variance.

Not in the paper: normalised advantages, `end_values` at truncation, `gradient_clip`, `kl_limit`.
Common programs add them, the first weights (`make_network`) and the 1e-5 of Adam (`make_adam`).

Many programs also clip the value's error; this one does not. In the paper `clip` is epsilon,
`trace_decay` lambda, value_weight / 2 c1, and `entropy_weight` c2.

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
    """Weight of later TD errors in an advantage, in [0, 1], besides `discount`: lambda."""
    epochs: Count = 8
    """Epochs: passes through each rollout."""
    batch_size: Count = 256
    """Approximate number of rows of a minibatch; a rollout is divided evenly."""
    clip: Positive = 0.2
    """Largest distance of a ratio from 1 before its row has no gradient."""
    clip_schedule: ScheduleName = "constant"
    """Schedule of `clip` along `schedule_samples`: constant, linear, cosine or step."""
    kl_limit: Amount = 0.0
    """Begin no further epoch if the last minibatch's KL is above this, in nats; 0: no limit."""
    normalise_advantages: bool = True
    """Normalise the advantages of each update to mean 0 and deviation 1."""


class ClippedLoss:
    """J of PPO; its predictions are the policy's outputs, and in the last column the value.

    Args:
        kind: Distribution over actions.
        value_weight: Weight of half the value's squared error.
        entropy_weight: Weight of the entropy.
        clip: Largest distance of a ratio from 1 at which a row has a gradient.
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
        """Return J, the mean over the rows."""
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
        """Return the derivative by log p(action): -ratio * advantage, or 0 if clipped. [rows]."""
        ratio, advantage = probability_ratio(policy, target), target.advantage
        far_enough = np.where(advantage >= 0, ratio > 1 + self.clip, ratio < 1 - self.clip)
        return np.where(far_enough, 0, -ratio * advantage)

    def measure(self, prediction: Array, target: ActionTargets) -> dict[str, float]:
        """Return numbers of the last minibatch for the history, before its step.

        The estimate of KL(old || now) is the mean of ratio - 1 - log(ratio). Each row is at least
        0. Near ratio 1 the variance is smaller than that of -log(ratio). See Schulman, 2020,
        "Approximating KL Divergence". `clip_share` counts ratios beyond `clip` on either side.
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
    """Return advantages with mean 0 and deviation 1; 0 if all are equal. Shape [rows]."""
    centred = advantage - advantage.mean(dtype=np.float64)  # exact: equal ones become 0
    return np.asarray(centred / (centred.std() + 1e-8), advantage.dtype)  # then 0 / 1e-8


class PPO(ActorCritic):
    """Proximal policy optimisation (PPO): several epochs on each rollout, with a clipped loss.

    Args:
        config: Settings; see `PPOConfig`.
        seed: Seed of the agent and of the first reset of the worlds.

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
        """Yield the rollout in minibatches, in a new order in every epoch.

        Advantages are normalised once for the rollout, not in each minibatch. So a row's weight
        does not depend on the other rows of its minibatch.
        """
        config = self.config
        inputs, targets = self.rollout.lessons(self)
        if len(inputs) == 0:  # a short rollout may contain only resets
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
