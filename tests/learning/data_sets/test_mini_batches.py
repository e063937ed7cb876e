import json
from itertools import chain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spielfeld.learning import CrossEntropy, EmbeddingDot, Linear, SquaredError
from spielfeld.learning.data_sets import DataSet, MiniBatches, batch_of, find_data_set

ROWS = 10


def batches(size: int = 4, rows: int = ROWS, seed: int = 0) -> MiniBatches:
    inputs = np.arange(float(rows))[:, None]
    data = DataSet("mine", "regression", inputs, -inputs[:, 0], ("row",))
    return MiniBatches(data, size, np.random.default_rng(seed))


def rows_of(drawn) -> list[list[float]]:
    return [batch.inputs[:, 0].tolist() for batch in drawn]


def test_epoch_has_every_row_once_and_the_next_another_order() -> None:
    source = batches()
    first, second = (rows_of(source.draw(ROWS)) for _ in range(2))
    for epoch in (first, second):
        assert [len(batch) for batch in epoch] == [4, 4, 2]
        assert sorted(chain(*epoch)) == list(range(ROWS))
    assert first != second and source.drawn == 2 * ROWS


def test_batches_bring_their_targets() -> None:
    for batch in batches().draw(25):
        assert np.array_equal(batch.targets, -batch.inputs)


def test_unlabelled_rows_are_their_own_targets() -> None:
    data = batches().data.without_targets()
    batch = next(MiniBatches(data, 3, np.random.default_rng(0)).draw(3))
    assert batch.targets is batch.inputs and len(batch) == 3


def test_batches_fit_functions_and_losses() -> None:
    generator = np.random.default_rng(0)
    for name, function, loss in (
        ("noisy-curve", Linear(1, 1), SquaredError()),
        ("blobs", Linear(2, 3), CrossEntropy()),
        ("ratings", EmbeddingDot(300, 200, 2, generator), SquaredError()),
    ):
        data = find_data_set(name)
        whole = batch_of(data)
        prediction = function(whole.inputs, whole.select)
        assert len(whole) == len(data) and loss.value(prediction, whole.targets) > 0
        assert np.array_equal(np.ravel(whole.targets), data.targets)


def test_rating_is_selected_by_its_user_and_its_item() -> None:
    data = find_data_set("ratings", users=5, items=4, noise=0, share=1)
    batch = next(MiniBatches(data, 3, np.random.default_rng(0)).draw(3))
    table = np.empty((5, 4))
    table[tuple(data.inputs.T)] = data.truth
    assert np.array_equal(table[batch.inputs, batch.select], batch.targets)


@settings(max_examples=200, deadline=None)
@given(st.integers(1, 12), st.lists(st.integers(0, 30), max_size=6))
def test_budget_in_pieces_is_the_same_budget(size: int, pieces: list[int]) -> None:
    whole, parts = batches(size), batches(size)
    expected = rows_of(whole.draw(sum(pieces)))
    assert list(chain(*(rows_of(parts.draw(piece)) for piece in pieces))) == expected
    assert whole.drawn == parts.drawn == sum(map(len, expected))
    assert parts.drawn == sum(pieces) + parts.surplus and parts.surplus < size


@settings(max_examples=100, deadline=None)
@given(st.integers(1, 12), st.integers(0, 35), st.integers(0, 35))
def test_resumed_run_draws_what_an_uninterrupted_one_does(size: int, before: int, after: int):
    steady = batches(size)
    list(steady.draw(before))
    saved = steady.state()
    order = saved.pop("order")
    stored = {"order": order, **json.loads(json.dumps(saved))}
    resumed = batches(size, seed=99)
    resumed.restore(stored)
    assert rows_of(resumed.draw(after)) == rows_of(steady.draw(after))


def test_state_does_not_change_behind_ones_back() -> None:
    source = batches()
    list(source.draw(4))
    saved = source.state()
    expected = rows_of(source.draw(26))
    source.restore(saved)
    assert rows_of(source.draw(26)) == expected


def test_stopping_early_owes_nothing() -> None:
    source = batches()
    next(source.draw(1_000))
    assert source.drawn == 4 and source.surplus == 0
    assert len(rows_of(source.draw(4))) == 1


def test_state_of_other_rows_is_refused() -> None:
    source = batches()
    list(source.draw(4))
    with pytest.raises(ValueError, match=r"'order' has shape \(10,\), but \(9,\) is needed"):
        batches(rows=9).restore(source.state())


def test_order_in_which_a_row_comes_twice_is_refused() -> None:
    source = batches()
    list(source.draw(4))
    saved = source.state()
    saved["order"][0] = saved["order"][1]
    with pytest.raises(ValueError, match="'order' contains a number twice"):
        source.restore(saved)


def test_without_a_generator_rows_stay_in_their_order() -> None:
    source = MiniBatches(batches().data, 4)
    assert rows_of(source.draw(2 * ROWS)) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]] * 2


def test_batch_without_rows_is_refused() -> None:
    with pytest.raises(ValueError, match="expected at least 1"):
        batches(size=0)
