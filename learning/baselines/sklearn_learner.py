"""scikit-learn's estimators as learners: no gradient steps of ours, a library fits all rows.

What it fits is a pure function of settings, seed and rows, so a model file holds none of it: the
state says how many rows were drawn, and `restore` fits them again. Settings keep the names that
they have in scikit-learn, which says what they may be when learning begins.

Source: Pedregosa et al. (2011).
"""

from __future__ import annotations

import inspect
import warnings
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any, ClassVar

import numpy as np

from spielfeld.arrays import Array
from spielfeld.history import History
from spielfeld.learning.data_sets.checks import checked_inputs, require_kind, require_same_rows
from spielfeld.learning.data_sets.data_set import DataSet, Split
from spielfeld.learning.data_sets.mini_batches import drawn
from spielfeld.learning.scikit_learn import scikit_learn


class SklearnLearner:
    """Fits the estimator, "module:Class", that a subclass names for each kind of data."""

    one_shot: ClassVar[bool] = True
    tasks: ClassVar[tuple[str, ...]] = ("classification", "regression")
    config_class: ClassVar[type[Any]]
    estimators: ClassVar[dict[str, str]]

    def __init__(self, config: Any = None, seed: int = 0) -> None:
        self.config: Any = self.config_class() if config is None else config
        self.seed, self.samples = seed, 0
        self.data: Any = None
        self.model: Any = None

    def learn(self, source: DataSet | Split, samples: int) -> History:
        """Fit `samples` more rows and all before; which, if not all, the seed decides."""
        data = source if isinstance(source, DataSet) else source.train
        require_kind(data, tuple(self.estimators), type(self).__name__)
        require_same_rows(self.data or data, data)
        model = estimator(self.estimators[data.kind], data.kind, self.config, self.seed)
        self.data, self.samples = data, self.samples + samples
        if samples:
            self.model = fit(model, drawn(data, self.samples, self.seed))
        return History()

    @property
    def fitted(self) -> Any:
        """The estimator, once it has learned."""
        if self.model is None:
            raise ValueError("There is nothing to predict with yet: call learn first.")
        return self.model

    def predict(self, inputs: Array) -> Array:
        """Return class probabilities [rows, classes], or numbers [rows]; changes nothing."""
        return answer(self.fitted, self.checked(inputs), len(self.data.class_names))

    def checked(self, inputs: Array) -> Array:
        """Return inputs [rows, features] as numbers, or refuse them."""
        return checked_inputs(inputs, self.fitted.n_features_in_)

    def state(self) -> dict[str, Any]:
        """Return how many rows were drawn, and by what they were fitted."""
        return {"rows_drawn": self.samples, "scikit_learn": version("scikit-learn")}

    def restore(self, state: dict[str, Any], source: DataSet | Split) -> None:
        """Fit the same rows again."""
        require_version(state["scikit_learn"])
        self.data, self.samples = None, 0
        self.learn(source, state["rows_drawn"])


@dataclass(frozen=True)
class StandardisedConfig:
    """Settings of a method that weighs features against each other."""

    standardise: bool = True
    """Bring features, and numbers to predict, to mean 0 and deviation 1 of the training rows."""


def estimator(place: str, kind: str, config: Any, seed: int) -> Any:
    """Make the estimator of "module:Class", with scales if `config.standardise` is true."""
    module, _, name = place.partition(":")
    estimator_class = getattr(scikit_learn(module, name), name)
    given = asdict(config)
    standardise = given.pop("standardise", False)
    if "random_state" in inspect.signature(estimator_class).parameters:
        given["random_state"] = seed
    made = estimator_class(**given)
    return standardised(made, kind) if standardise else made


def standardised(made: Any, kind: str) -> Any:
    """Put scales, learned from the training rows, before an estimator and on its targets."""
    from sklearn.compose import TransformedTargetRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), made)
    if kind == "classification":
        return model
    return TransformedTargetRegressor(model, transformer=StandardScaler())


def fit(model: Any, rows: DataSet) -> Any:
    """Return the model fitted in one thread: the same rows give the same one, to the last bit."""
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # how long to try is a setting
        return model.fit(rows.inputs, rows.targets)  # whoever needs no targets ignores them


def answer(model: Any, inputs: Array, classes: int) -> Array:
    """Return numbers [rows], or probabilities [rows, classes]: 1 and 0 where a method has none."""
    if not classes:
        return np.asarray(model.predict(inputs), np.float64)
    shares = np.zeros((len(inputs), classes))
    if hasattr(model, "predict_proba"):
        shares[:, model.classes_] = model.predict_proba(inputs)
    else:
        shares[np.arange(len(inputs)), model.predict(inputs)] = 1.0
    return shares


def require_version(fitted_by: str) -> None:
    """Refuse what another scikit-learn has fitted, since this one's fit may differ.

    Raises:
        ValueError: If so; says by which.
        ImportError: If there is none.
    """
    scikit_learn("base", "This model")
    if fitted_by != version("scikit-learn"):
        raise ValueError(
            f"This model was fitted by scikit-learn {fitted_by}; {version('scikit-learn')} "
            "may fit the same rows differently: train again."
        )
