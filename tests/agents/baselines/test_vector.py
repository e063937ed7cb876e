"""What Stable-Baselines3 sees of many worlds is what it sees of single ones, step by step."""

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

from spielfeld import envs  # noqa: F401, registers the environments
from spielfeld.envs.many_worlds import ManyWorlds

vec_env = pytest.importorskip("stable_baselines3.common.vec_env")

from spielfeld.agents.baselines.vector import ManyWorldsVecEnv, baseline_worlds  # noqa: E402

ROWS = 3
WORLDS = {
    "spielfeld/FrozenLake-v0": {"max_episode_steps": 7},
    "spielfeld/CliffWalking-v0": {"max_episode_steps": 20},
    "spielfeld/FourRooms-v0": {"max_episode_steps": 9, "observation": "view"},
    "spielfeld/ConnectFour-v0": {},
    "CartPole-v1": {"max_episode_steps": 15},
    "Pendulum-v1": {"max_episode_steps": 10},
}


def native(name: str, mode: AutoresetMode) -> gym.vector.VectorEnv:
    return gym.make_vec(name, ROWS, vectorization_mode="vector_entry_point", autoreset_mode=mode)


@pytest.mark.parametrize(("name", "options"), WORLDS.items())
def test_rows_are_those_of_single_environments_step_by_step(name, options) -> None:
    ours = baseline_worlds(gym.make(name, **options), ROWS)
    theirs = vec_env.DummyVecEnv([lambda: gym.make(name, **options)] * ROWS)
    generator, ends, limits = np.random.default_rng(0), 0, 0
    for worlds in (ours, theirs):
        worlds.seed(11)
    assert np.array_equal(ours.reset(), theirs.reset())
    for _ in range(100):
        actions = some_actions(ours, generator)
        observations, rewards, ended, infos = ours.step(actions)
        expected = theirs.step(actions)
        assert np.array_equal(observations, expected[0])
        assert observations.dtype == expected[0].dtype
        assert np.array_equal(rewards, expected[1]) and rewards.dtype == expected[1].dtype
        assert np.array_equal(ended, expected[2]) and ended.dtype == expected[2].dtype
        for row, (info, other) in enumerate(zip(infos, expected[3], strict=True)):
            assert info.get("TimeLimit.truncated", False) == other["TimeLimit.truncated"]
            assert ("terminal_observation" in info) == ended[row]
            if ended[row]:
                assert np.array_equal(info["terminal_observation"], other["terminal_observation"])
        ends += ended.sum()
        limits += sum(info.get("TimeLimit.truncated", False) for info in infos)
    assert ends > 0 and (limits > 0) == bool(options)


def some_actions(worlds, generator):
    if worlds.has_attr("action_masks") and isinstance(worlds.action_space, gym.spaces.Discrete):
        masks = np.stack(worlds.env_method("action_masks"))
        return np.array([generator.choice(np.flatnonzero(mask)) for mask in masks])
    return np.stack([generator.uniform(-2, 2, 1).astype(np.float32) for _ in range(ROWS)])


def test_masks_are_those_of_single_environments() -> None:
    ours = baseline_worlds(gym.make("spielfeld/ConnectFour-v0"), ROWS)
    theirs = vec_env.DummyVecEnv([lambda: gym.make("spielfeld/ConnectFour-v0")] * ROWS)
    generator = np.random.default_rng(0)
    for worlds in (ours, theirs):
        worlds.seed(5)
        worlds.reset()
    full = 0
    for _ in range(200):
        masks = np.stack(ours.env_method("action_masks"))
        assert masks.dtype == bool
        assert np.array_equal(masks, np.stack(theirs.env_method("action_masks")))
        actions = some_actions(ours, generator)
        ours.step(actions), theirs.step(actions)
        full += (~masks).sum()
    assert full > 0
    assert np.array_equal(ours.env_method("action_masks", indices=1)[0],
                          theirs.env_method("action_masks", indices=1)[0])  # fmt: skip


def test_where_nobody_tells_all_actions_are_legal() -> None:
    worlds = baseline_worlds(gym.make("CartPole-v1"), ROWS)
    worlds.reset()
    assert np.array_equal(worlds.env_method("action_masks"), np.ones((ROWS, 2), bool))


@pytest.mark.parametrize("mode", [AutoresetMode.SAME_STEP, AutoresetMode.DISABLED])
def test_both_resets_within_a_step_look_alike(mode: AutoresetMode) -> None:
    seen = []
    for worlds in (native("spielfeld/FrozenLake-v0", mode), gym.make("spielfeld/FrozenLake-v0")):
        adapter = baseline_worlds(worlds, ROWS)
        adapter.seed(1)
        seen.append([adapter.reset()])
        seen[-1] += [adapter.step(np.full(ROWS, k % 4))[0] for k in range(100)]
    assert np.array_equal(*seen)


def test_rows_that_start_again_in_the_next_step_are_refused() -> None:
    worlds = native("spielfeld/FrozenLake-v0", AutoresetMode.NEXT_STEP)
    with pytest.raises(ValueError, match="needs rows that start again in the same step"):
        baseline_worlds(worlds, ROWS)
    with pytest.raises(ValueError, match="needs rows that start again"):
        ManyWorldsVecEnv(ManyWorlds(gym.make_vec("CartPole-v1", ROWS)))


def test_seeds_are_used_once() -> None:
    worlds, again = (baseline_worlds(gym.make("Pendulum-v1"), ROWS) for _ in range(2))
    worlds.seed(4), again.seed(4)
    first = worlds.reset()
    assert np.array_equal(first, again.reset())
    assert len(np.unique(first[:, 0])) == ROWS
    assert not np.array_equal(first, worlds.reset())


def test_rows_have_nothing_else_to_be_asked_for() -> None:
    worlds = baseline_worlds(gym.make("CartPole-v1"), ROWS)
    with pytest.raises(AttributeError, match="have no colour"):
        worlds.get_attr("colour")
    with pytest.raises(AttributeError, match="have no colour of their own"):
        worlds.set_attr("colour", 1)
    assert not worlds.has_attr("colour") and worlds.render_mode is None
    assert worlds.env_is_wrapped(gym.Wrapper) == [False] * ROWS
    worlds.close()


def test_an_environment_that_cannot_be_copied_is_used_alone() -> None:
    wrapped = gym.wrappers.TransformReward(gym.make("CartPole-v1"), lambda reward: 3 * reward)
    worlds = baseline_worlds(wrapped, ROWS)
    worlds.reset()
    assert worlds.num_envs == 1 and worlds.step(np.array([0]))[1] == 3
