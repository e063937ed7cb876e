"""The short corridor of the figures is learned by the same rule as anywhere else."""

from __future__ import annotations

from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from spielfeld import envs
from spielfeld.agents.bandit.gradient import softmax
from spielfeld.agents.policy_gradient.parts import Categorical
from spielfeld.agents.policy_gradient.reinforce import Reinforce
from spielfeld.agents.policy_gradient.reinforce_with_baseline import ReinforceWithBaseline
from spielfeld.envs.small_worlds.short_corridor import RIGHT
from spielfeld.learning.beside import Beside, Constant
from spielfeld.tutorials.figures import short_corridor
from spielfeld.tutorials.figures.short_corridor import (
    LEARNERS,
    START,
    keep_trying,
    learn_from,
    play,
    returns,
    run,
)

RATES = [steps[:2] for steps in LEARNERS.values()]


class KeepsTrying(Categorical):
    """Probabilities of at least .05."""

    def __init__(self, preferences: np.ndarray, legal: Any = None) -> None:
        super().__init__(preferences)
        self.probabilities = self.probabilities.clip(0.05, 0.95)


def blind(kind: type[Reinforce], **settings: Any) -> Reinforce:
    """Return a learner with one preference a side and one value, whatever it sees."""
    sgd = kind.config_class(num_envs=1, discount=1.0, optimizer="sgd", **settings)
    learner = kind(sgd, 3)
    learner.begin(gym.make("spielfeld/ShortCorridor-v0"))
    learner.kind = learner.loss.kind = KeepsTrying
    value = {"value": Constant(np.zeros(1))} if learner.critic else {}
    learner.function = Beside(policy=Constant(np.array(START)), **value)
    return learner


def test_learner_and_figure_take_the_same_steps() -> None:
    (rate, _), (own_rate, value_rate) = RATES
    plain = blind(Reinforce, learning_rate=rate)
    weight = value_rate / own_rate
    baseline = blind(ReinforceWithBaseline, learning_rate=own_rate, value_weight=weight)
    for learner, rates in ((plain, RATES[0]), (baseline, RATES[1])):
        preferences, policy, value = np.array(START), np.empty(2), 0.0
        for batch in learner.experience(gym.make("spielfeld/ShortCorridor-v0"), 3_000):
            learner.step(batch)
            softmax(preferences, policy)
            keep_trying(policy)
            steps = batch.targets.action, batch.targets.returns
            value = learn_from(*steps, preferences, policy, value, *rates)
            parameters = learner.function.parameters
            assert parameters["policy.values"] == pytest.approx(preferences, rel=1e-9)
            if learner.critic:
                assert parameters["value.values"] == pytest.approx([value], rel=1e-9)
        assert np.abs(preferences - START).max() > 0.1


@pytest.mark.uncompiled
def test_episode_ends_at_the_goal_after_as_many_steps_as_it_costs() -> None:
    model = envs.small_worlds.short_corridor.short_corridor()
    actions, rewards = np.empty(1_000, np.int64), np.empty(1_000)
    generator = np.random.default_rng(1)
    steps = play(model.next_state, model.reward, 0.6, generator, actions, rewards)
    place = 0
    for action in actions[:steps]:
        assert place < 3
        place = max(0, place + (1 if (action == RIGHT) != (place == 1) else -1))
    assert place == 3 and rewards[:steps].tolist() == [-1.0] * steps


@pytest.mark.parametrize(("right", "kept"), [(0.01, 0.05), (0.5, 0.5), (0.99, 0.95)])
def test_neither_direction_is_ever_given_up(right: float, kept: float) -> None:
    policy = np.array([1 - right, right])
    keep_trying(policy)
    assert policy == pytest.approx([1 - kept, kept])


@pytest.mark.uncompiled
def test_compiled_run_is_the_readable_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(short_corridor, "EPISODES", 5)
    compiled = returns(1, 2.0**-9, 2.0**-6)
    monkeypatch.setattr(short_corridor, "compiled_run", run)
    readable = returns(1, 2.0**-9, 2.0**-6)
    assert compiled.tolist() == readable.tolist() and len(set(readable)) > 1


def test_first_episodes_cost_what_the_policy_at_the_start_is_worth() -> None:
    first = [returns(seed, 2.0**-13, 0.0)[0] for seed in range(200)]
    error = np.std(first, ddof=1) / np.sqrt(len(first))
    assert np.mean(first) == pytest.approx(short_corridor.value(0.0502), abs=4 * error)


def test_baseline_learns_sooner() -> None:
    plain, baseline = (
        np.mean([returns(seed, *steps)[:200].mean() for seed in range(40)]) for steps in RATES
    )
    assert baseline > plain + 10
