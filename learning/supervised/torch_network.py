"""Neural network in PyTorch: autograd computes the gradient.

Only the function differs from `NeuralNetwork`. With equal settings and seeds, both begin with the
same weights and draw the same batches. So their predictions stay equal, up to rounding. To learn
any other module, override `make`.

Source: Paszke et al. (2019).
"""

from __future__ import annotations

import numpy as np

from spielfeld.learning.data_learner import DataLearner
from spielfeld.learning.data_sets.data_set import DataSet
from spielfeld.learning.function import Function
from spielfeld.learning.loss import Loss
from spielfeld.learning.network import Network
from spielfeld.learning.supervised.neural_network import (
    NeuralNetwork,
    NeuralNetworkConfig,
    layer_sizes,
    loss_for,
)
from spielfeld.learning.torch_function import torch_twin


class TorchNetwork(DataLearner):
    """Multilayer perceptron in PyTorch: `torch.nn.Linear` layers in float64, in one thread.

    Raises:
        ImportError: If PyTorch is not installed.
    """

    tasks = NeuralNetwork.tasks
    config_class = NeuralNetworkConfig
    scales_targets = True

    def make(self, data: DataSet, generator: np.random.Generator) -> tuple[Function, Loss]:
        """Return a module with the same weights at the start as `Network`, and the same loss."""
        twin = Network(layer_sizes(data, self.config), generator, self.config.activation)
        return torch_twin(twin, "torch-network"), loss_for(data, self.config)
