"""A2C, advantage actor-critic: learn the policy and, beside it, the value that it is compared with.

Act for a few steps in many worlds at once; raise the probability of what turned out better than the
value expected, lower that of what turned out worse, and move the value towards what came. Then
throw the experience away, since it was that of another policy.

    advantage = reward + discount * reward' + ... + discount^n * value(where it led) - value
    return = advantage + value, as the value was when the step was taken
    J = mean of [-advantage * log p(action) + value_weight / 2 * (value - return)^2
                 - entropy_weight * entropy]

The derivative of the first term by the policy's outputs is -advantage * score; advantages and
returns are held constant. The entropy keeps the policy from making up its mind too early. The n of
a step is the number of steps from it to the end of the rollout or of its episode; `trace_decay`
below 1 mixes in the smaller n (see `generalised_advantages`).

One update: act `steps` times in every world (`act_and_keep`), look back at how each step turned out
(`lessons`), and take one step of Adam on J over all of it (`batches`).

Differs from REINFORCE with baseline by not waiting for the end of an episode: what comes later is
taken from the value (bootstrapping), which adds some bias and takes away much chance.

Source: Mnih et al. (2016), section 4; Sutton & Barto, 2nd edition, section 13.5.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from gymnasium.spaces import Space

from spielfeld import guard
from spielfeld.agents.many_learner import require_actions_in
from spielfeld.agents.networks import at_least, within
from spielfeld.agents.normaliser import RewardScale
from spielfeld.agents.policy_gradient.distribution import Distribution
from spielfeld.agents.policy_gradient.policy import PolicyConfig, PolicyLearner
from spielfeld.agents.policy_gradient.rollout import ActionTargets, Rollout
from spielfeld.arrays import Array
from spielfeld.envs.many_worlds import rows_seed
from spielfeld.learning.batch import Batch


@dataclass(frozen=True)
class A2CConfig(PolicyConfig):
    """Settings of A2C."""

    steps: int = 8
    """Steps of each world between two updates."""
    trace_decay: float = 1.0
    """How far later errors count in an advantage: 0 not at all, 1 as much as `discount` says."""
    value_weight: float = 1.0
    """Of the value's error in J."""
    entropy_weight: float = 0.01
    """Of the entropy in J: how much being undecided is worth."""
    normalise_returns: bool = False
    """Divide rewards by the deviation of returns, as measured on the way."""

    def __post_init__(self) -> None:
        super().__post_init__()
        at_least("steps", self.steps, 1)
        within("trace_decay", self.trace_decay, 0, 1)
        within("value_weight", self.value_weight, 0, float("inf"))
        within("entropy_weight", self.entropy_weight, 0, float("inf"))

    @property
    def first_update(self) -> int:
        """Environment steps until the first update."""
        return self.steps * self.num_envs


Policy = Callable[[Array, Array | None], Distribution]


class ActorCriticLoss:
    """J of A2C; its predictions are the policy's outputs, and in the last column the value.

    Args:
        policy: Makes distributions of predictions and of what is legal.
        value_weight: Of half the value's squared error.
        entropy_weight: Of the entropy.
    """

    def __init__(self, policy: Policy, value_weight: float, entropy_weight: float) -> None:
        self.policy, self.value_weight, self.entropy_weight = policy, value_weight, entropy_weight

    def value(self, prediction: Array, target: ActionTargets, weights: Any = 1.0) -> float:
        """Return J, a mean over the rows."""
        policy = self.policy(prediction, target.legal)
        each = self.policy_loss(policy, target) - self.entropy_weight * policy.entropy()
        each += self.value_weight / 2 * (prediction[:, -1] - target.returns) ** 2
        return float((weights * each).mean())

    def derivative(self, prediction: Array, target: ActionTargets, weights: Any = 1.0) -> Array:
        """Return dJ / d prediction. Shape [rows, outputs + 1]."""
        policy = self.policy(prediction, target.legal)
        slope = np.empty_like(prediction)
        slope[:, :-1] = self.policy_slope(policy, target)[:, None] * policy.score(target.action)
        if self.entropy_weight:
            slope[:, :-1] -= self.entropy_weight * policy.entropy_slope()
        slope[:, -1] = self.value_weight * (prediction[:, -1] - target.returns)
        slope *= np.reshape(weights, (-1, 1)) / slope.dtype.type(len(slope))
        return slope

    def policy_loss(self, policy: Distribution, target: ActionTargets) -> Array:
        """Return -advantage * log p(action). Shape [rows]."""
        return -target.advantage * policy.log_probability(target.action)

    def policy_slope(self, policy: Distribution, target: ActionTargets) -> Array:
        """Return the derivative of `policy_loss` by log p(action). Shape [rows]."""
        return -target.advantage

    def measure(self, prediction: Array, target: ActionTargets) -> dict[str, float]:
        """Return what the history tells of an update."""
        policy = self.policy(prediction, target.legal)
        error = target.returns - prediction[:, -1]
        spread = float(target.returns.var())
        return {
            "policy_loss": float(self.policy_loss(policy, target).mean()),
            "value_loss": float((error * error).mean() / 2),
            "entropy": float(policy.entropy().mean()),
            "explained_variance": 1 - float(error.var()) / spread if spread else np.nan,
        }


class A2C(PolicyLearner):
    """Advantage actor-critic on any environment with discrete or continuous actions.

    Args:
        config: Settings; see `A2CConfig`.
        seed: Of the agent's generator, and of the worlds' first reset.

    >>> import gymnasium
    >>> learner = A2C(seed=1)
    >>> history = learner.learn(gymnasium.make("CartPole-v1"), samples=2_000)
    >>> learner.predict([[0.0, 0.0, 0.0, 0.0]]).shape
    (1, 2)
    """

    config_class = A2CConfig
    measures: ClassVar[tuple[str, ...]] = (
        "policy_loss", "value_loss", "entropy", "explained_variance",
    )  # fmt: skip
    loss: Any

    def build(self, features: int, actions: Space[Any]) -> None:
        """Make the networks, the loss, and room for the steps between two updates."""
        super().build(features, actions)
        self.loss = self.make_loss()
        worlds = self.worlds.rows
        self.reward_scale = RewardScale(worlds, self.config.discount)
        blank = self.policy(np.zeros((worlds, self.outputs), np.float32)).draw(self.generator)
        legal = self.outputs if self.knows_legal() else 0
        self.rollout = Rollout(self.config.steps, worlds, features, blank, legal)

    def make_loss(self) -> Any:
        """Return J."""
        return ActorCriticLoss(self.policy, self.config.value_weight, self.config.entropy_weight)

    def live(self) -> Iterator[Batch]:
        """Act once in every world; when the rollout is full, learn from it."""
        self.act_and_keep()
        if not self.rollout.full:
            return
        inputs, targets = self.lessons()
        if len(inputs):  # a short rollout may have been nothing but resets
            yield from self.batches(inputs, targets)
            self.measured = self.latest_measures()

    def act_and_keep(self) -> None:
        """Act once in every world, and write into the rollout what was expected and what came.

        An episode that a time limit cut off would have gone on, so `end_value` is kept for it now:
        the world is reset before the rollout is full, and nobody could ask for it later.
        """
        inputs, legal = self.look(), self.worlds.legal
        prediction = self.function(inputs)
        policy = self.policy(prediction, legal)
        action = policy.draw(self.generator)
        step = self.act_in_worlds(self.for_worlds(action))
        ended = step.terminated | step.truncated
        reward = step.reward
        if self.config.normalise_returns:
            reward = self.reward_scale(reward, ended, step.taken)
        self.rollout.add(
            inputs=inputs, action=action, log_probability=policy.log_probability(action),
            value=prediction[:, -1], end_value=self.end_values(step), ended=ended,
            reward=reward, taken=step.taken,
            **({} if legal is None else {"legal": legal}),
        )  # fmt: skip

    def lessons(self) -> tuple[Array, ActionTargets]:
        """Return the rollout's inputs and targets; after its last step comes the value of now."""
        last_value = self.function(self.encode(self.worlds.observation))[:, -1]
        return self.rollout.lessons(last_value, self.config.discount, self.config.trace_decay)

    def batches(self, inputs: Array, targets: ActionTargets) -> Iterator[Batch]:
        """Yield the whole rollout once: the next policy needs experience of its own."""
        yield Batch(inputs, targets)  # type: ignore[arg-type]

    def record(self, batch: Batch, prediction: Array) -> None:
        """Keep the latest batch and what was predicted for it, to be measured."""
        self._latest = prediction, batch.targets

    def latest_measures(self) -> dict[str, float]:
        """Return what the loss measures of the latest batch, as it was just before its step."""
        measures: dict[str, float] = self.loss.measure(*self._latest)
        return measures

    def knows_legal(self) -> bool:
        """Whether the worlds tell which actions are legal, which they do from the first reset."""
        self.worlds.reset(rows_seed(self.seed))
        return self.worlds.legal is not None

    def forget(self) -> None:
        """Empty the rollout, and begin to sum returns anew."""
        self.rollout.clear()
        self.reward_scale.returns[:] = 0

    def limits(self) -> dict[str, tuple[float, float | None]]:
        """Return the limits of the rollout, which is never full between two steps."""
        reward = {"reward_variance": (0, None), "reward_count": (0, None)}
        return {**super().limits(), **reward, "filled": (0, self.config.steps)}

    def require_sound(self, memory: dict[str, Array]) -> None:
        """Refuse actions that the worlds do not have, and steps in which none was legal."""
        space = self.worlds.action_space
        require_actions_in("The saved 'memory.action'", space, memory["action"])
        some = memory["legal"][: memory["filled"][0]].any(axis=2)
        known = memory["legal"].size > 0
        guard.require(not known or some.all(), "The saved 'memory.legal' allows no action.")

    def memory(self) -> dict[str, Array]:
        """Return the rollout as far as it is filled, and what normalises."""
        moments = self.reward_scale.moments.arrays
        return {
            **super().memory(),
            **self.rollout.arrays,
            **{f"reward_{name}": array for name, array in moments.items()},
            "paid": self.reward_scale.returns,
        }
