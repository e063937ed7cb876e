"""Board games as a vector environment: one compiled step for all boards."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple, NoReturn

import numpy as np
import numpy.typing as npt
from gymnasium.vector import AutoresetMode

from spielfeld.arrays import Array, Booleans, Bytes, Floats
from spielfeld.compiled import compiled
from spielfeld.envs.board_game.bits import choose
from spielfeld.envs.board_game.dynamics import AHEAD, begin, respond
from spielfeld.envs.board_game.env import BoardGameEnv
from spielfeld.envs.board_game.opponents import COMPILABLE, any_moves
from spielfeld.envs.board_game.position import Position
from spielfeld.envs.board_game.rules import BITS, Rules, move_of, table_index
from spielfeld.envs.board_game.soundness import require_game
from spielfeld.envs.board_game.uct import uct_reply
from spielfeld.envs.env import Info
from spielfeld.envs.vector import RowStreams, RowVectorEnv, new_streams
from spielfeld.snapshot import Index
from spielfeld.streams import next_draw

Stones = npt.NDArray[np.int64]


class BoardRows(NamedTuple):
    """State of every board; compiled loops change it in place."""

    own: Annotated[Stones, Index("stones")]  # [num_envs] stones of the learner, one bit each
    other: Annotated[Stones, Index("stones")]  # [num_envs] stones of its opponent
    ended: Booleans  # [num_envs] whether the next step resets the row
    streams: RowStreams  # [8, num_envs] state of the random numbers of each row


class BoardGameVectorEnv(RowVectorEnv):
    """`num_envs` boards that behave exactly like the same number of single ones (`BoardGameEnv`).

    Observations: int8 [num_envs, 2, rows, columns], or [num_envs] indices.
    `info["action_mask"]`: int8 [num_envs, actions].

    Args:
        num_envs: Number of boards.
        autoreset_mode: NEXT_STEP (Gymnasium's default), SAME_STEP or DISABLED.
        render_mode: None, or "rgb_array": `render` then returns a tuple of pictures.
        **options: Arguments of the single environment; its `opponent` must be compilable.

    Raises:
        ValueError: If an option does not fit, or an action is illegal; it names the row.
    """

    rows: BoardRows

    def __init__(
        self,
        num_envs: int = 1,
        autoreset_mode: AutoresetMode | str = AutoresetMode.NEXT_STEP,
        render_mode: str | None = None,
        **options: Any,
    ) -> None:
        env = BoardGameEnv(**options)
        if env.opponent not in LOOPS:
            known = ", ".join(LOOPS)
            raise ValueError(
                f"A vector of boards needs one of the opponents {known}, not {env.opponent!r}."
            )
        if not env.rules.compilable:
            raise ValueError(f"{env.rules.rows} x {env.rules.columns} cells exceed {BITS} bits.")
        super().__init__(
            num_envs, env.observation_space, env.rules.actions, autoreset_mode, render_mode
        )
        num_envs = self.num_envs
        self.rules, self._seat, self._observer = env.rules, env.seat, env.observer
        self._lose = env.illegal == "lose"
        self._start_boards, self._step_boards = LOOPS[env.opponent]
        self.rows = BoardRows(
            own=np.zeros(num_envs, np.int64),
            other=np.zeros(num_envs, np.int64),
            ended=np.ones(num_envs, np.bool_),
            streams=new_streams(num_envs),
        )

    def index_bounds(self) -> dict[str, int]:
        """Return the bounds of the numbers in a saved state."""
        return {"stones": self.rules.board + 1}

    def require_sound(self) -> None:
        """Check that a game of this world can reach each restored board.

        Raises:
            ValueError: If it cannot; the message names the row.
        """
        ahead, rows = AHEAD[self._seat], self.rows
        columns = (array.tolist() for array in (rows.own, rows.other, rows.ended))
        for row, (own, other, ended) in enumerate(zip(*columns, strict=True)):
            require_game(f"The saved board of row {row}", self.rules, ahead, own, other, ended)

    def _start(self, mask: Booleans) -> None:
        self._start_boards(self.rules, self._seat, self.rows, mask)

    def _advance(
        self, actions: Array, reward: Floats, terminated: Booleans, truncated: Booleans
    ) -> bool:
        truncated[:] = False
        game = self.rules, self._seat, self._lose, self._restarts
        return bool(self._step_boards(*game, self.rows, actions, reward, terminated))

    def _observe(self) -> Array:
        own, other = self.rows.own, self.rows.other
        if self._observer.kind == "index":
            return index_boards(self.rules, own, other, np.empty(self.num_envs, np.int64))
        planes = np.empty((self.num_envs, 2, self.rules.cells), np.int8)
        draw_planes(self._observer.shifts, own, other, planes)
        return planes.reshape(self.num_envs, 2, self.rules.rows, self.rules.columns)

    def _info(self, present: Booleans | None = None) -> Info:
        mask = np.empty((self.num_envs, self.rules.actions), np.int8)
        mask_actions(self._observer.last, self.rows.own, self.rows.other, mask)
        shown = np.ones(self.num_envs, np.bool_) if present is None else present.copy()
        return {"action_mask": mask, "_action_mask": shown}

    def _picture(self, row: int) -> Bytes:
        from spielfeld.envs.board_game.renderer import draw
        from spielfeld.envs.grid_world.renderer import to_array

        own, other = int(self.rows.own[row]), int(self.rows.other[row])
        sides = (own, other) if own.bit_count() <= other.bit_count() else (other, own)
        return to_array(draw(Position(self.rules, *sides)))

    def _refuse(self, actions: Array) -> NoReturn:
        legal = self._info()["action_mask"]
        for row, action in enumerate(actions.tolist()):
            if self.rows.ended[row] and not self._restarts:
                raise ValueError(f"Row {row} has no running game: reset it before the next step.")
            allowed = np.flatnonzero(legal[row]).tolist()
            if not self.rows.ended[row] and action not in allowed:
                raise ValueError(f"Action {action} of row {row} is illegal; legal are {allowed}.")
        raise AssertionError("Every action was legal.")


def moves(rules: Rules, own: int, other: int) -> int:
    """Return the opponent's moves; each pair of loops replaces this by one of `COMPILABLE`."""
    return any_moves(rules, own, other)


def reply(rules: Rules, own: int, other: int, draw: float) -> int:
    """Return the opponent's move."""
    return choose(moves(rules, own, other), draw)


def _start_boards(rules: Rules, seat: int, rows: BoardRows, mask: Booleans) -> None:
    """Start a game in the rows of `mask`; one draw each."""
    for row in range(mask.size):
        if mask[row]:
            draw = next_draw(rows.streams, row)
            rows.own[row], rows.other[row] = begin(rules, seat, draw, reply)
            rows.ended[row] = False


def _step_boards(
    rules: Rules,
    seat: int,
    lose: bool,
    restarts: bool,
    rows: BoardRows,
    actions: Array,
    reward: Floats,
    terminated: Booleans,
) -> bool:
    """Play in every row, or restart the row after its end; see `RowVectorEnv._advance`."""
    for row in range(actions.size):
        legal = restarts if rows.ended[row] else lose or cell_of(rules, rows, row, actions[row]) > 0
        if not legal:
            return False
    for row in range(actions.size):
        draw = next_draw(rows.streams, row)
        reward[row], terminated[row] = 0.0, False
        if rows.ended[row]:
            rows.own[row], rows.other[row] = begin(rules, seat, draw, reply)
        else:
            move = cell_of(rules, rows, row, actions[row])
            reward[row], terminated[row] = -1.0, True
            if move:
                own = rows.own[row] | move
                rows.own[row] = own
                rows.other[row], reward[row], terminated[row] = respond(
                    rules, own, rows.other[row], draw, reply
                )
        rows.ended[row] = terminated[row]
    return True


def cell_of(rules: Rules, rows: BoardRows, row: int, action: int) -> int:
    """Return the cell of an action's stone on a board; 0 if the action is illegal."""
    inside = 0 <= action < (rules.columns if rules.gravity else rules.rows * rules.columns)
    return move_of(rules, rows.own[row] | rows.other[row], action) if inside else 0


LOOPS = {
    name: (compiled(_start_boards, moves=choice), compiled(_step_boards, moves=choice))
    for name, choice in COMPILABLE.items()
}
LOOPS["uct"] = compiled(_start_boards, reply=uct_reply), compiled(_step_boards, reply=uct_reply)


@compiled
def draw_planes(shifts: Stones, own: Stones, other: Stones, planes: Array) -> None:
    """Write the observation of each board into `planes` [num_envs, 2, cells]."""
    for row in range(own.size):
        for cell in range(shifts.size):
            planes[row, 0, cell] = own[row] >> shifts[cell] & 1
            planes[row, 1, cell] = other[row] >> shifts[cell] & 1


@compiled
def mask_actions(last: Stones, own: Stones, other: Stones, mask: Array) -> None:
    """Write the legal actions of each board into `mask` [num_envs, actions]."""
    for row in range(own.size):
        stones = own[row] | other[row]
        for action in range(last.size):
            mask[row, action] = ~stones >> last[action] & 1


@compiled
def index_boards(rules: Rules, own: Stones, other: Stones, index: Stones) -> Stones:
    """Write each board's number in a table of 3^cells into `index` [num_envs]."""
    for row in range(own.size):
        index[row] = table_index(rules, own[row], other[row])
    return index
