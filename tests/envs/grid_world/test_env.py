"""Contract of every registered grid world: Gymnasium, Stable-Baselines3, seeds, states, vectors."""

from __future__ import annotations

import doctest
import importlib
import subprocess
import sys
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from spielfeld import envs
from spielfeld.envs import CATALOGUE, Layout, LayoutError, TabularEnv, layout_world, maze_layout
from spielfeld.envs.catalogue import register_environments
from spielfeld.envs.grid_world.layout import BUILT_IN_TILES, Tile
from spielfeld.envs.grid_world.layout_file import load_layout, shipped_worlds

# The planes of a view are not the picture in bytes, 36 pixels wide, that it takes them for.


def test_maze_is_the_same_alone_and_in_a_vector() -> None:
    options = {"rows": 9, "columns": 7, "seed": 4, "slip": 0.1}
    single = gym.make("spielfeld/Maze-v0", **options).unwrapped
    vector = gym.make_vec("spielfeld/Maze-v0", num_envs=2, **options).unwrapped
    expected = maze_layout(9, 7, 4, slip=0.1)
    assert single.layout == vector.layout == expected
    assert vector.max_episode_steps == single.max_episode_steps == 20 * (9 + 7)


@pytest.mark.parametrize(("given", "expected"), [(10, 10), (None, 100), (1000, 100)])
def test_shorter_of_two_limits_truncates_alone_and_in_a_vector(
    given: int | None, expected: int
) -> None:
    env = gym.make("spielfeld/CornerGridWorld-v0", max_episode_steps=given)
    env.reset(seed=3)
    lengths = []  # right and up in turn lead to the corner that is no end
    for length in range(1, expected + 1):
        _, _, terminated, truncated, _ = env.step(length % 2)
        if terminated or truncated:
            lengths.append((length, terminated, truncated))
    vector = gym.make_vec("spielfeld/CornerGridWorld-v0", num_envs=1, max_episode_steps=given)
    assert vector.unwrapped.max_episode_steps == expected
    assert lengths == [(expected, False, True)]


def test_layout_may_be_a_name_a_path_or_an_object(tmp_path: Any) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('map = "S.G"\n[rules]\nstep_reward = -1')
    given = [path, str(path), load_layout(path), Layout(("S.G",), step_reward=-1.0)]
    layouts = [gym.make("spielfeld/GridWorld-v0", layout=layout).unwrapped for layout in given]
    assert all(env.layout == given[2] for env in layouts)
    with pytest.raises(LayoutError, match="did you mean 'swamp'"):
        gym.make("spielfeld/GridWorld-v0", layout="swmp")


def test_ansi_shows_the_agent_on_the_map() -> None:
    env = gym.make("spielfeld/DynaMaze-v0", render_mode="ansi")
    env.reset(seed=0)
    env.step(1)
    assert env.render() == (".......#G\n..#....#.\nS@#....#.\n..#......\n.....#...\n.........")
    assert gym.make("spielfeld/DynaMaze-v0").unwrapped.render() is None


def test_picture_follows_the_agent() -> None:
    env = gym.make("spielfeld/KeysAndDoors-v0", render_mode="rgb_array")
    env.reset(seed=0)
    pixels: Any = env.render()
    assert pixels.dtype == np.uint8
    assert pixels.shape[2] == 3
    env.step(1)
    assert not np.array_equal(env.render(), pixels), "the agent has moved"
    env.close()


def test_card_of_the_class_shows_what_happens() -> None:
    assert doctest.testmod(importlib.import_module("spielfeld.envs.grid_world.world")) == (0, 5)


def test_every_shipped_layout_is_in_the_catalogue() -> None:
    assert sorted(layout for layout, _ in CATALOGUE.values()) == shipped_worlds()


def test_registering_again_changes_and_warns_nothing() -> None:
    before = dict(gym.registry)
    register_environments()
    importlib.reload(envs)
    assert dict(gym.registry) == before
    assert gym.make("spielfeld.envs:spielfeld/Swamp-v0").spec.id == "spielfeld/Swamp-v0"


@pytest.mark.whole
def test_import_loads_nothing_heavy_and_reads_no_layout() -> None:
    program = (
        "import sys, tomllib\n"
        "tomllib.loads = None\n"
        "import spielfeld.envs\n"
        "heavy = {'numba', 'scipy', 'pygame', 'matplotlib', 'torch', 'PIL'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (run.stdout, run.stderr) == ("[]\n", "")


class Window:
    """Stands in for a window."""

    def __init__(self, title: str, size: tuple[int, int]) -> None:
        self.title, self.shown, self.closed = title, 0, False

    def show(self, surface: Any) -> None:
        self.shown += 1

    def close(self) -> None:
        self.closed = True


def test_human_mode_shows_every_step_in_one_window(monkeypatch: pytest.MonkeyPatch) -> None:
    module = pytest.importorskip("spielfeld.envs.grid_world.window")
    windows: list[Window] = []

    def opened(title: str, size: tuple[int, int], frames_per_second: float) -> Window:
        windows.append(Window(title, size))
        return windows[-1]

    monkeypatch.setattr(module, "Window", opened)
    legend = {**BUILT_IN_TILES, "~": Tile("mud")}
    pond = Layout(("S~G",), legend=legend, name="Pond")
    env = TabularEnv(layout_world(pond), render_mode="human")
    env.reset(seed=0)
    env.step(1)
    assert [(window.title, window.shown) for window in windows] == [("Pond", 2)]
    env.close()
    env.close()
    assert windows[0].closed


def test_a_time_limit_of_ones_own_replaces_that_of_the_layout() -> None:
    limits = {None: 100, 7: 7, 5_000: 5_000, 0: None}
    for given, limit in limits.items():
        env = gym.make("spielfeld/FrozenLake-v0", time_limit=given)
        assert env.unwrapped.max_episode_steps == limit
        vector = gym.make_vec("spielfeld/FrozenLake-v0", 2, time_limit=given)
        assert vector.unwrapped.max_episode_steps == limit
    assert gym.make("spielfeld/Maze-v0", time_limit=9).unwrapped.max_episode_steps == 9
    with pytest.raises(ValueError, match="time_limit must be 0"):
        gym.make("spielfeld/FrozenLake-v0", time_limit=-1)
