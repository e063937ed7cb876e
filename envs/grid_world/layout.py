"""What a grid world's layout says, before anything is computed from it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from spielfeld.envs.grid_world.layout_error import Origin

# Actions of a grid world in the order of their numbers; "four" uses the first four,
# "king" the first eight; a stay action comes last.
DIRECTIONS: dict[str, tuple[int, int]] = {
    "up": (-1, 0),
    "right": (0, 1),
    "down": (1, 0),
    "left": (0, -1),
    "up-right": (-1, 1),
    "down-right": (1, 1),
    "down-left": (1, -1),
    "up-left": (-1, -1),
    "stay": (0, 0),
}


@dataclass(frozen=True)
class Tile:
    """What one character of the map means.

    Args:
        name: A word for it, shown to people.
        wall: Nobody can stand here; moving against it is a bump.
        start: An episode may begin here (uniformly among all such cells).
        end: Entering it ends the episode.
        reward: Paid instead of the step reward whenever a step leads here.
        to: Entering it moves you on at once to a cell with this character.
        exit_to: Any action taken here leads to a cell with this character.
        exit_reward: Paid for that action instead of the step reward.
        exits: Directions in which it can be left; None for all. Other moves are bumps.
        key: Entering it picks up the key of this name.
        door: A wall to whoever does not hold the key of this name.
        colour: Fill colour as "#rrggbb"; None lets the renderer choose by meaning.
    """

    name: str = ""
    wall: bool = False
    start: bool = False
    end: bool = False
    reward: float | None = None
    to: str | None = None
    exit_to: str | None = None
    exit_reward: float | None = None
    exits: tuple[str, ...] | None = None
    key: str | None = None
    door: str | None = None
    colour: str | None = None


BUILT_IN_TILES = MappingProxyType(
    {
        "#": Tile("wall", wall=True),
        ".": Tile("floor"),
        "S": Tile("start", start=True),
        "G": Tile("goal", end=True),
        "P": Tile("pit", end=True),
    }
)


class Slip(NamedTuple):
    """Where a move goes, relative to what was meant; the five probabilities sum to 1."""

    forward: float = 1.0
    left: float = 0.0
    right: float = 0.0
    back: float = 0.0
    stay: float = 0.0


STRAIGHT = Slip()


@dataclass(frozen=True)
class Layout:
    """A grid world: a map in characters, what the characters mean, and the rules.

    Args:
        rows: The map, every row of the same length; row 0 is the top.
        legend: Meaning of every character on the map.
        name: Title, shown to people.
        source: Where the world comes from.
        moves: "four" directions or "king" for eight.
        stay: Whether there is a stay action as well.
        slip: How moves go astray.
        wind: Cells that each column blows upwards after a move; empty for no wind.
        step_reward: Paid for each step that nothing else pays for.
        bump_reward: Paid instead when a wall stops the move; None to treat it as any step.
        start_anywhere: Start uniformly on every cell where one can stand and go on.
        continuing: Nothing ends an episode, which is meant.
        discount: The discount by which this world measures returns.
        max_episode_steps: Time limit in environment steps; None for none.
        open_border: A gap in the outer wall is meant.
        origin: File and text that it was read from, so that mistakes can be located.
    """

    rows: tuple[str, ...]
    legend: dict[str, Tile] = field(default_factory=lambda: dict(BUILT_IN_TILES))
    name: str = ""
    source: str = ""
    moves: str = "four"
    stay: bool = False
    slip: Slip = STRAIGHT
    wind: tuple[int, ...] = ()
    step_reward: float = 0.0
    bump_reward: float | None = None
    start_anywhere: bool = False
    continuing: bool = False
    discount: float = 1.0
    max_episode_steps: int | None = None
    open_border: bool = False
    origin: Origin | None = field(default=None, repr=False, compare=False)

    @property
    def shape(self) -> tuple[int, int]:
        """Number of rows and columns."""
        return len(self.rows), len(self.rows[0])

    @property
    def actions(self) -> tuple[str, ...]:
        """Names of the actions in the order of their numbers."""
        moves = list(DIRECTIONS)[: 4 if self.moves == "four" else 8]
        return (*moves, "stay") if self.stay else tuple(moves)

    @cached_property
    def key_names(self) -> tuple[str, ...]:
        """Names of the keys on the map; bit i of a key mask says that key i is held."""
        tiles = (self.legend[sign] for sign in frozenset().union(*self.rows))
        return tuple(sorted({tile.key for tile in tiles if tile.key is not None}))

    @cached_property
    def goals(self) -> frozenset[str]:
        """Characters of the ends worth reaching; every other end is a pit.

        An end is a pit if it is named so or pays a negative reward, unless every end does.
        """
        on_map = frozenset().union(*self.rows)
        ends = {sign for sign in on_map & self.legend.keys() if self.legend[sign].end}
        named = {sign for sign in ends if self.legend[sign].name != "pit"}
        return frozenset({sign for sign in named if (self.legend[sign].reward or 0) >= 0} or named)

    def tile(self, row: int, column: int) -> Tile:
        """Return what stands at a cell."""
        return self.legend[self.rows[row][column]]
