"""REINFORCE: play to the end, then make each action more probable by what was earned after it.

Draw actions from the policy until an episode is over. Then look back at the return that followed
each action, and take one step along the gradient of log p(action), as far as that return is good:
what led to much becomes more probable at the expense of what led to less.

    return_t = reward_(t+1) + discount * return_(t+1), and 0 after the end
    J = mean over episodes of the sum over their steps of -return_t * log p(action_t)
    parameters <- parameters - learning_rate * dJ / d parameters

The derivative of J by the policy's outputs is -return * score. Nobody has to know how the world
works: the mean of that over all episodes that might have been played is the derivative of minus
the expected return (the policy gradient theorem), though a single episode is far from the mean.
With a discount below 1 each step would have to count discount^t as well; as nearly everybody does,
it is left out here, or what is done late would hardly be learned.

Differs from supervised learning with the cross-entropy in two ways: the policy makes the rows
itself, and instead of the right answer for each there is a return for the answer that was given.

Source: Williams (1992); Sutton & Barto, 2nd edition, section 13.3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
from gymnasium.spaces import Space

from spielfeld.agents.many_learner import require_actions_in
from spielfeld.agents.networks import at_least, one_of
from spielfeld.agents.policy_gradient.distribution import Distribution
from spielfeld.agents.policy_gradient.episodes import Episodes
from spielfeld.agents.policy_gradient.policy import PolicyConfig, PolicyLearner
from spielfeld.arrays import Array
from spielfeld.learning.batch import Batch
from spielfeld.learning.named import prefixed, section
from spielfeld.learning.one_vector import OneVector
from spielfeld.learning.optimizer import SGD


@dataclass(frozen=True)
class ReinforceConfig(PolicyConfig):
    """Settings of REINFORCE."""

    num_envs: int = 4
    """Copies of the world to act in at once; with one, no episode meets two policies."""
    gradient_clip: float = 0.0
    """Longest gradient allowed, over all parameters together; 0 for any."""
    episodes: int = 1
    """Episodes that must be over before a step."""
    optimizer: str = "adam"
    """adam, or sgd, which is the book's step."""

    def __post_init__(self) -> None:
        super().__post_init__()
        at_least("episodes", self.episodes, 1)
        one_of("optimizer", self.optimizer, ("adam", "sgd"))


class Played(NamedTuple):
    """The targets of REINFORCE: one action a row, and what was earned after it."""

    action: Array  # [rows], or [rows, numbers]
    legal: Array | None  # [rows, actions]
    returns: Array  # [rows]


class ReinforceLoss:
    """J of REINFORCE; its predictions are the policy's outputs.

    Args:
        policy: Makes distributions of predictions and of what is legal.
    """

    def __init__(self, policy: Callable[[Array, Array | None], Distribution]) -> None:
        self.policy = policy

    def value(self, prediction: Array, target: Played, weights: Any = 1.0) -> float:
        """Return J, the mean over rows of -weight * return * log p(action)."""
        policy = self.policy(prediction, target.legal)
        return float((weights * -target.returns * policy.log_probability(target.action)).mean())

    def derivative(self, prediction: Array, target: Played, weights: Any = 1.0) -> Array:
        """Return dJ / d prediction = -weight * return * score / rows. Shape [rows, outputs]."""
        score = self.policy(prediction, target.legal).score(target.action)
        slope = weights * -target.returns / len(score)
        return np.asarray(slope[:, None] * score, prediction.dtype)

    def measure(self, prediction: Array, target: Played) -> dict[str, float]:
        """Return what the history tells of an update."""
        policy = self.policy(prediction, target.legal)
        return {
            "policy_loss": self.value(prediction, target),
            "entropy": float(policy.entropy().mean()),
        }


class Reinforce(PolicyLearner):
    """REINFORCE on any environment with discrete or continuous actions.

    Args:
        config: Settings; see `ReinforceConfig`.
        seed: Of the agent's generator, and of the worlds' first reset.

    >>> import gymnasium
    >>> learner = Reinforce(seed=1)
    >>> history = learner.learn(gymnasium.make("CartPole-v1"), samples=2_000)
    >>> learner.predict([[0.0, 0.0, 0.0, 0.0]]).shape
    (1, 2)
    """

    config_class = ReinforceConfig
    critic = False
    measures: ClassVar[tuple[str, ...]] = ("policy_loss", "entropy")
    loss: Any

    def build(self, features: int, actions: Space[Any]) -> None:
        """Make the network, the loss, and room for the episodes under way."""
        super().build(features, actions)
        self.loss = self.make_loss()
        self.episodes = Episodes(self.worlds.rows)
        if self.config.optimizer == "sgd":
            step = SGD(self.config.learning_rate)
            self.optimizer = OneVector(step, self.config.gradient_clip)

    def make_loss(self) -> Any:
        """Return J."""
        return ReinforceLoss(self.policy)

    def live(self) -> Iterator[Batch]:
        """Act once in every world; when enough episodes are over, learn from them."""
        inputs, legal = self.look(), self.worlds.legal
        action = self.policy(self.function(inputs), legal).draw(self.generator)
        step = self.act_in_worlds(self.for_worlds(action))
        masks = {} if legal is None else {"legal": legal}
        self.episodes.add(step.taken, inputs=inputs, action=action, reward=step.reward, **masks)
        after = self.end_values(step)
        ended = step.taken & (step.terminated | step.truncated)
        for world in np.flatnonzero(ended).tolist():
            self.episodes.finish(world, after[world], self.config.discount)
            if len(self.episodes.finished) == self.config.episodes:
                yield self.lesson(**self.episodes.take())

    def _one_step(self) -> dict[str, Array]:
        """Return arrays of the kind and shape of one step of all worlds, by name."""
        rows, blank = self.worlds.rows, np.zeros((self.worlds.rows, self.outputs), np.float32)
        step: dict[str, Array] = {
            "inputs": np.zeros((rows, self.features.size), np.float32), "reward": np.zeros(rows),
            "action": self.policy(blank).draw(np.random.default_rng(0)),
        }  # fmt: skip
        legal = self.worlds.legal
        return step if legal is None else {**step, "legal": legal}

    def lesson(
        self, inputs: Array, action: Array, returns: Array, legal: Array | None = None, **_: Array
    ) -> Batch:
        """Return the steps of episodes as a batch in which each episode, not each step, counts 1.

        J of a batch is a mean over its rows, and so a weight of rows / episodes makes it the mean
        over episodes of sums over steps.
        """
        targets: Any = self.targets(inputs, action, returns, legal)
        return Batch(inputs, targets, len(returns) / self.config.episodes)

    def targets(self, inputs: Array, action: Array, returns: Array, legal: Array | None) -> Any:
        """Return what the loss compares predictions with."""
        return Played(action, legal, returns)

    def record(self, batch: Batch, prediction: Array) -> None:
        """Measure an update just before it is made."""
        self.measured = self.loss.measure(prediction, batch.targets)

    def forget(self) -> None:
        """Drop the episodes under way; those that are over still count."""
        self.episodes.drop()

    def state(self) -> dict[str, Any]:
        """Return everything that learning depends on, the unfinished episodes included."""
        return {**super().state(), **prefixed("episodes", self.episodes.state())}

    def restore(self, state: dict[str, Any], source: Any) -> None:
        """Continue from what `state()` returned, in copies of `source`."""
        super().restore(state, source)
        self.episodes.restore(section(state, "episodes"), self._one_step())
        space = self.worlds.action_space
        for saved in (self.episodes.arrays, *self.episodes.finished):
            if "action" in saved:
                require_actions_in("The saved 'action'", space, saved["action"])
        if not section(state, "worlds"):
            self.forget()
