"""A match on a board: its players, its moves and its state."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from spielfeld.envs.board_game.outcome import Numbers
from spielfeld.envs.board_game.position import STONES, Position
from spielfeld.envs.board_game.rules import Rules, cell_of

Think = Callable[[Position], Numbers]


@dataclass(frozen=True)
class Player:
    """A player of a board game.

    Args:
        name: As it is shown.
        choose: Turns a position into an action.
        think: Expected result of each action, from -1 to 1, for the side to move, and anything
            for actions that are illegal; None for a player without opinions. Shape [actions].
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
        rules: Of the game.
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
            ValueError: If that is not legal; says what is.
        """
        self.positions.append(self.position.play(action))
        self.moves.append(action)

    def restart(self) -> None:
        """Begin the next game."""
        self._go_to([])

    def undo(self) -> bool:
        """Take back your last stone and the answer, or any stone while you watch; tell if any."""
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
