"""scikit-learn's methods for given targets, each with the settings that matter most.

Defaults are scikit-learn's, but logistic regression may take as many steps as it needs.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from spielfeld.learning.baselines.sklearn_learner import SklearnLearner, StandardisedConfig
from spielfeld.settings import settings


def either(place: str) -> dict[str, str]:
    """Name a method that has a classifier and a regressor."""
    return {"classification": f"{place}Classifier", "regression": f"{place}Regressor"}


@settings
class LinearConfig:
    """Least squares has nothing to set."""


class SklearnLinear(SklearnLearner):
    """Linear regression by least squares."""

    tasks = ("regression",)
    config_class = LinearConfig
    estimators: ClassVar = {"regression": "linear_model:LinearRegression"}


@settings
class RidgeConfig:
    """Settings of ridge regression."""

    alpha: float = 1.0
    """Penalty: this times the sum of squared weights joins the sum of squared errors."""


class SklearnRidge(SklearnLearner):
    """Ridge regression."""

    tasks = ("regression",)
    config_class = RidgeConfig
    estimators: ClassVar = {"regression": "linear_model:Ridge"}


@settings
class LogisticConfig(StandardisedConfig):
    """Settings of logistic regression."""

    C: float = 1.0
    """Inverse penalty: the larger, the less the weights are held back."""
    tol: float = 0.0001
    """The solver stops at a gradient below this."""
    max_iter: int = 10_000
    """Steps of the solver at most."""


class SklearnLogistic(SklearnLearner):
    """Logistic and softmax regression."""

    tasks = ("classification",)
    config_class = LogisticConfig
    estimators: ClassVar = {"classification": "linear_model:LogisticRegression"}


@settings
class NeighborsConfig(StandardisedConfig):
    """Settings of nearest neighbours."""

    n_neighbors: int = 5
    """How many of the nearest training rows are asked."""
    weights: Literal["uniform", "distance"] = "uniform"
    """Whether all of them count alike, or the nearer ones more."""


class SklearnKNearest(SklearnLearner):
    """K nearest neighbours, for regression or classification."""

    config_class = NeighborsConfig
    estimators: ClassVar = either("neighbors:KNeighbors")


@settings
class TreeConfig:
    """Settings of decision trees."""

    max_depth: int | None = None
    """Questions between root and leaf at most; None for as many as it takes."""
    min_samples_leaf: int = 1
    """Training rows in a leaf at least."""


class SklearnTree(SklearnLearner):
    """Decision tree, for regression or classification."""

    config_class = TreeConfig
    estimators: ClassVar = either("tree:DecisionTree")


@settings
class ForestConfig(TreeConfig):
    """Settings of random forests."""

    n_estimators: int = 100
    """How many trees."""


class SklearnRandomForest(SklearnLearner):
    """Random forest, for regression or classification."""

    config_class = ForestConfig
    estimators: ClassVar = either("ensemble:RandomForest")


@settings
class BoostingConfig:
    """Settings of gradient boosting."""

    n_estimators: int = 100
    """How many trees, each of which corrects those before it."""
    learning_rate: float = 0.1
    """Share of each correction that is made."""
    max_depth: int = 3
    """Questions between root and leaf at most."""


class SklearnGradientBoosting(SklearnLearner):
    """Gradient boosting of trees, for regression or classification."""

    config_class = BoostingConfig
    estimators: ClassVar = either("ensemble:GradientBoosting")


@settings
class SupportVectorConfig(StandardisedConfig):
    """Settings of support vector machines."""

    C: float = 1.0
    """Inverse penalty: the larger, the fewer training rows may lie on the wrong side."""
    kernel: Literal["rbf", "linear", "poly", "sigmoid"] = "rbf"
    """What makes two rows alike; rbf is exp(-gamma * squared distance)."""
    gamma: float | Literal["scale", "auto"] = "scale"
    """How fast likeness falls with distance; scale is 1 / (features * variance of all inputs)."""


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
    """What bends the signals between layers."""
    alpha: float = 0.0001
    """Penalty on squared weights."""
    batch_size: int | Literal["auto"] = "auto"
    """Rows of a step; auto is 200, or all where they are fewer."""
    learning_rate_init: float = 0.001
    """Step size of Adam."""
    max_iter: int = 200
    """Epochs at most; fewer where the loss stands still."""


class SklearnNeuralNetwork(SklearnLearner):
    """Multilayer perceptron trained by Adam, for regression or classification."""

    config_class = NetworkConfig
    estimators: ClassVar = either("neural_network:MLP")
