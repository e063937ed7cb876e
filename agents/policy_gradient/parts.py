"""Parts of policy gradient methods: distributions over actions, the rollout, and advantages.

A policy is a function whose outputs are the parameters of a distribution over actions. For discrete
actions the outputs are preferences, and the softmax turns them into probabilities (`Categorical`).
For continuous actions they are means and deviations (`Gaussian`, in `agents/continuous.py`). Policy
gradients need only the logarithm of an action's probability, and its derivative, the *score*.

Source: Sutton & Barto, 2nd edition, sections 13.1 and 13.7; Williams (1992), section 6.
"""

from __future__ import annotations

import math
from typing import Annotated, ClassVar, NamedTuple, Protocol

import numpy as np
from gymnasium.spaces import Discrete

from spielfeld import guard
from spielfeld.agents.continuous import Gaussian
from spielfeld.agents.deep_loop import (
    Acted,
    DeepLearner,
    DeepLoss,
    NetworkConfig,
    Targets,
    make_network,
)
from spielfeld.agents.scaling import RewardScale, RunningMoments
from spielfeld.arrays import Array
from spielfeld.compiled import compiled
from spielfeld.envs.many_worlds import Step
from spielfeld.learning.beside import Beside, Constant
from spielfeld.learning.function import Function
from spielfeld.learning.logits import log_softmax
from spielfeld.learning.one_of_few import OneOfFew
from spielfeld.settings import Amount, Count, Share, settings
from spielfeld.snapshot import Index

ILLEGAL = -1e9  # a preference for which exp is exactly 0, while 0 * preference is not NaN


class Categorical:
    """p(action) = softmax(preferences) among the legal actions.

    Args:
        preferences: Outputs of a network. Shape [rows, actions].
        legal: Legal actions; None if all are legal. Shape [rows, actions].
    """

    def __init__(self, preferences: Array, legal: Array | None = None) -> None:
        if legal is not None:
            preferences = np.where(legal, preferences, preferences.dtype.type(ILLEGAL))
        self.logs = log_softmax(preferences)
        self.probabilities = np.exp(self.logs)

    def draw(self, generator: np.random.Generator) -> Array:
        """Return action indices [rows].

        Each action gets a random waiting time with the rate p(action). The action with the shortest
        time is drawn; this is each action with probability p(action).
        """
        waits = generator.standard_exponential(self.probabilities.shape, self.probabilities.dtype)
        action: Array = (self.probabilities / (waits + np.finfo(waits.dtype).tiny)).argmax(axis=1)
        return action

    def best(self) -> Array:
        """Return probabilities [rows, actions]."""
        return self.probabilities

    def log_probability(self, action: Array) -> Array:
        """Return log p(action). Shape [rows]."""
        taken: Array = self.logs[np.arange(len(action)), action]
        return taken

    def score(self, action: Array) -> Array:
        """Return 1 - p for the action taken, -p for the others (Sutton & Barto, exercise 13.3)."""
        slope = -self.probabilities
        slope[np.arange(len(action)), action] += 1
        return slope

    def entropy(self) -> Array:
        """Return -sum p log p. Shape [rows]."""
        entropy: Array = -(self.probabilities * self.logs).sum(axis=1)
        return entropy

    def entropy_slope(self) -> Array:
        """Return -p (log p + entropy), [rows, actions]."""
        slope: Array = -self.probabilities * (self.logs + self.entropy()[:, None])
        return slope


Distribution = Categorical | Gaussian


def actor_critic(
    learner: DeepLearner, normalise: bool, critic: bool = True
) -> tuple[Function, type[Distribution]]:
    """Return separate networks for policy and value as one function, and the distribution.

    Args:
        learner: The learner, prepared for its worlds.
        normalise: Whether the learner begins to normalise observations.
        critic: Whether a last output, the value, estimates the return of an observation.
    """
    actions = learner.worlds.action_space
    kind: type[Distribution] = Categorical if isinstance(actions, Discrete) else Gaussian
    count = int(actions.n) if isinstance(actions, Discrete) else math.prod(actions.shape or ())
    config, size, generator = learner.config, learner.features.size, learner.generator
    parts: dict[str, Function] = {"policy": make_network(config, size, count, generator, 0.01)}
    if kind is Gaussian:
        parts["log_deviation"] = Constant(np.zeros(count, np.float32))
    if critic:
        parts["value"] = make_network(config, size, 1, generator, 1.0)
    if normalise:
        learner.features.scale = RunningMoments(size)
    elif learner.features.one_hot:
        return OneOfFew(Beside(**parts), size), kind
    return Beside(**parts), kind


def end_values(learner: DeepLearner, step: Step) -> Array:
    """Return the value of the state after each truncated step, 0 elsewhere. Shape [worlds].

    It is computed at once, because the world is reset before the rollout is full.
    """
    values, cut = np.zeros(len(step.reward), np.float32), step.truncated & ~step.terminated
    if cut.any():
        values[cut] = learner.function(learner.features(step.next_observation[cut]))[:, -1]
    return values


class ActionTargets(NamedTuple):
    """Targets of policy gradients: one action in each row, with its advantage and return."""

    action: Array  # [rows], or [rows, numbers]
    legal: Array | None  # [rows, actions]
    log_probability: Array  # [rows], when the action was drawn
    advantage: Array  # [rows]
    returns: Array  # [rows], advantage + value: the target of the value

    def rows(self, index: Array) -> ActionTargets:
        """Return some of the rows."""
        return ActionTargets(*(None if array is None else array[index] for array in self))  # type: ignore[arg-type]


class ActionLoss(DeepLoss[Targets], Protocol[Targets]):
    """Loss of actions and their results."""

    def measure(self, prediction: Array, target: Targets) -> dict[str, float]:
        """Return the numbers of an update for the history, just before its step."""
        ...


class Rollout:
    """Rollout of `steps` steps of every world: `add` fills it, `lessons` reads it.

    Args:
        learner: The prepared learner with its function; the last output is the value.
    """

    saved: ClassVar[tuple[str, ...]] = ("arrays", "filled", "scale")
    filled: Annotated[int, Index("steps")]  # number of steps

    def __init__(self, learner: ActorCritic) -> None:
        config, worlds = learner.config, learner.worlds
        inputs = learner.features(worlds.observation)
        action = learner.policy(learner.function(inputs)).draw(learner.generator)
        legal = np.zeros((worlds.rows, 0), bool) if worlds.legal is None else worlds.legal
        numbers, flags = np.zeros(worlds.rows, np.float32), np.zeros(worlds.rows, bool)
        row = {
            "inputs": inputs, "action": action, "legal": legal, "log_probability": numbers,
            "value": numbers, "end_value": numbers, "reward": numbers.astype(np.float64),
            "ended": flags, "taken": flags,
        }  # fmt: skip
        self.arrays = {k: np.zeros((config.steps, *v.shape), v.dtype) for k, v in row.items()}
        self.filled = 0
        self.discount, self.trace_decay = config.discount, config.trace_decay
        self.scale = RewardScale(worlds.rows, config.discount) if config.normalise_returns else None

    def index_bounds(self) -> dict[str, int]:
        """Return the bounds of indices, by name."""
        return {"steps": len(self.arrays["reward"])}

    def add(self, learner: DeepLearner, acted: Acted) -> bool:
        """Store one step of every world, with the predicted value; return whether it is full."""
        step, policy = acted.step, acted.policy
        assert isinstance(policy, Categorical | Gaussian)
        ended, reward = step.terminated | step.truncated, step.reward
        if self.scale is not None:
            reward = self.scale(reward, ended, step.taken)
        row = {
            "inputs": acted.inputs, "action": acted.action, "value": acted.prediction[:, -1],
            "log_probability": policy.log_probability(acted.action), "ended": ended,
            "end_value": end_values(learner, step), "reward": reward, "taken": step.taken,
        } | ({} if acted.legal is None else {"legal": acted.legal})  # fmt: skip
        for name, values in row.items():
            self.arrays[name][self.filled] = values
        self.filled += 1
        return self.filled == len(self.arrays["reward"])

    def lessons(self, learner: DeepLearner) -> tuple[Array, ActionTargets]:
        """Return the inputs [rows, features] and targets of all steps; then empty the rollout.

        The episodes are not over: the value of each world's observation replaces the later rewards.
        """
        was = self.arrays
        last_value = learner.function(learner.features(learner.worlds.observation))[:, -1]
        follows = np.concatenate([was["value"][1:], last_value[None]])
        next_value = np.where(was["ended"], was["end_value"], follows)
        advantage = generalised_advantages(
            was["reward"], was["value"], next_value, was["ended"], self.discount, self.trace_decay
        )
        legal = was["legal"] if was["legal"].size else None
        returns = advantage + was["value"]
        targets = ActionTargets(was["action"], legal, was["log_probability"], advantage, returns)
        self.filled = 0
        return was["inputs"][was["taken"]], targets.rows(was["taken"])

    def forget(self) -> None:
        """Empty the rollout, and start new sums of rewards."""
        self.filled = 0
        if self.scale is not None:
            self.scale.returns[:] = 0


@settings
class ActorCriticConfig(NetworkConfig):
    """Settings of actor-critic methods, which learn from rollouts."""

    normalise_observations: bool = False
    """Normalise each number of an observation to mean 0 and deviation 1, measured while acting."""
    steps: Count = 8
    """Steps of each world between two updates."""
    trace_decay: Share = 1.0
    """Weight of later TD errors in an advantage, in [0, 1], besides `discount`: lambda."""
    value_weight: Amount = 1.0
    """Weight of the value's error in J."""
    entropy_weight: Amount = 0.01
    """Weight of the entropy in J; a high weight keeps the policy uncertain."""
    normalise_returns: bool = False
    """Divide rewards by the standard deviation of the returns, measured while acting."""

    @property
    def first_update(self) -> int:
        """Environment steps until the first update."""
        return self.steps * self.num_envs


class ActorCritic(DeepLearner):
    """Policy and value networks that learn from rollouts; A2C and PPO add `loss` and `batches`.

    Args:
        config: Settings of the subclass's `config_class`.
        seed: Seed of the agent and of the first reset of the worlds.
    """

    config: ActorCriticConfig
    loss: ActionLoss[ActionTargets]
    saved = (*DeepLearner.saved, "rollout")
    kind: type[Distribution]

    def build(self) -> None:
        """Make the networks, the loss, and room for the steps between two updates."""
        self.function, self.kind = actor_critic(self, self.config.normalise_observations)
        self.loss = self.make_loss()
        self.rollout = Rollout(self)

    def make_loss(self) -> ActionLoss[ActionTargets]:
        """Return J."""
        raise NotImplementedError

    def policy(self, prediction: Array, legal: Array | None = None) -> Distribution:
        """Return the distribution over actions for each row of predictions."""
        return self.kind(prediction[:, :-1], legal)

    def keep(self, acted: Acted) -> bool:
        """Store a step in the rollout; return whether the rollout is full."""
        return self.rollout.add(self, acted)

    def measure(self) -> dict[str, float]:
        """Return numbers that describe the latest update, just before its step, by their name."""
        assert self.latest is not None
        batch, prediction = self.latest
        return self.loss.measure(prediction, batch.targets)

    def forget(self) -> None:
        """Empty the rollout."""
        self.rollout.forget()

    def require_sound(self) -> None:
        """Refuse a restored rollout with an action or a mask that the worlds do not have.

        Raises:
            ValueError: If there is such an action or mask; names it.
        """
        action, legal = self.rollout.arrays["action"], self.rollout.arrays["legal"]
        space = self.worlds.action_space
        if isinstance(space, Discrete):
            guard.within("The saved 'rollout.arrays.action'", action, 0, int(space.n))
        some = legal.size == 0 or legal[: self.rollout.filled].any(axis=2).all()
        guard.require(bool(some), "The saved 'rollout.arrays.legal' allows no action.")


@compiled
def generalised_advantages(
    reward: Array, value: Array, next_value: Array, ended: Array, discount: float,
    trace_decay: float,
) -> Array:  # fmt: skip
    """Return advantages by generalised estimation (Schulman et al., 2016, equation 16).

        error_t = reward_t + discount * next_value_t - value_t
        advantage_t = error_t + discount * trace_decay * advantage_(t+1),
            or error_t at an end, and in the last row

    With trace_decay 0 this is the TD error, with 1 the complete return minus the value.

    Args:
        reward: Reward of each step. This and the next three have the shape [steps, worlds].
        value: Estimated return before the step.
        next_value: Estimated return after the step: 0 if the episode terminated, the value of the
            last state if it was truncated.
        ended: Whether the episode ended with the step, terminated or truncated.
        discount: Weight of the next state's value.
        trace_decay: Weight of later TD errors, in [0, 1].

    Returns:
        float32 [steps, worlds].
    """
    steps, worlds = reward.shape
    advantage = np.empty((steps, worlds), np.float32)
    for world in range(worlds):
        after = 0.0
        for t in range(steps - 1, -1, -1):
            error = reward[t, world] + discount * next_value[t, world] - value[t, world]
            if ended[t, world]:
                after = 0.0
            after = error + discount * trace_decay * after
            advantage[t, world] = after
    return advantage
