"""Mazes are connected, seeded and of the size that was asked for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from spielfeld.envs.grid_world.dynamics import Grid, can_reach, grid_model
from spielfeld.envs.grid_world.layout import Layout, Slip
from spielfeld.envs.grid_world.maze import maze_layout

SHARE = 'a number from 0 to 1, or a fraction such as "1/3"'


@pytest.mark.parametrize(("rows", "columns"), [(5, 5), (5, 21), (31, 7), (41, 41)])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_maze_has_exactly_one_way_between_any_two_cells(rows: int, columns: int, seed: int) -> None:
    layout = maze_layout(rows, columns, seed)
    model, states = grid_model(layout)
    assert layout.shape == (rows, columns)
    cells = (rows // 2) * (columns // 2)
    assert model.states == 2 * cells - 1, "a tree has one edge less than it has nodes"
    goal = np.arange(model.states) == model.states - 1
    assert can_reach(model, goal).all()
    assert states.cells[0].tolist() == [1, 1]
    assert states.cells[-1].tolist() == [rows - 2, columns - 2]


def test_same_seed_same_maze_and_another_seed_another() -> None:
    assert maze_layout(21, 31, 5) == maze_layout(21, 31, 5)
    assert maze_layout(21, 31, 5).rows != maze_layout(21, 31, 6).rows


def test_loops_open_further_walls_and_close_none() -> None:
    tree, some, all_ = (maze_layout(21, 21, 3, loops=share) for share in (0.0, 0.2, 1.0))
    open_cells = [~Grid(layout).wall for layout in (tree, some, all_)]
    assert (open_cells[0] <= open_cells[1]).all()
    assert open_cells[0].sum() < open_cells[1].sum() < open_cells[2].sum()
    assert open_cells[2].sum() == 10 * 10 + 2 * 10 * 9


def test_options_reach_the_layout() -> None:
    layout = maze_layout(7, 9, slip=0.2, step_reward=-2.0, discount=0.9, max_episode_steps=7)
    assert layout.slip == Slip(0.8, 0.1, 0.1)
    assert (layout.step_reward, layout.discount, layout.max_episode_steps) == (-2.0, 0.9, 7)


def test_slip_may_be_an_exact_fraction() -> None:
    assert maze_layout(slip="2/3").slip == Slip(1 / 3, 1 / 3, 1 / 3)
    assert maze_layout(loops="1/5") == maze_layout(loops=0.2)


@pytest.mark.parametrize("size", [(5, 5), (5, 101), (21, 21), (101, 101)])
def test_default_time_limit_is_several_times_the_longest_way(size: tuple[int, int]) -> None:
    layout = maze_layout(*size)
    model, _ = grid_model(layout)
    away = np.full(model.states, np.inf)
    away[-1] = 0
    while not np.isfinite(away).all():
        away = np.minimum(away, 1 + away[model.next_state[:, :, 0]].min(axis=1))
    assert layout.max_episode_steps is not None
    assert 4 * away.max() < layout.max_episode_steps == 20 * sum(size)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"rows": 20}, "A maze needs an odd number of rows, 5 or more, not 20."),
        ({"columns": 3}, "A maze needs an odd number of columns, 5 or more, not 3."),
        ({"rows": "abc"}, "A maze needs an odd number of rows, 5 or more, not 'abc'."),
        ({"rows": 7.5}, "A maze needs an odd number of rows, 5 or more, not 7.5."),
        ({"rows": True}, "A maze needs an odd number of rows, 5 or more, not true."),
        ({"seed": -1}, "seed must be a whole number, 0 or more, not -1."),
        ({"seed": 1.5}, "seed must be a whole number, 0 or more, not 1.5."),
        ({"slip": 1.5}, f"slip must be {SHARE}, not 1.5."),
        ({"slip": "4/3"}, f"slip must be {SHARE}, not '4/3'."),
        ({"slip": "often"}, f"slip must be {SHARE}, not 'often'."),
        ({"loops": 2}, f"loops must be {SHARE}, not 2."),
        ({"loops": -0.1}, f"loops must be {SHARE}, not -0.1."),
        ({"loops": float("nan")}, f"loops must be {SHARE}, not nan."),
        ({"step_reward": "abc"}, "step_reward must be a number, not 'abc'."),
        ({"discount": "abc"}, "discount must be a number from 0 to 1, not 'abc'."),
        ({"max_episode_steps": 0}, "max_episode_steps must be a whole number, 1 or more, not 0."),
    ],
)
def test_impossible_maze_is_refused(options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError) as caught:
        maze_layout(**options)
    assert str(caught.value) == words


@pytest.mark.slow
def test_maze_of_a_million_cells_becomes_a_model() -> None:
    layout = maze_layout(1001, 1001, slip=0.2)
    model, _ = grid_model(layout)
    assert model.probability.shape == (2 * 500 * 500 - 1, 4, 3)
    assert isinstance(layout, Layout)
