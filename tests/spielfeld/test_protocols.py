"""Every Python answers `isinstance(thing, protocol)` alike, and a member that is there can be read.

Up to 3.11 `isinstance` reads each member; from 3.12 on it looks by `inspect.getattr_static`, which
finds a property without calling it.
"""

import inspect
from collections.abc import Iterator
from types import FunctionType
from typing import Any

import gymnasium as gym
import pytest

from spielfeld import protocols
from spielfeld.envs import access
from spielfeld.envs.catalogue import BANDITS, BOARD_GAMES, CATALOGUE, SMALL_WORLDS
from spielfeld.envs.tabular import TabularModel
from tests.laws.test_learners import ONE_OF_EACH

PROTOCOLS = [
    each
    for module in (protocols, access)
    for each in vars(module).values()
    if getattr(each, "_is_runtime_protocol", False) and each.__module__ == module.__name__
]
SMALL = {"rows": 3, "columns": 3, "connect": 3}


def members(protocol: type) -> Iterator[tuple[str, bool]]:
    """Yield the name of each member, and whether it is a method."""
    for base in protocol.__mro__[:-1]:
        if base.__name__ not in ("Protocol", "Generic"):
            for name in {*vars(base), *inspect.get_annotations(base)}:
                if not name.startswith("_"):
                    yield name, isinstance(vars(base).get(name), FunctionType)


def has_statically(thing: object, protocol: type) -> bool:
    """Answer as Python 3.12 does, without reading a property."""
    for name, method in members(protocol):
        found = inspect.getattr_static(thing, name, inspect.Parameter.empty)
        if found is inspect.Parameter.empty or (found is None and method):
            return False
    return True


def require_one_answer(thing: Any) -> None:
    answers = {each.__name__: isinstance(thing, each) for each in PROTOCOLS}
    assert answers == {each.__name__: has_statically(thing, each) for each in PROTOCOLS}
    for protocol in PROTOCOLS:
        if answers[protocol.__name__]:
            for name, _ in members(protocol):
                getattr(thing, name)  # which raises nothing


class Shy:
    """Has a model sometimes."""

    @property
    def model(self) -> object:
        raise AttributeError("Not now.")


def test_a_property_without_a_value_is_found_out() -> None:
    assert has_statically(Shy(), protocols.HasModel)
    with pytest.raises((AssertionError, AttributeError)):
        require_one_answer(Shy())


@pytest.mark.parametrize("name", [*CATALOGUE, *SMALL_WORLDS, *BANDITS, *BOARD_GAMES])
def test_every_environment_answers_alike_on_every_python(name: str) -> None:
    options = {"means": [0, 1]} if name == "spielfeld/Bandit-v0" else {}
    env = gym.make(name, **options).unwrapped
    require_one_answer(env)
    env.reset(seed=1)
    require_one_answer(env)


@pytest.mark.parametrize(
    ("name", "options", "has"),
    [
        ("spielfeld/TicTacToe-v0", {}, True),
        ("spielfeld/TicTacToe-v0", {"illegal": "lose"}, False),
        ("spielfeld/ConnectFour-v0", {}, False),
        ("spielfeld/SelfPlay-v0", SMALL, False),
        ("CartPole-v1", {}, False),
    ],
)
def test_model_of_finds_a_model_where_there_is_one(name: str, options: dict, has: bool) -> None:
    env = gym.make(name, **options).unwrapped
    require_one_answer(env)
    assert (protocols.model_of(env, TabularModel) is not None) == has


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_every_learner_answers_alike_on_every_python(name: str) -> None:
    case = ONE_OF_EACH[name]
    learner = case.make(seed=1)
    learner.learn(case.source(), case.samples)
    require_one_answer(learner)
