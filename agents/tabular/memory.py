"""The arrays that tabular methods learn in, and the ranges in which saved numbers must lie.

Each method keeps a named tuple of arrays that compiled loops change in place. The annotation of an
array says what its numbers stand for, so that a state from a file is checked before it is restored.
"""

from __future__ import annotations

from typing import Annotated, NamedTuple, Protocol, runtime_checkable

from spielfeld.arrays import Array
from spielfeld.settings import Amount, Finite, Range, Share
from spielfeld.snapshot import Counts, Grows, Index, Values

Allowed = Annotated[Array, Amount]
"""Whether actions are allowed, or the weights that a policy gives them."""
States = Annotated[Array, Index("states")]
StatesOrNone = Annotated[Array, Index("states", none=True)]
Columns = Annotated[Array, Index("columns")]
Cells = Annotated[Array, Index("cells")]
"""Cells of the table, each as row * columns + column."""
CellsOrNone = Annotated[Array, Index("cells", none=True)]
CellCount = Annotated[Array, Index("cell_counts")]
"""How many cells of a list are in use, one number."""
StepsOrNone = Annotated[Array, Range(-1, 2**62)]
EpisodeStates = Annotated[Array, Grows(), Index("states")]
"""Of each step of the episode; the array grows with it."""
EpisodeColumns = Annotated[Array, Grows(), Index("columns")]
EpisodeRewards = Annotated[Array, Grows(), Finite]
EpisodeShares = Annotated[Array, Grows(), Share]


class Tabular(Protocol):
    """The arrays that every memory begins with."""

    @property
    def table(self) -> Values:
        """Action values, or values of states. Shape [states, actions] or [states, 1]."""
        ...

    @property
    def visits(self) -> Counts:
        """Updates of each cell, of the table's shape."""
        ...

    @property
    def legal(self) -> Allowed:
        """Actions known to be allowed, or a policy's weights. Shape [states, actions]."""
        ...


@runtime_checkable
class SoundMemory(Protocol):
    """A memory whose arrays must agree with one another."""

    def require_sound(self, steps: int) -> None:
        """Raise a ValueError if they do not fit an episode of `steps` environment steps."""
        ...


class Memory(NamedTuple):
    """The arrays of every method; one that needs more names these first, then its own."""

    table: Values  # action values [states, actions]
    visits: Counts  # updates of each cell [states, actions]
    legal: Allowed  # actions known to be allowed [states, actions]


class TileMemory(NamedTuple):
    """The arrays of a method on tiles; a state is the row of `tiles` that holds its active ones."""

    table: Values  # summands of action values [tiles, actions]
    visits: Counts  # updates of each cell [tiles, actions]
    legal: Allowed  # actions allowed at the two latest observations [2, actions]
    tiles: Annotated[Array, Index("tiles")]  # active at the two latest observations [2, tilings]
