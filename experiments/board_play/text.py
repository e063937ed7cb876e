"""A board in a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable

from experiments.board_play.match import Match

HELP = (
    "Type the number of a move and press Enter. Also: undo, new, swap (seats), watch, help, quit; "
    "the first letter is enough. While you watch, Enter plays the next stone."
)


def play_text(match: Match) -> None:
    """Print the board, read a line, obey; until the input ends or somebody writes "quit"."""
    print(HELP)
    _answer(match)
    print(_scene(match))
    while True:
        print("> ", end="", flush=True)
        line = sys.stdin.readline()
        words = line.strip().lower()
        if not line or words in ("q", "quit", "exit"):
            print()
            return
        print(_obey(match, words) or _scene(match))


def _obey(match: Match, words: str) -> str:
    """Do what a line asks for; return a sentence if there is nothing new on the board."""
    if words.isdecimal():
        return _play(match, int(words) - 1)
    if words in COMMANDS:
        return COMMANDS[words](match)
    if words or not match.watching:
        return f"{words!r} is no move. {HELP}" if words else HELP
    _step(match)
    return ""


def _play(match: Match, action: int) -> str:
    if match.watching:
        return "You are watching: write watch to play yourself, or press Enter for the next stone."
    try:
        match.play(action)
    except ValueError as error:
        return str(error)
    _answer(match)
    return ""


def _answer(match: Match) -> None:
    """Let the opponent play where it is its turn, unless one watches stone by stone."""
    if not match.watching:
        _step(match)


def _step(match: Match) -> None:
    player = match.waits_for
    if player is not None:
        match.play(player.choose(match.position))
    elif match.watching:
        match.restart()


def _undo(match: Match) -> str:
    return "" if match.undo() else "There is nothing to take back."


def _restart(match: Match) -> str:
    match.restart()
    _answer(match)
    return ""


def _swap(match: Match) -> str:
    match.swap()
    _answer(match)
    return ""


def _watch(match: Match) -> str:
    match.watching = not match.watching
    _answer(match)
    return ""


def _help(match: Match) -> str:
    return HELP


COMMANDS: dict[str, Callable[[Match], str]] = {
    "undo": _undo, "new": _restart, "swap": _swap, "watch": _watch, "help": _help,
}  # fmt: skip
COMMANDS |= {name[0]: command for name, command in COMMANDS.items()}


def _scene(match: Match) -> str:
    names = f"X {match.name(0)}, O {match.name(1)}"
    return f"\n{board_text(match)}\n\n{names}: {match.status()}"


def board_text(match: Match) -> str:
    """Return the board; below it the numbers of the columns, or beside it those of free cells."""
    rules, rows = match.rules, str(match.position).splitlines()
    wide = len(str(rules.actions))
    if rules.gravity:
        numbers = "".join(f"{column + 1:<{wide + 1}}" for column in range(rules.columns))
        return "\n".join([*(row.replace(" ", " " * wide) for row in rows), numbers.rstrip()])
    free = set(match.position.legal_actions)
    for row, line in enumerate(rows):
        actions = range(row * rules.columns, (row + 1) * rules.columns)
        numbers = " ".join(f"{n + 1 if n in free else '.':>{wide}}" for n in actions)
        rows[row] = f"{line}     {numbers}"
    return "\n".join(rows)
