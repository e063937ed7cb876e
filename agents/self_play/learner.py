"""What learners by self-play share: a table, acting by it, and the loop.

Learners with pure update functions; each of their steps is one of gradient descent on one cell.
They need no opponent: of an environment they ask only which game is played.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from spielfeld import guard
from spielfeld.agents.self_play.config import SelfPlayConfig
from spielfeld.agents.self_play.loop import (
    TIE,
    Game,
    Games,
    Numbers,
    Table,
    self_play,
    value_positions,
)
from spielfeld.arrays import Array
from spielfeld.compiled import compiled
from spielfeld.envs.board_game.dynamics import AHEAD, EITHER
from spielfeld.envs.board_game.rules import LARGEST_TABLE, Rules
from spielfeld.envs.board_game.soundness import require_game
from spielfeld.history import History

CHUNK = 1 << 16  # plies between two looks at the keyboard
NEVER = 2**62  # games


class SelfPlayLearner:
    """A table of what moves are worth; subclasses say where a move is looked up.

    Args:
        config: Settings; see `SelfPlayConfig`.
        seed: Of its generator, and of the environment's first reset.
    """

    config_class: ClassVar[type[Any]] = SelfPlayConfig
    cell: ClassVar[Callable[..., int]]  # (rules, own, other, move, symmetric) -> cell of the table
    move_value: ClassVar[Callable[..., float]]  # (rules, table, own, other, move) -> value
    values_of_position: ClassVar[bool] = False  # whether a position has a cell for each move
    loop: ClassVar[Callable[..., tuple[int, int]]]
    valuing: ClassVar[Callable[..., None]]

    def __init_subclass__(cls) -> None:
        """Compile the loop with the subclass's own rules."""
        rules = {"cell": cls.cell, "move_value": cls.move_value}
        cls.loop = staticmethod(compiled(self_play, allocates=False, **rules))
        cls.valuing = staticmethod(compiled(value_positions, allocates=False, **rules))

    def __init__(self, config: Any = None, seed: int = 0) -> None:
        self.config = config or self.config_class()
        self.seed, self.samples = seed, 0
        self.generator = np.random.default_rng([seed, 1])  # the world's is seeded with seed alone
        self.numbers = Numbers(self.config.learning_rate, self.config.exploration_rate)
        self._game = Game(*(np.array([start]) for start in (0, 0, -1, 0)))
        self._source: Any = None

    def learn(self, source: Any, samples: int) -> History:
        """Play `samples` more plies against itself.

        Args:
            source: A board game, whose opponent is left alone.
            samples: Plies: moves of both sides.

        Returns:
            One row for each game finished meanwhile: samples, episode_return (of the first player),
            episode_length (plies).

        Raises:
            ValueError: If `source` is no board game, or one whose board is too large for a table,
                or `samples` is no whole number.
        """
        samples = guard.whole("samples", samples)
        self._connect(source)
        history, goal = History.of_episodes([]), self.samples + samples
        while self.samples < goal:
            history += self._play(min(goal - self.samples, CHUNK), NEVER)
        return history

    def learn_episodes(self, source: Any, episodes: int) -> History:
        """Learn as `learn` does, until so many more games are over."""
        episodes = guard.whole("episodes", episodes)
        self._connect(source)
        history = History.of_episodes([])
        while len(history) < episodes:
            history += self._play(CHUNK, episodes - len(history))
        return history

    def predict(self, inputs: Any) -> Array:
        """Return what each action is worth to the side to move, -inf where it is illegal.

        Args:
            inputs: Numbers of positions, as `observation="index"` shows them.

        Returns:
            Values from -1 to 1, [actions] for one position or [rows, actions] for many.

        Raises:
            ValueError: If a number stands for no position.
        """
        positions = guard.indices("Positions", inputs, 3**self.rules.cells)
        values = np.empty((positions.size, self.rules.actions))
        type(self).valuing(self.rules, self.table, positions.ravel(), values)
        return values.reshape(*positions.shape, -1)

    def act(self, observation: Any) -> int:
        """Pick an action, exploring as while learning."""
        values = self.predict(observation)
        explores = self.generator.random() < self.config.exploration_rate
        least = -np.inf if explores else values.max() - TIE
        candidates = np.flatnonzero((values >= least) & (values > -np.inf))
        return int(candidates[int(self.generator.random() * candidates.size)])

    def state(self) -> dict[str, Any]:
        """Return everything that learning depends on, as arrays and JSON values."""
        return {
            "values": self.table.values.copy(),
            "samples": self.samples,
            "game": {name: array.item() for name, array in self._game._asdict().items()},
            "generator": self.generator.bit_generator.state,
        }

    def restore(self, state: dict[str, Any], source: Any) -> None:
        """Continue from what `state()` returned, with the game of `source`.

        Raises:
            ValueError: If the saved table belongs to another board, or a saved number is an
                impossible one. Then nothing has changed.
        """
        fresh = copy.copy(self)
        fresh._measure(source)
        values, needed = guard.entry(state, "values"), fresh.table.values
        if np.shape(values) != needed.shape:
            raise ValueError(
                f"The saved table has shape {np.shape(values)}, but this board needs "
                f"{needed.shape}."
            )
        needed[:] = guard.like("The saved table", values, needed)
        fresh._game = saved_game(guard.entry(state, "game"), fresh.rules, needed.size)
        fresh.samples, fresh._source = guard.whole("samples", guard.entry(state, "samples")), source
        generator = guard.generator_of(self.generator, state)
        vars(self).update(vars(fresh))
        self.generator.bit_generator.state = generator

    def _connect(self, source: Any) -> None:
        """Prepare for a source; another game than last time begins with an empty table."""
        if source is self._source:
            return
        if getattr(source.unwrapped, "rules", None) != getattr(self, "rules", ()):
            self._measure(source)
        source.reset(seed=self.seed)
        self._source = source

    def _measure(self, source: Any) -> None:
        """Make a table for the board of `source`."""
        rules = getattr(source.unwrapped, "rules", None)
        if not isinstance(rules, Rules):
            raise ValueError("Self-play needs a board game, such as spielfeld/TicTacToe-v0.")
        if not rules.fits_table:
            raise ValueError(
                f"A board of {rules.rows} x {rules.columns} cells has too many positions for a "
                f"table; self-play with one is for up to {LARGEST_TABLE} cells."
            )
        self.rules = rules
        columns = rules.cells if self.values_of_position else 1
        values = np.full(3**rules.cells * columns, float(self.config.initial_value))
        self.table = Table(values, self.config.symmetries)

    def _play(self, plies: int, games: int) -> History:
        shortest = min(2 * self.rules.connect - 1, self.rules.cells)  # a full board ends it too
        room = min(plies // shortest + 1, games)
        finished = Games(*(np.zeros(room) for _ in Games._fields))
        taken, count = type(self).loop(
            self.rules, self.table, self.numbers, self._game, finished, self.generator,
            self.samples, plies, games,
        )  # fmt: skip
        self.samples += taken
        return History.of_episodes(np.column_stack(finished)[:count].tolist())


def saved_game(given: Any, rules: Rules, cells: int) -> Game:
    """Return the game under way of a saved state.

    Args:
        given: Numbers by name.
        rules: Of the game.
        cells: Of the table.

    Raises:
        ValueError: If no game can stand like that.
    """
    limits = {"own": (0, rules.board + 1), "other": (0, rules.board + 1), "last": (-1, cells),
              "length": (0, rules.cells)}  # fmt: skip
    game = {
        name: guard.whole(f"The saved game's {name}", guard.entry(given, name), *limits[name])
        for name in Game._fields
    }
    own, other, plies = game["own"], game["other"], game["length"]
    require_game("The saved game", rules, AHEAD[EITHER], own, other, ended=False)
    counted = (own | other).bit_count() == plies and (game["last"] >= 0) == (plies > 0)
    guard.require(counted, f"The saved game's length and last move do not fit its {plies} plies.")
    return Game(*(np.array([game[name]]) for name in Game._fields))
