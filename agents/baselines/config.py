"""Settings of Stable-Baselines3's algorithms with Spielfeld's names, and their translation.

The default values are those of Stable-Baselines3, except for DQN's replay buffer. It is smaller
and holds the steps of a run of usual length.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any, Literal

from spielfeld.learning.network import ActivationName
from spielfeld.settings import Amount, Count, Positive, Range, Share, Whole, settings

Line = Literal["constant", "linear"]

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


@settings
class BaselineConfig:
    """Settings of all algorithms of Stable-Baselines3."""

    learning_rate: Positive = 3e-4
    """Step size of the optimizer, above 0."""
    discount: Share = 0.99
    """Weight of the next state's value, in [0, 1]."""
    num_envs: Count = 1
    """Number of copies of the world that act at once."""
    gradient_clip: Positive = 0.5
    """Longest gradient of all parameters together."""
    hidden: tuple[Count, ...] = (64, 64)
    """Units of each hidden layer."""
    activation: ActivationName = "tanh"
    """Activation function: relu, tanh or sigmoid."""

    @property
    def progress_samples(self) -> int:
        """Environment steps after which all schedules are at their final values."""
        raise NotImplementedError

    def translated(self) -> dict[str, Any]:
        """Return the arguments for Stable-Baselines3."""
        from torch import nn

        words = {WORDS[name]: value for name, value in asdict(self).items() if name in WORDS}
        bend = {"tanh": nn.Tanh, "relu": nn.ReLU, "sigmoid": nn.Sigmoid}[self.activation]
        return {**words, "policy_kwargs": {"net_arch": list(self.hidden), "activation_fn": bend}}


@settings
class SB3A2CConfig(BaselineConfig):
    """Settings of Stable-Baselines3's A2C, whose optimizer is RMSprop."""

    learning_rate: Positive = 7e-4
    """Step size of the optimizer, above 0."""
    schedule: Line = "constant"
    """Schedule of the learning rate: constant or linear."""
    schedule_samples: Count = 100_000
    """Environment steps until a linear schedule is at 0."""
    steps: Count = 5
    """Steps of each world between two updates."""
    trace_decay: Share = 1.0
    """Weight of later TD errors in an advantage, in [0, 1], besides `discount`: lambda."""
    value_weight: Amount = 1.0
    """Weight of half the value's squared error."""
    entropy_weight: Amount = 0.0
    """Weight of the entropy; a high weight keeps the policy uncertain."""

    @property
    def progress_samples(self) -> int:
        """Environment steps until a linear schedule is at 0."""
        return self.schedule_samples

    def translated(self) -> dict[str, Any]:
        """Return the arguments for Stable-Baselines3, which does not halve the value's error."""
        rate = falling(self.learning_rate, self.schedule)
        return {**super().translated(), "vf_coef": self.value_weight / 2, "learning_rate": rate}


@settings
class SB3PPOConfig(BaselineConfig):
    """Settings of Stable-Baselines3's PPO, with or without masks."""

    schedule: Line = "constant"
    """Schedule of the learning rate: constant or linear."""
    schedule_samples: Count = 100_000
    """Environment steps until a linear schedule is at 0."""
    steps: Count = 2048
    """Steps of each world between two updates."""
    trace_decay: Share = 0.95
    """Weight of later TD errors in an advantage, in [0, 1], besides `discount`: lambda."""
    value_weight: Amount = 1.0
    """Weight of half the value's squared error."""
    entropy_weight: Amount = 0.0
    """Weight of the entropy; a high weight keeps the policy uncertain."""
    epochs: Count = 10
    """Epochs: passes through each rollout."""
    batch_size: Annotated[int, Range(2)] = 64
    """Rows of a minibatch; a single row has no standard deviation."""
    clip: Positive = 0.2
    """Largest distance of a ratio from 1 before its row has no gradient."""
    clip_schedule: Line = "constant"
    """Schedule of `clip` along `schedule_samples`: constant or linear."""

    def require_sound(self) -> None:
        """Refuse a single row, which has no standard deviation."""
        if self.steps * self.num_envs < 2:
            raise ValueError("steps * num_envs must be 2 or more, not 1: one row has no deviation.")

    @property
    def progress_samples(self) -> int:
        """Environment steps until a linear schedule is at 0."""
        return self.schedule_samples

    def translated(self) -> dict[str, Any]:
        """Return the arguments for Stable-Baselines3, which does not halve the value's error."""
        return {
            **super().translated(),
            "vf_coef": self.value_weight / 2,
            "learning_rate": falling(self.learning_rate, self.schedule),
            "clip_range": falling(self.clip, self.clip_schedule),
        }


SB3MaskablePPOConfig = SB3PPOConfig


@settings
class SB3DQNConfig(BaselineConfig):
    """Settings of Stable-Baselines3's DQN."""

    learning_rate: Positive = 1e-4
    """Step size of the optimizer, above 0."""
    gradient_clip: Positive = 10.0
    """Longest gradient of all parameters together."""
    activation: ActivationName = "relu"
    """Activation function: relu, tanh or sigmoid."""
    batch_size: Count = 32
    """Number of steps of the replay buffer in each batch."""
    buffer_size: Count = 100_000
    """Size of the replay buffer, in environment steps."""
    learning_starts: Whole = 100
    """Environment steps before the first update."""
    train_every: Count = 4
    """Environment steps between groups of updates, rounded down to steps of all copies."""
    gradient_steps: Count = 1
    """Number of updates in a group."""
    target_every: Count = 10_000
    """Environment steps after which the network is copied to the target network."""
    exploration_rate: Share = 1.0
    """Probability of a random action at the start."""
    final_exploration_rate: Share = 0.05
    """Probability of a random action at the end."""
    exploration_samples: Count = 10_000
    """Environment steps until the exploration rate has fallen, linearly, to the final rate."""

    @property
    def first_update(self) -> int:
        """Environment steps until the first update."""
        return self.learning_starts + 1

    @property
    def progress_samples(self) -> int:
        """Environment steps until the exploration rate is at its final value."""
        return self.exploration_samples

    def translated(self) -> dict[str, Any]:
        """Return the arguments for Stable-Baselines3."""
        every = max(1, self.train_every // self.num_envs)
        return {**super().translated(), "train_freq": every, "exploration_fraction": 1.0}


def falling(first: float, schedule: str) -> float | Callable[[float], float]:
    """Return a number, or a function that falls from it to 0 with the remaining progress."""
    return first if schedule == "constant" else lambda remaining: remaining * first
