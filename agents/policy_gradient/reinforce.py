"""REINFORCE: policy gradient from the returns of complete episodes.

This file provides the functions of `agents/deep_loop.py`. The agent draws actions from the policy
until an episode is over. Then it computes the return after each action, and takes one step along
return * gradient of log p(action). Actions with a high return become more probable, at the expense
of the others.

    return_t = reward_(t+1) + discount * return_(t+1), and 0 after the end
    J = mean over episodes of the sum over their steps of -return_t * log p(action_t)
    parameters <- parameters - learning_rate * dJ / d parameters

The derivative of J by the policy's outputs is -return * score. The method needs no model of the
world. The mean of this gradient over all possible episodes is the derivative of minus the
expected return (policy gradient theorem). The gradient of one episode has a high variance. With a
discount below 1, the theorem also needs a factor discount^t for each step. Like most programs, this
one leaves it out; with it, the agent would hardly learn its late actions.

Differs from supervised learning with the cross-entropy in two ways. The policy makes the rows
itself. A row has the return of its action in place of the correct answer.

Source: Williams (1992); Sutton & Barto, 2nd edition, section 13.3.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, Literal, NamedTuple

import numpy as np

from spielfeld.agents.deep_loop import Acted, DeepLearner, NetworkConfig
from spielfeld.agents.policy_gradient.parts import (
    ActionLoss,
    Distribution,
    actor_critic,
    end_values,
)
from spielfeld.arrays import Array
from spielfeld.compiled import compiled
from spielfeld.learning.batch import Batch
from spielfeld.learning.optimizer import SGD, OneVector
from spielfeld.settings import Amount, Count, Finite, Range, settings
from spielfeld.snapshot import Counter, Grows, Index

ROOM = 64  # steps at the start; longer episodes get more room
UNDER_WAY = -1


@settings
class ReinforceConfig(NetworkConfig):
    """Settings of REINFORCE."""

    num_envs: Count = 4
    """Copies of the world that act at once; with one, no update falls inside an episode."""
    gradient_clip: Amount = 0.0
    """Longest gradient of all parameters together; 0 turns gradient clipping off."""
    normalise_observations: bool = False
    """Normalise each number of an observation to mean 0 and deviation 1, measured while acting."""
    episodes: Count = 1
    """Number of complete episodes for each step of the optimizer."""
    optimizer: Literal["adam", "sgd"] = "adam"
    """adam, or sgd as in the book."""


@compiled
def discounted_returns(rewards: Array, after: float, discount: float) -> Array:
    """Return G_t = reward_(t+1) + discount * G_(t+1) (Sutton & Barto, equation 3.9).

    Args:
        rewards: Rewards of the steps of one episode. Shape [steps].
        after: Value of the state after the last step: 0 if the episode terminated.
        discount: Weight of the next state's value.

    Returns:
        float64 [steps].
    """
    returns = np.empty(rewards.size)
    for t in range(rewards.size - 1, -1, -1):
        after = rewards[t] + discount * after
        returns[t] = after
    return returns


class Log(NamedTuple):
    """Steps of all worlds in the order in which they were taken."""

    world: Annotated[Array, Grows(), Index("worlds")]  # [steps]
    episode: Annotated[Array, Grows(), Range(-1)]  # [steps], number of its episode, or UNDER_WAY
    inputs: Annotated[Array, Grows()]  # [steps, features]
    action: Annotated[Array, Grows()]  # [steps, ...]
    legal: Annotated[Array, Grows()]  # [steps, actions]; no columns without action masks
    reward: Annotated[Array, Grows(), Finite]  # [steps]
    returns: Annotated[Array, Grows(), Finite]  # [steps], after the end of the episode

    def rows(self, index: Array | slice) -> Log:
        """Return some of the steps."""
        return Log(*(column[index] for column in self))


class Episodes:
    """Unfinished episodes of many worlds, and finished ones that were not used for learning yet.

    Args:
        inputs: Inputs of one step of every world, as an example of shape and type.
        action: Actions of this step. Shape [worlds, ...].
        legal: Action masks; None if the worlds have none. Shape [worlds, actions].

    Attributes:
        finished: Number of finished episodes.
        log: Steps of all these episodes.
    """

    saved: ClassVar[tuple[str, ...]] = ("finished", "log")
    finished: Counter

    def __init__(self, inputs: Array, action: Array, legal: Array | None) -> None:
        self.worlds, self.finished, self._steps = len(action), 0, 0
        flags = np.zeros((self.worlds, 0), bool) if legal is None else legal
        number, index = np.zeros(self.worlds), np.zeros(self.worlds, np.int64)
        row = Log(index, index, inputs, action, flags, number, number)
        self._room = Log(*(np.zeros((ROOM, *each.shape[1:]), each.dtype) for each in row))

    def index_bounds(self) -> dict[str, int]:
        """Return the bounds of indices, by name."""
        return {"worlds": self.worlds}

    @property
    def log(self) -> Log:
        """All steps that are kept; the arrays are not copied."""
        return self._room.rows(slice(self._steps))

    @log.setter
    def log(self, log: Log) -> None:
        if len({len(column) for column in log}) > 1:
            raise ValueError("The columns of the saved episodes have different lengths.")
        self._room, self._steps = log, len(log.world)

    @property
    def length(self) -> Array:
        """Number of steps of the unfinished episode in each world. Shape [worlds]."""
        under_way = self.log.episode == UNDER_WAY
        return np.bincount(self.log.world[under_way], minlength=self.worlds)

    def add(self, taken: Array, **row: Array) -> None:
        """Store one step of every world, an array [worlds, ...] for each name.

        A world that was only reset has `taken` False, and its row is left out.
        """
        worlds = np.flatnonzero(taken)
        begin, end = self._steps, self._steps + len(worlds)
        if end > len(self._room.world):
            self._room = Log(*(_roomier(each, ROOM + end) for each in self._room))
        room = self._room._asdict()
        room["world"][begin:end], room["episode"][begin:end] = worlds, UNDER_WAY
        for name, values in row.items():
            room[name][begin:end] = values[worlds]
        self._steps = end

    def finish(self, world: int, after: float, discount: float) -> None:
        """Number a finished episode, and compute the return after each of its steps.

        Args:
            world: World of the finished episode.
            after: Estimated return after its last step.
            discount: Weight of the next state's value.
        """
        log = self.log
        steps = np.flatnonzero((log.world == world) & (log.episode == UNDER_WAY))
        log.returns[steps] = discounted_returns(log.reward[steps], after, discount)
        log.episode[steps] = self.finished
        self.finished += 1

    def take(self, count: int) -> Log:
        """Remove and return the steps of the first `count` episodes, episode by episode."""
        log = self.log
        over = (log.episode != UNDER_WAY) & (log.episode < count)
        steps = np.flatnonzero(over)
        first = log.rows(steps[np.argsort(log.episode[steps], kind="stable")])
        later = log.rows(~over)
        later.episode[later.episode != UNDER_WAY] -= count
        self.log, self.finished = later, self.finished - count
        return first

    def drop(self) -> None:
        """Delete the unfinished episodes."""
        self.log = self.log.rows(self.log.episode != UNDER_WAY)


def _roomier(array: Array, more: int) -> Array:
    """Return an array [steps, ...] with room for `more` steps."""
    return np.concatenate([array, np.zeros((more, *array.shape[1:]), array.dtype)])


class Played(NamedTuple):
    """Targets of REINFORCE: one action in each row, and the return after it."""

    action: Array  # [rows], or [rows, numbers]
    legal: Array | None  # [rows, actions]
    returns: Array  # [rows]


class ReinforceLoss:
    """J of REINFORCE; its predictions are the policy's outputs.

    Args:
        kind: Distribution over actions.
    """

    def __init__(self, kind: type[Distribution]) -> None:
        self.kind = kind

    def value(self, prediction: Array, target: Played, weights: Array | float = 1.0) -> float:
        """Return J, the mean over rows of -weight * return * log p(action)."""
        policy = self.kind(prediction, target.legal)
        return float((weights * -target.returns * policy.log_probability(target.action)).mean())

    def derivative(self, prediction: Array, target: Played, weights: Array | float = 1.0) -> Array:
        """Return dJ / d prediction = -weight * return * score / rows. Shape [rows, outputs]."""
        score = self.kind(prediction, target.legal).score(target.action)
        slope = weights * -target.returns / len(score)
        return np.asarray(slope[:, None] * score, prediction.dtype)

    def measure(self, prediction: Array, target: Played) -> dict[str, float]:
        """Return the numbers of an update for the history."""
        policy = self.kind(prediction, target.legal)
        return {
            "policy_loss": self.value(prediction, target),
            "entropy": float(policy.entropy().mean()),
        }


class Reinforce(DeepLearner):
    """REINFORCE: policy gradient from the returns of complete episodes.

    Args:
        config: Settings; see `ReinforceConfig`.
        seed: Seed of the agent and of the first reset of the worlds.

    >>> import gymnasium
    >>> learner = Reinforce(seed=1)
    >>> history = learner.learn(gymnasium.make("CartPole-v1"), samples=2_000)
    >>> learner.predict([[0.0, 0.0, 0.0, 0.0]]).shape
    (1, 2)
    """

    config_class: ClassVar[type[Any]] = ReinforceConfig
    critic: ClassVar[bool] = False  # whether a network also estimates the state value
    measures: ClassVar[tuple[str, ...]] = ("policy_loss", "entropy")
    saved = (*DeepLearner.saved, "episodes")
    config: ReinforceConfig
    loss: ActionLoss[Any]
    kind: type[Distribution]

    def build(self) -> None:
        """Make the network, the loss, and room for the unfinished episodes."""
        self.function, self.kind = actor_critic(
            self, self.config.normalise_observations, self.critic
        )
        self.loss = self.make_loss()
        inputs = self.features(self.worlds.observation)
        blank = self.policy(self.function(inputs)).draw(np.random.default_rng(0))
        self.episodes = Episodes(inputs, blank, self.worlds.legal)
        if self.config.optimizer == "sgd":
            step = SGD(self.config.learning_rate)
            self.optimizer = OneVector(step, self.config.gradient_clip)

    def make_loss(self) -> ActionLoss[Any]:
        """Return J."""
        return ReinforceLoss(self.kind)

    def policy(self, prediction: Array, legal: Array | None = None) -> Distribution:
        """Return the distribution over actions for each row of predictions."""
        return self.kind(prediction[:, :-1] if self.critic else prediction, legal)

    def keep(self, acted: Acted) -> bool:
        """Store a step of every world; return whether enough episodes are over.

        Without a critic, the value at a time limit is unknown. Then the return of a truncated
        episode ends there, as if the episode had terminated.
        """
        step = acted.step
        masks = {} if acted.legal is None else {"legal": acted.legal}
        row = {"inputs": acted.inputs, "action": acted.action, "reward": step.reward, **masks}
        self.episodes.add(step.taken, **row)
        after = end_values(self, step) if self.critic else np.zeros(len(step.taken), np.float32)
        ended = step.taken & (step.terminated | step.truncated)
        for world in np.flatnonzero(ended).tolist():
            self.episodes.finish(world, after[world], self.config.discount)
        return bool(self.episodes.finished >= self.config.episodes)

    def batches(self) -> Iterator[Batch]:
        """Yield a batch for each `episodes` finished episodes."""
        while self.episodes.finished >= self.config.episodes:
            steps = self.episodes.take(self.config.episodes)
            legal = steps.legal if steps.legal.size else None
            yield self.lesson(steps.inputs, steps.action, steps.returns, legal)

    def lesson(
        self, inputs: Array, action: Array, returns: Array, legal: Array | None = None
    ) -> Batch:
        """Return the steps of episodes as a batch in which all episodes have the same weight.

        J of a batch is the mean over its rows. With the weight rows / episodes it becomes the
        mean over episodes of the sums over steps.
        """
        targets = self.targets(inputs, action, returns, legal)
        return Batch(inputs, targets, len(returns) / self.config.episodes)

    def targets(self, inputs: Array, action: Array, returns: Array, legal: Array | None) -> object:
        """Return the targets of the loss."""
        return Played(action, legal, returns)

    def measure(self) -> dict[str, float]:
        """Return numbers that describe the latest update, just before its step, by their name."""
        assert self.latest is not None
        batch, prediction = self.latest
        return self.loss.measure(prediction, batch.targets)

    def forget(self) -> None:
        """Delete the unfinished episodes; the finished ones still count."""
        self.episodes.drop()
