"""What a stone threatens, and which moves do not lose at once."""

from __future__ import annotations

from spielfeld.envs.board_game.rules import Rules, legal_moves


def winning_cells(rules: Rules, stones: int) -> int:
    """Return the cells, free or not, with which one side's stones would make a line.

    A cell at some place of a line needs the stones of that side before it and after it: for every
    place in turn they are gathered from all cells at once.
    """
    cells = 0
    for step in (1, rules.height - 1, rules.height, rules.height + 1):
        before, behind = rules.board, stones
        for place in range(rules.connect):
            line, ahead = before, stones
            for _ in range(place + 1, rules.connect):
                ahead >>= step  # step by step, for no shift may be as wide as compiled numbers
                line &= ahead
            cells |= line
            behind <<= step
            before &= behind
    return cells & rules.board


def winning_moves(rules: Rules, own: int, other: int) -> int:
    """Return the moves that complete a line of `own`."""
    return legal_moves(rules, own | other) & winning_cells(rules, own)


def safe_moves(rules: Rules, own: int, other: int) -> int:
    """Return the moves after which the opponent cannot win with its next stone.

    Where it could win already, the cell must be taken, and two such cells are lost; where stones
    fall, no stone may be put below a cell with which it wins.
    """
    moves = legal_moves(rules, own | other)
    threats = winning_cells(rules, other)
    forced = moves & threats
    if forced:
        moves = 0 if forced & (forced - 1) else forced
    return moves & ~(threats >> 1) if rules.gravity else moves
