"""PPO, proximal policy optimisation: use the same experience several times, but stay close.

Act in many worlds for a while, then go over what happened in several epochs of minibatches. After
the first step the policy is no longer the one that acted, so each row counts by the ratio of the
probability of its action now to that when it was drawn; and once the ratio is further from 1 than
`clip`, in the direction that its advantage asks for, the row pushes the policy no more.

    ratio = p(action) / p_old(action)
    J = mean of [-min(ratio * advantage, clip(ratio, 1 - clip, 1 + clip) * advantage)
                 + value_weight / 2 * (value - return)^2 - entropy_weight * entropy]

The derivative of the first term by log p(action) is 0 where the ratio is above 1 + clip and the
advantage positive, or the ratio below 1 - clip and the advantage negative, and -ratio * advantage
everywhere else. At ratio 1, before the first step, that is A2C's and REINFORCE's. The ratio itself
is not held: other rows, the entropy and Adam's momentum may carry it further.

One update, of which 1 to 3 and 6 are A2C's own:

    1. Act `steps` times in every world, each step with the value and log p(action) of that moment.
       Where a time limit cut an episode off, keep the value of where it stood (`A2C.act_and_keep`).
    2. Ask for the value of what the worlds show now, since their episodes go on (`A2C.lessons`).
    3. Look back from the last step to the first (`generalised_advantages`):
           error_t = reward_t + discount * next_value_t - value_t
           advantage_t = error_t + discount * trace_decay * advantage_(t+1)
       next_value_t is value_(t+1), and after the last step that of 2; but 0 where the episode
       terminated, and that of 1 where it was truncated: in both, advantage_t = error_t.
       return = advantage + value. All of these stay as they are until the rollout is thrown away.
    4. Bring the advantages to mean 0 and standard deviation 1 (`normalised`).
    5. In each epoch, cut the rollout into minibatches, in another order (`PPO.batches`).
    6. For each, one step of Adam on J (`GradientLearner.step`), with the gradient of all parameters
       together no longer than `gradient_clip` (`OneVector.step`) and the learning rate that
       `schedule` has come to (`ManyLearner.step_size`).
    Stop sooner if the last minibatch of an epoch was further from p_old than `kl_limit`.

Differs from A2C by going over a rollout several times in minibatches, where A2C takes one step on
the whole of it; by the clipped ratio, without which the policy would run away from what it learns
from; and by 4. Two settings have other defaults: rollouts are longer, since each is used longer,
and over so many steps `trace_decay` is below 1, since later errors add more variance.

Not in the paper, but usual: 4, the value kept in 1, `kl_limit`, and how the networks and Adam begin
(`make_network`, `make_adam`). Many clip the value's error as well; here it is not. The paper's c1
is value_weight / 2.

Source: Schulman et al. (2017), equations 7 and 9; Schulman et al. (2016), equation 16.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from agents.networks import POSITIVE, at_least, one_of, within
from agents.policy_gradient.a2c import A2C, A2CConfig, ActorCriticLoss, Policy
from agents.policy_gradient.distribution import Distribution
from agents.policy_gradient.rollout import ActionTargets
from learning.batch import Array, Batch
from learning.schedule import SCHEDULES


@dataclass(frozen=True)
class PPOConfig(A2CConfig):
    """Settings of PPO."""

    steps: int = 64
    """Steps of each world between two updates."""
    trace_decay: float = 0.95
    """How far later errors count in an advantage: 0 for one step, 1 for all that are there."""
    epochs: int = 8
    """How often the same experience is gone over."""
    batch_size: int = 256
    """Rows of a step, as nearly as the experience can be divided evenly."""
    clip: float = 0.2
    """How far from 1 a ratio may move before its row pushes the policy no further."""
    clip_schedule: str = "constant"
    """How `clip` falls along `schedule_samples`: constant, linear, cosine or step."""
    kl_limit: float = 0.0
    """Leave out the epochs after one whose last minibatch had a KL above this, in nats; 0: none."""
    normalise_advantages: bool = True
    """Bring the advantages of each update to mean 0 and deviation 1."""

    def __post_init__(self) -> None:
        super().__post_init__()
        at_least("epochs", self.epochs, 1)
        at_least("batch_size", self.batch_size, 1)
        one_of("clip_schedule", self.clip_schedule, tuple(SCHEDULES))
        within("clip", self.clip, POSITIVE, float("inf"))
        within("kl_limit", self.kl_limit, 0, float("inf"))


class ClippedLoss(ActorCriticLoss):
    """J of PPO; see `ActorCriticLoss` for the rest of it.

    Args:
        policy: Makes distributions of predictions and of what is legal.
        value_weight: Of the value's error.
        entropy_weight: Of the entropy.
        clip: How far a ratio may move.
    """

    def __init__(
        self, policy: Policy, value_weight: float, entropy_weight: float, clip: float
    ) -> None:
        super().__init__(policy, value_weight, entropy_weight)
        self.clip = clip

    def policy_loss(self, policy: Distribution, target: ActionTargets) -> Array:
        """Return -min(ratio * advantage, clipped ratio * advantage). Shape [rows]."""
        ratio = probability_ratio(policy, target)
        clipped = ratio.clip(1 - self.clip, 1 + self.clip)
        return np.asarray(-np.minimum(ratio * target.advantage, clipped * target.advantage))

    def policy_slope(self, policy: Distribution, target: ActionTargets) -> Array:
        """Return -ratio * advantage where the ratio may still move that way, else 0. [rows]."""
        ratio, advantage = probability_ratio(policy, target), target.advantage
        far_enough = np.where(advantage >= 0, ratio > 1 + self.clip, ratio < 1 - self.clip)
        return np.where(far_enough, 0, -ratio * advantage)

    def measure(self, prediction: Array, target: ActionTargets) -> dict[str, float]:
        """Return what the history tells of an update.

        KL(old || now) is estimated by the mean of ratio - 1 - log(ratio). The mean of -log(ratio)
        would do, since that of ratio - 1 is 0 where the old policy acted; but this way no row is
        below 0, and the variance is less (Schulman, 2020, "Approximating KL Divergence").
        """
        ratio = probability_ratio(self.policy(prediction, target.legal), target)
        return {
            **super().measure(prediction, target),
            "approximate_kl": float((ratio - 1 - np.log(ratio)).mean()),
            "clip_share": float((np.abs(ratio - 1) > self.clip).mean()),
        }


def probability_ratio(policy: Distribution, target: ActionTargets) -> Array:
    """Return p(action) / p_old(action). Shape [rows]."""
    ratio: Array = np.exp(policy.log_probability(target.action) - target.log_probability)
    return ratio


def normalised(advantage: Array) -> Array:
    """Return advantages with mean 0 and deviation 1; 0 where all are equal. Shape [rows]."""
    centred = advantage - advantage.mean(dtype=np.float64)  # so exact that equal ones become 0
    return np.asarray(centred / (centred.std() + 1e-8), advantage.dtype)  # which is 0 / 1e-8


class PPO(A2C):
    """Proximal policy optimisation on any environment with discrete or continuous actions.

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
    measures: ClassVar[tuple[str, ...]] = (*A2C.measures, "approximate_kl", "clip_share")

    def make_loss(self) -> Any:
        """Return J."""
        weights = self.config.value_weight, self.config.entropy_weight
        return ClippedLoss(self.policy, *weights, self.config.clip)

    def batches(self, inputs: Array, targets: ActionTargets) -> Iterator[Batch]:
        """Yield the rollout in minibatches, every epoch in another order.

        The learner takes its step on each before it asks for the next. Advantages are normalised
        here once, and not in each minibatch, so that a row counts the same beside any others.
        """
        config, rows = self.config, len(inputs)
        self.loss.clip = self.clip_range()
        if config.normalise_advantages:
            targets = targets._replace(advantage=normalised(targets.advantage))
        for _ in range(config.epochs):
            order = self.generator.permutation(rows)
            for part in np.array_split(order, max(1, round(rows / config.batch_size))):
                yield Batch(inputs[part], targets.rows(part))  # type: ignore[arg-type]
            if config.kl_limit and self.latest_measures()["approximate_kl"] > config.kl_limit:
                return

    def clip_range(self) -> float:
        """Return how far a ratio may move by now, as `step_size` does for the learning rate."""
        schedule = SCHEDULES[self.config.clip_schedule]
        return schedule(self.samples, self.config.schedule_samples, self.config.clip)
