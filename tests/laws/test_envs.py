"""The laws of environments and vector environments, held by every id that is registered."""

import functools
from collections.abc import Iterator
from typing import Any

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

from spielfeld import envs
from spielfeld.envs import TabularEnv, TabularModel
from spielfeld.envs.board_game.opponents import COMPILABLE
from spielfeld.envs.catalogue import BANDITS, BOARD_GAMES, SMALL_WORLDS
from spielfeld.envs.grid_world.observation import OBSERVATIONS
from tests.laws.env import EnvCase, EnvLaws
from tests.laws.vector_env import VectorEnvCase, VectorEnvLaws

GRIDS = [*envs.CATALOGUE, "spielfeld/GridWorld-v0", "spielfeld/Maze-v0"]
SEEN_IN_ALL_WAYS = ("spielfeld/Swamp-v0", "spielfeld/KeysAndDoors-v0", "spielfeld/Maze-v0")
SMALL: list[tuple[str, dict[str, Any]]] = [
    *((name, {}) for name in SMALL_WORLDS),
    ("spielfeld/Blackjack-v0", {"observation": "cards"}),
    ("spielfeld/GamblersProblem-v0", {"heads": 0.55, "goal": 11, "least_stake": 0}),
    ("spielfeld/JacksCarRental-v0", {"free_shuttle": True, "parking_fee": 4.0}),
    ("spielfeld/RandomWalk19-v0", {"states": 7, "actions": 2}),
    ("spielfeld/ShortCorridor-v0", {"observation": "index"}),
]
ARMS: list[tuple[str, dict[str, Any]]] = [
    ("spielfeld/Bandit-v0", {"means": [0.0, 1.0, 2.0]}),
    ("spielfeld/DriftingBandit-v0", {"arms": 3, "drift": 0.1}),
    ("spielfeld/TenArmedTestbed-v0", {"arms": 3, "problem": 4}),
    ("spielfeld/TenArmedTestbed-v0", {"arms": 4, "problem": None, "mean": 4.0}),
]
BOARDS: list[tuple[str, dict[str, Any]]] = [
    ("spielfeld/ConnectFour-v0", {}),
    ("spielfeld/ConnectFour-v0", {"illegal": "lose", "seat": "first"}),
    ("spielfeld/ConnectK-v0", {"rows": 3, "columns": 4, "connect": 3}),
    ("spielfeld/TicTacToe-v0", {"seat": "second"}),
    ("spielfeld/TicTacToe-v0", {"observation": "planes"}),
]
LINE = {"rows": 3, "columns": 3, "connect": 3, "gravity": False}
SELF_PLAY = [{"illegal": "lose"}, {**LINE, "illegal": "lose"}, LINE]


def random_model(noise: bool = False, masked: bool = False) -> TabularModel:
    """Make a world of 7 states, 3 actions and 4 outcomes; state 6 ends episodes."""
    generator = np.random.default_rng(1)
    shape = (7, 3, 4)
    next_state = generator.integers(7, size=shape)
    probability = generator.dirichlet(np.ones(4), size=shape[:2])
    reward = generator.normal(size=shape)
    terminated = next_state == 6
    next_state[6], reward[6], terminated[6] = 6, 0.0, True
    legal = np.ones((7, 3), bool)
    legal[:3, 1] = not masked
    deviation = generator.random(shape) * (np.arange(7) < 6)[:, None, None] if noise else None
    start = np.append(np.ones(6) / 6, 0)
    return TabularModel(probability, next_state, reward, terminated, start, legal, deviation)


TABLES = {
    "table": random_model(), "noisy table": random_model(noise=True),
    "masked table": random_model(masked=True), "both": random_model(noise=True, masked=True),
}  # fmt: skip


def label(name: str, options: dict[str, Any]) -> str:
    return " ".join([name.split("/")[1], *(f"{key}={value}" for key, value in options.items())])


def worlds() -> Iterator[tuple[str, dict[str, Any]]]:
    yield from ((name, {}) for name in GRIDS)
    others = [kind for kind in OBSERVATIONS if kind != "index"]
    yield from ((name, {"observation": kind}) for name in SEEN_IN_ALL_WAYS for kind in others)
    yield from [*SMALL, *ARMS]
    yield from ((name, {**options, "opponent": "rule"}) for name, options in BOARDS)
    yield from ((name, {**options, "illegal": "lose"}) for name, options in BOARDS)
    yield from (("spielfeld/SelfPlay-v0", game) for game in SELF_PLAY)


def env_cases() -> Iterator[tuple[str, EnvCase]]:
    for name, model in TABLES.items():
        legal = bool(model.legal_actions.all())
        yield name, EnvCase(functools.partial(TabularEnv, model, 9), checked=legal)
    for name, options in worlds():
        make = functools.partial(gym.make, name, disable_env_checker=True, **options)
        lenient, board = (
            options.get("illegal") == "lose",
            name in (*BOARD_GAMES, "spielfeld/SelfPlay-v0"),
        )
        yield label(name, options), EnvCase(make, lenient, not board, lenient or not board)


def vector_cases() -> Iterator[tuple[str, VectorEnvCase]]:
    for name, model in TABLES.items():
        single = functools.partial(
            gym.make, "spielfeld/Tabular-v0", model=model, max_episode_steps=9
        )
        yield name, of_id("spielfeld/Tabular-v0", single, max_episode_steps=9, model=model)
    grids = [(name, {}) for name in envs.CATALOGUE]
    seen = [(name, {"observation": kind}) for name in SEEN_IN_ALL_WAYS for kind in OBSERVATIONS]
    for name, options in [*grids, *seen, *SMALL]:
        options = {**options, "time_limit": 17}
        yield (
            label(name, options),
            of_id(name, functools.partial(gym.make, name, **options), **options),
        )
    for name, options in ARMS:
        limited = {**options, "max_episode_steps": 7}
        yield (
            label(name, options),
            of_id(name, functools.partial(gym.make, name, **limited), **limited),
        )
    for name, options in BOARDS:
        for opponent in COMPILABLE:
            chosen = {**options, "opponent": opponent}
            yield (
                label(name, chosen),
                of_id(name, functools.partial(gym.make, name, **chosen), **chosen),
            )


def of_id(name: str, single: Any, **options: Any) -> VectorEnvCase:
    def make(rows: int, mode: AutoresetMode) -> Any:
        vector = gym.make_vec(name, rows, "vector_entry_point", autoreset_mode=mode, **options)
        return vector.unwrapped

    return VectorEnvCase(make, single, lenient=options.get("illegal") == "lose")


ENVS, VECTORS = dict(env_cases()), dict(vector_cases())


@pytest.mark.parametrize("case", ENVS.values(), ids=ENVS)
class TestEveryEnv(EnvLaws):
    """Every id, and tables of one's own with noise and masks."""


@pytest.mark.parametrize(
    "case",  # each opponent compiles another loop
    [
        pytest.param(case, id=name, marks=pytest.mark.slow if "opponent=rule" in name else [])
        for name, case in VECTORS.items()
    ],
)
class TestEveryVectorEnv(VectorEnvLaws):
    """Every id that has a vector environment of its own, with options that change what is seen."""


def test_every_registered_id_is_examined() -> None:
    ids = {*envs.CATALOGUE, *SMALL_WORLDS, *BANDITS, *BOARD_GAMES}
    assert {name for name, _ in worlds()} >= ids
