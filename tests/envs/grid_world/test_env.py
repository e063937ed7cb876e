"""Contract of every registered grid world: Gymnasium, Stable-Baselines3, seeds, states, vectors."""

from __future__ import annotations

import doctest
import importlib
import pickle
import subprocess
import sys
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from spielfeld import envs
from spielfeld.envs import CATALOGUE, Layout, LayoutError, TabularEnv, layout_world, maze_layout
from spielfeld.envs.catalogue import register_environments
from spielfeld.envs.grid_world.layout import BUILT_IN_TILES, Tile
from spielfeld.envs.grid_world.layout_file import load_layout, shipped_worlds
from spielfeld.envs.grid_world.observation import OBSERVATIONS

IDS = [*CATALOGUE, "spielfeld/GridWorld-v0", "spielfeld/Maze-v0"]
KINDS = list(OBSERVATIONS)


def rollout(env: gym.Env[Any, Any], steps: int, seed: int) -> list[Any]:
    """Act at random and list everything that came out."""
    random = np.random.default_rng(seed)
    result: list[Any] = []
    for _ in range(steps):
        action = int(random.integers(env.action_space.n))
        observation, reward, terminated, truncated, _ = env.step(action)
        result.append((np.asarray(observation).tolist(), reward, terminated, truncated))
        if terminated or truncated:
            result.append(np.asarray(env.reset()[0]).tolist())
    return result


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", IDS)
def test_gymnasium_accepts_every_world(name: str, kind: str) -> None:
    check_env(gym.make(name, observation=kind), skip_render_check=True)


# The planes of a view are not the picture in bytes, 36 pixels wide, that it takes them for.
@pytest.mark.filterwarnings("ignore:It seems that your observation .*is an image:UserWarning")
@pytest.mark.filterwarnings("ignore:Treating image space as channels-last:UserWarning")
@pytest.mark.filterwarnings("ignore:The minimal resolution for an image is 36x36:UserWarning")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", IDS)
def test_stable_baselines_accepts_every_world(name: str, kind: str) -> None:
    checker = pytest.importorskip("stable_baselines3.common.env_checker")
    checker.check_env(gym.make(name, observation=kind), skip_render_check=True)


@pytest.mark.parametrize("name", IDS)
def test_same_seed_same_rollout(name: str) -> None:
    results = []
    for _ in range(2):
        env = gym.make(name)
        env.reset(seed=7)
        results.append(rollout(env, 300, seed=1))
    assert results[0] == results[1]


@pytest.mark.parametrize("kind", KINDS)
def test_restored_state_replays(kind: str) -> None:
    env = gym.make("spielfeld/Swamp-v0", observation=kind)
    env.reset(seed=3)
    rollout(env, 37, seed=2)
    saved = env.unwrapped.state()
    expected = rollout(env, 400, seed=4)
    other = gym.make("spielfeld/Swamp-v0", observation=kind)
    other.unwrapped.restore(saved)
    assert rollout(other, 400, seed=4) == expected


@pytest.mark.parametrize("name", ["spielfeld/KeysAndDoors-v0", "spielfeld/Maze-v0"])
@pytest.mark.parametrize("kind", KINDS)
def test_pickled_env_goes_on_alike(name: str, kind: str) -> None:
    env = gym.make(name, observation=kind).unwrapped
    env.reset(seed=3)
    copy = pickle.loads(pickle.dumps(env))
    assert rollout(copy, 100, seed=4) == rollout(env, 100, seed=4)


@pytest.mark.uncompiled
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["spielfeld/Swamp-v0", "spielfeld/KeysAndDoors-v0"])
def test_vector_env_equals_single_envs(name: str, kind: str) -> None:
    singles = [gym.make(name, observation=kind) for _ in range(3)]
    vector = gym.make_vec(name, num_envs=3, observation=kind)
    assert type(vector.unwrapped).__name__ == "TabularVectorEnv"
    expected = np.stack([env.reset(seed=5 + row)[0] for row, env in enumerate(singles)])
    assert np.array_equal(vector.reset(seed=5)[0], expected)
    random, ended = np.random.default_rng(0), [False] * 3
    for _ in range(400):
        actions = random.integers(4, size=3)
        seen, rewards, ends, cuts, _ = vector.step(actions)
        for row, env in enumerate(singles):
            result = env.reset() if ended[row] else env.step(int(actions[row]))
            observation, *rest = (result[0], 0.0, False, False) if ended[row] else result[:4]
            assert np.array_equal(seen[row], observation)
            assert (rewards[row], ends[row], cuts[row]) == tuple(rest)
            ended[row] = bool(rest[1] or rest[2])
        assert seen in vector.observation_space


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


def test_unknown_render_mode_is_refused() -> None:
    with pytest.raises(ValueError, match="ansi, rgb_array, human"):
        TabularEnv(layout_world("swamp"), render_mode="rgb")


def test_illegal_action_is_answered_with_the_legal_ones() -> None:
    env = gym.make("spielfeld/Swamp-v0")
    env.reset(seed=0)
    with pytest.raises(ValueError, match=r"Action 4 is not legal here; legal are \[0, 1, 2, 3\]"):
        env.step(4)


def test_every_shipped_layout_is_in_the_catalogue() -> None:
    assert sorted(layout for layout, _ in CATALOGUE.values()) == shipped_worlds()


def test_registering_again_changes_and_warns_nothing() -> None:
    before = dict(gym.registry)
    register_environments()
    importlib.reload(envs)
    assert dict(gym.registry) == before
    assert gym.make("spielfeld.envs:spielfeld/Swamp-v0").spec.id == "spielfeld/Swamp-v0"


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

    def opened(title: str, size: tuple[int, int]) -> Window:
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
