import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spielfeld.learning import SGD, Table, TileCoder, TileSum
from spielfeld.learning.tile_coding import displacements

UNIT = ([0.0, 0.0], [1.0, 1.0])


def test_displacements_by_hand() -> None:
    # k * (1, 3, 5) / 4, wrapped at 1
    by_hand = [[0, 0, 0], [0.25, 0.75, 0.25], [0.5, 0.5, 0.5], [0.75, 0.25, 0.75]]
    assert displacements(4, 3).tolist() == by_hand


@pytest.mark.parametrize("tilings", [1, 2, 4, 8, 16, 32])
def test_no_two_tilings_coincide_in_any_dimension(tilings: int) -> None:
    for column in displacements(tilings, 6).T:
        assert sorted(column) == [k / tilings for k in range(tilings)]


def test_active_tiles_by_hand() -> None:
    coder = TileCoder(*UNIT, tilings=2, tiles=2)
    # Each tiling has 3 x 3 tiles; the second is displaced by half a tile, 0.25, in both dimensions.
    assert coder.size == 18
    assert coder.encode([0.0, 0.0]).tolist() == [0, 9 + 0]
    assert coder.encode([0.3, 0.0]).tolist() == [0, 9 + 3]
    assert coder.encode([0.0, 0.3]).tolist() == [0, 9 + 1]
    assert coder.encode([0.6, 0.8]).tolist() == [3 + 1, 9 + 3 + 2]


@given(
    place=st.lists(st.floats(-2, 2), min_size=2, max_size=2),
    tilings=st.sampled_from([1, 2, 4, 8]),
    tiles=st.integers(1, 9),
)
def test_every_input_is_active_in_exactly_one_tile_of_each_tiling(
    place: list[float], tilings: int, tiles: int
) -> None:
    coder = TileCoder([-1, -1], [1, 0.5], tilings, tiles)
    active = coder.encode(place)
    assert (active // (coder.size // tilings)).tolist() == list(range(tilings))


def test_near_inputs_share_most_tiles_and_far_ones_none() -> None:
    coder = TileCoder(*UNIT, tilings=8, tiles=4)

    def shared(first: list[float], second: list[float]) -> int:
        return int((coder.encode(first) == coder.encode(second)).sum())

    step = 1 / 32  # an eighth of a tile: one tiling's border lies between
    places = [[0.51 + k * step, 0.51] for k in range(9)]
    assert [shared(places[0], place) for place in places] == [8, 7, 6, 5, 4, 3, 2, 1, 0]
    assert shared([0.01, 0.01], [0.26, 0.26]) == 0


@pytest.mark.parametrize("tilings", [1, 8])
def test_the_upper_bound_and_all_beyond_belong_to_the_outermost_tiles(tilings: int) -> None:
    coder = TileCoder([-1.2, -0.07], [0.6, 0.07], tilings, 8)
    most = coder.encode([0.6, 0.07])
    assert np.array_equal(most, coder.encode([0.6 - 1e-12, 0.07 - 1e-12]))
    assert np.array_equal(most, coder.encode([np.inf, 9.0]))
    assert np.array_equal(coder.encode([-1.2, -0.07]), coder.encode([-9.0, -np.inf]))
    assert coder.size - 1 == most.max()
    assert coder.encode([-1.2, -0.07]).min() == 0


def test_many_rows_are_encoded_as_each_alone() -> None:
    coder = TileCoder([-1.2, -0.07], [0.6, 0.07], 8, 8)
    rows = np.random.default_rng(0).uniform(coder.low, coder.high, (20, 2))
    assert np.array_equal(coder.encode(rows), [coder.encode(row) for row in rows])


def test_a_single_tiling_has_one_tile_for_each_place_of_a_grid() -> None:
    coder = TileCoder([-0.5, -0.5], [3.5, 3.5], 1, 4)
    places = np.stack(np.meshgrid(range(4), range(4), indexing="ij"), axis=-1).reshape(-1, 2)
    assert coder.size == 16
    assert coder.encode(places)[:, 0].tolist() == list(range(16))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((*UNIT, 6, 8), r"tilings must be a power of two \(1, 2, 4, 8, ...\), not 6"),
        ((*UNIT, 0, 8), "tilings must be a power of two"),
        ((*UNIT, 8, 0), "tiles must be 1 or more, not 0"),
        (([0, 1], [1, 1], 8, 8), "Dimension 1 has no range to tile: 1.0 to 1.0"),
        (([0, 1], [1, np.inf], 8, 8), "Dimension 1 has no range to tile: 1.0 to inf"),
        (([0, 1], [1], 8, 8), "a lower and an upper bound per dimension"),
        (([0] * 8, [1] * 8, 8, 8), r"of 8 dimensions need 8 x 9\^8 tiles, more than 10,000,000"),
        (([0] * 1000, [1] * 1000, 8, 8), "8 x 9"),
    ],
)
def test_tiles_that_cannot_be_laid_are_refused(arguments: tuple, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TileCoder(*arguments)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (0.5, r"Expected 2 numbers a row, not shape \(\)"),
        ([[0.5, 0.5, 0.5]], r"Expected 2 numbers a row, not shape \(1, 3\)"),
        ([0.5, np.nan], r"contains NaN: \[0.5, nan\]"),
    ],
)
def test_inputs_that_lie_nowhere_are_refused(inputs, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TileCoder(*UNIT, 8, 8).encode(inputs)


def test_prediction_is_the_sum_over_active_tiles() -> None:
    function = TileSum(4, 2, initial=0.5)
    function.parameters["table"][...] += [[1, 10], [2, 20], [3, 30], [4, 40]]
    assert function([0, 3]).tolist() == [6.0, 51.0]
    assert function(np.array([[0, 3], [1, 2]])).tolist() == [[6.0, 51.0], [6.0, 51.0]]
    assert function(np.array([[0, 3], [0, 2]]), np.array([1, 0])).tolist() == [51.0, 5.0]


def test_with_one_tiling_the_sum_is_the_table() -> None:
    table, tiles = Table(5, 3), TileSum(5, 3)
    generator = np.random.default_rng(1)
    for function in (table, tiles):
        function.parameters["table"][...] = np.random.default_rng(0).normal(size=(5, 3))
    inputs, select = generator.integers(5, size=6), generator.integers(3, size=6)
    upstream = generator.normal(size=6)
    assert np.array_equal(table(inputs), tiles(inputs[:, None]))
    assert np.array_equal(table(inputs, select), tiles(inputs[:, None], select))
    for function, rows in ((table, inputs), (tiles, inputs[:, None])):
        SGD(0.3).step(function.parameters, function.gradient(rows, upstream, select))
    assert np.array_equal(table.parameters["table"], tiles.parameters["table"])
