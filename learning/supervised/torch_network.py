"""The same neural network in PyTorch, where the gradient comes from autograd instead of by hand.

Differs from `NeuralNetwork` by its function alone: equal settings and seeds begin with the same
weights and draw the same batches, so that both follow the same path, up to rounding. Any other
module can be learned so: only `network` needs to be written.

Source: Paszke et al. (2019).
"""

from __future__ import annotations

import numpy as np

from spielfeld.learning.function import Function
from spielfeld.learning.network import Network
from spielfeld.learning.supervised.neural_network import NeuralNetwork
from spielfeld.learning.torch_function import torch_twin


class TorchNetwork(NeuralNetwork):
    """A stack of `torch.nn.Linear` in float64, in one thread.

    Raises:
        ImportError: If PyTorch is not installed.
    """

    def network(self, sizes: tuple[int, ...], generator: np.random.Generator) -> Function:
        """Return a module of these sizes with the weights that `Network` would begin with."""
        return torch_twin(Network(sizes, generator, self.config.activation), "torch-network")
