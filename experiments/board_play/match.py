"""A match on a board: its players, their values of moves, and its state."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from spielfeld.envs.board_game.bits import choose
from spielfeld.envs.board_game.opponents import OPPONENTS, is_named, reply_of, require_room
from spielfeld.envs.board_game.outcome import Numbers, stones_to_go
from spielfeld.envs.board_game.position import STONES, Position
from spielfeld.envs.board_game.rules import Rules, action_of, cell_of
from spielfeld.envs.board_game.uct_players import playouts_of, uct_values
from spielfeld.experiments.run import Run, graduate

Think = Callable[[Position], Numbers]
Say = Callable[[str], None]
NAMES = (*OPPONENTS, "uct", "uct:PLAYOUTS")
SOLVING = threading.Lock()  # all threads share the solver's memory


@dataclass(frozen=True)
class Player:
    """A player of a board game.

    Args:
        name: Name that is shown.
        choose: Turns a position into an action.
        think: Expected result of each action for the side to move, from -1 to 1. Values of illegal
            actions are not used. None for a player without values. Shape [actions].
    """

    name: str
    choose: Callable[[Position], int]
    think: Think | None = None


@dataclass
class Match:
    """One game after the other between you, or a player in your place, and an opponent.

    >>> from spielfeld.envs.board_game.rules import TIC_TAC_TOE
    >>> match = Match(TIC_TAC_TOE, Player("first free", lambda position: position.legal_actions[0]))
    >>> match.play(4)
    >>> match.play(match.waits_for.choose(match.position))
    >>> match.status()
    'your turn, X'

    Args:
        rules: Rules of the game.
        opponent: Sits where you do not.
        versus: Plays in your place while you watch; None for the opponent, against itself.
        seat: Yours: 0 to begin, or 1.
        watching: Whether you watch.
        moves: Actions of this game so far.
    """

    rules: Rules
    opponent: Player
    versus: Player | None = None
    seat: int = 0
    watching: bool = False
    moves: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._go_to(self.moves)

    def _go_to(self, moves: list[int]) -> None:
        self.moves, self.positions = [], [Position(self.rules)]
        for action in moves:
            self.play(action)

    @property
    def position(self) -> Position:
        """The position now."""
        return self.positions[-1]

    @property
    def waits_for(self) -> Player | None:
        """The player to move; None for you, or when the game is over."""
        return None if self.position.over else self.player(self.position.mover)

    @property
    def your_turn(self) -> bool:
        """Whether it is your turn."""
        return not self.position.over and self.player(self.position.mover) is None

    @property
    def last(self) -> tuple[int, int] | None:
        """Row and column of the stone played last."""
        if not self.moves:
            return None
        return cell_of(self.rules, self.positions[-1].stones ^ self.positions[-2].stones)

    def player(self, side: int) -> Player | None:
        """Return the player of a side, 0 or 1; None for you."""
        if side != self.seat:
            return self.opponent
        return (self.versus or self.opponent) if self.watching else None

    def play(self, action: int) -> None:
        """Play a stone for the side to move.

        Raises:
            ValueError: If the move is not legal; the message lists the legal moves.
        """
        self.positions.append(self.position.play(action))
        self.moves.append(action)

    def restart(self) -> None:
        """Begin the next game."""
        self._go_to([])

    def undo(self) -> bool:
        """Take back your last stone and the reply, or any stone while you watch; return if any."""
        yours = [n for n in range(len(self.moves)) if self.player(n % 2) is None or self.watching]
        if yours:
            self._go_to(self.moves[: yours[-1]])
        return bool(yours)

    def swap(self) -> None:
        """Change seats; after the end, for the next game."""
        self.seat = 1 - self.seat
        if self.position.over:
            self.restart()

    def name(self, side: int) -> str:
        """Return how the player of a side is called."""
        player = self.player(side)
        return "you" if player is None else player.name

    def status(self) -> str:
        """Return whose turn it is, or how the game ended."""
        position = self.position
        if position.winner is not None:
            name, mark = self.name(position.winner), STONES[1 + position.winner]
            return f"{name} {'win' if name == 'you' else 'wins'} with {mark}"
        if position.over:
            return "a draw"
        name, mark = self.name(position.mover), STONES[1 + position.mover]
        return f"your turn, {mark}" if self.your_turn else f"{name} thinks, {mark}"


def search_words(visited: int, low: int, high: int) -> str:
    """Return the progress of a search in words; see `Solver.tell`."""
    return f"solving: {visited / 1e6:,.0f} M positions, score {low} to {high}"


@contextmanager
def solving(rules: Rules, say: Say | None = None) -> Iterator[None]:
    """Show a progress bar while the shared solver of a game searches for a long time.

    The number of positions still to visit is unknown, so the bar shows which scores are no longer
    possible. Within another `solving` this does nothing.

    Args:
        rules: Rules of the game.
        say: Called with the progress in words, in place of the bar.
    """
    from spielfeld.envs.board_game.solver.solver import solver_of

    solver = solver_of(rules)
    if solver.tell is not None:
        yield
        return
    bar = SearchBar(rules.cells)
    solver.tell = (lambda *news: say(search_words(*news))) if say else bar.tell
    try:
        yield
    finally:
        solver.tell = None
        bar.stop()


class SearchBar:
    """A progress bar in the terminal that appears with the first report.

    Args:
        span: Number of possible scores.
    """

    def __init__(self, span: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        console = Console(stderr=True)
        columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
        self._bar = Progress(
            *columns, console=console, transient=True, disable=not console.is_terminal
        )
        self._task = self._bar.add_task("solving", total=span)
        self._span = span

    def tell(self, visited: int, low: int, high: int) -> None:
        """Show the progress of a search; see `Solver.tell`."""
        self._bar.start()
        news, done = search_words(visited, low, high), self._span - (high - low)
        self._bar.update(self._task, description=news, completed=done)

    def stop(self) -> None:
        """Remove the bar."""
        self._bar.stop()


def find_player(
    name: str, rules: Rules, seed: int | None = None, own: Sequence[str] = ()
) -> Player:
    """Return a player by its name, or by the directory of a finished run.

    Args:
        name: One of `NAMES`, or a directory.
        rules: Rules of the game to play.
        seed: Seed of the player's random choices.
        own: Modules of your own that the run may name; see `Run.load`.

    Raises:
        ValueError: If there is no such player, it cannot play on this board, or the run learned
            another game.
    """
    if is_named(name):
        require_room(name, rules)
        return named_player(name, seed)
    if not Path(name).is_dir():
        names = ", ".join(NAMES)
        raise ValueError(f"There is no player {name!r}: {names}, or the directory of a run.")
    return run_player(Run.load(name, own), rules, seed)


def named_player(name: str, seed: int | None = None) -> Player:
    """Return a player without learning; see `find_player`."""
    reply, generator = reply_of(name), np.random.default_rng(seed)

    def play(position: Position) -> int:
        rules, draw = position.rules, generator.random()
        with searching(rules) if name == "perfect" else nullcontext():
            return action_of(rules, reply(rules, position.own, position.other, draw))

    return Player(name, play, _think(name))


def _think(name: str) -> Think | None:
    playouts = playouts_of(name)
    if playouts is not None:
        return partial(uct_values, playouts=playouts)
    return results if name == "perfect" else None


def run_player(run: Run, rules: Rules, seed: int | None = None) -> Player:
    """Return the greedy policy of a trained run, ties broken at random; see `Graduate`."""
    player, generator = graduate(run, rules), np.random.default_rng(seed)

    def play(position: Position) -> int:
        moves = player.moves(rules, position.own, position.other)
        return action_of(rules, choose(moves, generator.random()))

    return Player(player.name, play, player.think)


@contextmanager
def searching(rules: Rules) -> Iterator[None]:
    """Use the solver alone, and show the progress of a long search."""
    with SOLVING, solving(rules):
        yield


def thoughts(subject: tuple[Player, Position]) -> Numbers:
    """Return the expected result of each action for a player, from -1 to 1. Shape [actions].

    Raises:
        ValueError: If the player has no values.
    """
    player, position = subject
    if player.think is None:
        raise ValueError(f"{player.name} has no values of moves to show.")
    legal = np.isin(np.arange(position.rules.actions), position.legal_actions)
    return np.where(legal, player.think(position), np.nan)


def truths(position: Position) -> Numbers:
    """Return the result of each action under perfect play; see `stones_to_go`. Shape [actions].

    Raises:
        ValueError: If the board is too large to be solved.
    """
    from spielfeld.envs.board_game.solver import action_scores

    with searching(position.rules):
        return stones_to_go(position, action_scores(position))


def results(position: Position) -> Numbers:
    """Return the sign of the result of each action under perfect play. Shape [actions]."""
    return np.sign(truths(position))
