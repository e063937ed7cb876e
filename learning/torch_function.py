"""PyTorch modules as functions: autograd computes the gradient."""

from __future__ import annotations

from itertools import pairwise
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.batch import Gradient
from spielfeld.learning.function import Backward, Function, Parameters, selected, spread
from spielfeld.learning.network import ACTIVATIONS, Network

if TYPE_CHECKING:
    import torch


def pytorch(what: str) -> ModuleType:
    """Import PyTorch on first use.

    Args:
        what: The part that needs it, as the beginning of a sentence.

    Raises:
        ImportError: If PyTorch is not installed. The message contains the command to install it.
    """
    try:
        import torch
    except ModuleNotFoundError as error:
        raise ImportError(
            f"{what} needs PyTorch, which is not installed: `pip install torch` and try again."
        ) from error
    return torch


class TorchFunction(Function):
    """phi(x) = module(x), on the CPU.

    `parameters` are views into the memory of the module; parameters without a gradient are left
    out. So a step changes the module. Other code that trains the module also changes `parameters`.

    The module stays in evaluation mode. Dropout and batch statistics would make predictions and
    gradients disagree. Learners that need them override `step`.

    Args:
        module: Module from inputs to [rows, outputs], with parameters of one dtype on the CPU.

    Raises:
        ValueError: If the module has no parameters with a gradient.
    """

    def __init__(self, module: torch.nn.Module) -> None:
        self.module = module.eval()
        self._tensors = {k: v for k, v in module.named_parameters() if v.requires_grad}
        self.parameters: Parameters = {k: v.detach().numpy() for k, v in self._tensors.items()}
        if not self._tensors:
            raise ValueError("This module has no parameters that need a gradient.")
        self._dtype = next(iter(self._tensors.values())).dtype

    def forward(self, inputs: Array, select: Array | None = None) -> tuple[Array, Backward]:
        """Return predictions [rows, outputs], or [rows] where `select` is given; see `Function`."""
        import torch

        prediction = self.module(self._tensor(inputs))

        def backward(upstream: Array) -> Gradient:
            slope = self._tensor(spread(upstream, select, prediction.shape[-1]))
            names, tensors = zip(*self._tensors.items(), strict=True)
            slopes = torch.autograd.grad(
                prediction, tensors, slope, retain_graph=True, materialize_grads=True
            )
            return {name: each.numpy() for name, each in zip(names, slopes, strict=True)}

        return selected(prediction.detach().numpy(), select), backward

    def __call__(self, inputs: Array, select: Array | None = None) -> Array:
        """Return the predictions alone, without a graph for the gradient."""
        import torch

        with torch.no_grad():
            return self.forward(inputs, select)[0]

    def _tensor(self, array: Array) -> torch.Tensor:
        """Copy numbers to a tensor of the module's dtype, and indices to an integer tensor."""
        import torch

        array = np.asarray(array)
        return torch.tensor(array, dtype=self._dtype if array.dtype.kind == "f" else None)


def torch_twin(network: Network, what: str) -> TorchFunction:
    """Return a stack of `torch.nn.Linear` with the weights and the dtype of `network`.

    Args:
        network: Network with the sizes, activation and weights to copy.
        what: The part that needs PyTorch, for the message if it is missing.

    Raises:
        ImportError: If PyTorch is not installed.
    """
    torch = pytorch(what)
    torch.set_num_threads(1)  # more threads make small networks slower
    bends = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid}
    names = {activation: name for name, activation in ACTIVATIONS.items()}
    bend = bends[names[network.activation]]
    dtype = torch.from_numpy(np.zeros(0, network.dtype)).dtype
    layers = []
    for number, width in enumerate(pairwise(network.sizes)):
        layer = torch.nn.utils.skip_init(torch.nn.Linear, *width, dtype=dtype)
        layer.weight.data.copy_(torch.from_numpy(network.parameters[f"weights{number}"].T))
        layer.bias.data.copy_(torch.from_numpy(network.parameters[f"bias{number}"]))
        layers += [bend(), layer] if number else [layer]
    return TorchFunction(torch.nn.Sequential(*layers))
