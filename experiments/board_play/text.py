"""A board in a terminal."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from spielfeld.envs.board_game.outcome import outcome_words
from spielfeld.experiments.board_play.background import Question
from spielfeld.experiments.board_play.match import Match
from spielfeld.experiments.board_play.thoughts import asked, next_shown

HELP = (
    "Type the number of a move and press Enter. Also: undo, new, swap (seats), watch, thoughts "
    "(of the other, then the truth, both, nothing), help, quit; the first letter is enough. While "
    "you watch, Enter plays the next stone."
)
WIDTH, TIE = 78, "~"  # letters in a line; a blank at which no line is broken
PATIENCE = 1.0  # seconds until one is told that somebody is thinking

Subject = TypeVar("Subject")
Answer = TypeVar("Answer")


@dataclass
class TextTable:
    """A match in a terminal.

    Args:
        match: Between whom.
        shown: One of `thoughts.SHOWN`.
    """

    match: Match
    shown: str = "nothing"

    def obey(self, words: str) -> str:
        """Do what a line asks for; return the board, or a sentence if nothing has changed."""
        if words.isdecimal():
            return self._play(int(words) - 1)
        if words in COMMANDS:
            return COMMANDS[words](self)
        if words or not self.match.watching:
            return f"{words!r} is no move. {HELP}" if words else HELP
        self._step()
        return self.scene()

    def _play(self, action: int) -> str:
        if self.match.watching:
            return "You are watching: write watch to play yourself; Enter plays the next stone."
        try:
            self.match.play(action)
        except ValueError as error:
            return str(error)
        return self.answer()

    def answer(self) -> str:
        """Let the opponent play if it is its turn, unless one watches stone by stone."""
        if not self.match.watching:
            self._step()
        return self.scene()

    def _step(self) -> None:
        player = self.match.waits_for
        if player is not None:
            action = patiently(player.choose, self.match.position, f"{player.name} thinks ...")
            self.match.play(action)
        elif self.match.watching:
            self.match.restart()

    def undo(self) -> str:
        """Take back the last move and its answer."""
        return self.scene() if self.match.undo() else "There is nothing to take back."

    def restart(self) -> str:
        """Begin a new game."""
        self.match.restart()
        return self.answer()

    def swap(self) -> str:
        """Change seats."""
        self.match.swap()
        return self.answer()

    def watch(self) -> str:
        """Let somebody play in your place, or take your place again."""
        self.match.watching = not self.match.watching
        return self.answer()

    def show_next(self) -> str:
        """Show thoughts, the truth, both or nothing."""
        self.shown = next_shown(self.shown)
        return f"Shown: {self.shown}.\n{self.scene()}"

    def help(self) -> str:
        """Return what one can write."""
        return HELP

    def scene(self) -> str:
        """Return the board, who plays, and what is thought of the moves."""
        match = self.match
        names = f"X {match.name(0)}, O {match.name(1)}"
        lines = [f"\n{board_text(match)}\n", f"{names}: {match.status()}"]
        return "\n".join(lines + self._known())

    def _known(self) -> list[str]:
        """Write what is asked for about the moves."""
        lines = []
        for name, title, ask, about in asked(self.match, self.shown):
            try:
                numbers = patiently(ask, about, "Thinking ...")
                lines.append(_row(title, [WRITE[name](number) for number in numbers]))
            except ValueError as error:
                lines.append(str(error))
        return lines


WRITE: dict[str, Callable[[float], str]] = {"values": "{:+.2f}".format, "truths": outcome_words}
COMMANDS: dict[str, Callable[[TextTable], str]] = {
    "undo": TextTable.undo,
    "new": TextTable.restart,
    "swap": TextTable.swap,
    "watch": TextTable.watch,
    "thoughts": TextTable.show_next,
    "help": TextTable.help,
}
COMMANDS |= {name[0]: command for name, command in COMMANDS.items()}


def play_text(match: Match, shown: str = "nothing") -> None:
    """Print the board, read a line, obey; until the input ends or somebody writes "quit"."""
    table = TextTable(match, shown)
    print(f"{textwrap.fill(HELP, WIDTH)}\n{table.answer()}")
    while True:
        print("> ", end="", flush=True)
        line = sys.stdin.readline()
        words = line.strip().lower()
        if not line or words in ("q", "quit", "exit"):
            print()
            return
        print(table.obey(words))


def patiently(ask: Callable[[Subject], Answer], about: Subject, words: str) -> Answer:
    """Ask, and say so in words if the answer takes a while."""
    question = Question(ask, about)
    if not question.wait(PATIENCE):
        print(words, flush=True)
    return question.answer()


def _row(title: str, words: list[str]) -> str:
    """Write something about each move, where there is something."""
    known = [f"{n}: {word}" for n, word in enumerate(words, start=1) if word not in ("", "+nan")]
    whole = "   ".join(word.replace(" ", TIE) for word in known)
    return textwrap.fill(f"{title}   {whole}", WIDTH, subsequent_indent="   ").replace(TIE, " ")


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
