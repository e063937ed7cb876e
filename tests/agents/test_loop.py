"""The one loop: the same source in plain Python and compiled, and no other that acts."""

import ast
import hashlib
import inspect
import json
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from spielfeld import envs  # noqa: F401, registers the environments
from spielfeld.agents import loop as loop_module
from spielfeld.agents.bandit import GreedyBandit
from spielfeld.agents.loop import loop
from spielfeld.agents.self_play.afterstates import AfterstateLearner
from spielfeld.envs.catalogue import CATALOGUE, SMALL_WORLDS
from spielfeld.experiments.registry import LEARNERS, find_learner
from tests.agents.tabular.tabular_worlds import ALL, assert_equal_states

AGENTS = Path(loop_module.__file__).parent
LOOPS = {"loop.py", "deep_loop.py"}
KNOWN = json.loads((Path(__file__).parent / "known_tables.json").read_text())
FAMILIES = ("tabular", "bandit", "self_play", "policy_gradient", "value_based")


@pytest.mark.parametrize("learner_class", [*ALL, GreedyBandit])
def test_plain_loop_is_the_source_that_the_file_shows(learner_class: type[Any]) -> None:
    assert learner_class.gym_loop.__code__ is loop.__code__


@pytest.mark.parametrize("learner_class", ALL)
def test_compiled_loop_is_made_of_the_source_that_the_file_shows(learner_class: type[Any]) -> None:
    for compiled in (learner_class.model_loop, learner_class.noisy_model_loop):
        assert inspect.unwrap(compiled) is loop


def test_bandits_and_self_play_are_made_of_the_same_source() -> None:
    assert inspect.unwrap(GreedyBandit.bandit_loop) is loop
    assert inspect.unwrap(AfterstateLearner.game_loop) is loop


def acting_loops(path: Path) -> list[int]:
    """List the lines of loops in which an environment or a network takes steps."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.For | ast.While):
            calls = [each.func for each in ast.walk(node) if isinstance(each, ast.Call)]
            names = {each.attr for each in calls if isinstance(each, ast.Attribute)}
            names |= {each.id for each in calls if isinstance(each, ast.Name)}
            if names & {"pick", "begin", "step_in_gym", "step_in_model", "keep"}:
                found.append(node.lineno)
    return found


def test_loops_over_samples_stand_in_the_two_loop_files_alone() -> None:
    files = [path for family in FAMILIES for path in (AGENTS / family).rglob("*.py")]
    assert len(files) > 40
    assert [path for path in files if acting_loops(path)] == []
    assert all(acting_loops(AGENTS / name) for name in LOOPS)


def test_the_loop_is_short_enough_to_be_read_at_once() -> None:
    assert len((AGENTS / "loop.py").read_text().splitlines()) <= 160
    assert len(inspect.getsource(loop).splitlines()) <= 60


def ancestors(kind: type) -> list[type]:
    ours = [base for base in kind.__mro__[1:] if base.__module__.startswith("spielfeld.")]
    return [base for base in ours if not getattr(base, "_is_protocol", False)]


@pytest.mark.parametrize("name", LEARNERS)
def test_learners_and_settings_have_at_most_two_ancestors(name: str) -> None:
    if name.startswith(("sb3", "sklearn", "torch")):
        pytest.importorskip("torch")
    kind = find_learner(name)
    assert len(ancestors(kind)) <= 2, ancestors(kind)
    config = getattr(kind, "config_class", None)
    assert config is None or len(ancestors(config)) <= 2, ancestors(config)


@pytest.mark.slow
@pytest.mark.parametrize("learner_class", ALL)
def test_both_loops_learn_the_same_in_every_world_of_the_catalogue(learner_class: type) -> None:
    for world in (*CATALOGUE, *SMALL_WORLDS):
        compiled, plain = learner_class(seed=3), learner_class(seed=3)
        history = compiled.learn(gym.make(world), 300)
        assert plain.learn_readably(gym.make(world), 300) == history, world
        assert_equal_states(compiled, plain)


@pytest.mark.slow
@pytest.mark.parametrize("name", KNOWN)
def test_tables_are_those_that_were_always_learned_from_the_same_seeds(name: str) -> None:
    """Bit for bit: an edit that changes a sum or a draw is seen here, however small."""
    for world, digest in KNOWN[name].items():
        learner, env = find_learner(name)(seed=0), gym.make(f"spielfeld/{world}")
        history = learner.learn(env, 9_000) + learner.learn(env, 3_000)
        found = hashlib.sha256(np.ascontiguousarray(learner.action_values).tobytes())
        for column, numbers in history.columns.items():
            found.update(column.encode() + numbers.tobytes())
        assert found.hexdigest()[:16] == digest, world
