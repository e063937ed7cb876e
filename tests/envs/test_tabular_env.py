import json
import warnings
from copy import deepcopy
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from spielfeld import envs
from spielfeld.envs import TabularEnv, TabularModel


def row(length: int = 5, **more: Any) -> TabularModel:
    """States in a row: action 0 waits, 1 goes on (.8) or waits; the last ends, with +1 on entry."""
    states, last = np.arange(length), length - 1
    probability = np.zeros((length, 2, 2))
    probability[:, 0], probability[:, 1] = [1, 0], [0.2, 0.8]
    next_state = np.stack([states, states + 1], 1)[:, None] * np.ones((1, 2, 1), int)
    next_state[last] = last
    terminated = next_state == last
    reward = np.where(terminated, 1.0, -0.1)
    reward[last] = 0
    return TabularModel(probability, next_state, reward, terminated, np.eye(length)[0], **more)


def noisy() -> TabularModel:
    deviation = np.ones((5, 2, 2))
    deviation[4] = 0
    return row(reward_deviation=deviation)


def masked(length: int = 5, state: int = 0) -> TabularModel:
    legal = np.ones((length, 2), bool)
    legal[state, 0] = False  # there is no waiting
    return row(length, legal=legal)


def masked_later() -> TabularModel:
    return masked(length=60, state=50)  # the checkers take random actions at first


WORLDS = [row, noisy, masked]
CHECKED = [row, noisy, masked_later]


def started(model: TabularModel, **options: Any) -> TabularEnv:
    env = TabularEnv(model, **options)
    env.reset(seed=1)
    return env


@pytest.mark.parametrize("make", CHECKED)
def test_gymnasium_finds_nothing_wrong(make) -> None:
    with warnings.catch_warnings():
        # A world of one's own has no spec.
        warnings.filterwarnings("ignore", ".*spec.*")
        check_env(TabularEnv(make()), skip_render_check=True)


@pytest.mark.parametrize("make", CHECKED)
def test_stable_baselines_finds_nothing_wrong(make) -> None:
    checker = pytest.importorskip("stable_baselines3.common.env_checker")
    checker.check_env(TabularEnv(make()))


def test_a_registered_id_takes_any_model() -> None:
    env = gymnasium.make("spielfeld/Tabular-v0", model=row(), max_episode_steps=3)
    env.reset(seed=1)
    ends = [env.step(0)[2:4] for _ in range(3)]
    assert ends == [(False, False), (False, False), (False, True)]
    assert "spielfeld/Tabular-v0" not in envs.CATALOGUE


@pytest.mark.parametrize("make", WORLDS)
def test_each_reset_and_each_step_draw_exactly_once(make) -> None:
    env, twin = started(make()), np.random.default_rng()
    twin.bit_generator.state = env.np_random.bit_generator.state
    for _ in range(50):
        if env.step(1)[2]:
            twin.random()
            env.reset()
        twin.random()
        assert env.np_random.bit_generator.state == twin.bit_generator.state


def test_the_reset_draws_once_after_seeding() -> None:
    env = started(row())
    twin, _ = gymnasium.utils.seeding.np_random(1)
    twin.random()
    assert env.np_random.bit_generator.state == twin.bit_generator.state


def test_steps_follow_the_model() -> None:
    env, passed = started(row()), 0
    for _ in range(5000):
        env.position = 2
        observation, reward, terminated, truncated, info = env.step(1)
        passed += observation == 3
        assert (observation, reward) in [(2, -0.1), (3, -0.1)]
        assert (terminated, truncated, info) == (False, False, {})
    # .8 of 5000 is 4000; the deviation is sqrt(5000 .8 .2), about 28.
    assert abs(passed - 4000) < 4 * 28.3


def test_noise_in_rewards_has_the_models_mean_and_deviation() -> None:
    env, rewards = started(noisy()), []
    for _ in range(5000):
        env.position = 2
        rewards.append(env.step(1)[1])
    # Deviation 1, so the mean of 5000 deviates by .014, their deviation by .01.
    assert np.mean(rewards) == pytest.approx(-0.1, abs=4 * 0.0142)
    assert np.std(rewards) == pytest.approx(1, abs=4 * 0.01)
    assert all(type(reward) is float for reward in rewards)


def test_plain_python_types_leave_the_environment() -> None:
    env = started(masked())
    observation, reward, terminated, truncated, info = env.step(1)
    assert [type(part) for part in (observation, reward, terminated, truncated, info)] == [
        int, float, bool, bool, dict,
    ]  # fmt: skip


@pytest.mark.parametrize("kind", [int, np.int32, np.int64, np.uint8, np.array])
def test_integers_of_any_kind_are_actions(kind) -> None:
    for warm in (False, True):
        env = started(row())
        if warm:
            env.step(1)
            env.position = 0
        assert env.step(kind(1))[0] in (0, 1)


@pytest.mark.parametrize("action", [2, -1, None, "up", 1.5, "1", [1, 1]])
def test_what_is_no_action_is_refused_with_what_is_legal(action: Any) -> None:
    env = started(row())
    for _ in range(2):
        with pytest.raises(ValueError, match=r"is not legal here; legal are \[0, 1\]"):
            env.step(action)
        env.step(1)
        env.position = 0


def test_an_illegal_action_is_refused_before_anything_is_drawn() -> None:
    env = started(masked())
    before = env.state()
    with pytest.raises(ValueError, match=r"Action 0 is not legal here; legal are \[1\]"):
        env.step(0)
    assert env.state() == before


def test_a_mask_says_what_is_legal_and_belongs_to_the_caller() -> None:
    env = TabularEnv(masked())
    _, info = env.reset(seed=1)
    assert info["action_mask"].tolist() == [0, 1]
    assert info["action_mask"].dtype == np.int8
    info["action_mask"][:] = 1
    assert env.reset()[1]["action_mask"].tolist() == [0, 1]


def test_a_step_before_the_first_reset_is_refused() -> None:
    with pytest.raises(gymnasium.error.ResetNeeded, match="reset"):
        TabularEnv(row()).step(0)


def test_the_time_limit_truncates_and_does_not_end() -> None:
    env = started(row(), max_episode_steps=2)
    assert env.step(0)[2:4] == (False, False)
    assert env.step(0)[2:4] == (False, True)
    env.reset()
    assert env.step(0)[2:4] == (False, False)


def test_an_end_at_the_limit_is_both() -> None:
    env = started(row(), max_episode_steps=1)
    env.position = 4
    assert env.step(0)[2:4] == (True, True)


@pytest.mark.parametrize("make", WORLDS)
def test_a_restored_environment_replays(make) -> None:
    env = started(make(), max_episode_steps=9)
    env.step(1)
    saved = json.loads(json.dumps(env.state()))
    rollout = [env.step(1)[:4] for _ in range(8)]
    for other in (env, TabularEnv(make(), max_episode_steps=9)):
        other.restore(saved)
        assert [other.step(1)[:4] for _ in range(8)] == rollout


def test_the_same_seed_gives_the_same_episode() -> None:
    one, other = started(noisy()), started(noisy())
    assert [one.step(1)[:4] for _ in range(20)] == [other.step(1)[:4] for _ in range(20)]


def test_render_modes() -> None:
    assert started(row(), render_mode="ansi").render() == "state 0\n"
    assert started(row()).render() is None
    with pytest.raises(ValueError, match="Unknown render mode 'ascii'; this world knows: ansi"):
        TabularEnv(row(), render_mode="ascii")
    pixels = started(row(), render_mode="rgb_array").render()
    assert pixels.dtype == np.uint8 and pixels.shape[2] == 3


def test_worlds_named_by_text_are_those_of_the_suite() -> None:
    for name in ("os:getcwd", "spielfeld.envs.tabular:TabularModel", "spielfeld.envs.env", ""):
        with pytest.raises(ValueError, match="is no world of the suite: give the function itself"):
            TabularEnv(name)
    blackjack = TabularEnv("spielfeld.envs.small_worlds.blackjack:blackjack_world")
    assert TabularEnv(blackjack.world).model is blackjack.model
    with pytest.raises(ValueError, match="made already: observation would do nothing"):
        TabularEnv(blackjack.world, observation="cards")


def test_copies_draw_random_numbers_of_their_own() -> None:
    env = started(noisy())
    copy, before = deepcopy(env), env.np_random.bit_generator.state
    assert copy.step(1)[1] != 0
    assert env.np_random.bit_generator.state == before
    assert [env.step(1)[:4] for _ in range(5)][1:] == [copy.step(1)[:4] for _ in range(4)]
