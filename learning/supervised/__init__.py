"""Learning from given targets: numbers and classes."""

from learning.supervised.least_squares import (
    LeastSquares,
    LeastSquaresConfig,
    Ridge,
    RidgeConfig,
    least_squares,
    ridge,
)
from learning.supervised.linear_regression import LinearRegression
from learning.supervised.logistic_regression import LogisticRegression, LogisticRegressionConfig
from learning.supervised.neural_network import NeuralNetwork, NeuralNetworkConfig
from learning.supervised.recommender import Recommender, RecommenderConfig
from learning.supervised.regression import RegressionConfig
from learning.supervised.torch_network import TorchNetwork

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
