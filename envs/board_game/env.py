"""Gymnasium environment of a board game; the opponent is part of the environment."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, SupportsInt, TypeVar

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium.spaces import Discrete

from spielfeld import guard, snapshot
from spielfeld.arrays import Array, Booleans, Bytes
from spielfeld.envs.board_game.dynamics import AHEAD, SEATS, begin, respond
from spielfeld.envs.board_game.model import board_model
from spielfeld.envs.board_game.observation import Observer
from spielfeld.envs.board_game.opponents import Chooser, Player, moves_of, reply_of, require_room
from spielfeld.envs.board_game.position import Position
from spielfeld.envs.board_game.rules import board_rules, cell_of, move_of, stones_of, table_index
from spielfeld.envs.board_game.soundness import require_game
from spielfeld.envs.env import Info, Observed, close_window, rendered
from spielfeld.envs.tabular import TabularModel
from spielfeld.snapshot import Counter, Index

if TYPE_CHECKING:
    from spielfeld.envs.grid_world.window import Window

ILLEGAL = ("raise", "lose")
Choice = TypeVar("Choice")


class BoardGameEnv(gym.Env[Observed, int]):
    """k in a row against an opponent that answers within `step`.

    Observation "planes": int8 [2, rows, columns], own stones first, row 0 at the top.
    Observation "index": the position's number in a table of 3^cells, for at most 9 cells.
    Action: a column on a board with gravity, else a cell, counted row by row.
    Reward for the learner: 1 for a win, -1 for a loss, otherwise 0.
    End: a line or a full board; there is no time limit.
    `info["action_mask"]`, int8 [actions], and `action_masks()`, bool, mark the legal actions.

    Each reset and each step draws exactly one `np_random.random()`. If the opponent begins, its
    first stone is on the board after `reset`.

    >>> import gymnasium, spielfeld.envs
    >>> env = gymnasium.make("spielfeld/ConnectFour-v0", opponent="rule")
    >>> observation, info = env.reset(seed=1)
    >>> observation.shape, info["action_mask"]
    ((2, 6, 7), array([1, 1, 1, 1, 1, 1, 1], dtype=int8))

    Args:
        rows: Rows of the board.
        columns: Columns of the board.
        connect: Stones in a row that win.
        gravity: Whether a stone falls to the lowest free cell of its column.
        opponent: "random", "rule", "perfect", "uct" or "uct:PLAYOUTS", or a function from a
            `Position` to an action.
        seat: "first", "second", or "random", drawn at each reset.
        observation: "planes" or "index".
        illegal: Effect of an illegal action: "raise" an error, or "lose" the game with -1.
        render_mode: None, "ansi" (text), "rgb_array" (uint8 [height, width, 3]) or "human".

    Raises:
        ValueError: If an argument does not fit. For an illegal action it lists the legal ones.
    """

    metadata: dict[str, Any] = {  # noqa: RUF012
        "render_modes": ["ansi", "rgb_array", "human"],
        "render_fps": 2,
    }
    saved: ClassVar = ("own", "other", "player", "over", "elapsed", "last", "np_random")
    state, restore = snapshot.state, snapshot.restore
    action_space: Discrete[Any]
    own: Annotated[int, Index("stones")]  # stones of the learner, one bit each
    other: Annotated[int, Index("stones")]  # stones of its opponent
    player: Annotated[int, Index(2)]  # the learner's seat: first (0) or second (1)
    over: bool
    elapsed: Counter
    last: Annotated[int, Index("stones")]  # the last stone, marked in pictures

    def __init__(
        self,
        rows: int = 6,
        columns: int = 7,
        connect: int = 4,
        gravity: bool = True,
        opponent: str | Player | Chooser = "random",
        seat: str = "random",
        observation: str = "planes",
        illegal: str = "raise",
        render_mode: str | None = None,
    ) -> None:
        self.rules = board_rules(rows, columns, connect, gravity)
        self.seat = SEATS[_known("seat", seat, SEATS)]
        self.illegal = _known("illegal", illegal, ILLEGAL)
        self.render_mode = _known(
            "render_mode", render_mode, (None, *self.metadata["render_modes"])
        )
        self.opponent, self.reply = opponent, reply_of(opponent)
        require_room(opponent, self.rules)
        self.observer = Observer(self.rules, observation)
        self.observation_space = self.observer.space
        self.action_space = Discrete(self.rules.actions)
        self.own = self.other = 0
        self.last = self.player = 0
        self.over = True
        self.max_episode_steps, self.elapsed = self.rules.cells, 0  # a full board ends it earlier
        self._window: Window | None = None

    @property
    def board(self) -> Position:
        """The position, seen by the side to move: the learner, or its opponent at the end."""
        sides = self.own, self.other
        learner_to_move = (self.own | self.other).bit_count() % 2 == self.player
        return Position(self.rules, *(sides if learner_to_move else sides[::-1]))

    @property
    def position(self) -> int:
        """The position's number in a table of 3^cells, seen by the learner."""
        return table_index(self.rules, self.own, self.other)

    @position.setter
    def position(self, number: int) -> None:
        if number != self.position:
            self.own, self.other = stones_of(self.rules, number)
            self.player = int(self.other.bit_count() > self.own.bit_count())
            self.over, self.last = False, 0  # a number does not say which stone was the last

    @property
    def model(self) -> TabularModel | None:
        """The game against this opponent as a table, or None if there is no table.

        There is no table of a large board, and none if illegal actions lose. The opponent must
        choose among equally good moves.
        """
        moves, strict = moves_of(self.opponent), self.illegal == "raise"
        if moves is None or not (self.rules.fits_table and strict):
            return None
        return board_model(self.rules, moves, self.seat)

    def encode(self, states: npt.ArrayLike) -> Array:
        """Return the observations of states of the model, as arrays."""
        return self.observer.of_numbers(np.asarray(states))

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observed, Info]:
        """Start a game; see `gymnasium.Env.reset`."""
        super().reset(seed=seed)
        self.own, self.other = begin(self.rules, self.seat, self.np_random.random(), self.reply)
        self.player, self.over, self.elapsed = int(self.other > 0), False, 0
        self.last = self.other
        return self.observer(self.own, self.other), self._info()

    def step(self, action: SupportsInt) -> tuple[Observed, float, bool, bool, Info]:
        """Play a stone and let the opponent answer; see `gymnasium.Env.step`."""
        if self.over:
            raise gym.error.ResetNeeded("The game is over: call reset() before the next step().")
        move = self._move(action)  # before the draw, so that an illegal action changes nothing
        draw = self.np_random.random()
        reward, self.over = -1.0, True
        self.elapsed += 1
        if move:
            before = self.other
            self.own |= move
            self.other, reward, self.over = respond(
                self.rules, self.own, self.other, draw, self.reply
            )
            self.last = self.other ^ before or move
        return self.observer(self.own, self.other), reward, self.over, False, self._info()

    def action_masks(self) -> Booleans:
        """Return the legal actions, bool [actions], in the form of sb3-contrib's MaskablePPO."""
        return self.observer.legal(self.own | self.other).astype(np.bool_)

    def render(self) -> str | Bytes | None:
        """Return the board as text (X is the first player) or pixels, or show it in a window."""
        if self.render_mode is None:
            return None
        if self.render_mode == "ansi":
            return f"{self.board}\n"
        from spielfeld.envs.board_game.renderer import draw

        last = self.last & (self.own | self.other)
        picture = draw(self.board, last=cell_of(self.rules, last) if last else None)
        return rendered(self, picture, "Spielfeld", self.metadata["render_fps"])

    def close(self) -> None:
        """Close the window, if there is one."""
        close_window(self)

    def index_bounds(self) -> dict[str, int]:
        """Return the bounds of the numbers in a saved state."""
        return {"stones": self.rules.board + 1}

    def require_sound(self) -> None:
        """Check that a game of this world can reach the restored board.

        Raises:
            ValueError: If it cannot; the message gives the reason.
        """
        ahead = self._ahead(self.player)
        require_game("The saved board", self.rules, ahead, self.own, self.other, self.over)
        one = self.last.bit_count() <= 1 and not self.last & ~(self.own | self.other)
        guard.require(one, "The saved 'last' is no stone on the board.")

    def _ahead(self, player: int) -> tuple[int, ...]:
        """Return by how many stones a learner can be ahead when it is to move."""
        return AHEAD[player]  # player 0 has the first seat, player 1 the second

    def _info(self) -> Info:
        return {"action_mask": self.observer.legal(self.own | self.other)}

    def _move(self, action: SupportsInt) -> int:
        """Return the cell of an action; 0 for an illegal action that loses the game."""
        stones = self.own | self.other
        inside = action in range(self.rules.actions)
        move = move_of(self.rules, stones, int(action)) if inside else 0
        if not move and self.illegal == "raise":
            legal = np.flatnonzero(self.observer.legal(stones)).tolist()
            raise ValueError(f"Action {action} is not legal here; legal are {legal}.")
        return move


def _known(name: str, given: Choice, choices: Iterable[Choice]) -> Choice:
    if given not in choices:
        raise ValueError(f"{name} must be one of {', '.join(map(str, choices))}, not {given!r}.")
    return given
