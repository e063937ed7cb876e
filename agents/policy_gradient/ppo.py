"""PPO, proximal policy optimisation: use the same experience several times, but stay close.

Act in many worlds for a while, then go over what happened in several epochs of minibatches. After
the first step of Adam the policy is no longer the one that acted, so each row, one step in one
world, counts by the ratio of the probability of its action now to that when it was drawn; and once
the ratio is further from 1 than `clip`, in the direction that its advantage asks for, the row
pushes the policy no more. To be minimised over the rows of a minibatch:

    ratio = p(action) / p_old(action)
    J = mean of [-min(ratio * advantage, clip(ratio, 1 - clip, 1 + clip) * advantage)
                 + value_weight / 2 * (value - return)^2 - entropy_weight * entropy]

The derivative of the first term by log p(action) is 0 where the ratio is above 1 + clip and the
advantage positive, or the ratio below 1 - clip and the advantage negative, and -ratio * advantage
everywhere else. At ratio 1, before the first step of Adam, that is A2C's and REINFORCE's. The ratio
itself is not limited: other rows, the entropy and Adam's momentum may carry it further.

One update, of which 1 to 3 and 6 are A2C's own:

    1. Act `steps` times in every world, each step with the value and log p(action) of that moment.
       Where a time limit cut an episode off, keep the value of the state that it had reached
       (`A2C.act_and_keep`).
    2. Ask for the value of what the worlds show now, since their episodes go on (`A2C.lessons`).
    3. Look back from the last step to the first (`generalised_advantages`):
           error_t = reward_t + discount * next_value_t - value_t
           advantage_t = error_t + discount * trace_decay * advantage_(t+1)
       next_value_t is 0 where the episode terminated, the value kept in step 1 where it was
       truncated, the value of step 2 after the last step, and value_(t+1) everywhere else. Nothing
       is added to the error of the last step of an episode or of the rollout.
       return = advantage + value. Neither is computed again in a later epoch.
    4. Set `clip` to what its schedule gives by now (`PPO.clip_range`), and bring the advantages,
       but not the returns, to mean 0 and standard deviation 1 (`normalised`).
    5. In each epoch, cut the rollout into minibatches, in another order (`PPO.batches`).
    6. For each, one step of Adam on J (`GradientLearner.step`), with the gradient of all parameters
       together no longer than `gradient_clip` (`OneVector.step`) and the learning rate that
       `schedule` gives by now (`ManyLearner.step_size`).
    7. Begin no further epoch if the last minibatch, just before its step, was further from p_old
       than `kl_limit`.

Differs from A2C by going over a rollout several times in minibatches, where A2C takes one step on
the whole of it; by the clipped ratio, without which the policy could move far from the one that
acted; and by normalised advantages. Two defaults differ: rollouts are longer, since each is used
more often, and `trace_decay` is below 1, since errors further ahead add more variance.

Not in the paper, but usual: normalised advantages (often in each minibatch), the value kept in step
1, `gradient_clip`, `kl_limit`, the first weights (`make_network`) and the 1e-5 that keeps Adam from
dividing by 0 (`make_adam`). Many clip the value's error as well; here it is not. In the paper
`clip` is epsilon, `trace_decay` lambda, value_weight / 2 is c1 and `entropy_weight` c2.

Source: Schulman et al. (2017), equations 7, 9, 11 and 12; Schulman et al. (2016), equation 16.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from spielfeld.agents.networks import POSITIVE, at_least, one_of, within
from spielfeld.agents.policy_gradient.a2c import A2C, A2CConfig, ActorCriticLoss, Policy
from spielfeld.agents.policy_gradient.distribution import Distribution
from spielfeld.agents.policy_gradient.rollout import ActionTargets
from spielfeld.arrays import Array
from spielfeld.learning.batch import Batch
from spielfeld.learning.schedule import SCHEDULES


@dataclass(frozen=True)
class PPOConfig(A2CConfig):
    """Settings of PPO."""

    steps: int = 64
    """Steps of each world between two updates."""
    trace_decay: float = 0.95
    """How far later errors count in an advantage: 0 not at all, 1 as much as `discount` says."""
    epochs: int = 8
    """How many times the same experience is gone over."""
    batch_size: int = 256
    """Rows of a minibatch, roughly: a rollout is divided evenly."""
    clip: float = 0.2
    """How far from 1 a ratio may move before its row pushes the policy no further."""
    clip_schedule: str = "constant"
    """How `clip` falls along `schedule_samples`: constant, linear, cosine or step."""
    kl_limit: float = 0.0
    """Begin no further epoch once the last minibatch's KL is above this, in nats; 0: no limit."""
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
        value_weight: Of half the value's squared error.
        entropy_weight: Of the entropy.
        clip: How far from 1 a ratio still pushes the policy.
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
        """Return its slope by log p(action): -ratio * advantage, or 0 where clipped. [rows]."""
        ratio, advantage = probability_ratio(policy, target), target.advantage
        far_enough = np.where(advantage >= 0, ratio > 1 + self.clip, ratio < 1 - self.clip)
        return np.where(far_enough, 0, -ratio * advantage)

    def measure(self, prediction: Array, target: ActionTargets) -> dict[str, float]:
        """Return what the history tells of an update: of its last minibatch, before its step.

        KL(old || now) is estimated by the mean of ratio - 1 - log(ratio). The mean of -log(ratio)
        would do, since that of ratio - 1 is 0 where the old policy acted; but this way no row is
        below 0, and near ratio 1 the variance is less (Schulman, 2020, "Approximating KL
        Divergence"). `clip_share` counts ratios beyond `clip` on either side, those that still push
        included.
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
        """Return J; `batches` sets its clip anew for each update."""
        config = self.config
        return ClippedLoss(self.policy, config.value_weight, config.entropy_weight, config.clip)

    def batches(self, inputs: Array, targets: ActionTargets) -> Iterator[Batch]:
        """Yield the rollout in minibatches, every epoch in another order.

        The learner takes its step on each before it asks for the next, so that `latest_measures`
        is then of the last one. Advantages are normalised here once, and not in each minibatch, so
        that a row counts the same beside any others.
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
        """Return what `clip_schedule` gives by now, as `step_size` does for the learning rate."""
        schedule = SCHEDULES[self.config.clip_schedule]
        return schedule(self.samples, self.config.schedule_samples, self.config.clip)
