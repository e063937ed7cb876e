"""Self-play learners: a table with the value of each move, and the rules for `agents/loop.py`.

The value of a move is for the side that makes it, from -1 for a loss to 1 for a win. Both sides use
one table, each from its own view. A high value for one side is a low value for the other.

    target of a move = -(value of the best answer), and its result if it ends the game
    value <- value - learning_rate * (value - target)

The target uses the best answer, not the answer that is played. So the agent can learn perfect play
from random moves. The player of Sutton & Barto, section 1.5, learns only from greedy moves, with
the same result.

The state of the loop is the board from the view of the side to move. Its action is the bit of a
move. The learners need no opponent, and use only the rules of the environment's game.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, NamedTuple

import numpy as np
from gymnasium import Env

from spielfeld import guard, snapshot
from spielfeld.agents.loop import Rates, Step, Transition, loop
from spielfeld.agents.progress import CHUNK, NEVER, NO_RATES, Progress
from spielfeld.agents.self_play.config import SelfPlayConfig
from spielfeld.arrays import Array
from spielfeld.compiled import compiled
from spielfeld.envs.board_game.bits import choose, lowest
from spielfeld.envs.board_game.dynamics import AHEAD, EITHER
from spielfeld.envs.board_game.rules import (
    LARGEST_TABLE,
    Rules,
    has_line,
    is_full,
    legal_moves,
    move_of,
    stones_of,
)
from spielfeld.envs.board_game.soundness import require_game
from spielfeld.history import History
from spielfeld.learning.loss import squared_error_derivative
from spielfeld.learning.optimizer import descend
from spielfeld.protocols import rules_of
from spielfeld.settings import settings_of
from spielfeld.snapshot import Fixed, Values

TIE = 1e-9  # values with a smaller difference are equally good
LOSS = -1.0  # the lowest value of a move
SIDE = 31  # bits of a state for the stones of each side


class Table(NamedTuple):
    """Table of values, and the setting for its cells."""

    values: Values  # [cells of the table]
    symmetric: Annotated[bool, Fixed()]  # whether symmetric positions share a cell


class Numbers(NamedTuple):
    """Settings of a configuration, and the rules of the game."""

    learning_rate: float
    exploration_rate: float
    rules: Rules


def stones(state: int) -> tuple[int, int]:
    """Return the stones of the side to move and of the other side, one bit each."""
    return state & ((1 << SIDE) - 1), state >> SIDE


def cell(rules: Rules, own: int, other: int, move: int, symmetric: bool) -> int:
    """Return the cell of a move; `compiled(..., cell=...)` replaces this function."""
    raise NotImplementedError


def looked_up(rules: Rules, table: Table, own: int, other: int, move: int) -> float:
    """Return the table's value of a move."""
    value: float = table.values[cell(rules, own, other, move, table.symmetric)]
    return value


def move_value(rules: Rules, table: Table, own: int, other: int, move: int) -> float:
    """Return the value of a move for the side that makes it; a method may replace this function."""
    return looked_up(rules, table, own, other, move)


def best_value(rules: Rules, table: Table, own: int, other: int) -> float:
    """Return the value of the best move for the side to move."""
    best, left = LOSS, legal_moves(rules, own | other)
    while left:
        move = lowest(left)
        left ^= move
        best = max(best, move_value(rules, table, own, other, move))
    return best


def best_moves(rules: Rules, table: Table, own: int, other: int) -> int:
    """Return the moves with the highest value, ties included, one bit each."""
    least, found = best_value(rules, table, own, other) - TIE, 0
    left = legal_moves(rules, own | other)
    while left:
        move = lowest(left)
        left ^= move
        if move_value(rules, table, own, other, move) >= least:
            found |= move
    return found


def improve(values: Array, place: int, target: float, learning_rate: float) -> None:
    """Take one step of gradient descent on the squared error of one cell."""
    slope = squared_error_derivative(values[place], target)
    values[place] = descend(values[place], slope, learning_rate)


def begin_game(world: Rules, memory: Table, random: object) -> int:
    """Start with an empty board."""
    return 0


def make_move(
    world: Rules, memory: Table, random: object, state: int, action: int, elapsed: int
) -> Step:
    """Place a stone; the reward for the side that moved is 1 for a line."""
    own, other = stones(state)
    own |= action
    won = has_line(world, own)
    return Step(other | own << SIDE, 1.0 if won else 0.0, won or is_full(world, own | other), False)


def pick_move(
    memory: Table, settings: Numbers, state: int, rate: float, agent: np.random.Generator
) -> int:
    """Pick a random move with the exploration rate, otherwise a best one; two draws."""
    own, other = stones(state)
    explores = agent.random() < settings.exploration_rate
    moves = legal_moves(settings.rules, own | other)
    if not explores:
        moves = best_moves(settings.rules, memory, own, other)
    return choose(moves, agent.random())


def learn_from_answer(
    memory: Table,
    settings: Numbers,
    rates: Rates,
    transition: Transition,
    agent: np.random.Generator,
) -> None:
    """Move the value of a move towards its result, or minus the value of the best answer.

    The agent learns from every move at once, also from the last move of the losing side.
    """
    own, other = stones(transition.state)
    place = cell(settings.rules, own, other, transition.action, memory.symmetric)
    target = transition.reward
    if not transition.terminated:
        own, other = stones(transition.next_state)
        target = -best_value(settings.rules, memory, own, other)
    improve(memory.values, place, target, settings.learning_rate)


def value_positions(rules: Rules, table: Table, positions: Array, values: Array) -> None:
    """Write the value of each action in each position into `values`, -inf if it is illegal.

    Args:
        rules: Rules of the game.
        table: Table of values.
        positions: Numbers of the positions; see `table_index`. Shape [rows].
        values: Changed in place. Shape [rows, actions].
    """
    for row in range(positions.size):
        own, other = stones_of(rules, positions[row])
        for action in range(values.shape[1]):
            move = lowest(move_of(rules, own | other, action))  # two, if a stone hangs in the air
            values[row, action] = -np.inf
            if move:
                values[row, action] = move_value(rules, table, own, other, move)


class SelfPlayLearner:
    """Learner with a table of move values; subclasses define the cell of a move.

    Args:
        config: Settings; see `SelfPlayConfig`.
        seed: Seed of the learner and of the first reset of the environment.
    """

    saved: ClassVar = ("table", "progress")
    state, restore = snapshot.state, snapshot.restore
    table: Table
    config_class: ClassVar[type[Any]] = SelfPlayConfig
    cell: ClassVar[Callable[..., int]]  # (rules, own, other, move, symmetric) -> cell of the table
    move_value: ClassVar[Callable[..., float]]  # (rules, table, own, other, move) -> value
    values_of_position: ClassVar[bool] = False  # whether a position has a cell for each move
    game_loop: ClassVar[Callable[..., None]]
    valuing: ClassVar[Callable[..., None]]

    def __init_subclass__(cls) -> None:
        """Put the rules of the game and of the subclass into the loop."""
        rules: dict[str, Callable[..., Any]] = {"cell": cls.cell, "move_value": cls.move_value}
        cls.game_loop = staticmethod(compiled(
            loop, allocates=False, begin=begin_game, step=make_move, pick=pick_move,
            update=learn_from_answer, **rules,
        ))  # fmt: skip
        cls.valuing = staticmethod(compiled(value_positions, allocates=False, **rules))

    def __init__(self, config: object = None, seed: int = 0, **settings: object) -> None:
        self.config: SelfPlayConfig = settings_of(self.config_class, config, settings)
        self.seed, self.progress = seed, Progress(seed)
        self._source: Env[Any, Any] | None = None

    @property
    def samples(self) -> int:
        """Plies learned from so far; a ply is one move of one side."""
        return self.progress.samples

    def learn(self, source: Env[Any, Any], samples: int) -> History:
        """Play `samples` more plies against itself.

        Args:
            source: A board game; its opponent is not used.
            samples: Plies: moves of both sides.

        Returns:
            One row for each finished game: samples, episode_return (of the first player),
            episode_length (plies).

        Raises:
            ValueError: If `source` is no board game, or its board is too large for a table.
        """
        samples = guard.whole("samples", samples)
        self._connect(source)
        history, goal = History.of_episodes([]), self.samples + samples
        while self.samples < goal:
            history += self._play(min(goal - self.samples, CHUNK), NEVER)
        return history

    def learn_episodes(self, source: Env[Any, Any], episodes: int) -> History:
        """Learn as `learn` does, until `episodes` more games are over."""
        episodes = guard.whole("episodes", episodes)
        self._connect(source)
        history = History.of_episodes([])
        while len(history) < episodes:
            history += self._play(CHUNK, episodes - len(history))
        return history

    def predict(self, inputs: object) -> Array:
        """Return the value of each action for the side to move, -inf if it is illegal.

        Args:
            inputs: Numbers of positions, as in observations with `observation="index"`.

        Returns:
            Values from -1 to 1, [actions] for one position or [rows, actions] for many.

        Raises:
            ValueError: If a number belongs to no position.
        """
        positions = guard.indices("Positions", inputs, 3**self.rules.cells)
        values = np.empty((positions.size, self.rules.actions))
        type(self).valuing(self.rules, self.table, positions.ravel(), values)
        return values.reshape(*positions.shape, -1)

    def act(self, observation: object) -> int:
        """Pick an action with exploration, as during learning."""
        values = self.predict(observation)
        explores = self.progress.generator.random() < self.config.exploration_rate
        least = -np.inf if explores else values.max() - TIE
        candidates = np.flatnonzero((values >= least) & (values > -np.inf))
        return int(candidates[int(self.progress.generator.random() * candidates.size)])

    def index_bounds(self) -> dict[str, int]:
        """Return the bounds of the indices in a saved state."""
        return {"states": 1 << 2 * SIDE, "actions": 1 << SIDE}

    def require_sound(self) -> None:
        """Refuse a restored game whose position is impossible.

        Raises:
            ValueError: If the position is impossible; names the error.
        """
        state, action, length, _, _ = (array.item() for array in self.progress.position)
        own, other = stones(max(state, 0))
        require_game("The saved game", self.rules, AHEAD[EITHER], own, other, ended=False)
        plies = (own | other).bit_count()
        counted = action < 0 and (state < 0 or plies == length)
        guard.require(counted, f"The saved game has {plies} stones after {length} plies.")

    def _connect(self, source: Env[Any, Any]) -> None:
        """Prepare for a source; another game than last time starts with an empty table."""
        if source is self._source:
            return
        if self._source is None or rules_of(source.unwrapped, Rules) != self.rules:
            self.prepare(source)
        source.reset(seed=self.seed)
        self._source = source

    def prepare(self, source: Env[Any, Any]) -> None:
        """Make a table for the board of `source`, without learning.

        Raises:
            ValueError: If `source` is no board game, or its board is too large for a table.
        """
        rules = rules_of(source.unwrapped, Rules)
        if rules is None:
            raise ValueError("Self-play needs a board game, such as spielfeld/TicTacToe-v0.")
        if not rules.fits_table:
            raise ValueError(
                f"A board of {rules.rows} x {rules.columns} cells has too many positions for a "
                f"table. The largest board has {LARGEST_TABLE} cells."
            )
        self.rules = rules
        columns = rules.cells if self.values_of_position else 1
        values = np.full(3**rules.cells * columns, float(self.config.initial_value))
        self.table = Table(values, self.config.symmetries)
        self._source = source

    def _play(self, plies: int, games: int) -> History:
        shortest = min(2 * self.rules.connect - 1, self.rules.cells)  # or the board is full
        numbers = Numbers(self.config.learning_rate, self.config.exploration_rate, self.rules)
        room = min(plies // shortest + 1, games)
        self.progress.advance(
            self.game_loop, self.rules, self.table, numbers, NO_RATES, None, plies, room
        )
        finished = self.progress.recorded()
        first_moved_last = finished["episode_length"] % 2 == 1
        result = np.where(first_moved_last, 1.0, -1.0) * finished["episode_return"]
        return History(**{**finished.columns, "episode_return": result + 0.0})
