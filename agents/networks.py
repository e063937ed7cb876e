"""The networks of agents by name: written by hand in NumPy, in PyTorch, or no network at all."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np

from spielfeld.learning.function import Function
from spielfeld.learning.network import ACTIVATIONS, Network
from spielfeld.learning.one_vector import OneVector
from spielfeld.learning.optimizer import Adam
from spielfeld.learning.schedule import SCHEDULES

NETWORKS = ("numpy", "torch", "linear")
POSITIVE = 1e-12  # the least number that counts as above 0


@dataclass(frozen=True)
class NetworkConfig:
    """Settings of agents with networks.

    Raises:
        ValueError: If a setting is out of its range; says which and what was expected.
    """

    num_envs: int = 16
    """Copies of the world to act in at once."""
    discount: float = 0.99
    """Weight of the next state's value, in [0, 1]."""
    learning_rate: float = 0.001
    """Step size of Adam, above 0."""
    schedule: str = "constant"
    """How the learning rate falls: constant, linear, cosine or step."""
    schedule_samples: int = 100_000
    """Environment steps until what falls has fallen all the way: to 0, where learning ends, if the
    schedule is linear or cosine."""
    gradient_clip: float = 0.5
    """Longest gradient allowed, over all parameters together; 0 for any."""
    network: str = "numpy"
    """numpy (gradients by hand), torch (by autograd, the same within rounding), or linear."""
    hidden: tuple[int, ...] = (64, 64)
    """Units of each hidden layer."""
    activation: str = "tanh"
    """relu, tanh or sigmoid."""

    def __post_init__(self) -> None:
        one_of("network", self.network, NETWORKS)
        one_of("activation", self.activation, tuple(ACTIVATIONS))
        one_of("schedule", self.schedule, tuple(SCHEDULES))
        within("discount", self.discount, 0, 1)
        within("learning_rate", self.learning_rate, POSITIVE, inf)
        within("gradient_clip", self.gradient_clip, 0, inf)
        at_least("num_envs", self.num_envs, 1)
        at_least("schedule_samples", self.schedule_samples, 1)
        for units in self.hidden:
            at_least("hidden", units, 1)

    @property
    def first_update(self) -> int:
        """Environment steps until the first update; 0 where that depends on what happens."""
        return 0


def one_of(name: str, given: str, choices: tuple[str, ...]) -> None:
    """Raise a ValueError if a setting is none of its choices."""
    if given not in choices:
        raise ValueError(f"There is no {name} {given!r}: choose one of {', '.join(choices)}.")


def within(name: str, given: float, least: float, most: float) -> None:
    """Raise a ValueError if a setting is no finite number from `least` to `most`."""
    if not (least <= given <= most and given < inf):
        lowest = "above 0" if least == POSITIVE else f"{least} or more"
        limits = f"from {least} to {most}" if most < inf else f"finite and {lowest}"
        raise ValueError(f"{name} must be {limits}, not {given}.")


def at_least(name: str, given: int, least: int) -> None:
    """Raise a ValueError if a setting is below `least`."""
    if given < least:
        raise ValueError(f"{name} must be {least} or more, not {given}.")


def make_network(
    config: NetworkConfig, inputs: int, outputs: int, generator: np.random.Generator, scale: float
) -> Function:
    """Return a float32 network of the kind that `config` names.

    Args:
        config: Settings.
        inputs: Features of an observation.
        outputs: Numbers to predict.
        generator: Draws the weights at the start: rotations, layer by layer.
        scale: Of the weights to the outputs; a small one begins with outputs near 0, such as
            actions that are all equally likely.
    """
    hidden = () if config.network == "linear" else config.hidden
    network = Network(
        (inputs, *hidden, outputs), generator, config.activation, "orthogonal", np.float32
    )
    network.parameters[f"weights{len(hidden)}"] *= scale / np.sqrt(2)  # the gain it began with
    if config.network != "torch":
        return network
    from spielfeld.learning.torch_function import torch_twin

    return torch_twin(network, "network torch")


def make_adam(config: NetworkConfig) -> OneVector:
    """Return a fresh optimizer: Adam on clipped gradients.

    What keeps Adam from dividing by 0 is larger than the 1e-8 of its paper, as in the A2C and PPO
    that OpenAI published: where gradients have become tiny, steps become small too.
    """
    return OneVector(Adam(config.learning_rate, stability=1e-5), config.gradient_clip)
