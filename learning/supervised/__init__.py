"""Learning from given targets: numbers and classes."""

from spielfeld.learning.supervised.least_squares import (
    LeastSquares,
    LeastSquaresConfig,
    Ridge,
    RidgeConfig,
    least_squares,
    ridge,
)
from spielfeld.learning.supervised.linear_regression import LinearRegression, RegressionConfig
from spielfeld.learning.supervised.logistic_regression import (
    LogisticRegression,
    LogisticRegressionConfig,
)
from spielfeld.learning.supervised.neural_network import NeuralNetwork, NeuralNetworkConfig
from spielfeld.learning.supervised.recommender import Recommender, RecommenderConfig
from spielfeld.learning.supervised.torch_network import TorchNetwork

__all__ = [
    "LeastSquares",
    "LeastSquaresConfig",
    "LinearRegression",
    "LogisticRegression",
    "LogisticRegressionConfig",
    "NeuralNetwork",
    "NeuralNetworkConfig",
    "Recommender",
    "RecommenderConfig",
    "RegressionConfig",
    "Ridge",
    "RidgeConfig",
    "TorchNetwork",
    "least_squares",
    "ridge",
]
