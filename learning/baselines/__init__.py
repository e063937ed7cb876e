"""Learners of scikit-learn, with the methods and files of the hand-written learners."""

from typing import TYPE_CHECKING

from spielfeld.lazy import lazy

if TYPE_CHECKING:  # one line for each learner, in the order of `spielfeld list`
    # isort: off
    from spielfeld.learning.baselines.sklearn_supervised import (
        SklearnLinear,
        SklearnRidge,
        SklearnLogistic,
        SklearnKNearest,
        SklearnTree,
        SklearnRandomForest,
        SklearnGradientBoosting,
        SklearnSVM,
        SklearnNeuralNetwork,
    )
    from spielfeld.learning.baselines.sklearn_unsupervised import (
        SklearnKMeans,
        SklearnPCA,
        SklearnMixture,
    )
else:
    __getattr__, __dir__, __all__ = lazy(__name__, __file__)
