"""Laws of every environment: the checkers, equal seeds, states, legal actions, limits, pictures.

A subclass of `EnvLaws` names `make`, which takes `render_mode=` and returns a new environment with
a finite number of actions. Many at once are a parametrised `case`, as in `tests.laws.learner`.
"""

from __future__ import annotations

import json
import pickle
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

from spielfeld.envs import access
from tests.laws.learner import assert_sentence


@dataclass(frozen=True)
class EnvCase:
    """An environment to examine.

    Args:
        make: Takes `render_mode=` and returns a new environment.
        lenient: Whether an illegal action is accepted, and loses.
        pickles: Whether it can be pickled.
        checked: Whether the checkers are asked, whose random actions may be illegal.
    """

    make: Callable[..., Any]
    lenient: bool = False
    pickles: bool = True
    checked: bool = True


class EnvLaws:
    """All laws of environments."""

    make: Callable[..., Any]
    lenient = False
    pickles = True
    checked = True

    @pytest.fixture
    def case(self) -> Any:
        """The class itself, whose attributes are those of an `EnvCase`."""
        return self

    def test_gymnasium_finds_nothing_wrong(self, case: Any) -> None:
        if not case.checked:
            pytest.skip("refuses the random actions of the checker")
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", ".*spec.*")  # of an environment without an id
            warnings.filterwarnings("ignore", ".*different from the unwrapped.*")
            check_env(case.make(), skip_render_check=True)

    def test_stable_baselines_finds_nothing_wrong(self, case: Any) -> None:
        if not case.checked:
            pytest.skip("refuses the random actions of the checker")
        checker = pytest.importorskip("stable_baselines3.common.env_checker")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it takes planes for pictures in bytes
            checker.check_env(case.make(), skip_render_check=True)

    def test_same_seed_same_rollout_and_all_of_it_within_the_spaces(self, case: Any) -> None:
        one, other = case.make(), case.make()
        first, second = (rollout(env, 200, seed=7) for env in (one, other))
        assert first == second
        rollout(other, 5, seed=8)
        assert rollout(other, 200, seed=7) == first

    def test_restored_environment_goes_on_alike(self, case: Any) -> None:
        env, other = case.make(), case.make()
        info = begin(env, 37, seed=3)
        told = access.state(env)
        if told is None:
            pytest.skip("keeps a state that cannot be told")
        saved = json.loads(json.dumps(told))
        expected = go_on(env, 100, info)[0]
        for world in (other, env):
            access.restore(world, saved)
            assert go_on(world, 100, info)[0] == expected

    def test_pickled_environment_goes_on_alike(self, case: Any) -> None:
        if not case.pickles:
            pytest.skip("holds an opponent that is a function")
        env = case.make()
        info = begin(env, 37, seed=3)
        copy = pickle.loads(pickle.dumps(env))
        assert go_on(copy, 100, info)[0] == go_on(env, 100, info)[0]

    def test_plain_python_types_leave_the_environment(self, case: Any) -> None:
        env = case.make()
        _, info = env.reset(seed=3)
        _, reward, terminated, truncated, info = env.step(legal_action(env, info))
        kinds = [type(part) for part in (reward, terminated, truncated, info)]
        assert kinds == [float, bool, bool, dict]

    def test_an_illegal_action_is_refused_and_changes_nothing(self, case: Any) -> None:
        if case.lenient:
            pytest.skip("lets an illegal action lose")
        env, twin = case.make(), case.make()
        info = [begin(one, 7, seed=3) for one in (twin, env)][1]
        space, mask = env.action_space, info.get("action_mask", np.ones(env.action_space.n))
        wild = [space.start - 1, space.start + space.n, 1.5, None, "up", [1, 1]]
        for action in [*wild, *(space.start + np.flatnonzero(np.asarray(mask) == 0)[:2])]:
            with pytest.raises(ValueError, match="legal") as error:
                env.step(action)
            assert_sentence(error.value)
        assert go_on(env, 50, info)[0] == go_on(twin, 50, info)[0]

    def test_integers_of_any_kind_are_actions(self, case: Any) -> None:
        results = []
        for kind in (int, np.int32, np.int64, np.array):
            env = case.make()
            _, info = env.reset(seed=3)
            results.append(plain(env.step(kind(legal_action(env, info)))[:4]))
        assert results == [results[0]] * 4

    def test_a_step_before_the_first_reset_is_refused(self, case: Any) -> None:
        for env in (case.make(), case.make().unwrapped):
            with pytest.raises(gym.error.ResetNeeded):
                env.step(env.action_space.start)

    def test_a_mask_of_actions_belongs_to_the_caller(self, case: Any) -> None:
        env = case.make()
        _, info = env.reset(seed=3)
        if "action_mask" not in info:
            pytest.skip("every action is legal everywhere")
        mask = info["action_mask"]
        assert mask.dtype == np.int8 and mask.shape == (env.action_space.n,)
        kept = mask.copy()
        mask[:] = 1 - mask
        assert np.array_equal(env.reset(seed=3)[1]["action_mask"], kept)

    def test_only_the_time_limit_truncates(self, case: Any) -> None:
        env, length = case.make(), 0
        limit, (_, info) = access.time_limit(env), env.reset(seed=5)
        for _ in range(300):
            _, _, terminated, truncated, info = env.step(legal_action(env, info))
            length += 1
            assert truncated == (limit is not None and length >= limit)
            if terminated or truncated:
                length, (_, info) = 0, env.reset()

    def test_every_render_mode_shows_something_and_no_other_is_known(self, case: Any) -> None:
        env = case.make()
        env.reset(seed=3)
        assert env.unwrapped.render() is None
        modes = [mode for mode in env.metadata.get("render_modes", []) if mode != "human"]
        for mode in modes:
            env = case.make(render_mode=mode)
            env.reset(seed=3)
            shown: Any = env.render()
            env.close()
            if mode == "ansi":
                assert isinstance(shown, str) and shown.strip()
            else:
                assert shown.dtype == np.uint8 and shown.ndim == 3 and shown.shape[2] == 3
                assert shown.min() < shown.max()
        with warnings.catch_warnings(), pytest.raises(ValueError, match="smell") as error:
            warnings.simplefilter("ignore")  # Gymnasium warns first
            case.make(render_mode="smell").reset()
        assert all(mode in str(error.value) for mode in modes)


def legal_action(env: Any, info: dict[str, Any]) -> int:
    """Return the first action that is legal."""
    return int(env.action_space.start + np.argmax(info.get("action_mask", [1])))


def plain(parts: Any) -> list[Any]:
    return [part.tolist() if isinstance(part, np.ndarray) else part for part in parts]


def begin(env: Any, steps: int, seed: int) -> dict[str, Any]:
    """Act for some steps from a reset; return the latest info, with which `go_on` goes on."""
    _, info = env.reset(seed=seed)
    return go_on(env, steps, info)[1]


def go_on(env: Any, steps: int, info: dict[str, Any]) -> tuple[list[list[Any]], dict[str, Any]]:
    """Act at random, legally; return what came out, which lies in the spaces, and the last info."""
    choices, space, rows = np.random.default_rng(1), env.action_space, []
    for _ in range(steps):
        legal = info.get("action_mask", np.ones(space.n))
        action = int(space.start + choices.choice(np.flatnonzero(legal)))
        observation, reward, terminated, truncated, info = env.step(action)
        assert env.observation_space.contains(observation)
        rows.append(plain((observation, reward, terminated, truncated)))
        if terminated or truncated:
            observation, info = env.reset()
            assert env.observation_space.contains(observation)
            rows.append(plain((observation, 0.0, False, False)))
    return rows, info


def rollout(env: Any, steps: int, seed: int) -> list[list[Any]]:
    """Act for some steps from a reset; return what came out."""
    observation, info = env.reset(seed=seed)
    return [plain((observation,)), *go_on(env, steps, info)[0]]
