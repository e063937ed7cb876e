"""Playing a world in a terminal."""

from __future__ import annotations

import sys
from typing import Any

from experiments.game import Game, action_keys
from experiments.pictures import has_map


def play_text(game: Game) -> None:
    """Print the world, read a line, act; until the input ends or somebody writes "quit"."""
    keys = action_keys(game.env.unwrapped)
    print(_text_help(game, keys))
    while True:
        print(f"\n{_text(game.env)}\n{game.status()}   {game.news()}", flush=True)
        print("> ", end="", flush=True)
        line = sys.stdin.readline()
        words = line.strip().lower()
        if not line or words in ("quit", "exit"):
            print()
            return
        _obey(game, words, keys)


def _obey(game: Game, words: str, keys: dict[str, int]) -> None:
    if words == "r":
        game.restart()
    elif game.policy is not None:
        game.follow()
    elif words in keys:
        game.act(keys[words])
    else:
        game.event = f"{words!r} is no move here"


def _text_help(game: Game, keys: dict[str, int]) -> str:
    if game.policy is not None:
        return "Enter: next step     r: restart     quit: end"
    moves = " ".join(key for key in keys if len(key) == 1)
    return f"Moves: {moves} (with Enter)     r: restart     quit: end"


def _text(env: Any) -> str:
    """Return the world in characters."""
    world = env.unwrapped
    if env.render_mode == "ansi":
        return str(env.render()).rstrip()
    if not has_map(world):
        return f"state {getattr(world, 'position', getattr(world, 's', '?'))}"
    row, column = world.grid_states.cells[world.position].tolist()
    rows = list(world.layout.rows)
    rows[row] = f"{rows[row][:column]}@{rows[row][column + 1 :]}"
    return "\n".join(rows)
