from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from spielfeld.envs import TabularEnv
from spielfeld.envs.access import plain_model
from spielfeld.envs.bandit import BanditModel
from spielfeld.envs.bandit.dynamics import problem_means, pull
from spielfeld.envs.bandit.env import BanditEnv
from spielfeld.envs.bandit.model import any_bandit, armed_testbed, drifting_bandit
from spielfeld.envs.catalogue import BANDITS
from spielfeld.envs.tabular import normal_draw

MAKERS = [
    lambda **more: BanditEnv(means=[0.0, 1.0, 2.0], **more),
    lambda **more: BanditEnv(drifting_bandit, arms=3, **more),
    lambda **more: BanditEnv(armed_testbed, **more),
    lambda **more: BanditEnv(armed_testbed, arms=4, problem=None, **more),
]
UPPER = 0.8413447460685429  # the share below one standard deviation above the mean


def started(env: Any, seed: int = 1) -> Any:
    env.reset(seed=seed)
    return env


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"means": []}, "means must hold one number for each arm"),
        ({"means": [[1.0, 2.0]]}, "means must hold one number for each arm"),
        ({"means": [0.0, np.nan]}, "Arm 1: the mean nan is not a finite number"),
        ({"means": [0.0, 1.0], "deviation": -1.0}, "deviation must be 0 or more, not -1.0"),
        ({"means": [0.0, 1.0], "drift": np.inf}, "drift must be 0 or more, not inf"),
    ],
)
def test_what_is_no_bandit_is_refused(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        BanditModel(**arguments)


def test_model_keeps_a_copy_that_nobody_changes() -> None:
    means = np.array([1.0, 2.0])
    model = BanditModel(means)
    means[0] = 9.0
    assert model.means.tolist() == [1.0, 2.0]
    with pytest.raises(ValueError, match="read-only"):
        model.means[0] = 9.0


def test_table_is_the_bandit_as_a_world_of_one_state() -> None:
    table = BanditModel([1.0, 3.0], deviation=2.0).table
    assert (table.states, table.actions) == (1, 2)
    assert table.expected_reward.tolist() == [[1.0, 3.0]]
    assert table.reward_deviation.ravel().tolist() == [2.0, 2.0]
    assert not table.terminated.any()


def test_draws_become_rewards_by_inversion() -> None:
    means = np.array([1.0, 3.0])
    assert pull(means, 2.0, 1, 0.5) == 3.0
    assert pull(means, 2.0, 1, UPPER) == pytest.approx(5.0, rel=1e-12)
    assert pull(means, 2.0, 0, 1 - UPPER) == pytest.approx(-1.0, rel=1e-12)
    assert np.isfinite([normal_draw(0.0, 1.0, 0.0), normal_draw(0.0, 1.0, 1.0)]).all()


@pytest.mark.parametrize("name", [name for name in BANDITS if name != "spielfeld/Bandit-v0"])
def test_ids_make_ten_arms_and_the_limit_only_truncates(name: str) -> None:
    env = gym.make(name)
    assert env.action_space.n == 10
    env.reset(seed=0)
    ends = [env.step(0)[2:4] for _ in range(BANDITS[name][2])]
    assert ends[-1] == (False, True)
    assert set(ends[:-1]) == {(False, False)}


def test_own_time_limit_truncates() -> None:
    env = started(BanditEnv(means=[0.0], max_episode_steps=2))
    assert [env.step(0)[2:4] for _ in range(2)] == [(False, False), (False, True)]


def test_bandit_takes_a_model_or_its_parts_and_not_both() -> None:
    model = BanditModel([1.0, 2.0])
    assert gym.make("spielfeld/Bandit-v0", model=model).unwrapped.bandit is model
    for arguments in ({}, {"model": model, "means": [1.0]}):
        with pytest.raises(ValueError, match="either model= or means="):
            BanditEnv(**arguments)


@pytest.mark.parametrize(
    ("bandit", "options", "words"),
    [
        (armed_testbed, {"problem": -1}, "problem must be a whole number from 0 to .*, not -1"),
        (armed_testbed, {"arms": 0}, "arms must be a whole number from 1 to .*, not 0"),
        (drifting_bandit, {"arms": 2.5}, "arms must be a whole number from 1 to .*, not 2.5"),
        (any_bandit, {"means": [0.0], "render_mode": "x"}, "mode 'x'; this world has: ansi"),
        ("os:getcwd", {}, "'os:getcwd' is no world of Spielfeld"),
    ],
)
def test_wrong_options_are_answered_in_a_sentence(bandit, options, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        BanditEnv(bandit, **options)


def test_rewards_have_the_means_and_the_deviation() -> None:
    env = started(BanditEnv(means=[1.0, -2.0], deviation=3.0))
    rewards = np.array([[env.step(arm)[1] for arm in (0, 1)] for _ in range(5_000)])
    assert rewards.mean(axis=0) == pytest.approx([1.0, -2.0], abs=4 * 3 / np.sqrt(5_000))
    assert rewards.std() > 3 and rewards.std(axis=0) == pytest.approx(3.0, abs=4 * 0.03)


def test_stationary_bandit_is_the_tabular_world_of_its_table_draw_by_draw() -> None:
    env = BanditEnv(means=[0.5, -1.0, 2.0], deviation=1.5, max_episode_steps=7)
    twin = TabularEnv(env.bandit.table, max_episode_steps=7)
    assert env.reset(seed=3) == twin.reset(seed=3)
    for step in range(40):
        one, other = env.step(step % 3), twin.step(step % 3)
        assert one == other
        if one[3]:
            assert env.reset() == twin.reset()
    assert plain_model(env) is env.bandit.table


def test_means_drift_by_independent_steps_and_begin_equal_at_every_reset() -> None:
    env = started(BanditEnv(drifting_bandit, arms=3, drift=0.5))
    ends = []
    for _ in range(300):
        assert env.means.tolist() == [0.0] * 3
        for _ in range(16):
            env.step(0)
        ends.append(env.means.copy())
        env.reset()
    # 16 steps of deviation .5 make 2; the deviation of 900 of them is known to 2 / sqrt(1800).
    assert np.std(ends) == pytest.approx(2.0, abs=4 * 0.047)
    assert np.abs(np.corrcoef(np.array(ends).T)[np.triu_indices(3, 1)]).max() < 4 / np.sqrt(300)


def test_changing_worlds_hand_out_the_model_of_the_moment_and_are_no_plain_ones() -> None:
    env = started(BanditEnv(drifting_bandit))
    env.step(0)
    assert env.model.expected_reward[0].tolist() == env.means.tolist() != [0.0] * 10
    assert plain_model(env) is None
    assert plain_model(started(BanditEnv(armed_testbed, problem=None))) is None


def test_problem_is_the_same_whatever_the_seed() -> None:
    env = started(BanditEnv(armed_testbed, problem=7, mean=4.0), seed=1)
    first = env.means.copy()
    env.reset(seed=2)
    assert env.means.tolist() == first.tolist() == problem_means(7, 10, 4.0).tolist()
    assert first.tolist() == pytest.approx(BanditEnv(armed_testbed, problem=7).means + 4.0)
    seven, eight = (BanditEnv(armed_testbed, problem=problem).means for problem in (7, 8))
    assert seven.tolist() != eight.tolist()


def test_problems_are_drawn_from_the_standard_normal() -> None:
    means = np.concatenate([problem_means(problem) for problem in range(1_000)])
    assert means.mean() == pytest.approx(0.0, abs=4 / np.sqrt(10_000))
    assert means.std() == pytest.approx(1.0, abs=4 / np.sqrt(20_000))


def test_without_a_number_every_reset_draws_another_problem_from_the_seed() -> None:
    env = started(BanditEnv(armed_testbed, problem=None), seed=5)
    first = env.means.copy()
    env.reset()
    assert env.means.tolist() != first.tolist()
    env.reset(seed=5)
    assert env.means.tolist() == first.tolist()


def test_text_says_what_happened_last() -> None:
    env = started(BanditEnv(means=[0.0, 2.0], deviation=0.0, render_mode="ansi"))
    assert env.render() == "2 arms, none pulled yet\n"
    env.step(1)
    assert env.render() == "arm 1: reward 2.000\n"
    assert MAKERS[0]().render() is None
