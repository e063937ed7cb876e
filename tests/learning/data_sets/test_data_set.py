from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spielfeld.learning.data_sets import DataSet, find_data_set

NAMES = ("a", "b")


def labelled(counts: list[int]) -> DataSet:
    targets = np.repeat(np.arange(len(counts)), counts)
    names = tuple(f"class {k}" for k in range(len(counts)))
    rows = np.arange(len(targets), dtype=float)[:, None]
    return DataSet("mine", "classification", rows, targets, ("row",), names)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "guess"}, "none of the kinds regression"),
        ({"inputs": np.zeros(3)}, r"shape \(3,\); expected \[rows, features\]"),
        ({"inputs": np.zeros((0, 2))}, r"shape \(0, 2\)"),
        ({"inputs": [[1, "x"]]}, "inputs are not all numbers"),
        ({"inputs": [[1, 2], [3]]}, "inputs are not all numbers"),
        ({"inputs": [[1, 2], [3, np.nan]]}, "row 1 has b = nan; expected a number"),
        ({"inputs": [[1, -1e101], [3, 4]]}, r"row 0 has b = -1e\+101; expected a number"),
        ({"feature_names": ("a",)}, "has 2 features, but 1 names"),
        ({"targets": [1.0]}, r"targets have shape \(1,\); expected \(2,\)"),
        ({"targets": [1.0, np.inf]}, r"targets\[1\] is inf"),
        ({"targets": None}, "has kind 'regression', which does not fit its targets"),
        ({"kind": "unlabelled"}, "has kind 'unlabelled', which does not fit its targets"),
        ({"truth": [1.0]}, "truth have shape"),
        ({"gaps": [True]}, r"gaps have shape \(1,\); expected \(2, 2\)"),
        ({"kind": "classification"}, "targets are not all whole numbers"),
        ({"kind": "classification", "targets": [0, 0]}, "a single class"),
        (
            {"kind": "classification", "targets": [0, 2], "class_names": NAMES},
            "targets reach 0..2; expected 0..1",
        ),
        ({"kind": "ratings"}, "users reach 1..3; expected 0..2"),
        ({"kind": "ratings", "users": 4, "items": 4}, "items reach 2..4; expected 0..3"),
        ({"kind": "ratings", "inputs": [[1.5, 2], [3, 4]]}, "inputs are not all whole numbers"),
        (
            {"kind": "ratings", "inputs": [[1], [2]], "feature_names": ("a",)},
            "ratings need two, user and item",
        ),
    ],
)
def test_misfit_is_refused_with_one_sentence(change, message: str) -> None:
    fine = {"kind": "regression", "inputs": [[1, 2], [3, 4]], "targets": [0.5, 1], "users": 3}
    DataSet("mine", feature_names=NAMES, **{**fine, "users": 0})
    with pytest.raises(ValueError, match=message) as refused:
        DataSet("mine", **{"feature_names": NAMES, **fine, **change})
    assert str(refused.value).startswith("Data set 'mine': ") and "\n" not in str(refused.value)


def test_arrays_are_read_only_and_apart_from_what_was_given() -> None:
    given = np.zeros((2, 2))
    data = DataSet("mine", "regression", given, [1, 2], NAMES)
    given[0, 0] = 7
    assert data.inputs[0, 0] == 0 and data.targets.dtype == np.float64
    with pytest.raises(ValueError, match="read-only"):
        data.inputs[0, 0] = 1


def test_parts_are_disjoint_complete_and_reproducible() -> None:
    data = find_data_set("noisy-curve", rows=50)
    split = data.split(validation=0.1, test=0.2, seed=3)
    assert [len(part) for part in split] == [35, 5, 10]
    rows = np.concatenate([part.inputs[:, 0] for part in split])
    assert np.array_equal(np.sort(rows), np.sort(data.inputs[:, 0]))
    again, other = (data.split(0.1, 0.2, seed=seed) for seed in (3, 4))
    for part, same in zip(split, again, strict=True):
        assert np.array_equal(part.inputs, same.inputs)
        assert np.array_equal(part.targets, same.targets)
        assert np.array_equal(part.truth, same.truth)
    assert not np.array_equal(split.test.inputs, other.test.inputs)


def test_rows_keep_their_targets_and_their_order() -> None:
    data = DataSet("mine", "regression", np.arange(40.0)[:, None], np.arange(40), ("row",))
    for part in data.split(0.25, 0.25):
        assert np.array_equal(part.inputs[:, 0], part.targets)
        assert (np.diff(part.targets) > 0).all()


def test_every_row_is_equally_often_in_the_test_part() -> None:
    data, runs = labelled([20, 4]), 2_000
    count = np.zeros(24)
    for seed in range(runs):
        count[data.split(test=0.25, seed=seed).test.inputs[:, 0].astype(int)] += 1
    assert np.abs(count / runs - 0.25).max() < 4.5 * np.sqrt(0.25 * 0.75 / runs)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(0, 30), min_size=2, max_size=6).filter(lambda counts: sum(counts) >= 4),
    st.sampled_from([0.0, 0.1, 0.25]),
    st.sampled_from([0.1, 0.2, 0.25]),
    st.integers(0, 9),
)
def test_classes_are_dealt_as_sainte_lague_deals_seats(counts, validation, test, seed) -> None:
    data = labelled(counts)
    split = data.split(validation, test, seed)
    seats = np.zeros(len(counts), int)
    for part in (split.test, split.validation):
        seats += 0 if part is None else np.bincount(part.targets, minlength=len(counts))
        last, following = ([(n + half) / c for n, c in zip(seats, counts, strict=True) if c]
                           for half in (-0.5, 0.5))  # fmt: skip
        assert max(last) <= min(following)  # nobody has a better claim to a seat than its holder


def test_rare_classes_are_left_to_training() -> None:
    for seed in range(20):
        assert set(labelled([1, 30, 2, 30]).split(0.2, 0.2, seed).train.targets) == {0, 1, 2, 3}


def test_parts_of_even_classes_are_even() -> None:
    for part in labelled([50, 50, 50]).split(0.2, 0.2):
        assert len(set(np.bincount(part.targets))) == 1


def test_without_validation_there_is_no_such_part() -> None:
    assert labelled([5, 5]).split().validation is None


@pytest.mark.parametrize("shares", [(0.5, 0.5), (-0.1, 0.2), (0.0, 0.0), (0.0, 1.0), (np.nan, 0.2)])
def test_impossible_shares_are_refused(shares) -> None:
    with pytest.raises(ValueError, match="expected shares of at least 0"):
        labelled([5, 5]).split(*shares)


def test_nothing_to_train_on_is_refused() -> None:
    with pytest.raises(ValueError, match="2 rows are too few to split"):
        labelled([1, 1]).split(0.2, 0.2)


def test_rows_are_taken_by_slice_and_mask() -> None:
    data = labelled([3, 3])
    assert data.take(slice(2)).inputs[:, 0].tolist() == [0, 1]
    second = data.take(data.targets == 1)
    assert second.inputs[:, 0].tolist() == [3, 4, 5] and second.class_names == data.class_names


def test_unlabelled_rows_have_no_answers() -> None:
    data = replace(labelled([3, 3]), truth=np.zeros(6)).without_targets()
    assert data.kind == "unlabelled" and data.targets is None and data.truth is None
    assert data.take([1]).targets is None and data.class_names == ()
