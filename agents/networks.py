"""The networks of agents by name: written by hand in NumPy, in PyTorch, or no network at all."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from spielfeld.learning.function import Function
from spielfeld.learning.network import ActivationName, Network
from spielfeld.learning.one_vector import OneVector
from spielfeld.learning.optimizer import Adam
from spielfeld.learning.schedule import ScheduleName
from spielfeld.settings import Amount, Count, Positive, Share, settings

NetworkName = Literal["numpy", "torch", "linear"]


@settings
class NetworkConfig:
    """Settings of agents with networks."""

    num_envs: Count = 16
    """Copies of the world to act in at once."""
    discount: Share = 0.99
    """Weight of the next state's value, in [0, 1]."""
    learning_rate: Positive = 0.001
    """Step size of Adam, above 0."""
    schedule: ScheduleName = "constant"
    """How the learning rate falls: constant, linear, cosine or step."""
    schedule_samples: Count = 100_000
    """Environment steps until what falls has fallen all the way: to 0, where learning ends, if the
    schedule is linear or cosine."""
    gradient_clip: Amount = 0.5
    """Longest gradient allowed, over all parameters together; 0 for any."""
    network: NetworkName = "numpy"
    """numpy (gradients by hand), torch (by autograd, the same within rounding), or linear."""
    hidden: tuple[Count, ...] = (64, 64)
    """Units of each hidden layer."""
    activation: ActivationName = "tanh"
    """relu, tanh or sigmoid."""

    @property
    def first_update(self) -> int:
        """Environment steps until the first update; 0 where that depends on what happens."""
        return 0


def make_network(
    config: Any, inputs: int, outputs: int, generator: np.random.Generator, scale: float
) -> Function:
    """Return a float32 network of the kind that `config` names.

    Args:
        config: Settings such as `NetworkConfig`.
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


def make_adam(config: Any) -> OneVector:
    """Return a fresh optimizer: Adam on clipped gradients.

    What keeps Adam from dividing by 0 is larger than the 1e-8 of its paper, as in the A2C and PPO
    that OpenAI published: where gradients have become tiny, steps become small too.
    """
    return OneVector(Adam(config.learning_rate, stability=1e-5), config.gradient_clip)
