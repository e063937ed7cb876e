"""Learning from given targets: numbers and classes."""

from learning.supervised.least_squares import LeastSquares, Ridge, least_squares, ridge
from learning.supervised.linear_regression import LinearRegression
from learning.supervised.logistic_regression import LogisticRegression, LogisticRegressionConfig
from learning.supervised.neural_network import NeuralNetwork, NeuralNetworkConfig

__all__ = [
    "LeastSquares",
    "LinearRegression",
    "LogisticRegression",
    "LogisticRegressionConfig",
    "NeuralNetwork",
    "NeuralNetworkConfig",
    "Ridge",
    "least_squares",
    "ridge",
]
