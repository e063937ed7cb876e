from pathlib import Path

import numpy as np
import pytest

from spielfeld.experiments.sources import (
    default_budget,
    default_samples,
    is_data,
    make_source,
    make_split,
)
from spielfeld.learning.data_sets import find_data_set
from spielfeld.learning.supervised import LogisticRegression

MOONS = {"rows": 50}


def parts(**options: object) -> tuple[int, int, int]:
    train, validation, test = make_split("two-moons", {**MOONS, **options}, seed=0)
    return len(train), len(validation or ()), len(test)


def test_a_fifth_of_the_rows_is_held_back_unless_told() -> None:
    assert parts() == (40, 0, 10)
    assert parts(test=0.5, validation=0.1) == (20, 5, 25)
    assert parts(test=7, validation=3) == (40, 3, 7)
    assert parts(test=7, validation=3, split="in-order") == (40, 3, 7)


def test_runs_seed_divides_and_a_seed_of_ones_own_divides_every_run_alike() -> None:
    divided = [make_split("two-moons", MOONS, seed).test.inputs for seed in (0, 0, 1)]
    assert np.array_equal(divided[0], divided[1]) and not np.array_equal(divided[0], divided[2])
    fixed = [make_split("two-moons", {**MOONS, "split": 1}, seed).test.inputs for seed in (0, 5)]
    assert np.array_equal(*fixed) and np.array_equal(fixed[0], divided[2])


def test_in_order_takes_the_first_rows_to_train_and_the_last_to_test() -> None:
    data = find_data_set("two-moons", rows=7)
    options = {"rows": 7, "split": "in-order", "test": 0.5, "validation": 1}
    train, validation, test = make_split("two-moons", options, seed=3)
    assert validation is not None
    joined = np.vstack([train.inputs, validation.inputs, test.inputs])
    assert np.array_equal(joined, data.inputs) and len(test) == 4  # as scikit-learn halves 7


def test_published_divisions_can_be_asked_for() -> None:
    pytest.importorskip("sklearn")
    digits = make_split("digits", {"split": "in-order", "test": 0.5}, seed=0)
    diabetes = make_split("diabetes", {"split": "in-order", "test": 20}, seed=0)
    assert [len(digits.train), len(digits.test)] == [898, 899]
    assert [len(diabetes.train), len(diabetes.test)] == [422, 20]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"test": "half"}, "test must be a share of the rows or their number, not 'half'"),
        ({"test": True}, "test must be a share"),
        ({"test": 50}, "test cannot be 50 rows: two-moons has 50 in all"),
        ({"validation": -1}, "validation cannot be -1 rows"),
        ({"test": 0.0}, "a test above 0"),
        ({"split": "inorder"}, "split must be in-order or a whole number from 0, not 'inorder'"),
        ({"split": -1}, "split must be in-order"),
        ({"split": "in-order", "test": 0.0}, "leave none to train on or none to test"),
        ({"split": "in-order", "validation": 49}, "leave none to train on"),
        ({"tst": 0.3}, "no option 'tst'.* Rows are divided by test, validation, split"),
        ({"noise": -1}, "expected at least 2 rows, and a noise"),
    ],
)
def test_options_that_do_not_fit_get_a_sentence(options: dict, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        make_split("two-moons", {**MOONS, **options}, seed=0)


def test_data_sets_are_told_from_worlds_by_their_names() -> None:
    assert is_data("iris") and is_data("my.CSV") and is_data("a/b.tsv")
    assert not any(map(is_data, ("four-rooms", "spielfeld/Maze-v0", "my.toml", "m:World")))


def test_a_column_may_be_called_like_a_number(tmp_path: Path) -> None:
    path = tmp_path / "numbers.csv"
    path.write_text("a,2\n3,4\n5,6\n7,9\n8,9\n")
    split = make_source(str(path), {"target": 2, "task": "regression"})
    assert split.train.feature_names == ("a",)


def test_an_edited_file_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    sizes = []
    for rows in (10, 20):
        path.write_text("a,b\n" + "1,2\n3,4\n" * (rows // 2))
        sizes.append(sum(len(part or ()) for part in make_source(str(path))))
    assert sizes == [10, 20]


def test_budget_is_each_row_100_times_but_neither_too_few_nor_too_many() -> None:
    class OneShot:
        one_shot = True

    def budget(rows: int, learner: type = LogisticRegression) -> int:
        return default_samples(make_split("two-moons", {"rows": rows}, 0), learner)

    assert [budget(rows) for rows in (50, 1_000, 50_000)] == [20_000, 80_000, 2_000_000]
    assert budget(50, OneShot) == 40
    assert default_budget("logistic-regression", "two-moons", {}) == 80_000
    assert default_budget("q-learning", "four-rooms", {}) == 100_000
