"""Estimators of scikit-learn as learners: the library fits all rows at once.

The result of a fit depends only on settings, seed and rows. So a model file does not contain the
result. The state contains the number of rows and the version of scikit-learn, and a restored
learner fits again. Settings have the same names as in scikit-learn. The library checks their values
when learning begins.

Source: Pedregosa et al. (2011).
"""

from __future__ import annotations

import inspect
import warnings
from dataclasses import asdict
from importlib.metadata import version
from typing import Annotated, Any, ClassVar, Protocol

import numpy as np

from spielfeld import snapshot
from spielfeld.arrays import Array
from spielfeld.history import History
from spielfeld.learning.data_sets.data_set import (
    DataSet,
    Split,
    checked_inputs,
    require_kind,
    require_same_rows,
)
from spielfeld.learning.data_sets.mini_batches import drawn
from spielfeld.learning.scikit_learn import scikit_learn
from spielfeld.settings import settings, settings_of
from spielfeld.snapshot import Counter, Fixed


class Estimator(Protocol):
    """An estimator of scikit-learn, with the method that all of them have."""

    def fit(self, inputs: Array, targets: Array | None) -> Estimator:
        """Fit rows; methods without targets ignore `targets`."""
        ...


class SklearnLearner:
    """A learner that fits the estimator "module:Class" in `estimators` for each kind of data."""

    one_shot: ClassVar[bool] = True
    tasks: ClassVar[tuple[str, ...]] = ("classification", "regression")
    config_class: ClassVar[type[Any]]
    estimators: ClassVar[dict[str, str]]
    probable: ClassVar[bool] = True  # whether it predicts probabilities of classes
    saved: ClassVar[tuple[str, ...]] = ("samples", "library_version")
    samples: Counter
    library_version: Annotated[str, Fixed()]
    state, restore = snapshot.state, snapshot.restore

    def __init__(self, config: object = None, seed: int = 0, **words: object) -> None:
        self.config = settings_of(self.config_class, config, words)
        self.seed, self.samples = seed, 0
        self.data: DataSet | None = None
        self.model: Estimator | None = None
        self._fitted_samples = 0

    def learn(self, source: DataSet | Split, samples: int) -> History:
        """Fit all earlier rows and `samples` more; the seed selects the rows."""
        self.prepare(source)
        model = self._estimator()  # refuses wrong settings before the learner changes
        self.samples += samples
        if samples:
            self._fit(model)
        return History()

    def prepare(self, source: DataSet | Split) -> None:
        """Use these rows from now on, and record the version of the library.

        Raises:
            ValueError: If the rows are of another kind, or are not the earlier rows.
            ImportError: If scikit-learn is not installed.
        """
        scikit_learn("base:BaseEstimator", "This model")
        data = source if isinstance(source, DataSet) else source.train
        require_kind(data, tuple(self.estimators), type(self).__name__)
        require_same_rows(self.data or data, data)
        self.data, self.library_version = data, version("scikit-learn")

    @property
    def fitted(self) -> Any:
        """The fitted estimator; a restored learner fits it at the first use."""
        if self.samples == 0:
            raise ValueError("There is nothing to predict with yet: call learn first.")
        if self._fitted_samples != self.samples:
            self._fit(self._estimator())
        return self.model

    def _estimator(self) -> Any:
        kind = self.known.kind
        return estimator(self.estimators[kind], kind, asdict(self.config), self.seed)

    @property
    def known(self) -> DataSet:
        """The rows of the learner.

        Raises:
            ValueError: If the learner has no rows yet.
        """
        if self.data is None:
            raise ValueError("There is nothing to predict with yet: call learn first.")
        return self.data

    def _fit(self, model: Estimator) -> None:
        self.model = fit(model, drawn(self.known, self.samples, self.seed))
        self._fitted_samples = self.samples

    def predict(self, inputs: Array) -> Array:
        """Return class probabilities [rows, classes], or numbers [rows].

        Probabilities are 1 and 0 if a method does not give any.
        """
        inputs, classes = self.checked(inputs), len(self.known.class_names)
        if not classes:
            return np.asarray(self.fitted.predict(inputs), np.float64)
        shares = np.zeros((len(inputs), classes))
        if self.probable:
            shares[:, self.fitted.classes_] = self.fitted.predict_proba(inputs)
        else:
            shares[np.arange(len(inputs)), self.fitted.predict(inputs)] = 1.0
        return shares

    def checked(self, inputs: Array) -> Array:
        """Return inputs [rows, features] as numbers; refuse other inputs."""
        return checked_inputs(inputs, self.fitted.n_features_in_)


@settings
class StandardisedConfig:
    """Settings of a method that compares features with each other."""

    standardise: bool = True
    """Scale features and numeric targets to mean 0 and deviation 1 of the training rows."""


def estimator(place: str, kind: str, given: dict[str, Any], seed: int) -> Estimator:
    """Make the estimator "module:Class", with scales if "standardise" is true."""
    estimator_class = scikit_learn(place, place.partition(":")[2])
    standardise = given.pop("standardise", False)
    if "random_state" in inspect.signature(estimator_class).parameters:
        given["random_state"] = seed
    made: Estimator = estimator_class(**given)
    return standardised(made, kind) if standardise else made


def standardised(made: Estimator, kind: str) -> Estimator:
    """Add scales from the training rows before an estimator and on its targets."""
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model: Estimator = make_pipeline(StandardScaler(), made)
    if kind != "classification":
        model = TransformedTargetRegressor(model, transformer=StandardScaler())
    return model


def fit(model: Estimator, rows: DataSet) -> Estimator:
    """Return the model fitted in one thread: the same rows give the same model, bit for bit."""
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the number of steps is a setting
        return model.fit(rows.inputs, rows.targets)  # methods without targets ignore them
