import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from spielfeld.envs.bandit.env import BanditEnv
from spielfeld.envs.bandit.model import any_bandit, armed_testbed, drifting_bandit
from spielfeld.envs.bandit.vector import BanditVectorEnv

WORLDS = [
    (any_bandit, {"means": [0.0, 1.0, 2.0]}),
    (drifting_bandit, {"arms": 3, "drift": 0.1}),
    (armed_testbed, {"arms": 3, "problem": 4}),
    (armed_testbed, {"arms": 3, "problem": None, "mean": 4.0}),
]


def assert_same(ours: tuple, theirs: tuple) -> None:
    *mine, info = ours
    *others, other_info = theirs
    for one, other in zip(mine, others, strict=True):
        assert np.array_equal(one, other)
    assert set(info) == set(other_info)


@pytest.mark.uncompiled
@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
@pytest.mark.parametrize(("bandit", "options"), WORLDS)
def test_rows_are_single_bandits(bandit, options, mode) -> None:
    native = BanditVectorEnv(4, 7, mode, bandit, **options)
    singles = [lambda: BanditEnv(bandit, max_episode_steps=7, **options)] * 4
    loop = SyncVectorEnv(singles, autoreset_mode=mode)
    assert_same(native.reset(seed=5), loop.reset(seed=5))
    generator = np.random.default_rng(0)
    for _ in range(30):
        actions = generator.integers(3, size=4)
        assert_same(native.step(actions), loop.step(actions))
        assert native.means.tolist() == [env.means.tolist() for env in loop.envs]


@pytest.mark.uncompiled
def test_rows_without_a_number_are_problems_of_their_own() -> None:
    env = gym.make_vec("spielfeld/TenArmedTestbed-v0", 3, problem=None)
    env.reset(seed=0)
    assert isinstance(env.unwrapped, BanditVectorEnv)
    assert len(set(env.unwrapped.means[:, 0].tolist())) == 3
    before = env.unwrapped.means.copy()
    env.reset(options={"reset_mask": np.array([False, True, False])})
    changed = (env.unwrapped.means != before).all(axis=1)
    assert changed.tolist() == [False, True, False]


def test_time_limit_of_the_id_truncates_all_rows() -> None:
    env = gym.make_vec("spielfeld/DriftingBandit-v0", 2, max_episode_steps=3)
    env.reset(seed=0)
    ends = [env.step([0, 1])[2:4] for _ in range(3)]
    assert [truncated.tolist() for _, truncated in ends] == [[False] * 2] * 2 + [[True] * 2]
    assert not any(terminated.any() for terminated, _ in ends)


@pytest.mark.uncompiled
def test_restored_vector_replays() -> None:
    env = BanditVectorEnv(3, 9, bandit=drifting_bandit)
    env.reset(seed=1)
    env.step([1, 2, 3])
    saved = env.state()
    rollout = [env.step([4, 5, 6])[1].tolist() for _ in range(12)]
    other = BanditVectorEnv(3, 9, bandit=drifting_bandit)
    other.restore(saved)
    assert [other.step([4, 5, 6])[1].tolist() for _ in range(12)] == rollout


@pytest.mark.uncompiled
def test_what_is_no_arm_is_refused_with_its_row() -> None:
    env = BanditVectorEnv(2, means=[0.0, 1.0])
    env.reset(seed=0)
    before = env.state()
    with pytest.raises(ValueError, match=r"Action 2 of row 1 is not legal here"):
        env.step(np.array([1, 2]))
    assert all(np.array_equal(array, before[name]) for name, array in env.state().items())
