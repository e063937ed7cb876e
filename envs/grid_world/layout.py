"""Layout of a grid world: its map, the meaning of the characters and its rules."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from spielfeld.envs.grid_world.layout_error import Origin

# Actions of a grid world in the order of their numbers. "four" uses the first four, "king"
# the first eight. A stay action comes last.
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
    """Meaning of one character of the map.

    Args:
        name: Name of the tile, for titles and messages.
        wall: The agent cannot enter the cell; a move against it is a bump.
        start: An episode may begin here (uniformly among all such cells).
        end: Entering it ends the episode.
        reward: Reward of a step that leads here, instead of the step reward.
        to: Entering it moves the agent on at once to a cell with this character.
        exit_to: Every action here leads to a cell with this character.
        exit_reward: Reward of that action, instead of the step reward.
        exits: Directions in which the agent can leave; None for all. Other moves are bumps.
        key: Entering it picks up the key of this name.
        door: The cell is a wall for an agent that does not hold the key of this name.
        colour: Fill colour as "#rrggbb"; None for a colour that depends on the meaning.
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
    """Probabilities of a move's directions, relative to the intended one; they sum to 1."""

    forward: float = 1.0
    left: float = 0.0
    right: float = 0.0
    back: float = 0.0
    stay: float = 0.0


STRAIGHT = Slip()


@dataclass(frozen=True)
class Layout:
    """A grid world: a map in characters, the meaning of the characters, and the rules.

    Args:
        rows: Rows of the map, all of the same length; row 0 is the top.
        legend: Meaning of every character on the map.
        name: Title of the world.
        source: Book or paper that the world comes from.
        moves: "four" directions or "king" for eight.
        stay: Whether there is also a stay action.
        slip: Probabilities of slipping in another direction.
        wind: Number of cells that the wind of each column moves the agent upwards; empty for none.
        step_reward: Reward of a step, unless another rule sets the reward.
        bump_reward: Reward of a move that a wall stops; None for the step reward.
        start_anywhere: Start uniformly in all cells in which the agent can act.
        continuing: Whether the world has no end; otherwise a missing goal is an error.
        discount: Discount of this world's returns.
        max_episode_steps: Time limit in environment steps; None for no limit.
        open_border: Whether the outer wall may have a gap; otherwise a gap is an error.
        origin: File and text of the layout, so that errors can name the place.
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
        """Names of the keys on the map; bit i of a key mask means that the agent holds key i."""
        tiles = (self.legend[sign] for sign in frozenset().union(*self.rows))
        return tuple(sorted({tile.key for tile in tiles if tile.key is not None}))

    @cached_property
    def goals(self) -> frozenset[str]:
        """Characters of the ends that are goals; every other end is a pit.

        An end is a pit if its name is "pit" or its reward is negative. If no end would be a goal,
        ends with a negative reward are goals too.
        """
        on_map = frozenset().union(*self.rows)
        ends = {sign for sign in on_map & self.legend.keys() if self.legend[sign].end}
        named = {sign for sign in ends if self.legend[sign].name != "pit"}
        return frozenset({sign for sign in named if (self.legend[sign].reward or 0) >= 0} or named)

    def tile(self, row: int, column: int) -> Tile:
        """Return the tile of a cell."""
        return self.legend[self.rows[row][column]]
