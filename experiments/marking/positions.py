"""Positions with the score of every move under perfect play, for marking players."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from spielfeld.envs.board_game.position import Position
from spielfeld.envs.board_game.rules import CONNECT_FOUR, TIC_TAC_TOE, Rules
from spielfeld.envs.board_game.solver import action_scores

SHIPPED = Path(__file__).with_name("connect_four.npz")
STAGES = {"beginning": range(8, 14), "middle": range(14, 26), "end": range(26, 39)}  # stones
DIFFICULTIES = ("easy", "hard")
HARD = 1 / 3  # share of the legal moves that keep the value, from which downwards it is hard to
CLASSES = tuple(f"{stage}, {level}" for stage in STAGES for level in DIFFICULTIES)
ILLEGAL = -128  # in the file


@dataclass(frozen=True, eq=False)
class LabelledPositions:
    """Positions with scores of all moves; in each, some legal move loses value.

    Args:
        rules: Rules of the game.
        own: Stones of the side to move. Shape [positions].
        other: Stones of its opponent. Shape [positions].
        scores: Score of each action under perfect play, for the side to move. It is positive for a
            win and higher for a fast win, 0 for a draw, and nan for illegal actions. Shape
            [positions, actions].
        kinds: Number of each position's class. Shape [positions].
        names: Names of the classes.
    """

    rules: Rules
    own: npt.NDArray[np.int64]
    other: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float64]
    kinds: npt.NDArray[np.int8]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.own)

    def __iter__(self) -> Iterator[Position]:
        for own, other in zip(self.own.tolist(), self.other.tolist(), strict=True):
            yield Position(self.rules, own, other)


def keeps_value(scores: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Return which moves lead to the same result as the best one: win, draw or loss.

    Args:
        scores: Score of each action; nan for illegal ones. Shape [..., actions].
    """
    results = np.sign(scores)
    kept: npt.NDArray[np.bool_] = results == np.nanmax(results, axis=-1, keepdims=True)
    return kept


def positions_of(rules: Rules) -> LabelledPositions | None:
    """Return the labelled positions of a game, or None if it has none.

    Connect Four has a file with positions of six classes. For tic-tac-toe they are all positions in
    which some move loses value.
    """
    if rules == TIC_TAC_TOE:
        return _all_of(rules)
    return shipped() if rules == CONNECT_FOUR else None


def shipped() -> LabelledPositions:
    """Read the labelled positions of Connect Four."""
    with np.load(SHIPPED) as file:
        own, other, scores, kinds = (file[name] for name in ("own", "other", "scores", "kinds"))
    known = np.where(scores == ILLEGAL, np.nan, scores.astype(np.float64))
    return LabelledPositions(CONNECT_FOUR, own, other, known, kinds, CLASSES)


def _all_of(rules: Rules) -> LabelledPositions:
    """Label every position of a small game in which some move loses value."""
    layer, found = {Position(rules)}, []
    while layer:
        scored = [(each, action_scores(each)) for each in layer if not each.over]
        found += [(each, scores) for each, scores in scored
                  if keeps_value(scores).sum() < len(each.legal_actions)]  # fmt: skip
        layer = {each.play(action) for each, _ in scored for action in each.legal_actions}
    found.sort(key=lambda pair: (pair[0].plies, pair[0].own, pair[0].other))
    return labelled(rules, [(*pair, 0) for pair in found], ("all",))


def labelled(
    rules: Rules,
    found: Sequence[tuple[Position, npt.NDArray[np.float64], int]],
    names: tuple[str, ...],
) -> LabelledPositions:
    """Gather positions, their scores and the numbers of their classes."""
    positions, scores, kinds = zip(*found, strict=True)
    own, other = (
        np.array([each.own for each in positions]),
        np.array([each.other for each in positions]),
    )
    return LabelledPositions(rules, own, other, np.array(scores), np.array(kinds, np.int8), names)
