"""Small worlds, and what the tests of tabular learners compare in them."""

from collections.abc import Callable, Iterator
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

from spielfeld import envs  # noqa: F401, registers the environments
from spielfeld.agents.loop import Transition
from spielfeld.agents.tabular.descent import Next
from spielfeld.agents.tabular.learner import TabularLearner
from spielfeld.envs import TabularEnv, TabularModel
from spielfeld.experiments.registry import LEARNERS, import_place

ALL = [
    import_place(entry.place)
    for entry in LEARNERS.values()
    if entry.place.startswith("spielfeld.agents.tabular.")
]
CONSTANT = {"learning_rate_decay": 0.0, "exploration_rate": 0.3, "final_exploration_rate": 0.3}


def made(learner_class: Any, seed: int = 0, **settings: Any) -> TabularLearner:
    """Make a learner with those of the settings that it has."""
    fields = learner_class.config_class.__dataclass_fields__
    known = {name: value for name, value in settings.items() if name in fields}
    return learner_class(learner_class.config_class(**known), seed)


def corridor(cells: int = 4, noise: float = 0.0) -> TabularModel:
    """Make a corridor: action 1 goes right, 0 left; reaching the last cell pays 1 and ends."""
    states, last = np.arange(cells), cells - 1
    next_state = np.stack([np.maximum(states - 1, 0), np.minimum(states + 1, last)], 1)
    next_state[last] = last
    reward = ((next_state == last) & (states != last)[:, None]).astype(float)
    shape = (cells, 2, 1)
    return TabularModel(
        np.ones(shape), next_state[:, :, None], reward[:, :, None], next_state[:, :, None] == last,
        np.eye(cells)[0], reward_deviation=noise * reward[:, :, None] if noise else None,
    )  # fmt: skip


def masked(seed: int = 0) -> TabularModel:
    """Make a random world of six states in which not everything is allowed; state 5 is the end."""
    random = np.random.default_rng(seed)
    legal = random.random((6, 3)) < 0.6
    legal[np.arange(6), random.integers(3, size=6)] = True
    next_state = random.integers(6, size=(6, 3, 2))
    next_state[:, :, 1] = np.minimum(np.arange(6) + 1, 5)[:, None]  # whatever one does, it may end
    next_state[5] = 5
    reward = random.integers(-3, 4, size=(6, 3, 2)) * (np.arange(6) != 5)[:, None, None]
    probability = np.tile([0.75, 0.25], (6, 3, 1))
    return TabularModel(probability, next_state, reward, next_state == 5, np.eye(6)[0], legal)


def two_rings(start: int) -> TabularModel:
    """Make two rings of three states without end or way between; the last action stays, pays 1."""
    states = np.arange(6)
    around = np.where(states % 3 == 2, states - 2, states + 1)
    next_state = np.stack([around, states], 1)[:, :, None]
    reward = np.tile([[[-0.5], [1.0]]], (6, 1, 1))
    ends = np.zeros((6, 2, 1), bool)
    return TabularModel(np.ones((6, 2, 1)), next_state, reward, ends, np.eye(6)[start])


WORLDS: dict[str, Callable[[], gym.Env]] = {
    "ice": lambda: gym.make("spielfeld/FrozenLake-v0"),
    "cliff, 9 steps": lambda: gym.make("spielfeld/CliffWalking-v0", time_limit=9),
    "cliff, 40 steps": lambda: gym.make("spielfeld/CliffWalking-v0", time_limit=40),
    "masks": lambda: TabularEnv(masked(), max_episode_steps=11),
    "noise": lambda: TabularEnv(corridor(5, noise=0.5), max_episode_steps=30),
    "no end": lambda: TabularEnv(two_rings(0)),
}


# Noise compiles another loop, which takes seconds.
each_world = pytest.mark.parametrize(
    "world",
    [pytest.param(world, marks=pytest.mark.slow if world == "noise" else []) for world in WORLDS],
)


def assert_equal_states(first: Any, second: Any, apart: tuple[str, ...] = ()) -> None:
    """Compare everything that learning depends on, arrays bit for bit.

    Of what is legal, each loop knows what it needed; and each keeps room for episodes in advance.
    """
    one, two = first.state(), second.state()
    assert one.keys() == two.keys()
    for name in one.keys() - {"memory.legal", *apart}:
        if isinstance(one[name], np.ndarray):
            used = one["memory.length"].item() if one[name].shape != two[name].shape else None
            assert one[name][:used].tobytes() == two[name][:used].tobytes(), name
        else:
            assert one[name] == two[name], name


def assert_worlds_agree(env: Any, twin: Any) -> None:
    """Compare the generators of two worlds."""
    one, two = (world.unwrapped.np_random.bit_generator.state for world in (env, twin))
    assert one == two


def aimed(
    rule: Callable[..., float],
    reward: float,
    discount: float,
    terminated: bool,
    values: np.ndarray,
    legal: np.ndarray,
    action: int,
    rate: float,
) -> float:
    """Return the target of a transition with these numbers."""
    step = Transition(0, 0, reward, 1, action, terminated, False, rate, rate)
    return rule(step, Next(values, legal, action, rate), discount)


def is_over(step: Transition) -> bool:
    """Return whether an episode ended with a step, by its world or by the time limit."""
    return step.terminated or step.truncated


def lived(learner: Any, env: gym.Env, samples: int) -> Iterator[Transition]:
    """Learn by the readable loop, and hand out each step once it was learned from."""
    for step in learner.transitions(env, samples):
        learner.reserve(learner.state()["progress.position.length"])
        learner.update(
            learner.memory, learner.settings, learner.rates, step, learner.progress.generator
        )
        yield step


def lived_episodes(learner: Any, env: gym.Env, samples: int) -> list[list[Transition]]:
    """Learn by the readable loop; return the steps of each episode, the last one cut off."""
    episodes: list[list[Transition]] = [[]]
    for step in lived(learner, env, samples):
        episodes[-1].append(step)
        if is_over(step):
            episodes.append([])
    return episodes
