"""Worlds of 2 to 6 states that are solved by every seed, with few samples."""

import numpy as np
import pytest

from spielfeld.agents.policy_gradient.a2c import A2C
from spielfeld.agents.policy_gradient.ppo import PPO
from tests.agents.known_answers import DISCRETE, KNOWN_ANSWERS, KnownAnswer

FALLING = {"schedule": "linear", "hidden": (16,)}
AGENTS = {
    "a2c": (A2C, {**FALLING, "num_envs": 8, "steps": 4, "learning_rate": 0.02}),
    "ppo": (PPO, {**FALLING, "num_envs": 8, "steps": 16, "learning_rate": 0.01, "batch_size": 64}),
}
AIM = {"num_envs": 32, "steps": 1, "entropy_weight": 0.0, "learning_rate": 0.05}
ENOUGH = {name: 1_500 for name in DISCRETE} | {"truncation": 3_000, "continuous": 3_000}
EVERY = pytest.mark.parametrize("agent", AGENTS)


def taught(agent: str, world: str, seed: int, **settings):
    learner_class, usual = AGENTS[agent]
    known, samples = KNOWN_ANSWERS[world], ENOUGH[world]
    own = AIM if (agent, world) == ("a2c", "continuous") else {}
    config = {**usual, "discount": known.discount, "schedule_samples": samples, **own, **settings}
    learner = learner_class(learner_class.config_class(**config), seed)
    learner.learn(known.make(), samples)
    return learner


@EVERY
@pytest.mark.parametrize("world", KNOWN_ANSWERS)
@pytest.mark.slow
def test_ten_of_ten_seeds_find_the_answer(agent: str, world: str) -> None:
    known: KnownAnswer = KNOWN_ANSWERS[world]
    assert [known.is_known_to(taught(agent, world, seed)) for seed in range(10)] == [True] * 10


@EVERY
def test_who_does_not_bootstrap_through_truncation_ends_too_early(
    agent: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = "spielfeld.agents.policy_gradient.parts"
    monkeypatch.setattr(f"{module}.end_values", lambda learner, step: np.zeros(len(step.reward)))
    learner = taught(agent, "truncation", seed=0)
    assert learner.predict(0)[0] > 0.9


@EVERY
def test_normalising_observations_and_returns_leaves_answers_as_they_are(agent: str) -> None:
    settings = {"normalise_observations": True, "normalise_returns": True}
    learner = taught(agent, "delayed reward", 0, **settings)
    assert KNOWN_ANSWERS["delayed reward"].is_known_to(learner)
