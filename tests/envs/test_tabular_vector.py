import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from spielfeld import envs  # noqa: F401, registers the environments
from spielfeld.envs import TabularEnv
from spielfeld.envs.vector import TabularVectorEnv
from tests.laws.vector_env import assert_same, random_actions

WORLDS = ("spielfeld/FrozenLake-v0", "spielfeld/CliffWalking-v0", "spielfeld/KeysAndDoors-v0")


@pytest.mark.slow
@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
@pytest.mark.parametrize("world", WORLDS)
def test_many_rows_equal_single_environments_over_100_000_steps(
    world: str, mode: AutoresetMode
) -> None:
    model = gym.make(world).unwrapped.model
    native = TabularVectorEnv(model, 16, 100, mode)
    single = SyncVectorEnv([lambda: TabularEnv(model, 100)] * 16, autoreset_mode=mode)
    ours, theirs = native.reset(seed=5), single.reset(seed=5)
    choices = np.random.default_rng(0)
    for _ in range(6_250):
        assert_same(ours, theirs)
        actions = random_actions(native, ours[-1], choices)
        ours, theirs = native.step(actions), single.step(actions)


def test_make_vec_uses_the_native_environment_and_its_layouts_limit() -> None:
    native = gym.make_vec("spielfeld/FrozenLake-v0", num_envs=4)
    assert isinstance(native.unwrapped, TabularVectorEnv)
    assert native.unwrapped.max_episode_steps == 100
    assert gym.make_vec("spielfeld/FrozenLake-v0", num_envs=4, max_episode_steps=7).unwrapped
    assert native.metadata["autoreset_mode"] is AutoresetMode.NEXT_STEP


@pytest.mark.parametrize(
    "name", ["spielfeld/FrozenLake-v0", "spielfeld/Blackjack-v0", "spielfeld/TicTacToe-v0"]
)
def test_vectors_show_the_picture_of_each_row(name: str) -> None:
    vector = gym.make_vec(name, 3, "vector_entry_point", render_mode="rgb_array")
    singles = [gym.make(name, render_mode="rgb_array") for _ in range(3)]
    vector.reset(seed=4)
    for row, env in enumerate(singles):
        env.reset(seed=4 + row)
    frames = vector.render()
    assert isinstance(frames, tuple) and len(frames) == 3
    if name != "spielfeld/TicTacToe-v0":  # alone, it also marks the last stone
        assert all(np.array_equal(frames[row], env.render()) for row, env in enumerate(singles))
    assert gym.make_vec(name, 3, "vector_entry_point").render() is None
    with pytest.raises(ValueError, match="this world has: rgb_array"):
        gym.make_vec(name, 3, "vector_entry_point", render_mode="ansi")


def test_truncation_comes_after_the_limit_and_is_no_end() -> None:
    model = gym.make("spielfeld/CliffWalking-v0").unwrapped.model
    native = TabularVectorEnv(model, 2, max_episode_steps=3)
    native.reset(seed=0)
    results = [native.step(np.zeros(2, int)) for _ in range(4)]
    assert [step[3].tolist() for step in results] == [
        [False] * 2,
        [False] * 2,
        [True] * 2,
        [False] * 2,
    ]
    assert not any(step[2].any() for step in results)
    assert results[3][1].tolist() == [0.0, 0.0]  # the reset row of NEXT_STEP
