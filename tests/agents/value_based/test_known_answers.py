"""Worlds of a few states that each agent must solve, with every seed."""

from typing import Any

import pytest
from value_worlds import ALL, WORLDS, made


@pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)
@pytest.mark.parametrize("name", WORLDS)
@pytest.mark.slow
def test_every_agent_solves_worlds_of_few_states_with_every_seed(kind: Any, name: str) -> None:
    make, samples, answers = WORLDS[name]
    for seed in range(10):
        learner = made(kind, seed)
        learner.learn(make(), samples)
        best = learner.predict(list(answers)).argmax(axis=1).tolist()
        assert best == list(answers.values()), seed
