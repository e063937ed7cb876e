"""The greedy policy of a trained run, as a player of board games."""

from __future__ import annotations

import numpy as np

from spielfeld.envs.board_game.observation import Observer
from spielfeld.envs.board_game.outcome import Numbers
from spielfeld.envs.board_game.position import Position
from spielfeld.envs.board_game.rules import Rules, move_of
from spielfeld.experiments.greedy import best_actions, predict_one, require_choice
from spielfeld.experiments.sources import Source
from spielfeld.learning.data_sets.data_set import Split
from spielfeld.protocols import Predicts, observer_of, rules_of


class Graduate:
    """A trained learner as an opponent: a `Chooser` among its best moves.

    Args:
        learner: Predicts a value for each action.
        learned: The game that it has learned.
        rules: Of the game to be played.
        name: Of the player.
        source: Name of `learned`.

    Raises:
        ValueError: If the learner learned another game, or has nothing to choose by.
    """

    def __init__(
        self, learner: Predicts, learned: Source, rules: Rules, name: str, source: str
    ) -> None:
        world = None if isinstance(learned, Split) else learned.unwrapped
        observer = observer_of(world, Observer)
        if observer is None or rules_of(world, Rules) != rules:
            raise ValueError(f"The run learned {source}, which is another game than this.")
        require_choice(learner)
        self.learner, self.name, self._observer = learner, name, observer

    def moves(self, rules: Rules, own: int, other: int) -> int:
        """Return the moves that are worth most, ties included, one bit each."""
        stones, predicted = own | other, predict_one(self.learner, self._observer(own, other))
        best = best_actions(predicted, self._observer.legal(stones))
        return sum(move_of(rules, stones, action) for action in np.flatnonzero(best).tolist())

    def think(self, position: Position) -> Numbers:
        """Return what each action is worth. Shape [actions]."""
        return predict_one(self.learner, self._observer(position.own, position.other))
