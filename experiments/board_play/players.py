"""Players by name: those that need not learn, and what a run has learned."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np

from envs.board_game.observation import Observer
from envs.board_game.opponents import OPPONENTS, reply_of
from envs.board_game.outcome import Numbers
from envs.board_game.position import Position
from envs.board_game.rules import Rules, action_of
from envs.board_game.uct import uct_values
from experiments.board_play.match import Player, Think
from experiments.board_play.thoughts import SOLVING, results

NAMES = (*OPPONENTS, "uct")
THINK: dict[str, Think] = {"perfect": results, "uct": uct_values}


def find_player(name: str, rules: Rules, seed: int | None = None) -> Player:
    """Return a player by its name, or by the directory of a finished run.

    Args:
        name: One of `NAMES`, or a directory.
        rules: Of the game to be played.
        seed: Of what a player leaves to chance.

    Raises:
        ValueError: If there is no such player, or the run learned another game.
    """
    if name in NAMES:
        return named_player(name, seed)
    if not (Path(name) / "spec.json").exists():
        names = ", ".join(NAMES)
        raise ValueError(f"There is no player {name!r}: {names}, or the directory of a run.")
    from experiments.run import Run

    return run_player(Run.load(Path(name)), rules, seed)


def named_player(name: str, seed: int | None = None) -> Player:
    """Return a player that need not learn; see `find_player`."""
    reply, generator = reply_of(name), np.random.default_rng(seed)

    def choose(position: Position) -> int:
        rules, draw = position.rules, generator.random()
        with SOLVING if name == "perfect" else nullcontext():
            return action_of(rules, reply(rules, position.own, position.other, draw))

    return Player(name, choose, THINK.get(name))


def run_player(run: Any, rules: Rules, seed: int | None = None) -> Player:
    """Return the greedy policy of a trained run, ties broken at random.

    Args:
        run: An `experiments.run.Run`, whose learner predicts a value for each action.
        rules: Of the game to be played.
        seed: Of the ties.

    Raises:
        ValueError: If the run learned something else than this game.
    """
    learner, learned = run.learner()
    if getattr(getattr(learned, "unwrapped", None), "rules", None) != rules:
        raise ValueError(f"The run learned {run.spec.source}, which is another game than this.")
    from experiments.greedy import greedy_actor, predict_one

    observer: Observer = learned.unwrapped.observer
    act = greedy_actor(learner, learned, seed or 0)

    def choose(position: Position) -> int:
        observation = observer(position.own, position.other)
        return int(act(observation, {"action_mask": observer.legal(position.stones)}))

    def think(position: Position) -> Numbers:
        return predict_one(learner, observer(position.own, position.other))

    return Player(run.spec.learner, choose, think)
