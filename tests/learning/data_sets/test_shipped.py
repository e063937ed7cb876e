import importlib

import numpy as np
import pytest

from spielfeld.learning.data_sets import find_data_set

needs_scikit_learn = pytest.mark.skipif(
    importlib.util.find_spec("sklearn") is None, reason="scikit-learn is not installed"
)


@needs_scikit_learn
@pytest.mark.parametrize(
    ("name", "rows", "features", "classes"),
    [
        ("iris", 150, 4, [50, 50, 50]),
        ("digits", 1797, 64, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]),
        ("breast-cancer", 569, 30, [212, 357]),
        ("wine", 178, 13, [59, 71, 48]),
    ],
)
def test_classes_have_their_known_sizes(name, rows: int, features: int, classes) -> None:
    data = find_data_set(name)
    assert data.inputs.shape == (rows, features) and data.name == name
    assert np.bincount(data.targets).tolist() == classes
    assert len(data.class_names) == len(classes) and len(data.feature_names) == features


@needs_scikit_learn
def test_known_numbers_of_the_classics() -> None:
    iris = find_data_set("iris")
    assert iris.class_names == ("setosa", "versicolor", "virginica")
    assert iris.inputs[0].tolist() == [5.1, 3.5, 1.4, 0.2]
    assert find_data_set("digits").inputs.max() == 16
    diabetes = find_data_set("diabetes")
    assert diabetes.kind == "regression" and diabetes.inputs.shape == (442, 10)
    assert diabetes.targets[:2].tolist() == [151, 75] and diabetes.feature_names[2] == "bmi"


@needs_scikit_learn
def test_least_squares_gives_the_published_line_through_diabetes() -> None:
    diabetes = find_data_set("diabetes")
    bmi = np.column_stack([diabetes.inputs[:, 2], np.ones(442)])
    slope, intercept = np.linalg.lstsq(bmi[:-20], diabetes.targets[:-20], rcond=None)[0]
    assert (round(slope, 4), round(intercept, 4)) == (938.2379, 152.9189)


def test_missing_scikit_learn_gets_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr("spielfeld.learning.scikit_learn.pkgutil.resolve_name", missing)
    from spielfeld.learning.scikit_learn import scikit_learn

    with pytest.raises(ImportError, match=r"The wine comes .*: `pip install scikit-learn`"):
        scikit_learn("datasets:load_wine", "The wine")
