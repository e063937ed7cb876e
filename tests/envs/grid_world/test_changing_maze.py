import numpy as np
import pytest

from spielfeld.agents.planning import value_iteration
from spielfeld.envs.grid_world.changing_maze import changing_maze, number_by_cell
from spielfeld.envs.grid_world.dynamics import grid_model
from spielfeld.envs.grid_world.layout_file import load_layout


def shortest_way(model) -> int:
    """Return the steps from the start to the goal, which pays 1."""
    value = value_iteration(model, 0.5, tolerance=1e-14).values[model.start.argmax()]
    return round(1 - np.log2(value))


@pytest.mark.parametrize(("kind", "lengths"), [("blocking", (10, 16)), ("shortcut", (16, 10))])
def test_ways_before_and_after_are_as_long_as_in_the_book(kind: str, lengths: tuple) -> None:
    before, after = changing_maze(kind)
    assert before.start[5 * 9 + 3] == after.start[5 * 9 + 3] == 1.0
    assert (shortest_way(before), shortest_way(after)) == lengths


def test_cells_numbered_by_place_are_the_same_world() -> None:
    layout = load_layout("frozen-lake")
    model, states = grid_model(layout)
    by_cell = number_by_cell(layout)
    cell = states.cells[:, 0] * states.shape[1] + states.cells[:, 1]
    values = value_iteration(model, 0.9).values
    assert value_iteration(by_cell, 0.9).values[cell] == pytest.approx(values, abs=1e-6)


def test_a_maze_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="no changing maze 'opening'; there are blocking, short"):
        changing_maze("opening")
