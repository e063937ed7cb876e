"""Supervised learners of scikit-learn, each with its most important settings.

Defaults are those of scikit-learn, except that logistic regression may take more steps.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from spielfeld.learning.baselines.sklearn_learner import SklearnLearner, StandardisedConfig
from spielfeld.settings import settings


def either(place: str) -> dict[str, str]:
    """Return the classifier and the regressor of a method."""
    return {"classification": f"{place}Classifier", "regression": f"{place}Regressor"}


@settings
class LinearConfig:
    """Settings of least squares: there are none."""


class SklearnLinear(SklearnLearner):
    """Linear regression by least squares."""

    tasks = ("regression",)
    config_class = LinearConfig
    estimators: ClassVar = {"regression": "linear_model:LinearRegression"}


@settings
class RidgeConfig:
    """Settings of ridge regression."""

    alpha: float = 1.0
    """Penalty: this times the sum of squared weights is added to the sum of squared errors."""


class SklearnRidge(SklearnLearner):
    """Ridge regression."""

    tasks = ("regression",)
    config_class = RidgeConfig
    estimators: ClassVar = {"regression": "linear_model:Ridge"}


@settings
class LogisticConfig(StandardisedConfig):
    """Settings of logistic regression."""

    C: float = 1.0
    """Inverse penalty: a larger C allows larger weights."""
    tol: float = 0.0001
    """Gradient at which the solver stops."""
    max_iter: int = 10_000
    """Greatest number of steps of the solver."""


class SklearnLogistic(SklearnLearner):
    """Logistic and softmax regression of scikit-learn."""

    tasks = ("classification",)
    config_class = LogisticConfig
    estimators: ClassVar = {"classification": "linear_model:LogisticRegression"}


@settings
class NeighborsConfig(StandardisedConfig):
    """Settings of k nearest neighbours."""

    n_neighbors: int = 5
    """Number of neighbours."""
    weights: Literal["uniform", "distance"] = "uniform"
    """uniform: all neighbours have the same weight. distance: nearer ones have more weight."""


class SklearnKNearest(SklearnLearner):
    """K nearest neighbours, for regression or classification."""

    config_class = NeighborsConfig
    estimators: ClassVar = either("neighbors:KNeighbors")


@settings
class TreeConfig:
    """Settings of decision trees."""

    max_depth: int | None = None
    """Greatest number of questions between root and leaf; None for no limit."""
    min_samples_leaf: int = 1
    """Smallest number of training rows in a leaf."""


class SklearnTree(SklearnLearner):
    """Decision tree, for regression or classification."""

    config_class = TreeConfig
    estimators: ClassVar = either("tree:DecisionTree")


@settings
class ForestConfig(TreeConfig):
    """Settings of random forests."""

    n_estimators: int = 100
    """Number of trees."""


class SklearnRandomForest(SklearnLearner):
    """Random forest, for regression or classification."""

    config_class = ForestConfig
    estimators: ClassVar = either("ensemble:RandomForest")


@settings
class BoostingConfig:
    """Settings of gradient boosting."""

    n_estimators: int = 100
    """Number of trees; each corrects the trees before it."""
    learning_rate: float = 0.1
    """Share of each correction that is applied."""
    max_depth: int = 3
    """Greatest number of questions between root and leaf."""


class SklearnGradientBoosting(SklearnLearner):
    """Gradient boosting of trees, for regression or classification."""

    config_class = BoostingConfig
    estimators: ClassVar = either("ensemble:GradientBoosting")


@settings
class SupportVectorConfig(StandardisedConfig):
    """Settings of support vector machines."""

    C: float = 1.0
    """Inverse penalty: a larger C allows fewer training rows on the wrong side."""
    kernel: Literal["rbf", "linear", "poly", "sigmoid"] = "rbf"
    """Similarity of two rows; rbf is exp(-gamma * squared distance)."""
    gamma: float | Literal["scale", "auto"] = "scale"
    """Decrease of similarity with distance; scale is 1 / (features * variance of all inputs)."""


class SklearnSVM(SklearnLearner):
    """Support vector machine, for regression or classification; no probabilities."""

    config_class = SupportVectorConfig
    probable = False
    estimators: ClassVar = {"classification": "svm:SVC", "regression": "svm:SVR"}


@settings
class NetworkConfig(StandardisedConfig):
    """Settings of neural networks."""

    hidden_layer_sizes: tuple[int, ...] = (100,)
    """Units of each hidden layer."""
    activation: Literal["relu", "tanh", "logistic", "identity"] = "relu"
    """Activation function between layers."""
    alpha: float = 0.0001
    """Penalty on squared weights."""
    batch_size: int | Literal["auto"] = "auto"
    """Rows of a step; auto is 200, or all rows if there are fewer."""
    learning_rate_init: float = 0.001
    """Learning rate of Adam."""
    max_iter: int = 200
    """Greatest number of epochs; training ends earlier if the loss no longer falls."""


class SklearnNeuralNetwork(SklearnLearner):
    """Multilayer perceptron trained by Adam, for regression or classification."""

    config_class = NetworkConfig
    estimators: ClassVar = either("neural_network:MLP")
