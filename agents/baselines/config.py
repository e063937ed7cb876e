"""Settings of Stable-Baselines3's algorithms in our words, and their translation.

Defaults are Stable-Baselines3's own, but for DQN's memory, which holds no more than a run of the
usual length fills.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

WORDS = {
    "learning_rate": "learning_rate",
    "discount": "gamma",
    "trace_decay": "gae_lambda",
    "steps": "n_steps",
    "batch_size": "batch_size",
    "epochs": "n_epochs",
    "clip": "clip_range",
    "entropy_weight": "ent_coef",
    "value_weight": "vf_coef",
    "gradient_clip": "max_grad_norm",
    "buffer_size": "buffer_size",
    "learning_starts": "learning_starts",
    "train_every": "train_freq",
    "gradient_steps": "gradient_steps",
    "target_every": "target_update_interval",
    "exploration_rate": "exploration_initial_eps",
    "final_exploration_rate": "exploration_final_eps",
}


@dataclass(frozen=True)
class BaselineConfig:
    """Settings that all of them have."""

    learning_rate: float = 3e-4
    """Step size of the optimizer."""
    discount: float = 0.99
    """Weight of the next state's value, in [0, 1]."""
    num_envs: int = 1
    """Copies of the world that are acted in at once."""
    gradient_clip: float = 0.5
    """Longest gradient, by its Euclidean norm; a longer one is shortened to it."""
    hidden: tuple[int, ...] = (64, 64)
    """Units of each hidden layer."""
    activation: Literal["tanh", "relu"] = "tanh"
    """What bends the signals between layers."""

    @property
    def progress_samples(self) -> int:
        """Environment steps after which whatever changes on the way has come to its end."""
        raise NotImplementedError

    def translated(self) -> dict[str, Any]:
        """Return the arguments that Stable-Baselines3 takes."""
        from torch import nn

        words = {WORDS[name]: value for name, value in asdict(self).items() if name in WORDS}
        bend = {"tanh": nn.Tanh, "relu": nn.ReLU}[self.activation]
        return {**words, "policy_kwargs": {"net_arch": list(self.hidden), "activation_fn": bend}}


@dataclass(frozen=True)
class ActorCriticConfig(BaselineConfig):
    """Settings of methods that learn a policy and the value of states."""

    falling: ClassVar[tuple[str, ...]] = ("learning_rate",)

    steps: int = 2048
    """Environment steps in each copy of the world between two updates."""
    trace_decay: float = 0.95
    """Lambda of the generalised advantages, from 0, one-step errors, to 1, whole returns."""
    entropy_weight: float = 0.0
    """Weight of the policy's entropy, which keeps it exploring."""
    value_weight: float = 0.5
    """Weight of the squared error of the values beside the policy's loss."""
    schedule: Literal["constant", "linear"] = "constant"
    """Whether the learning rate, and PPO's clip, stay or fall to 0 in a straight line."""
    schedule_samples: int = 100_000
    """Environment steps until they are 0."""

    @property
    def progress_samples(self) -> int:
        """Environment steps until a falling learning rate is 0."""
        return self.schedule_samples

    def translated(self) -> dict[str, Any]:
        """Return the arguments that Stable-Baselines3 takes."""
        words = super().translated()
        if self.schedule == "linear":
            words |= {WORDS[name]: falling(getattr(self, name)) for name in self.falling}
        return words


@dataclass(frozen=True)
class SB3PPOConfig(ActorCriticConfig):
    """Settings of Stable-Baselines3's PPO."""

    falling: ClassVar[tuple[str, ...]] = ("learning_rate", "clip")

    batch_size: int = 64
    """Rows of a gradient step."""
    epochs: int = 10
    """How often each row is used."""
    clip: float = 0.2
    """How far the probability ratio may leave 1 and still gain."""


@dataclass(frozen=True)
class SB3MaskablePPOConfig(SB3PPOConfig):
    """Settings of sb3-contrib's PPO with masks."""


@dataclass(frozen=True)
class SB3A2CConfig(ActorCriticConfig):
    """Settings of Stable-Baselines3's A2C, whose optimizer is RMSprop."""

    learning_rate: float = 7e-4
    """Step size of the optimizer."""
    steps: int = 5
    """Environment steps in each copy of the world between two updates."""
    trace_decay: float = 1.0
    """Lambda of the generalised advantages, from 0, one-step errors, to 1, whole returns."""


@dataclass(frozen=True)
class SB3DQNConfig(BaselineConfig):
    """Settings of Stable-Baselines3's DQN."""

    learning_rate: float = 1e-4
    """Step size of the optimizer."""
    gradient_clip: float = 10.0
    """Longest gradient, by its Euclidean norm; a longer one is shortened to it."""
    activation: Literal["tanh", "relu"] = "relu"
    """What bends the signals between layers."""
    batch_size: int = 32
    """Remembered steps in an update."""
    buffer_size: int = 100_000
    """Environment steps remembered."""
    learning_starts: int = 100
    """Environment steps remembered before the first update."""
    train_every: int = 4
    """Steps in each copy of the world from one training to the next."""
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

    @property
    def progress_samples(self) -> int:
        """Environment steps until exploration is at its end."""
        return self.exploration_samples

    def translated(self) -> dict[str, Any]:
        """Return the arguments that Stable-Baselines3 takes."""
        return {**super().translated(), "exploration_fraction": 1.0}


def falling(first: float) -> Callable[[float], float]:
    """Return a straight line from `first` to 0, over the share of progress that remains."""
    return lambda remaining: remaining * first
