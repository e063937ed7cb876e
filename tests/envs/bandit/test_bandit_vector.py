import gymnasium as gym
import numpy as np
import pytest

from spielfeld.envs.bandit.vector import BanditVectorEnv


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
