"""The laws of learners, held by every learner in the registry."""

import functools
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from typing import Any

import gymnasium as gym
import pytest
from gymnasium.spaces import Discrete, Text

from spielfeld import envs  # noqa: F401, registers the environments
from spielfeld.envs import TabularEnv
from spielfeld.experiments.registry import LEARNERS, find_learner
from spielfeld.learning.data_sets import find_data_set
from tests.agents.known_answers import KNOWN_ANSWERS
from tests.agents.tabular.tabular_worlds import WORLDS, corridor, masked
from tests.laws.learner import LearnerCase, LearnerLaws, RepeatableLaws


class Spoken(gym.Env):
    """A world whose observations are words."""

    observation_space, action_space = Text(3), Discrete(2)

    def reset(self, *, seed=None, options=None):
        return "abc", {}

    def step(self, action):
        return "abc", 0.0, True, False, {}


def world(name: str, **options: Any) -> Callable[[], gym.Env]:
    return functools.partial(gym.make, name, **options)


@functools.cache
def rows(name: str, validation: float = 0.0, **options: Any) -> Any:
    data = find_data_set(name, **options)
    return data.split(validation=validation, seed=1) if validation else data


def data(name: str, validation: float = 0.0, **options: Any) -> Callable[[], Any]:
    return functools.partial(rows, name, validation, **options)


def made(name: str, **usual: Any) -> Callable[..., Any]:
    """Return a constructor of a registered learner, with those of the settings that it has."""

    def make(seed: int = 1) -> Any:
        kind = find_learner(name)
        fields = kind.config_class.__dataclass_fields__
        return kind(kind.config_class(**{k: v for k, v in usual.items() if k in fields}), seed)

    return make


def named(place: str) -> list[str]:
    return [name for name, entry in LEARNERS.items() if entry.place.startswith(place)]


TABLE = {"exploration_samples": 500, "learning_rate_decay": 0.05}
MANY = {"num_envs": 6, "steps": 5, "hidden": (8,), "normalise_observations": True,
        "normalise_returns": True, "batch_size": 10, "epochs": 2, "kl_limit": 0.05,
        "clip_schedule": "linear", "schedule": "linear"}  # fmt: skip
REPLAY = {"hidden": (16,), "learning_rate": 0.02, "batch_size": 32, "learning_starts": 64,
          "train_every": 16, "gradient_steps": 2, "target_every": 10, "exploration_samples": 500,
          "final_exploration_rate": 0.1, "num_envs": 8, "buffer_size": 2_000}  # fmt: skip
PEER = {"num_envs": 2, "hidden": (8,), "steps": 16, "batch_size": 16, "epochs": 2,
        "learning_starts": 20, "train_every": 4, "target_every": 10}  # fmt: skip
FAST = {"n_estimators": 5, "max_iter": 100}
CLASSES, CURVE = data("two-moons", rows=90), data("noisy-curve", rows=90)
FEWER = data("two-moons", rows=80)
DEEP_WORLDS = {
    "ice": world("spielfeld/FrozenLake-v0"), "pole": world("CartPole-v1"),
    "masks": KNOWN_ANSWERS["masked actions"].make, "numbers": KNOWN_ANSWERS["continuous"].make,
    "cliff": world("spielfeld/CliffWalking-v0"), "four": world("spielfeld/ConnectFour-v0"),
}  # fmt: skip


SETTINGS = {"gaussian-mixture": {"components": 4, "standardise": True}}
SOLVED_ONCE = {"principal-components": 12, "least-squares": 12, "ridge": 12}


def agents() -> Iterator[tuple[str, LearnerCase]]:
    for name in named("spielfeld.agents.tabular."):
        yield name, LearnerCase(
            made(name, **TABLE), lambda: TabularEnv(masked(), 11), 400, wrong=Spoken,
            other=lambda: TabularEnv(corridor(5), 9),
        )  # fmt: skip
    for name in named("spielfeld.agents.bandit."):
        yield name, LearnerCase(
            made(name), world("spielfeld/DriftingBandit-v0", max_episode_steps=50), 300,
            wrong=world("spielfeld/CliffWalking-v0"), other=world("spielfeld/CliffWalking-v0"),
        )  # fmt: skip
    for name in named("spielfeld.agents.self_play."):
        yield name, LearnerCase(
            made(name), world("spielfeld/TicTacToe-v0"), 400,
            wrong=world("spielfeld/CliffWalking-v0"), other=world("spielfeld/ConnectFour-v0"),
        )  # fmt: skip
    for name in named("spielfeld.agents.policy_gradient.") + named("spielfeld.agents.value_based."):
        usual = REPLAY if "dqn" in name else MANY
        yield (
            name,
            LearnerCase(
                made(name, **usual),
                DEEP_WORLDS["ice"],
                240,
                wrong=Spoken,
                other=DEEP_WORLDS["pole"],
            ),
        )
    if find_spec("sb3_contrib"):
        for name in named("spielfeld.agents.baselines"):
            yield name, LearnerCase(
                made(name, **PEER), DEEP_WORLDS["ice"], 192, wrong=Spoken, continues=False,
                exact=False,
            )  # fmt: skip


def learners_of_rows() -> Iterator[tuple[str, LearnerCase]]:
    for name in named("spielfeld.learning."):
        if name.startswith("torch") and not find_spec("torch"):
            continue
        if name.startswith("sklearn") and not find_spec("sklearn"):
            continue
        tasks = find_learner(name).tasks
        source = CURVE if tasks[0] == "regression" else CLASSES
        least = 20 if name.startswith("sklearn") else SOLVED_ONCE.get(name, 1)
        usual = {**FAST, **SETTINGS.get(name, {})}
        case = LearnerCase(made(name, **usual), source, 40, least, data("ratings"), FEWER)
        if name == "recommender":
            ratings = data("ratings", users=30, items=20, seed=1)
            case = LearnerCase(made(name), ratings, 500, wrong=CLASSES)
        yield name, case


ONE_OF_EACH = dict([*agents(), *learners_of_rows()])


def in_more_worlds() -> Iterator[tuple[str, LearnerCase]]:
    for name in named("spielfeld.agents.tabular."):
        for place, source in WORLDS.items():
            yield f"{name}, {place}", LearnerCase(made(name, **TABLE), source)
    for name in ("sarsa", "expected-sarsa", "q-learning"):
        car = world("MountainCar-v0", max_episode_steps=40)  # whose observations are tiled
        yield f"{name}, tiles of a car", LearnerCase(made(name, **TABLE), car)
        yield f"{name}, tiles of a pole", LearnerCase(made(name, **TABLE), DEEP_WORLDS["pole"])
    for name in named("spielfeld.agents.bandit."):
        testbed = world("spielfeld/TenArmedTestbed-v0", max_episode_steps=70)
        yield f"{name}, testbed", LearnerCase(made(name), testbed)
    for name in ("a2c", "ppo"):
        for place in ("pole", "masks", "numbers"):
            yield f"{name}, {place}", LearnerCase(made(name, **MANY), DEEP_WORLDS[place])
    for name in named("spielfeld.agents.value_based."):
        for place in ("pole", "masks"):
            yield f"{name}, {place}", LearnerCase(made(name, **REPLAY), DEEP_WORLDS[place], 500)
    for name in ("reinforce", "reinforce-with-baseline"):
        for place, usual in (
            ("pole", {}), ("cliff", {"normalise_observations": True, "episodes": 3}),
            ("four", {"num_envs": 2, "episodes": 5, "optimizer": "sgd"}),
        ):  # fmt: skip
            yield f"{name}, {place}", LearnerCase(made(name, **usual), DEEP_WORLDS[place], 500)


def of_more_rows() -> Iterator[tuple[str, LearnerCase]]:
    blobs, curve = data("blobs", 0.2, rows=90), data("noisy-curve", 0.2, rows=90)
    many, ratings = data("blobs", 0.2, rows=200), data("ratings", 0.2, users=30, items=20, seed=1)
    moons = data("two-moons", 0.2, rows=300)
    for name, source, samples, usual in (
        ("linear-regression", curve, 500, {"optimizer": "adam", "weight_decay": 0.1}),
        ("logistic-regression", blobs, 500, {"optimizer": "momentum"}),
        ("neural-network", blobs, 500, {}),
        ("neural-network", curve, 500, {"optimizer": "momentum", "loss": "huber"}),
        ("torch-network", blobs, 500, {"hidden": (5,), "weight_decay": 0.01}),
        ("recommender", ratings, 2_000, {}),
        ("recommender", ratings, 2_000, {"patience": 3}),
        ("diffusion", moons, 1_000, {"hidden": (16,), "batch_size": 64}),
        ("diffusion", moons, 1_000, {"hidden": (16,), "batch_size": 64, "patience": 2}),
        ("autoencoder", blobs, 500, {}),
        ("linear-autoencoder", blobs, 500, {}),
        ("k-means", many, 2_000, {"clusters": 5, "standardise": True, "batch_size": 0}),
        ("k-means", many, 2_000, {"clusters": 5, "standardise": True, "batch_size": 16}),
        ("gaussian-mixture", many, 2_000, {"components": 4, "standardise": True}),
    ):
        if name != "torch-network" or find_spec("torch"):
            words = " ".join(f"{key}={value}" for key, value in usual.items())
            yield f"{name} {words}", LearnerCase(made(name, **usual), source, samples)


IN_MORE = dict([*in_more_worlds(), *of_more_rows()])


def parametrized(cases: dict[str, LearnerCase], slow: tuple[str, ...]) -> pytest.MarkDecorator:
    """Parametrise a suite; what loads a large library or compiles another loop is slow."""
    marks = {name: pytest.mark.slow if any(word in name for word in slow) else [] for name in cases}
    return pytest.mark.parametrize(
        "case", [pytest.param(case, id=name, marks=marks[name]) for name, case in cases.items()]
    )


@parametrized(ONE_OF_EACH, ("sb3-",))
class TestEveryLearner(LearnerLaws):
    """With settings in which as much as possible happens within few samples."""


@parametrized(IN_MORE, (", noise", ", four"))
class TestInMoreSources(RepeatableLaws):
    """In worlds with masks, noise, limits or without an end, and with other settings."""


def test_every_registered_learner_is_examined() -> None:
    assert set(ONE_OF_EACH) >= {name for name in LEARNERS if name[:3] not in ("skl", "sb3", "tor")}
