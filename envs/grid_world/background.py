"""Background of a grid world's picture, the same for all states: frame, tiles and wind."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spielfeld.arrays import Bytes
from spielfeld.envs.grid_world import palette
from spielfeld.envs.grid_world.layout import Layout, Tile
from spielfeld.envs.grid_world.overlay import NUMBERS_FROM, Blits
from spielfeld.envs.grid_world.pygame_ce import pygame
from spielfeld.envs.grid_world.shapes import Sign, sprite
from spielfeld.envs.grid_world.tiles import signs

RGB = (0xFF, 0xFF00, 0xFF0000, 0)  # in this byte order, a surface is an array without a copy
CAPTION, LEGEND = 26, 26  # heights of the strips above and below the map, in pixels
LEAST_WIDTH = 340  # pixels for a caption or a legend
WIND_SHARE = 0.4  # height of the strip that shows the wind, in cells
GRID_FROM, SIGNS_FROM, CORNERS_FROM, COINS_FROM = 6, 4, 16, 24  # smallest cells, in pixels


class Frame(NamedTuple):
    """Places of a picture's parts, in pixels; `bottom` is the lower edge of the map."""

    width: int
    height: int
    cell: int
    left: int
    top: int
    bottom: int

    def corner(self, row: float, column: float) -> tuple[float, float]:
        """Return the top left corner of a cell: pixels from the left and from the top."""
        return self.left + column * self.cell, self.top + row * self.cell


class Same(NamedTuple):
    """A layout that is compared by identity, so that caches can use it as a key."""

    layout: Layout

    def __hash__(self) -> int:
        return id(self.layout)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and self.layout is other.layout


def fitting_size(layout: Layout, cell: int, strips: int) -> tuple[int, int]:
    """Return width and height of a picture with cells of a given size, all in pixels.

    Args:
        layout: Layout of the world.
        cell: Side of a cell.
        strips: 0 for none, 1 for a caption, 2 for a legend, 3 for both.
    """
    rows, columns = layout.shape
    width = max(columns * cell, LEAST_WIDTH if strips else 0)
    return width, rows * cell + _wind_height(layout, cell) + sum(_strip_heights(strips))


def arrange(layout: Layout, size: tuple[int, int], strips: int) -> Frame:
    """Place the map in a picture, between the strips for caption and legend.

    Args:
        layout: Layout of the world.
        size: Width and height of the picture in pixels.
        strips: As in `fitting_size`.

    Raises:
        ValueError: If a cell would be smaller than one pixel.
    """
    (rows, columns), (width, height) = layout.shape, size
    above, below = _strip_heights(strips)
    windy = WIND_SHARE if any(layout.wind) else 0.0
    cell = min(width // columns, int((height - above - below) / (rows + windy)))
    if cell < 1:
        raise ValueError(
            f"A picture of {width} x {height} pixels is too small for {columns} x {rows} cells."
        )
    spare = height - above - below - rows * cell - _wind_height(layout, cell)
    top = above + max(0, spare // 2)
    return Frame(width, height, cell, (width - columns * cell) // 2, top, top + rows * cell)


def _strip_heights(strips: int) -> tuple[int, int]:
    return CAPTION * (strips & 1), LEGEND * (strips >> 1)


def _wind_height(layout: Layout, cell: int) -> int:
    return round(WIND_SHARE * cell) if any(layout.wind) else 0


@lru_cache(maxsize=8)
def background(same: Same, frame: Frame, keys: tuple[str, ...], learnt: bool) -> pygame.Surface:
    """Return the background; the surface is shared, so do not draw on it.

    Args:
        same: Layout of the world.
        frame: Place of the map.
        keys: Names of the keys that the agent holds.
        learnt: Whether values or a policy will cover the cells in which the agent acts. Their
            signs are then small and in the corners.
    """
    layout = same.layout
    picture = pygame.Surface((frame.width, frame.height), 0, 24, RGB)
    picture.fill(palette.PAPER)
    _fill_tiles(map_pixels(picture, frame, layout), layout, frame.cell)
    for character in layout.legend:
        parts = _parts(layout, character, frame.cell, keys, learnt)
        picture.fblits(_repeat(parts, same, character, frame))
    _draw_wind(picture, layout, frame)
    return picture


def corner_signs(same: Same, frame: Frame, keys: tuple[str, ...]) -> Blits:
    """Return the signs of the cells in which the agent acts, for corners above the values."""
    blits: Blits = []
    for character, tile in same.layout.legend.items():
        if acting(tile):
            parts = _parts(same.layout, character, frame.cell, keys, True)
            blits += _repeat(parts, same, character, frame)
    return blits


def draw_rims(picture: pygame.Surface, same: Same, frame: Frame) -> None:
    """Frame each cell with a tile colour in which the agent acts; values cover the colour."""
    for character, tile in same.layout.legend.items():
        if tile.colour and acting(tile):
            for row, column in np.argwhere(characters(same) == character).tolist():
                cell = pygame.Rect(frame.corner(row, column), (frame.cell, frame.cell))
                pygame.draw.rect(picture, tile.colour, cell, max(1, round(frame.cell * 0.11)))


def map_pixels(picture: pygame.Surface, frame: Frame, layout: Layout) -> Bytes:
    """Return a view of the map's pixels; writing changes the picture. Shape [height, width, 3]."""
    pixels = np.asarray(picture.get_view("3")).swapaxes(0, 1)
    right = frame.left + layout.shape[1] * frame.cell
    return pixels[frame.top : frame.bottom, frame.left : right]


def acting(tile: Tile) -> bool:
    """Return whether the agent can be on a tile and act there."""
    return not (tile.wall or tile.end or tile.to)


@lru_cache(maxsize=8)
def characters(same: Same) -> npt.NDArray[np.str_]:
    """Return the map as single characters. Shape [rows, columns]."""
    return np.array([list(row) for row in same.layout.rows])


def _repeat(parts: Blits, same: Same, character: str, frame: Frame) -> Blits:
    """Put the parts of a tile into each of its cells."""
    if not parts:
        return []
    cells = np.argwhere(characters(same) == character).tolist()
    corners = [frame.corner(row, column) for row, column in cells]
    return [(part, (left + x, top + y)) for left, top in corners for part, (x, y) in parts]


def _fill_tiles(pixels: Bytes, layout: Layout, cell: int) -> None:
    chosen = signs(layout)
    colours = {c: _colour(tile, chosen.get(c)) for c, tile in layout.legend.items()}
    small = np.array([[colours[character] for character in row] for row in layout.rows], np.uint8)
    pixels[:] = small.repeat(cell, axis=0).repeat(cell, axis=1)
    if cell >= GRID_FROM:
        for line in (pixels[::cell], pixels[:, ::cell]):
            line[:] = line * 0.88


def _colour(tile: Tile, sign: Sign | None) -> palette.Colour:
    if tile.colour:
        red, green, blue = bytes.fromhex(tile.colour[1:])
        return red, green, blue
    if sign is not None and sign.kind == "cliff":
        return palette.BLACK
    return palette.WALL if tile.wall else palette.FLOOR


def _parts(layout: Layout, character: str, cell: int, keys: tuple[str, ...], learnt: bool) -> Blits:
    """Return pictures of a tile's parts, with their places in the cell."""
    tile, parts = layout.legend[character], []
    cornered = learnt and acting(tile)
    if tile.exits is not None and cell >= SIGNS_FROM:
        bars = Sign("one-way", ",".join(tile.exits), palette.GREEN)
        parts.append((sprite(bars, cell), (0.0, 0.0)))
    sign = signs(layout, keys).get(character)
    if sign is not None and cell >= _room(sign, cornered):
        paid = None if cornered else _paid(tile, sign, cell)
        parts.append(_signed(sign, cell, cornered, paid is not None))
        parts += [paid] if paid else []
    return parts


def _room(sign: Sign, cornered: bool) -> int:
    """Return the smallest cell that has space for a sign, in pixels."""
    if not cornered:
        return SIGNS_FROM
    return COINS_FROM if sign.kind == "reward" else CORNERS_FROM


def _signed(
    sign: Sign, cell: int, cornered: bool, raised: bool
) -> tuple[pygame.Surface, tuple[float, float]]:
    """Place a sign in the corner or in the middle of its cell, higher if a number is below."""
    if cornered:
        return sprite(sign, max(8, round(cell * 0.34))), (2, 2)
    if sign.kind == "cliff":
        return sprite(sign, cell), (0, 0)
    side = max(4, round(cell * (0.58 if raised else 0.66)))
    return sprite(sign, side), ((cell - side) // 2, (cell - side) // 2 - raised * cell // 9)


def _paid(tile: Tile, sign: Sign, cell: int) -> tuple[pygame.Surface, tuple[float, float]] | None:
    """Return the reward of a tile as a text at its lower edge."""
    paid = tile.exit_reward if tile.exit_to else tile.reward
    if not paid or sign.kind == "reward" or cell < NUMBERS_FROM:
        return None
    words = f"{paid:+g}"
    height = palette.fitting_height(words, cell * 0.9, max(12, min(24, cell // 3))) or 12
    picture = palette.text(words, height, palette.ink(_colour(tile, sign)))
    return picture, ((cell - picture.get_width()) / 2, 0.84 * cell - picture.get_height() / 2)


def _draw_wind(picture: pygame.Surface, layout: Layout, frame: Frame) -> None:
    side = round(frame.cell * WIND_SHARE)
    for column, strength in enumerate(layout.wind):
        if strength and side >= SIGNS_FROM:
            left, _ = frame.corner(0, column)
            sign = Sign("wind", str(strength), palette.BLUE)
            picture.blit(sprite(sign, side), (left + (frame.cell - side) // 2, frame.bottom))
