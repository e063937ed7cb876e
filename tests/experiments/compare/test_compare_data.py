"""Comparisons on data give the same kind of report as those in worlds."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from spielfeld.experiments.commands.compare import chosen_metrics, contestants
from spielfeld.experiments.compare.report import Pair, sentence, verdicts
from spielfeld.experiments.compare.runs import Unit
from spielfeld.experiments.compare.statistics import Difference
from spielfeld.experiments.sources import make_source
from tests.experiments.compare.test_compare import Say, say, written

__all__ = ["say"]
QUICK = ("--samples", "400", "--seeds", "3")


def test_classifiers_are_compared_by_accuracy_on_equal_divisions(say: Say) -> None:
    words = ("logistic-regression", "neural-network", "--source", "two-moons", "--set", "rows=200")
    code, output, error = say(*words, "--samples", "600", "--seeds", "10")
    assert code == 0, error
    assert "two-moons; score: accuracy after training" in output
    assert "Each seed divides the rows of two-moons differently: " in output and "points" in output
    found = written()
    assert found["pairs"][0]["paired"] and found["rows"][0]["unit"]["name"] == "accuracy"
    for outcome in found["runs"]:
        own = next(
            Path("runs").glob(f"{outcome['learner']}_*_seed-{outcome['seed']}_*/summary.json")
        )
        metrics = json.loads(own.read_text())["score"]["metrics"]
        assert metrics["accuracy"]["value"] == outcome["score"]
    assert "# two-moons" in Path("out/comparison.md").read_text()
    with Image.open("out/comparison.png") as picture:
        assert picture.size[0] > 500


def test_any_other_metric_can_be_asked_for(say: Say) -> None:
    words = ("logistic-regression", "neural-network", "--source", "two-moons", *QUICK)
    code, output, _ = say(*words, "--metric", "Cross-Entropy")
    assert code == 0 and "score: cross-entropy" in output
    assert not written()["rows"][0]["unit"]["more_is_better"]
    code, output, _ = say(*words, "--metric", "r_squared")
    assert code == 2


def test_clusterings_are_compared_like_classifiers(say: Say) -> None:
    code, output, error = say("k-means", "gaussian-mixture", "--source", "blobs", *QUICK)
    assert code == 0, error
    assert "score: adjusted Rand index" in output


def test_what_all_have_in_common_is_compared_and_other_kinds_are_not(say: Say) -> None:
    words = ("k-means", "principal-components", "--source", "blobs", *QUICK)
    assert "score: explained variance" in say(*words)[1]
    code, output, _ = say("k-means", "logistic-regression", "--source", "blobs", *QUICK)
    assert code == 0 and written()["pairs"] == []
    assert "Scores of different kinds in blobs are not compared with each other." in output
    assert "adjusted Rand index" in output and "accuracy" in output


def test_worlds_and_data_sets_stand_in_one_report(say: Say) -> None:
    words = ("q-learning", "linear-regression", "logistic-regression", "ridge", *QUICK)
    code, output, error = say(*words, "--source", "cliff-walking", "noisy-curve")
    assert code == 2, "what was asked for by name could not be done"
    assert "2 sources; score:" in output
    assert "q-learning in noisy-curve: acts in worlds, and noisy-curve is a data set;" in error
    assert "logistic-regression in cliff-walking" in error
    assert "ridge in cliff-walking: learns from rows of data, and" in error
    assert {row["world"] for row in written()["rows"]} == {"cliff-walking", "noisy-curve"}


def test_where_no_seed_changes_anything_more_seeds_are_not_asked_for(say: Say) -> None:
    words = ("least-squares", "ridge", "--source", "noisy-curve", "--set", "split=1")
    code, output, _ = say(*words, "--seeds", "3")
    assert code == 0
    assert "on these test rows. Each scores the same with each of 3 common seeds" in output
    assert "All seeds use the same division of noisy-curve" in output
    assert "probability" not in output and "too narrow" not in output


def test_verdict_without_chance_names_the_better_one_whoever_is_first() -> None:
    unit = Unit("accuracy", percent=True)
    for value, names in ((0.1, ("a", "b")), (-0.1, ("b", "a"))):
        pair = Pair("a", "b", "iris", unit, 10, True, Difference(value, value, value), 1.0,
                    settled=True)  # fmt: skip
        assert sentence(pair).startswith(f"{names[0]} is better than {names[1]} by 10.0 points on")
        assert verdicts([pair]) == [sentence(pair)]
    equal = Pair("a", "b", "iris", unit, 10, True, Difference(0, 0, 0), 0.5, settled=True)
    assert "they score the same with each of 10 common seeds" in sentence(equal)


def test_notes_of_a_file_are_told(say: Say) -> None:
    Path("my.csv").write_text("name,a,b\n" + "x,1,2\ny,3,4\nz,,5\n" * 6)
    words = ("least-squares", "linear-regression", "--source", "my.csv", *QUICK)
    code, output, _ = say(*words, "--target", "b", "--task", "regression", "--ignore", "name")
    assert code == 0 and "6 of 18 rows were left out" in output
    code, _, error = say(*words)
    assert (
        code == 2 and "needs a column to predict: --target COLUMN; my.csv has name, a, b" in error
    )


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["--source", "irs"], "Did you mean iris?"),
        (["--source", "blobs", "--metric", "acuracy"], "Did you mean accuracy?"),
        (["--source", "blobs", "--metric", "xyz"], "There are accuracy, cross_entropy"),
        (["--source", "cliff-walking", "--metric", "accuracy"], "--metric is for data sets"),
        (["--source", "blobs", "--measure", "online"], "a data set has no exploration"),
        (["--source", "blobs", "--set", "test=2.5"], "cannot be split"),
        (["--source", "ratings"], "is for classification; ratings has ratings to predict."),
        (["--source", "nowhere.csv"], "nowhere.csv: cannot be read"),
    ],
)
def test_mistakes_get_one_sentence(say: Say, words: list[str], answer: str) -> None:
    code, _, error = say("logistic-regression", "neural-network:patience=0", *words, *QUICK)
    assert code == 2 and answer in error and error.count("\n") == 1 and "Traceback" not in error


def test_metric_in_common_is_the_first_learners_first() -> None:
    def chosen(*words: str) -> dict[str, str]:
        sources = {"blobs": make_source("blobs"), "four-rooms": make_source("four-rooms")}
        return chosen_metrics(contestants(words, {}), sources, None)

    assert chosen("gaussian-mixture", "k-means") == {"blobs": "adjusted_rand"}
    assert chosen("principal-components", "k-means") == {"blobs": "explained_variance"}
    assert chosen("k-means", "q-learning") == {"blobs": "adjusted_rand"}
    assert chosen("k-means", "neural-network") == {} == chosen("q-learning", "sarsa")


@pytest.mark.slow
def test_all_stands_for_every_learner_that_fits(say: Say) -> None:
    pytest.importorskip("sklearn")
    code, output, _ = say("all", "--source", "blobs", "--set", "rows=60", "--samples", "60",
                          "--seeds", "1")  # fmt: skip
    assert code == 0
    labels = {row["learner"] for row in written()["rows"]}
    assert {"neural-network", "k-means", "sklearn-svm", "sklearn-pca"} <= labels
    assert not labels & {"q-learning", "linear-regression", "ridge"}
    assert "sarsa" in output and "acts in worlds" in output
    assert all(np.isfinite(row["middle"]) for row in written()["rows"])
