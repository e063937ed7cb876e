"""Generator of the Connect Four positions for marking players: `python -m ...generate`.

The same seed makes the same file.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spielfeld.envs.board_game.bits import choose
from spielfeld.envs.board_game.opponents import any_moves, rule_moves
from spielfeld.envs.board_game.position import Position
from spielfeld.envs.board_game.rules import CONNECT_FOUR, action_of
from spielfeld.envs.board_game.solver import Solver
from spielfeld.envs.board_game.symmetry import canonical
from spielfeld.experiments.marking.positions import (
    CLASSES,
    DIFFICULTIES,
    HARD,
    ILLEGAL,
    SHIPPED,
    STAGES,
    LabelledPositions,
    keeps_value,
    labelled,
)


@dataclass(frozen=True)
class Options:
    """Label positions of Connect Four by the solver, and write them to a file."""

    seed: int = 0
    """Seed of the games that contain the positions."""
    each: int = 1_000
    """Number of positions in each of the six classes."""
    output: Path = SHIPPED
    """File of the positions."""


def generate(seed: int, each: int) -> LabelledPositions:
    """Return new positions of Connect Four with the score of every move.

    Half of the moves follow rules of thumb and half are random, so the positions are of mixed
    quality. Each game stops at a random stone. Known positions and their mirror images are left
    out. So are positions in which every legal move keeps the value.

    Args:
        seed: Seed of the games.
        each: Number of positions in each class.
    """
    from rich.progress import track

    generator, solver = np.random.default_rng(seed), Solver(CONNECT_FOUR)
    seen: set[tuple[int, int]] = set()
    found = []
    for kind in track(np.repeat(range(len(CLASSES)), each).tolist(), "Solving"):
        stage, level = divmod(kind, len(DIFFICULTIES))
        scores = None
        while scores is None:
            position = _broken_off(generator, list(STAGES.values())[stage])
            scores = _scores(solver, position, seen, hard=level == 1)
        found.append((position, scores, kind))
    return labelled(CONNECT_FOUR, found, CLASSES)


def _broken_off(generator: np.random.Generator, stones: range) -> Position:
    """Play until there are so many stones, or the game is over."""
    position, goal = Position(CONNECT_FOUR), generator.choice(stones)
    while position.plies < goal and not position.over:
        moves = rule_moves if generator.random() < 0.5 else any_moves
        chosen = choose(moves(CONNECT_FOUR, position.own, position.other), generator.random())
        position = position.play(action_of(CONNECT_FOUR, chosen))
    return position


def _scores(
    solver: Solver, position: Position, seen: set[tuple[int, int]], hard: bool
) -> np.ndarray | None:
    """Return the scores of the moves if the position is new, undecided, and as hard as wanted."""
    image = canonical(CONNECT_FOUR, position.own, position.other)
    if position.over or image in seen:
        return None
    scores = solver.action_scores(position)
    kept, legal = keeps_value(scores).sum(), len(position.legal_actions)
    if kept == legal or (kept / legal <= HARD) != hard:
        return None
    seen.add(image)
    return scores


def save(found: LabelledPositions, path: Path) -> None:
    """Write positions as `shipped` reads them."""
    scores = np.where(np.isnan(found.scores), ILLEGAL, found.scores).astype(np.int8)
    np.savez_compressed(path, own=found.own, other=found.other, scores=scores, kinds=found.kinds)


def main() -> None:
    """Run the command."""
    import tyro

    options = tyro.cli(Options)
    save(generate(options.seed, options.each), options.output)
    print(f"Written to {options.output}.")


if __name__ == "__main__":
    main()
