"""Threats of a stone: cells that win, and moves that do not lose at once."""

from __future__ import annotations

from spielfeld.envs.board_game.rules import Rules, legal_moves


def winning_cells(rules: Rules, stones: int) -> int:
    """Return the cells, free or not, that would complete a line of one side's stones.

    A cell at some place of a line needs this side's stones before it and after it. For each place
    in turn, the function collects such cells on the whole board at once.
    """
    cells = 0
    for step in (1, rules.height - 1, rules.height, rules.height + 1):
        before, behind = rules.board, stones
        for place in range(rules.connect):
            line, ahead = before, stones
            for _ in range(place + 1, rules.connect):
                ahead >>= step  # step by step: a shift of 64 bits or more is not allowed
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

    If the opponent has a winning cell, this side must take it; two such cells mean a loss. On a
    board with gravity, this side must not play directly below a winning cell of the opponent.
    """
    moves = legal_moves(rules, own | other)
    threats = winning_cells(rules, other)
    forced = moves & threats
    if forced:
        moves = 0 if forced & (forced - 1) else forced
    return moves & ~(threats >> 1) if rules.gravity else moves
