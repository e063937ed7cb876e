"""What all policy gradients share: a network whose outputs are a distribution over actions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from gymnasium.spaces import Box, Discrete, Space

from spielfeld.agents.many_learner import ManyLearner
from spielfeld.agents.networks import NetworkConfig, make_network
from spielfeld.agents.normaliser import RunningMoments
from spielfeld.agents.policy_gradient.distribution import Categorical, Distribution, Gaussian
from spielfeld.arrays import Array
from spielfeld.learning.beside import Beside, Constant
from spielfeld.learning.function import Function
from spielfeld.learning.one_of_few import OneOfFew

UNBOUNDED = 1e18  # a bound that far off is none, such as the largest float32


@dataclass(frozen=True)
class PolicyConfig(NetworkConfig):
    """Settings of every agent that learns a policy."""

    normalise_observations: bool = False
    """Bring every number of an observation to mean 0 and deviation 1, as measured on the way."""


class PolicyLearner(ManyLearner):
    """An agent whose network says how probable each action is; subclasses say how it learns.

    The network's outputs are those of the policy, then, where there is a `critic`, the value.
    """

    config_class: ClassVar[type[Any]] = PolicyConfig
    critic: ClassVar[bool] = True  # whether a network estimates the value of observations too

    def build(self, features: int, actions: Space[Any]) -> None:
        """Make networks for policy and value that share nothing, and what normalises."""
        discrete = isinstance(actions, Discrete)
        self.kind: type[Categorical | Gaussian] = Categorical if discrete else Gaussian
        count = int(actions.n) if isinstance(actions, Discrete) else int(actions.shape[0])  # type: ignore[index]
        self.outputs = count if discrete else 2 * count
        parts: dict[str, Function] = {
            "policy": make_network(self.config, features, count, self.generator, scale=0.01)
        }
        if not discrete:
            parts["log_deviation"] = Constant(np.zeros(count, np.float32))
        if self.critic:
            parts["value"] = make_network(self.config, features, 1, self.generator, scale=1)
        self.function = Beside(**parts)
        if self.features.one_hot and not self.config.normalise_observations:
            self.function = OneOfFew(self.function, features)
        self.moments = RunningMoments(features)

    def memory(self) -> dict[str, Array]:
        """Return what normalises observations."""
        return {f"observation_{name}": array for name, array in self.moments.arrays.items()}

    def limits(self) -> dict[str, tuple[float, float | None]]:
        """Return the limits of what normalises: variances and counts."""
        return {"observation_variance": (0, None), "observation_count": (0, None)}

    def policy(self, prediction: Array, legal: Array | None = None) -> Distribution:
        """Return the distribution over actions in each row of what the network predicts."""
        return self.kind(prediction[:, : self.outputs], legal)

    def predict(self, inputs: Any) -> Array:
        """Return action probabilities [rows, actions], or the action itself where it is numbers.

        Args:
            inputs: Observations of many rows, or one, for which there is one row less.
        """
        best = self.policy(self.function(self.encode(inputs))).best()
        if self.kind is Gaussian:
            best = in_bounds(best, self.worlds.action_space)
        return best[0] if np.ndim(inputs) == self.features.dimensions else best

    def act(self, observation: Any, action_mask: Array | None = None) -> Any:
        """Draw an action for one observation, as while learning."""
        legal = None if action_mask is None else np.asarray(action_mask, bool)[None]
        policy = self.policy(self.function(self.encode(observation)), legal)
        action = self.for_worlds(policy.draw(self.generator))[0]
        return int(action) if self.kind is Categorical else action

    def encode(self, observations: Any) -> Array:
        """Return observations as the network sees them, [rows, features]."""
        rows = self.features(observations)
        return self.moments.normalised(rows) if self.config.normalise_observations else rows

    def look(self) -> Array:
        """Return what all worlds show now, as the network sees it, and remember its scale.

        Only what is acted on while learning counts for the scale: neither what `predict` and `act`
        are asked for, nor the last sight of a world that is about to be reset.
        """
        if self.config.normalise_observations:
            self.moments.add(self.features(self.worlds.observation)[~self.worlds.waiting])
        return self.encode(self.worlds.observation)

    def end_values(self, step: Any) -> Array:
        """Return the value of where a step led that was only truncated, 0 elsewhere. [worlds].

        Without a critic nobody knows it: then the return is cut there as if it were an end.
        """
        values = np.zeros(len(step.reward), np.float32)
        cut = step.truncated & ~step.terminated
        if self.critic and cut.any():
            values[cut] = self.function(self.encode(step.next_observation[cut]))[:, -1]
        return values

    def for_worlds(self, actions: Array) -> Array:
        """Return actions as the worlds take them."""
        space = self.worlds.action_space
        if isinstance(space, Discrete):
            return actions + int(space.start)
        return in_bounds(actions, space)


def in_bounds(actions: Array, space: Any) -> Array:
    """Cut actions [rows, numbers] at -1 and 1, and stretch that to the bounds of a `Box`.

    Where one of the two bounds is missing, one unit is one unit, up to the other one. Whole numbers
    are rounded to.
    """
    assert isinstance(space, Box)
    least, most = space.low.astype(np.float64), space.high.astype(np.float64)
    bounded = (np.abs(least) < UNBOUNDED) & (np.abs(most) < UNBOUNDED)
    low, high = np.where(bounded, least, -1), np.where(bounded, most, 1)
    stretched = low + (high - low) * (actions.clip(-1, 1) + 1) / 2
    within = np.where(bounded, stretched, actions).clip(least, most)
    return (within.round() if space.dtype.kind in "iu" else within).astype(space.dtype)
