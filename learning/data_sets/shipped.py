"""Classic data sets that are part of scikit-learn; nothing is downloaded."""

from __future__ import annotations

from spielfeld.learning.data_sets.data_set import DataSet
from spielfeld.learning.scikit_learn import scikit_learn


def iris() -> DataSet:
    """150 flowers of three kinds, four lengths each in cm (Fisher, 1936)."""
    return _shipped("iris")


def digits() -> DataSet:
    """1,797 handwritten digits, 8 x 8 pixels of 0 to 16 each (Alpaydin and Kaynak, 1998)."""
    return _shipped("digits")


def diabetes() -> DataSet:
    """442 patients, ten measurements, progress of the disease a year later (Efron et al., 2004).

    Columns are centred and have a sum of squares of 1, as in the publication.
    """
    return _shipped("diabetes")


def breast_cancer() -> DataSet:
    """569 tumours, thirty measurements of their cells, malignant or benign (Street, 1993)."""
    return _shipped("breast-cancer")


def wine() -> DataSet:
    """178 wines of three growers, thirteen chemical measurements (Aeberhard and Forina, 1992)."""
    return _shipped("wine")


def _shipped(name: str) -> DataSet:
    place = f"datasets:load_{name.replace('-', '_')}"
    bunch = scikit_learn(place, f"The data set {name!r}")()
    classes = tuple(str(label) for label in bunch.get("target_names", ()))
    return DataSet(
        name=name,
        kind="classification" if classes else "regression",
        inputs=bunch.data,
        targets=bunch.target,
        feature_names=tuple(str(feature) for feature in bunch.feature_names),
        class_names=classes,
    )
