"""Playing a world in a terminal."""

from __future__ import annotations

import sys

from spielfeld.experiments.game import Game, action_keys
from spielfeld.experiments.pictures import has_map


def play_text(game: Game) -> None:
    """Print the world, read a line, act; until the input ends or somebody writes "quit"."""
    keys = action_keys(game.env.unwrapped)
    help_line = _text_help(game, keys)
    print(f"{help_line}\n{_scene(game)}")
    while True:
        print("> ", end="", flush=True)
        line = sys.stdin.readline()
        words = line.strip().lower()
        if not line or words in ("quit", "exit"):
            print()
            return
        if _obey(game, words, keys):
            print(_scene(game))
        else:
            print(f"{words!r} is no move here. {help_line}" if words else help_line)


def _obey(game: Game, words: str, keys: dict[str, int]) -> bool:
    """Do what a line asks for, and return whether it asked for anything."""
    if words == "r":
        game.restart()
    elif game.policy is not None:
        game.follow()
    elif words in keys and game.allows(keys[words]):
        game.act(keys[words])
    else:
        return False
    return True


def _text_help(game: Game, keys: dict[str, int]) -> str:
    if game.policy is not None:
        return "Enter: next step     r: restart     quit: end"
    moves = [key for key in keys if len(key) == 1 or not has_map(game.env.unwrapped)]
    if len(moves) > 12:
        moves[3:-1] = ["..."]
    return f"Moves: {' '.join(moves)} (with Enter)     r: restart     quit: end"


def _scene(game: Game) -> str:
    return f"\n{_text(game)}\n{game.status()}   {game.news()}"


def _text(game: Game) -> str:
    """Return the world in characters, or else what is observed of it."""
    env, world = game.env, game.env.unwrapped
    if env.render_mode == "ansi":
        return str(env.render()).rstrip()
    if not has_map(world):
        return f"observation {game.observation}"
    row, column = world.grid_states.cells[world.position].tolist()
    rows = list(world.layout.rows)
    rows[row] = f"{rows[row][:column]}@{rows[row][column + 1 :]}"
    return "\n".join(rows)
