"""A board on a screen: the scene of a match, for a window and for a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from spielfeld.envs.board_game.outcome import Numbers, outcome_words
from spielfeld.envs.board_game.position import Position
from spielfeld.experiments.board_play.match import Match, Player, thoughts, truths
from spielfeld.experiments.screen import (
    FASTER,
    HELP,
    LINE,
    NEW,
    PAUSE,
    QUIT,
    SLOWER,
    SWAP,
    TABLES,
    THOUGHTS,
    UNDO,
    WATCH,
    WIDTH,
    Key,
    Notebook,
    Pace,
    Scene,
    Size,
    below,
    in_background,
    keys_line,
    patiently,
)

if TYPE_CHECKING:
    from pygame import Surface

    from spielfeld.envs.board_game.frame import Frame

LEAST_WIDTH = 420  # pixels of the window at first
ANSWER_AFTER = 0.4  # seconds, so that you see your own stone first
LETTER, LEAST_LETTERS = 8, 12  # pixels that a letter takes; letters in a line
TIE = "~"  # a blank at which no line is broken
STEPS = {"left": (0, -1), "right": (0, 1), "up": (-1, 0), "down": (1, 0)}
WRITE: dict[str, Callable[[float], str]] = {"values": "{:+.2f}".format, "truths": outcome_words}
STAND_BY = "You are watching. Type watch to play yourself; Enter plays the next stone."
SHOWN = ("nothing", "thoughts", "truth", "both")


class Asked(NamedTuple):
    """A question about a position.

    Args:
        name: Name of the answer in the renderer, "values" or "truths".
        title: Name of the answer on the screen.
        ask: Function that returns the answer.
        about: Argument of `ask`.
    """

    name: str
    title: str
    ask: Callable[[Any], Numbers]
    about: object


def next_shown(shown: str) -> str:
    """Return the next choice of shown values."""
    return SHOWN[(SHOWN.index(shown) + 1) % len(SHOWN)]


def thinker(match: Match) -> Player:
    """Return the player of the shown thoughts: the one to move, or your opponent."""
    return match.player(match.position.mover) or match.opponent


def asked(match: Match, shown: str) -> list[Asked]:
    """Return the questions about the present position of a match."""
    position, player = match.position, thinker(match)
    everything = {
        "thoughts": Asked("values", f"{player.name}'s values", thoughts, (player, position)),
        "truth": Asked("truths", "the truth", truths, position),
    }
    over = position.over
    return [one for name, one in everything.items() if shown in (name, "both") and not over]


class BoardScene(Scene):
    """A match on a board.

    Args:
        match: The match.
        title: Title of the window.
        shown: One of `SHOWN`.
        size: Size of the picture at first; None for a default size.
    """

    table = TABLES["A board"]

    def __init__(
        self, match: Match, title: str = "", shown: str = "nothing", size: Size | None = None
    ) -> None:
        self.match, self.title, self.shown = match, title, shown
        self.size = size or _first_size(match)
        self.hovered: int | None = None
        self.news = ""
        self.pace = Pace(1)
        self._chosen: tuple[tuple[Position, Player], Future[int]] | None = None
        self._notebooks = {name: Notebook(_answered) for name in WRITE}

    @property
    def actions(self) -> dict[Key, Callable[[], str]]:  # type: ignore[override]
        """The function of each command; those for the speed while you watch."""
        running = self.pace.commands() if self.match.watching else {}
        return {
            UNDO: self.undo, NEW: self.restart, SWAP: self.swap, WATCH: self.watch,
            THOUGHTS: self.show_next, **running, HELP: self.help, QUIT: self.quit,
        }  # fmt: skip

    @property
    def moves(self) -> str:
        """Words for the moves in a terminal."""
        if self.match.watching:
            return ""
        return f"the number of a {'column' if self.match.rules.gravity else 'cell'}"

    def undo(self) -> str:
        """Take back your move and the reply."""
        undone = self.match.undo()
        self.pace.waited, self.pace.paused = 0.0, self.match.watching
        return "" if undone else "There is no move to take back."

    def restart(self) -> str:
        """Begin a new game."""
        self.match.restart()
        return ""

    def swap(self) -> str:
        """Swap seats."""
        self.match.swap()
        return ""

    def watch(self) -> str:
        """Let a player move for you, or move yourself again."""
        self.match.watching, self.pace.paused = not self.match.watching, False
        return ""

    def show_next(self) -> str:
        """Show thoughts, the truth, both or nothing."""
        self.shown = next_shown(self.shown)
        return ""

    # In a window.

    def press(self, name: str) -> bool:
        """Play the move of a digit, or choose one by arrows and play it by Enter."""
        name = name.strip("[]")
        if self.match.watching:
            return False
        if name in STEPS:
            self._move_hovered(*STEPS[name])
        elif name == "return":
            self._play(self.hovered)
        elif name.isdecimal() and 0 < int(name) <= self.match.rules.actions < 10:
            self._play(int(name) - 1)
        else:
            return False
        return True

    def point(self, place: Size, clicked: bool) -> None:
        """Choose the move below the mouse, and play it if its button is pressed."""
        self.hovered = self._frame().action_at(place)
        if clicked:
            self._play(self.hovered)

    def _play(self, action: int | None) -> None:
        """Play a move of yours, if it is your turn and the move is legal."""
        legal = self.match.position.legal_actions if self.match.your_turn else ()
        if action is not None and action in legal:
            self.match.play(action)
            self.pace.acted()

    def _move_hovered(self, down: int, right: int) -> None:
        rules = self.match.rules
        rows = 1 if rules.gravity else rules.rows
        start = rules.columns // 2 + (rows // 2) * rules.columns
        row, column = divmod(start if self.hovered is None else self.hovered, rules.columns)
        if self.hovered is not None:
            row, column = row + down, column + right
        row, column = min(rows - 1, max(0, row)), min(rules.columns - 1, max(0, column))
        self.hovered = row * rules.columns + column

    def wait(self, seconds: float) -> None:
        """Let time go by, and the player whose turn it is think and move in it."""
        due = self.pace.due(seconds, None if self.match.watching else ANSWER_AFTER)
        player = self.match.waits_for
        if player is None:
            return
        subject = self.match.position, player
        if self._chosen is None or self._chosen[0] != subject:
            if self._chosen is None or self._chosen[1].done():  # one at a time
                self._chosen = subject, in_background(partial(player.choose, subject[0]))
        elif due and self._chosen[1].done():
            choice, self._chosen = self._chosen[1], None
            self.pace.acted()
            self.match.play(choice.result())

    def picture(self, size: Size | None) -> Surface:
        """Draw the board, the chosen values, the state of the match, and the main keys."""
        from spielfeld.envs.board_game.renderer import draw

        self.size = size or self.size
        match, known = self.match, self._known()
        hovered = self.hovered if match.your_turn else None
        board = draw(match.position, self._board_size(), match.last, hovered=hovered, **known)
        return below(board, self._lines())

    def _known(self) -> dict[str, Numbers | None]:
        """Return thoughts and truth, if they are shown and already computed."""
        known: dict[str, Numbers | None] = {}
        words = []
        for question in asked(self.match, self.shown):
            try:
                found = self._notebooks[question.name].look_up(question)
                known[question.name] = found
                words.append(question.title if found is not None else f"{question.title} ...")
            except ValueError as error:
                words.append(str(error).rstrip("."))
        self.news = ", ".join(words)
        return known

    def _lines(self) -> list[str]:
        """Return the lines below the board, which fit its width."""
        paused = "paused, " if self.pace.paused else ""
        status = paused + self.match.status() + (self.news and f"     ({self.news})")
        shown = (
            (PAUSE, FASTER, SLOWER, HELP) if self.match.watching else (NEW, THOUGHTS, HELP, QUIT)
        )
        letters = max(LEAST_LETTERS, self.size[0] // LETTER)
        return [
            part for line in (status, keys_line(shown)) for part in textwrap.wrap(line, letters)
        ]

    def _frame(self) -> Frame:
        from spielfeld.envs.board_game.frame import arrange

        return arrange(self.match.rules, self._board_size())

    def _board_size(self) -> Size:
        """Size of the board's picture; the lines of text are below it."""
        least = self.match.rules.rows, self.match.rules.columns
        width, height = self.size[0], self.size[1] - LINE * len(self._lines())
        return max(width, least[1]), max(height, least[0])

    # In a terminal.

    def write(self, word: str) -> str | None:
        """Play the move of a number, or the next stone while you watch."""
        if self.match.watching and word == "":
            self._step()
            return ""
        if not word.isdecimal():
            return None
        if self.match.watching:
            return STAND_BY
        try:
            self.match.play(int(word) - 1)
        except ValueError as error:
            return str(error)
        return ""

    def settle(self) -> None:
        """Let the opponent move if it is its turn, unless you watch stone by stone."""
        if not self.match.watching:
            self._step()

    def _step(self) -> None:
        player = self.match.waits_for
        if player is not None:
            choose = partial(player.choose, self.match.position)
            self.match.play(patiently(choose, f"{player.name} thinks ..."))
        elif self.match.watching:
            self.match.restart()

    def text(self) -> str:
        """Return the board, the players, and the chosen values."""
        match = self.match
        names = f"X {match.name(0)}, O {match.name(1)}"
        lines = [f"\n{board_text(match)}\n", f"{names}: {match.status()}"]
        for question in asked(match, self.shown):
            try:
                numbers = patiently(partial(_answered, question), "Thinking ...")
                words = [WRITE[question.name](number) for number in numbers]
                lines.append(_row(question.title, words))
            except ValueError as error:
                lines.append(str(error))
        return "\n".join(lines)


def _answered(question: Asked) -> Numbers:
    return question.ask(question.about)


def _first_size(match: Match) -> Size:
    from spielfeld.envs.board_game.frame import fitting_size

    width, height = fitting_size(match.rules)
    return max(LEAST_WIDTH, width), height + 2 * LINE


def _row(title: str, words: list[str]) -> str:
    """Write the values of the moves that have one."""
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
