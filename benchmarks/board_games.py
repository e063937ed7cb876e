"""Benchmarks of board games against PettingZoo and OpenSpiel: many boards, one board, search.

A move is a random legal stone of either side, chosen before the clock starts.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np
from gymnasium.vector import VectorEnv

from spielfeld import envs  # noqa: F401  (registers spielfeld/...)
from spielfeld.benchmarks.comparison import Comparison, Side, Sides, rate

CONNECT_FOUR = "spielfeld/ConnectFour-v0"
NUM_ENVS = 1_024


class Script(NamedTuple):
    """Actions and number of moves of a benchmark."""

    actions: list[Any]  # one entry for each step, or one list for each game
    moves: int  # stones of both sides


def prepare_many_beside_pettingzoo(quick: bool) -> Sides:
    """Compare 1,024 boards with one board of PettingZoo."""
    return Sides(_many(quick), _pettingzoo(quick))


def prepare_many_beside_open_spiel(quick: bool) -> Sides:
    """Compare 1,024 boards with one board of OpenSpiel, called from Python."""
    return Sides(_many(quick), _open_spiel(quick))


def prepare_one(quick: bool) -> Sides:
    """Compare one board of `gym.make` with one board of PettingZoo."""
    return Sides(_one(quick), _pettingzoo(quick))


def prepare_search(quick: bool) -> Sides:
    """Compare our search with random playouts and OpenSpiel's, on the empty Connect Four board."""
    import pyspiel
    from open_spiel.python.algorithms import mcts

    from spielfeld.envs.board_game.rules import CONNECT_FOUR as RULES
    from spielfeld.envs.board_game.uct_players import uct_action

    ours, theirs = (100, 20) if quick else (100_000, 1_000)
    game = pyspiel.load_game("connect_four")
    evaluator = mcts.RandomRolloutEvaluator(1, np.random.RandomState(1))
    bot = mcts.MCTSBot(game, 2**0.5, theirs, evaluator, random_state=np.random.RandomState(1))
    state = game.new_initial_state()
    return Sides(
        Side(f"uct_action, {ours:,}", rate(lambda: uct_action(RULES, 0, 0, ours, 1), ours)),
        Side(f"OpenSpiel MCTSBot in Python, {theirs:,}", rate(lambda: bot.step(state), theirs)),
    )


def _many(quick: bool) -> Side:
    num_envs, steps = (8, 20) if quick else (NUM_ENVS, 1_500)
    env = gym.make_vec(CONNECT_FOUR, num_envs, "vector_entry_point")
    script = script_of_many(env, num_envs, steps)

    def work() -> None:
        env.reset(seed=1)
        for actions in script.actions:
            env.step(actions)

    return Side(f"{num_envs} boards, planes and masks", rate(work, script.moves))


def script_of_many(env: VectorEnv[Any, Any, Any], num_envs: int, steps: int) -> Script:
    """Play on all boards once; return the actions and the number of stones."""
    generator, chosen, moves = np.random.default_rng(1), [], 0
    observation, info = env.reset(seed=1)
    moves += int(observation.sum())
    for _ in range(steps):
        before = observation.sum(axis=(1, 2, 3))
        draws = generator.random(info["action_mask"].shape) * info["action_mask"]
        chosen.append(draws.argmax(axis=1))
        observation, _, _, _, info = env.step(chosen[-1])
        after = observation.sum(axis=(1, 2, 3))
        moves += int(np.where(after > before, after - before, after).sum())
    return Script(chosen, moves)


def _one(quick: bool) -> Side:
    env = gym.make(CONNECT_FOUR)
    generator, moves = np.random.default_rng(1), 0
    games: list[list[int]] = []
    for game in range(5 if quick else 2_000):
        _, info = env.reset(seed=None if game else 1)
        games.append([])
        over = False
        while not over:
            games[-1].append(int(generator.choice(np.flatnonzero(info["action_mask"]))))
            observation, _, over, _, info = env.step(games[-1][-1])
        moves += int(observation.sum())

    def work() -> None:
        env.reset(seed=1)
        for number, game in enumerate(games):
            if number:
                env.reset()
            for action in game:
                env.step(action)

    return Side("gym.make, random opponent", rate(work, moves))


def open_spiel_games(games: int) -> Script:
    """Return random games of two players."""
    import pyspiel

    generator, game, chosen = np.random.default_rng(1), pyspiel.load_game("connect_four"), []
    for _ in range(games):
        state = game.new_initial_state()
        while not state.is_terminal():
            state.apply_action(int(generator.choice(state.legal_actions())))
        chosen.append(state.history())
    return Script(chosen, sum(map(len, chosen)))


def _open_spiel(quick: bool) -> Side:
    import pyspiel

    game, script = pyspiel.load_game("connect_four"), open_spiel_games(5 if quick else 3_000)

    def work() -> None:
        for actions in script.actions:
            state = game.new_initial_state()
            for action in actions:
                state.apply_action(action)
                state.legal_actions()
                state.observation_tensor(0)

    return Side("OpenSpiel from Python", rate(work, script.moves))


def _pettingzoo(quick: bool) -> Side:
    env = _quietly(_make_pettingzoo)
    generator, moves = np.random.default_rng(1), 0
    chosen: list[list[int]] = []
    for _ in range(2 if quick else 150):
        env.reset()
        chosen.append([])
        while not any(env.terminations.values()):
            legal = np.flatnonzero(env.last()[0]["action_mask"])
            chosen[-1].append(int(generator.choice(legal)))
            env.step(chosen[-1][-1])
        moves += len(chosen[-1])

    def work() -> None:
        for game in chosen:
            env.reset()
            for action in game:
                env.last()  # observation and mask
                env.step(action)

    return Side("PettingZoo connect_four_v3", rate(work, moves))


def _make_pettingzoo() -> Any:
    from pettingzoo.classic import connect_four_v3

    return connect_four_v3.env()


def _quietly(make: Callable[[], Any]) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PettingZoo recommends another way to make the game
        return make()


GAMES = "pip install 'spielfeld[games]'"
COMPARISONS = (
    Comparison("many-boards", "Connect Four, many boards, PettingZoo", "moves/s", 500,
        prepare_many_beside_pettingzoo, needs="pettingzoo", remedy=GAMES),
    Comparison("many-boards-open-spiel", "Connect Four, many boards, OpenSpiel", "moves/s", 25,
        prepare_many_beside_open_spiel, needs="pyspiel"),
    Comparison("one-board", "Connect Four, one board", "moves/s", 5, prepare_one,
        needs="pettingzoo", remedy=GAMES),
    Comparison("search", "Connect Four, search with random playouts", "playouts/s", 10,
        prepare_search, needs="pyspiel"),
)  # fmt: skip
