"""Laws of all learners that plan with a remembered world."""

from typing import Any

import gymnasium as gym
import pytest

from spielfeld.agents import DynaQ, DynaQPlus, PrioritizedSweeping
from spielfeld.experiments.evaluation import Evaluator
from spielfeld.experiments.registry import find_learner
from spielfeld.experiments.sources import settings_for
from tests.agents.tabular.planning_laws import DETERMINISTIC, WORLDS
from tests.agents.tabular.tabular_worlds import assert_equal_states, assert_worlds_agree

SETTINGS = [
    (DynaQ, {"planning_steps": 0, "exploration_samples": 400}),
    (DynaQ, {"planning_steps": 3, "exploration_samples": 400}),
    (DynaQPlus, {"planning_steps": 3, "bonus_weight": 0.1, "exploration_samples": 400}),
    (PrioritizedSweeping, {"planning_steps": 3, "learning_rate_decay": 0.1}),
]
WORST = {"dyna-q": 1.0, "dyna-q-plus": 0.95, "prioritized-sweeping": 1.0}  # share of perfect


@pytest.mark.uncompiled
@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize(("learner_class", "settings"), SETTINGS)
def test_loops_agree_bit_for_bit(
    learner_class: type[Any], settings: dict[str, Any], world: str
) -> None:
    compiled, readable = (learner_class(seed=3, **settings) for _ in range(2))
    env, twin = WORLDS[world](), WORLDS[world]()
    history = compiled.learn(env, 217) + compiled.learn(env, 383)
    assert history == readable.learn_readably(twin, 600)
    assert_worlds_agree(env, twin)
    assert_equal_states(compiled, readable)


@pytest.mark.parametrize("world", DETERMINISTIC)
@pytest.mark.parametrize("name", WORST)
def test_deterministic_worlds_are_solved_with_ten_seeds(name: str, world: str) -> None:
    settings, learner_class = settings_for(name, world), find_learner(name)
    samples, evaluator = settings.pop("samples"), Evaluator(gym.make(world))
    for seed in range(10):
        learner = learner_class(learner_class.config_class(**settings), seed)
        learner.learn(gym.make(world), samples)
        score = evaluator(learner)
        assert score.share >= WORST[name] - 1e-12
        assert score.gap == pytest.approx(0.0, abs=1e-9) or WORST[name] < 1
