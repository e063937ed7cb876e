"""A board in a window: what keys and clicks do."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from spielfeld.envs.board_game.frame import Frame, arrange, fitting_size
from spielfeld.envs.board_game.outcome import Numbers
from spielfeld.envs.board_game.position import Position
from spielfeld.envs.board_game.renderer import draw
from spielfeld.envs.grid_world.pygame_ce import pygame
from spielfeld.experiments.board_play.background import Notebook, Question
from spielfeld.experiments.board_play.match import Match, Player
from spielfeld.experiments.board_play.thoughts import asked, next_shown
from spielfeld.experiments.pictures import LINE, below
from spielfeld.experiments.play import FRAMES_PER_SECOND, PACES

LEAST_WIDTH = 420  # pixels of the window at first
ANSWER_AFTER = 0.4  # seconds, so that one sees one's own stone first
LETTER, LEAST_LETTERS = 8, 12  # pixels that a letter takes; letters in a line
KEYS = "H: help     Escape: end"
HELP = [
    "click, a digit, or arrows and Enter: play",
    "U: take back     N: new game     S: swap seats",
    "T: thoughts of the other, the truth, both, nothing",
    "W: watch, or play again yourself",
    "watching: + - speed     space: pause",
]
ARROWS = {"left": (0, -1), "right": (0, 1), "up": (-1, 0), "down": (1, 0)}


@dataclass
class BoardTable:
    """A match in a window, and what has been asked for so far."""

    match: Match
    size: tuple[int, int]
    shown: str = "nothing"
    hovered: int | None = None
    help: bool = False
    paused: bool = False
    pace: int = 1
    ended: bool = False
    waiting: float = 0.0
    news: str = field(default="", init=False)
    _question: Question[tuple[Position, Player], int] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self._notebooks = {"values": Notebook(), "truths": Notebook()}

    def press(self, event: Any) -> None:
        """Do what a pygame event asks for."""
        if event.type == pygame.QUIT:
            self.ended = True
        elif event.type == pygame.MOUSEMOTION:
            self.hovered = self._frame().action_at(event.pos)
        elif event.type == pygame.MOUSEBUTTONDOWN and event.button == 1:
            self.hovered = self._frame().action_at(event.pos)
            self._play(self.hovered)
        elif event.type == pygame.KEYDOWN:
            self._press_key(event)

    def _press_key(self, event: Any) -> None:
        name = event.unicode if event.unicode in ("+", "-") else pygame.key.name(event.key)
        name = name.strip("[]")
        if name in ACTIONS:
            ACTIONS[name](self)
        elif name in ARROWS:
            self._move_hovered(*ARROWS[name])
        elif name in ("return", "enter"):
            self._play(self.hovered)
        elif name.isdecimal() and 0 < int(name) <= self.match.rules.actions < 10:
            self._play(int(name) - 1)

    def _play(self, action: int | None) -> None:
        """Play for the one who sits at the window, if it is their turn and the move is legal."""
        if self.match.your_turn and action in self.match.position.legal_actions:
            assert action is not None
            self.match.play(action)
            self.waiting = 0.0

    def _move_hovered(self, down: int, right: int) -> None:
        rules = self.match.rules
        rows = 1 if rules.gravity else rules.rows
        start = rules.columns // 2 + (rows // 2) * rules.columns
        row, column = divmod(start if self.hovered is None else self.hovered, rules.columns)
        if self.hovered is not None:
            row, column = row + down, column + right
        row, column = min(rows - 1, max(0, row)), min(rules.columns - 1, max(0, column))
        self.hovered = row * rules.columns + column

    def undo(self) -> None:
        """Take back your move and the answer."""
        self.match.undo()
        self.waiting, self.paused = 0.0, self.match.watching

    def restart(self) -> None:
        """Begin a new game."""
        self.match.restart()

    def swap(self) -> None:
        """Change seats."""
        self.match.swap()

    def watch(self) -> None:
        """Let somebody play in your place, or take your place again."""
        self.match.watching, self.paused = not self.match.watching, False

    def pause(self) -> None:
        """Pause watching or go on."""
        self.paused = self.match.watching and not self.paused

    def faster(self) -> None:
        """Watch faster."""
        self.pace = min(len(PACES) - 1, self.pace + 1)

    def slower(self) -> None:
        """Watch slower."""
        self.pace = max(0, self.pace - 1)

    def show_next(self) -> None:
        """Show thoughts, the truth, both or nothing."""
        self.shown = next_shown(self.shown)

    def toggle_help(self) -> None:
        """Show or hide what the keys do."""
        self.help = not self.help

    def end(self) -> None:
        """Leave the table."""
        self.ended = True

    def wait(self, seconds: float) -> None:
        """Let time go by, and whoever is to move think and play in it."""
        self.waiting += 0.0 if self.paused else seconds
        player = self.match.waits_for
        if player is None or self.paused:
            return
        question, subject = self._question, (self.match.position, player)
        if question is None or question.about != subject:
            if question is None or question.done:  # one at a time: old ones think to their end
                self._question = Question(lambda about: about[1].choose(about[0]), subject)
        elif question.done and self.waiting >= self._patience():
            self._question, self.waiting = None, 0.0
            self.match.play(question.answer())

    def _patience(self) -> float:
        return 1 / PACES[self.pace] if self.match.watching else ANSWER_AFTER

    def _lines(self) -> list[str]:
        """Return what stands below the board, in lines that fit its width."""
        status = ("paused, " if self.paused else "") + self.match.status()
        lines = [status + (self.news and f"     ({self.news})"), *(HELP if self.help else []), KEYS]
        letters = max(LEAST_LETTERS, self.size[0] // LETTER)
        return [part for line in lines for part in textwrap.wrap(line, letters)]

    def _frame(self) -> Frame:
        return arrange(self.match.rules, self._board_size())

    def _board_size(self) -> tuple[int, int]:
        """Size of the board's picture, below which the lines of text stand."""
        least = self.match.rules.rows, self.match.rules.columns
        width, height = self.size[0], self.size[1] - LINE * len(self._lines())
        return max(width, least[1]), max(height, least[0])

    def picture(self) -> Any:
        """Draw the board, what is thought of it, and in words what happens and what keys do."""
        match = self.match
        hovered = self.hovered if match.your_turn else None
        known = self._known()
        board = draw(match.position, self._board_size(), match.last, hovered=hovered, **known)
        return below(board, self._lines())

    def _known(self) -> dict[str, Numbers | None]:
        """Return thoughts and truth as far as they are asked for and there by now."""
        known: dict[str, Numbers | None] = {}
        words = []
        for name, title, ask, about in asked(self.match, self.shown):
            try:
                known[name] = self._notebooks[name].look_up(ask, about)
                words.append(title if known[name] is not None else f"{title} ...")
            except ValueError as error:
                words.append(str(error).rstrip("."))
        self.news = ", ".join(words)
        return known


ACTIONS: dict[str, Callable[[BoardTable], None]] = {
    **dict.fromkeys(("u", "backspace"), BoardTable.undo),
    **dict.fromkeys(("n", "r"), BoardTable.restart),
    **dict.fromkeys(("+", "="), BoardTable.faster),
    **dict.fromkeys(("q", "escape"), BoardTable.end),
    "-": BoardTable.slower,
    "s": BoardTable.swap,
    "w": BoardTable.watch,
    "space": BoardTable.pause,
    "t": BoardTable.show_next,
    "h": BoardTable.toggle_help,
}


def play_window(match: Match, title: str, shown: str = "nothing") -> None:
    """Play in a window until its user has had enough.

    Args:
        match: Between whom.
        title: Of the window.
        shown: One of `thoughts.SHOWN`.

    Raises:
        NoDisplayError: If there is no display.
    """
    from spielfeld.envs.grid_world.window import Window

    width, height = fitting_size(match.rules)
    table = BoardTable(match, (max(LEAST_WIDTH, width), height + 2 * LINE), shown)
    window = Window(title, table.size, FRAMES_PER_SECOND, ends_program=False)
    try:
        window.open()
        while not table.ended:
            table.size = window.area
            window.show(table.picture())
            for event in window.events():
                table.press(event)
            table.wait(1 / FRAMES_PER_SECOND)
    finally:
        window.close()
