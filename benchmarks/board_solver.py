"""Benchmark of perfect play at Connect Four: our solver and BitBully's C++ engine, by stage.

Both start each position with an empty memory; emptying it is not timed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from spielfeld.benchmarks.comparison import Comparison, Side, Sides, seconds
from spielfeld.envs.board_game import CONNECT_FOUR, Position
from spielfeld.envs.board_game.rules import action_cells, legal_moves
from spielfeld.envs.board_game.solver import Solver
from spielfeld.envs.board_game.threats import winning_cells, winning_moves

if TYPE_CHECKING:
    from bitbully.bitbully_core import BoardCore

POSITIONS = {14: 40, 18: 200, 20: 200, 22: 200, 26: 400}  # number of positions, by stones
MIDDLE = (18, 20, 22)
Measure = Callable[[], tuple[float, int]]  # seconds, and positions visited


def random_positions(stones: int, count: int, seed: int) -> list[Position]:
    """Return positions of random play without a line and without a win at once."""
    generator, found = np.random.default_rng([seed, stones]), list[Position]()
    while len(found) < count:
        own = other = 0
        for _ in range(stones):
            own, other = other, own | quiet_move(own, other, generator)
        quiet = not winning_moves(CONNECT_FOUR, own, other)
        if quiet and (own | other).bit_count() == stones:
            found.append(Position(CONNECT_FOUR, own, other))
    return found


def quiet_move(own: int, other: int, generator: np.random.Generator) -> int:
    """Return a random move that does not win; 0 if there is no such move."""
    moves = legal_moves(CONNECT_FOUR, own | other) & ~winning_cells(CONNECT_FOUR, own)
    columns = [action_cells(CONNECT_FOUR, column) & moves for column in range(7)]
    quiet = [move for move in columns if move]
    return quiet[int(generator.integers(len(quiet)))] if quiet else 0


def prepare(stages: Sequence[int], in_time: bool, quick: bool) -> Sides:
    """Compare both solvers on the same positions, in mean time or in positions per second."""
    positions = [
        position
        for stones in stages
        for position in random_positions(stones, 3 if quick else POSITIONS[stones], seed=1)
    ]

    def side(name: str, measure: Measure) -> Side:
        def figure() -> float:
            spent, visited = measure()
            return spent / len(positions) if in_time else visited / spent

        return Side(name, figure)

    ours, peer = partial(our_search, positions), partial(their_search, positions)
    name = f"Solver().score, {len(positions)} positions"
    return Sides(side(name, ours), side("BitBullyCore().mtdf", peer))


def our_search(positions: Sequence[Position]) -> tuple[float, int]:
    """Return seconds and number of visited positions of our solver."""
    solver, spent = Solver(CONNECT_FOUR, openings=False), 0.0
    for position in positions:
        solver.forget()
        spent += seconds(lambda each=position: solver.score(each))  # type: ignore[misc]
    return spent, solver.visited


def their_search(positions: Sequence[Position]) -> tuple[float, int]:
    """Return seconds and number of visited positions of the peer."""
    from bitbully.bitbully_core import BitBullyCore

    engine, spent = BitBullyCore(), 0.0
    for position in positions:
        board = their_board(position)
        engine.resetTranspositionTable()
        spent += seconds(lambda each=board: engine.mtdf(each, 0))  # type: ignore[misc]
    return spent, engine.getNodeCounter()


def their_board(position: Position) -> BoardCore:
    """Return a position as a board of the peer."""
    from bitbully.bitbully_core import BoardCore

    board = BoardCore()
    if not board.setBoard(position.cells.tolist()):
        raise ValueError(f"The peer refuses\n{position}")
    return board


def prepare_opening(quick: bool) -> Sides:
    """Compare scores of the empty board's seven columns, both with the same table of openings."""
    from bitbully.bitbully_core import BitBullyCore
    from bitbully_databases import BitBullyDatabases

    solver = Solver(CONNECT_FOUR)
    engine = BitBullyCore(BitBullyDatabases.get_database_path("12-ply-dist"))

    def ours() -> float:
        solver.forget()
        return seconds(lambda: solver.action_scores(Position()))

    def theirs() -> float:
        engine.resetTranspositionTable()
        return seconds(lambda: engine.scoreMoves(their_board(Position())))

    return Sides(
        Side("Solver().action_scores", ours), Side("BitBullyCore(book).scoreMoves", theirs)
    )


def _comparison(name: str, stages: Sequence[int], in_time: bool) -> Comparison:
    title = f"Connect Four solved, {' to '.join(map(str, sorted({stages[0], stages[-1]})))} stones"
    unit, target = ("s", 0.4) if in_time else ("positions/s", 0.5)
    measure = partial(prepare, stages, in_time)
    return Comparison(name, title, unit, target, measure, less_is_better=in_time, needs="bitbully")


COMPARISONS = (
    *(_comparison(f"solver-{stones}", (stones,), in_time=False) for stones in POSITIONS),
    _comparison("solver-time", MIDDLE, in_time=True),
    Comparison("solver-opening", "seven columns of the empty board scored", "s", 0.4,
               prepare_opening, less_is_better=True, needs="bitbully"),
)  # fmt: skip
