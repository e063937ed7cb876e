"""What an agent sees, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete, MultiDiscrete

from spielfeld.envs.env import TabularEnv
from spielfeld.envs.grid_world.dynamics import grid_model
from spielfeld.envs.grid_world.layout import BUILT_IN_TILES, Layout, Tile
from spielfeld.envs.grid_world.observation import (
    OBSERVATIONS,
    PLANES,
    make_observation,
)
from spielfeld.envs.grid_world.world import layout_world
from spielfeld.envs.vector import TabularVectorEnv

KEYS = {**BUILT_IN_TILES, "r": Tile("key", key="red"), "R": Tile("door", door="red")}
LAYOUT = Layout(("S~#", "P.G"), legend={**BUILT_IN_TILES, "~": Tile("mud", reward=-5.0)})
LOCKED = Layout(("rSRG",), legend=KEYS)


def observation(kind: str, layout: Layout = LAYOUT, radius: int = 1) -> Any:
    return make_observation(kind, layout, grid_model(layout)[1], radius)


def test_index_is_the_number_of_the_state() -> None:
    assert observation("index") is None
    env, vector = TabularEnv(layout_world(LAYOUT)), TabularVectorEnv(layout_world(LAYOUT), 2)
    assert env.observation_space == vector.single_observation_space == Discrete(5)
    env.reset(seed=1)
    vector.reset(seed=1)
    assert env.step(1)[0] == env.position and type(env.step(1)[0]) is int
    assert vector.step(np.array([1, 2]))[0].dtype == np.int64


def test_one_hot_has_a_one_at_the_state() -> None:
    hot = observation("one-hot")
    assert hot.space == Box(0.0, 1.0, (5,), np.float32)
    assert hot(3).tolist() == [0, 0, 0, 1, 0]
    assert hot(np.array([4, 0])).tolist() == [[0, 0, 0, 0, 1], [1, 0, 0, 0, 0]]


def test_position_is_row_and_column_and_keys_held() -> None:
    assert observation("position").space == MultiDiscrete([2, 3])
    assert observation("position")(3).tolist() == [1, 1]
    locked = observation("position", LOCKED)
    assert locked.space == MultiDiscrete([1, 4, 2])
    assert locked(np.array([0, 1])).tolist() == [[0, 1, 0], [0, 0, 1]]


def test_view_shows_what_is_around() -> None:
    seen = observation("view")(1)  # at row 0, column 1, on the mud
    assert seen.dtype == np.float32
    planes = {name: plane.tolist() for name, plane in zip(PLANES, seen, strict=True)}
    nothing = [[0, 0, 0]] * 3
    assert planes == {
        "blocked": [[1, 1, 1], [0, 0, 1], [0, 0, 0]],
        "goal": [[0, 0, 0], [0, 0, 0], [0, 0, 1]],
        "pit": [[0, 0, 0], [0, 0, 0], [1, 0, 0]],
        "special": [[0, 0, 0], [0, 1, 0], [0, 0, 0]],
        "key": nothing,
        "door": nothing,
    }


def test_view_forgets_keys_that_are_held_and_doors_that_they_open() -> None:
    view = observation("view", LOCKED)
    without, with_key = (view(state)[:, 1].tolist() for state in (0, 2))  # both at column 1
    planes = dict(zip(PLANES, zip(without, with_key, strict=True), strict=True))
    assert planes["key"] == ([1, 0, 0], [0, 0, 0])
    assert planes["door"] == ([0, 0, 1], [0, 0, 0])
    assert planes["blocked"] == ([0, 0, 1], [0, 0, 0])


@pytest.mark.parametrize("kind", sorted({*OBSERVATIONS} - {"index"}))
@pytest.mark.parametrize("layout", [LAYOUT, LOCKED], ids=["open", "locked"])
def test_many_states_are_seen_as_each_alone(kind: str, layout: Layout) -> None:
    see = observation(kind, layout, radius=2)
    states = np.arange(5)
    assert np.array_equal(see(states), np.stack([see(state) for state in range(5)]))
    assert all(see(state) in see.space for state in range(5))


@pytest.mark.parametrize("kind", ["one-hot", "position", "view"])
def test_observations_are_fresh(kind: str) -> None:
    see = observation(kind)
    first = see(0)
    first += 1
    assert not np.array_equal(see(0), first)


def test_unknown_observation_and_radius_are_refused() -> None:
    with pytest.raises(ValueError, match=r"found the observation 'veiw', .* did you mean 'view'\?"):
        observation("veiw")
    with pytest.raises(ValueError, match=r"radius of a view must be at least 1, not 0\."):
        observation("view", radius=0)
