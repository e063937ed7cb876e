from copy import deepcopy
from typing import Any

import gymnasium
import numpy as np
import pytest

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


WORLDS = [row, noisy, masked]


def started(model: TabularModel, **options: Any) -> TabularEnv:
    env = TabularEnv(model, **options)
    env.reset(seed=1)
    return env


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


def test_render_modes() -> None:
    assert started(row(), render_mode="ansi").render() == "state 0\n"
    assert started(row()).render() is None
    with pytest.raises(ValueError, match="Unknown render mode 'ascii'; this world has: ansi"):
        TabularEnv(row(), render_mode="ascii")
    pixels = started(row(), render_mode="rgb_array").render()
    assert pixels.dtype == np.uint8 and pixels.shape[2] == 3


def test_worlds_named_by_text_are_those_of_the_suite() -> None:
    for name in ("os:getcwd", "spielfeld.envs.tabular:TabularModel", "spielfeld.envs.env", ""):
        with pytest.raises(ValueError, match="is no world of Spielfeld: pass the function itself"):
            TabularEnv(name)
    blackjack = TabularEnv("spielfeld.envs.small_worlds.blackjack:blackjack_world")
    assert TabularEnv(blackjack.world).model is blackjack.model
    with pytest.raises(ValueError, match="already made, so observation has no effect"):
        TabularEnv(blackjack.world, observation="cards")


def test_copies_draw_random_numbers_of_their_own() -> None:
    env = started(noisy())
    copy, before = deepcopy(env), env.np_random.bit_generator.state
    assert copy.step(1)[1] != 0
    assert env.np_random.bit_generator.state == before
    assert [env.step(1)[:4] for _ in range(5)][1:] == [copy.step(1)[:4] for _ in range(4)]
