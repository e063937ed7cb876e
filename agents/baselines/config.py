"""Settings of Stable-Baselines3's algorithms in our words, and their translation.

Defaults are Stable-Baselines3's own, but for DQN's memory, which holds no more than a run of the
usual length fills.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from math import inf
from typing import Any

from spielfeld.agents.networks import at_least, one_of, within

WORDS = {
    "learning_rate": "learning_rate",
    "discount": "gamma",
    "trace_decay": "gae_lambda",
    "steps": "n_steps",
    "batch_size": "batch_size",
    "epochs": "n_epochs",
    "clip": "clip_range",
    "entropy_weight": "ent_coef",
    "gradient_clip": "max_grad_norm",
    "buffer_size": "buffer_size",
    "learning_starts": "learning_starts",
    "gradient_steps": "gradient_steps",
    "target_every": "target_update_interval",
    "exploration_rate": "exploration_initial_eps",
    "final_exploration_rate": "exploration_final_eps",
}

COUNTS = (
    "num_envs", "steps", "epochs", "batch_size", "schedule_samples", "buffer_size", "train_every",
    "gradient_steps", "target_every", "exploration_samples",
)  # fmt: skip


@dataclass(frozen=True)
class BaselineConfig:
    """Settings that all of them have.

    Raises:
        ValueError: If a setting is out of its range; says which and what was expected.
    """

    learning_rate: float = 3e-4
    """Step size of the optimizer, above 0."""
    discount: float = 0.99
    """Weight of the next state's value, in [0, 1]."""
    num_envs: int = 1
    """Copies of the world to act in at once."""
    gradient_clip: float = 0.5
    """Longest gradient allowed, over all parameters together."""
    hidden: tuple[int, ...] = (64, 64)
    """Units of each hidden layer."""
    activation: str = "tanh"
    """relu, tanh or sigmoid."""

    def __post_init__(self) -> None:
        one_of("activation", self.activation, ("relu", "tanh", "sigmoid"))
        within("discount", self.discount, 0, 1)
        within("learning_rate", self.learning_rate, 1e-12, inf)
        within("gradient_clip", self.gradient_clip, 1e-12, inf)
        for name in COUNTS:
            at_least(name, getattr(self, name, 1), 1)
        for units in self.hidden:
            at_least("hidden", units, 1)

    @property
    def progress_samples(self) -> int:
        """Environment steps after which whatever changes on the way has come to its end."""
        raise NotImplementedError

    def translated(self) -> dict[str, Any]:
        """Return the arguments that Stable-Baselines3 takes."""
        from torch import nn

        words = {WORDS[name]: value for name, value in asdict(self).items() if name in WORDS}
        bend = {"tanh": nn.Tanh, "relu": nn.ReLU, "sigmoid": nn.Sigmoid}[self.activation]
        return {**words, "policy_kwargs": {"net_arch": list(self.hidden), "activation_fn": bend}}


@dataclass(frozen=True)
class SB3A2CConfig(BaselineConfig):
    """Settings of Stable-Baselines3's A2C, whose optimizer is RMSprop."""

    learning_rate: float = 7e-4
    """Step size of the optimizer, above 0."""
    schedule: str = "constant"
    """How the learning rate falls: constant or linear."""
    schedule_samples: int = 100_000
    """Environment steps until what falls is 0."""
    steps: int = 5
    """Steps of each world between two updates."""
    trace_decay: float = 1.0
    """How far later errors count in an advantage: 0 not at all, 1 as much as `discount` says."""
    value_weight: float = 1.0
    """Of half the value's squared error."""
    entropy_weight: float = 0.0
    """Of the entropy: how much being undecided is worth."""

    def __post_init__(self) -> None:
        super().__post_init__()
        one_of("schedule", self.schedule, ("constant", "linear"))
        within("trace_decay", self.trace_decay, 0, 1)
        within("value_weight", self.value_weight, 0, inf)
        within("entropy_weight", self.entropy_weight, 0, inf)

    @property
    def progress_samples(self) -> int:
        """Environment steps until what falls is 0."""
        return self.schedule_samples

    def translated(self) -> dict[str, Any]:
        """Return the arguments of Stable-Baselines3, which does not halve the value's error."""
        rate = falling(self.learning_rate, self.schedule)
        return {**super().translated(), "vf_coef": self.value_weight / 2, "learning_rate": rate}


@dataclass(frozen=True)
class SB3PPOConfig(SB3A2CConfig):
    """Settings of Stable-Baselines3's PPO."""

    learning_rate: float = 3e-4
    """Step size of the optimizer, above 0."""
    steps: int = 2048
    """Steps of each world between two updates."""
    trace_decay: float = 0.95
    """How far later errors count in an advantage: 0 not at all, 1 as much as `discount` says."""
    epochs: int = 10
    """How many times the same experience is gone over."""
    batch_size: int = 64
    """Rows of a step."""
    clip: float = 0.2
    """By how much an action's probability may change before its row teaches nothing more."""
    clip_schedule: str = "constant"
    """How `clip` falls along `schedule_samples`: constant or linear."""

    def __post_init__(self) -> None:
        super().__post_init__()
        one_of("clip_schedule", self.clip_schedule, ("constant", "linear"))
        within("clip", self.clip, 1e-12, inf)
        at_least("batch_size", self.batch_size, 2)  # one row has no deviation to divide by
        if self.steps * self.num_envs < 2:
            raise ValueError(
                "steps * num_envs must be 2 or more, not 1: there is no deviation of 1."
            )

    def translated(self) -> dict[str, Any]:
        """Return the arguments that Stable-Baselines3 takes."""
        return {**super().translated(), "clip_range": falling(self.clip, self.clip_schedule)}


@dataclass(frozen=True)
class SB3MaskablePPOConfig(SB3PPOConfig):
    """Settings of sb3-contrib's PPO with masks."""


@dataclass(frozen=True)
class SB3DQNConfig(BaselineConfig):
    """Settings of Stable-Baselines3's DQN."""

    learning_rate: float = 1e-4
    """Step size of the optimizer, above 0."""
    gradient_clip: float = 10.0
    """Longest gradient allowed, over all parameters together."""
    activation: str = "relu"
    """relu, tanh or sigmoid."""
    batch_size: int = 32
    """Remembered steps in an update."""
    buffer_size: int = 100_000
    """Environment steps remembered."""
    learning_starts: int = 100
    """Environment steps before the first update."""
    train_every: int = 4
    """Environment steps from one training to the next, rounded down to steps of all copies."""
    gradient_steps: int = 1
    """Updates in a training."""
    target_every: int = 10_000
    """Environment steps from one copy of the network, which aims, to the next."""
    exploration_rate: float = 1.0
    """Probability of a random action at the start."""
    final_exploration_rate: float = 0.05
    """Probability of a random action in the end."""
    exploration_samples: int = 10_000
    """Environment steps from the first exploration rate to the last, in a straight line."""

    def __post_init__(self) -> None:
        super().__post_init__()
        at_least("learning_starts", self.learning_starts, 0)
        within("exploration_rate", self.exploration_rate, 0, 1)
        within("final_exploration_rate", self.final_exploration_rate, 0, 1)

    @property
    def first_update(self) -> int:
        """Environment steps until the first update."""
        return self.learning_starts + 1

    @property
    def progress_samples(self) -> int:
        """Environment steps until exploration is at its end."""
        return self.exploration_samples

    def translated(self) -> dict[str, Any]:
        """Return the arguments that Stable-Baselines3 takes."""
        every = max(1, self.train_every // self.num_envs)
        return {**super().translated(), "train_freq": every, "exploration_fraction": 1.0}


def falling(first: float, schedule: str) -> float | Callable[[float], float]:
    """Return a number, or a straight line from it to 0 over the share of progress that remains."""
    return first if schedule == "constant" else lambda remaining: remaining * first
