"""The marks of a player, as lines of text."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spielfeld.arrays import Array
from spielfeld.envs.board_game.rules import Rules
from spielfeld.experiments.board_play.match import Player, named_player
from spielfeld.experiments.marking.marks import Mark, mark
from spielfeld.experiments.marking.positions import positions_of
from spielfeld.experiments.marking.round_robin import Strength, Tell, round_robin, strengths

RIVALS = ("random", "rule", "uct", "perfect")


def marking_lines(player: Player, rules: Rules, tell: Tell | None = None) -> list[str]:
    """Mark a player in positions, and in games against players without learning.

    Args:
        player: The player to mark.
        rules: Rules of the game.
        tell: Called with the number of pairs that have played.
    """
    rivals = [named_player(name, seed=k) for k, name in enumerate(RIVALS) if name != player.name]
    players = [player, *rivals]
    points = round_robin(players, rules, tell)
    names = [each.name for each in players]
    return [
        *position_lines(player, rules),
        *game_lines(names, points),
        *strength_lines(strengths(names, points)),
    ]


def position_lines(player: Player, rules: Rules) -> list[str]:
    """Return the shares of correct moves, beside those of the random player and of UCT."""
    positions = positions_of(rules)
    if positions is None:
        return ["  This game has no labelled positions, so only games are counted."]
    floor, _ = mark(named_player("uct", seed=0), positions)
    marks, seconds = mark(player, positions)
    head = f"  {'moves that':<20}{'keep the value':>16}{'uct':>8}{'random':>8}"
    head += f"{'are best':>12}{'uct':>8}{'random':>8}"
    rows = [_row(own, low) for own, low in zip(marks, floor, strict=True)]
    return [head, *rows, f"  {1e3 * seconds:.3g} ms a move (median of {len(positions):,})"]


def _row(own: Mark, uct: Mark) -> str:
    keeps = f"{own.keeps:>16.1%}{uct.keeps:>8.1%}{own.random_keeps:>8.1%}"
    best = f"{own.best:>12.1%}{uct.best:>8.1%}{own.random_best:>8.1%}"
    return f"  {own.name:<20}{keeps}{best}   {own.positions:,}"


def game_lines(names: Sequence[str], points: Array) -> list[str]:
    """Return wins, draws and losses of the first player against each of the others, by seat."""
    lines = [
        f"  {f'{len(points)} openings against':<20}{'begins':>16}{'answers':>20}   won-drawn-lost"
    ]
    for k, name in enumerate(names[1:], start=1):
        seats = _record(points[:, 0, k]), _record(1 - points[:, k, 0])
        lines.append(f"  {name:<20}{seats[0]:>16}{seats[1]:>20}")
    return lines


def _record(points: Array) -> str:
    return "-".join(str(np.count_nonzero(points == result)) for result in (1.0, 0.5, 0.0))


def strength_lines(found: Sequence[Strength]) -> list[str]:
    """Return strengths, the greatest first."""
    lines = ["  strength in points of Elo (Bradley-Terry), 95 % interval over openings"]
    for each in sorted(found, key=lambda strength: -strength.points):
        lines.append(f"  {each.name:<20}{each.points:>16.0f}   {each.low:.0f} to {each.high:.0f}")
    return lines
