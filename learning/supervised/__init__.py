"""Supervised learning: regression and classification with given targets."""

from typing import TYPE_CHECKING

from spielfeld.lazy import lazy

if TYPE_CHECKING:  # one line for each learner, in the order of `spielfeld list`
    # isort: off
    from spielfeld.learning.supervised.linear_regression import LinearRegression, RegressionConfig
    from spielfeld.learning.supervised.least_squares import (
        LeastSquares,
        LeastSquaresConfig,
        Ridge,
        RidgeConfig,
    )
    from spielfeld.learning.supervised.logistic_regression import (
        LogisticRegression,
        LogisticRegressionConfig,
    )
    from spielfeld.learning.supervised.neural_network import NeuralNetwork, NeuralNetworkConfig
    from spielfeld.learning.supervised.torch_network import TorchNetwork
    from spielfeld.learning.supervised.recommender import Recommender, RecommenderConfig
    # isort: on

if TYPE_CHECKING:  # other exports
    from spielfeld.learning.supervised.least_squares import least_squares, ridge
else:
    __getattr__, __dir__, __all__ = lazy(__name__, __file__)
