"""Worlds in which a state's legal actions change between visits, or within a step that stays."""

from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from spielfeld.agents import DynaQ, DynaQPlus, OffPolicyMonteCarlo
from spielfeld.agents.loop import Transition
from spielfeld.agents.tabular.dyna_q_plus import dyna_q_plus_update
from spielfeld.envs import TabularEnv, TabularModel

STATES, ACTIONS = 4, 3


class ChangingMasks(gym.Env[Any, Any]):
    """Four states in a row, and another random mask after every step; half of the steps stay."""

    observation_space = gym.spaces.Discrete(STATES)
    action_space = gym.spaces.Discrete(ACTIONS)

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[int, dict[str, Any]]:
        super().reset(seed=seed)
        self.state, self.tried = 0, getattr(self, "tried", set())
        return 0, self._mask()

    def step(self, action: int) -> tuple[int, float, bool, bool, dict[str, Any]]:
        assert self.legal[action]
        self.tried.add((self.state, int(action)))
        self.state += int(self.np_random.integers(2))
        return self.state, self.np_random.normal(), self.state == STATES - 1, False, self._mask()

    def _mask(self) -> dict[str, Any]:
        self.legal = self.np_random.random(ACTIONS) < 0.4
        self.legal[self.np_random.integers(ACTIONS)] = True
        return {"action_mask": self.legal.astype(np.int8)}


def masked_model(seed: int) -> TabularModel:
    """Make a world that is the same for all seeds but for its legal actions."""
    next_state = np.random.default_rng(0).integers(STATES, size=(STATES, ACTIONS, 1))
    generator, ones = np.random.default_rng(seed), np.ones((STATES, ACTIONS, 1))
    legal = generator.random((STATES, ACTIONS)) < 0.4
    legal[np.arange(STATES), generator.integers(ACTIONS, size=STATES)] = True
    ends = np.zeros(next_state.shape, bool)
    start = np.full(STATES, 1 / STATES)
    return TabularModel(ones, next_state, ones - 2 * next_state, ends, start, legal)


def assert_lists_each_pair_once(memory: Any, tried: set[int]) -> None:
    listed = memory.pairs[: memory.listed[0]].tolist()
    assert len(listed) == len(set(listed)) <= STATES * ACTIONS
    assert tried <= set(listed) == set(np.flatnonzero(memory.next_states.ravel() >= 0).tolist())


@pytest.mark.parametrize("learner_class", [DynaQ, DynaQPlus])
@pytest.mark.parametrize("seed", range(8))
def test_each_tried_pair_is_listed_once_whatever_was_legal(learner_class: Any, seed: int) -> None:
    learner, env = learner_class(seed=seed), ChangingMasks()
    for samples in (1, 2, 3, 5, 8, 13, 21, 300):
        learner.learn(env, samples)
        tried = {state * ACTIONS + action for state, action in env.tried}
        assert_lists_each_pair_once(learner.memory, tried)


@pytest.mark.uncompiled
@pytest.mark.parametrize("way", ["learn", "learn_readably"])
@pytest.mark.parametrize("learner_class", [DynaQ, DynaQPlus])
def test_worlds_with_other_masks_list_each_pair_once(learner_class: Any, way: str) -> None:
    learner = learner_class(learner_class.config_class(planning_steps=0), seed=1)
    for seed in range(20):
        env = TabularEnv(masked_model(seed), max_episode_steps=5)
        env.reset(seed=seed)
        getattr(learner, way)(env, 17)  # learning readably, it sees the masks where it comes to
        tried = np.flatnonzero(learner.visits)
        assert_lists_each_pair_once(learner.memory, set(tried.tolist()))


def test_a_newly_legal_action_is_considered_at_the_next_visit() -> None:
    learner = DynaQPlus()
    memory = learner.make_memory(np.zeros((2, 3)), np.array([[True, False, False]] * 2))
    step = Transition(0, 0, 1.0, 1, -1, False, False, 0.0, 0.0)
    lists = []
    for legal in ([True, False, False], [True, True, False], [False, False, True]):
        memory.legal[0] = legal
        dyna_q_plus_update(memory, learner.settings, learner.rates, step, np.random.default_rng(0))
        lists.append(memory.pairs[: memory.listed[0]].tolist())
    assert lists == [[0], [0, 1], [0, 1, 2]]
    assert memory.next_states[0].tolist() == [1, 0, 0]  # the known pair keeps what it led to


@pytest.mark.parametrize("exploration_rate", [0.0, 0.3])
def test_off_policy_weights_stay_numbers_when_masks_change_within_a_step(
    exploration_rate: float,
) -> None:
    rates = dict.fromkeys(("exploration_rate", "final_exploration_rate"), exploration_rate)
    for seed in range(5):
        learner = OffPolicyMonteCarlo(OffPolicyMonteCarlo.config_class(**rates), seed)
        learner.learn(ChangingMasks(), 2_000)  # warnings of NumPy, such as 0 / 0, are errors
        assert np.isfinite(learner.memory.weights).all()
