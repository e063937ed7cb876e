"""Picture of a grid world: a pure function of the agent's place, the values and the policy."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from spielfeld.arrays import Bytes, Floats
from spielfeld.envs.grid_world import overlay, palette
from spielfeld.envs.grid_world.background import (
    CAPTION,
    LEAST_WIDTH,
    LEGEND,
    RGB,
    Frame,
    Same,
    acting,
    arrange,
    background,
    characters,
    corner_signs,
    draw_rims,
    fitting_size,
    map_pixels,
)
from spielfeld.envs.grid_world.layout import BUILT_IN_TILES, Layout, Tile
from spielfeld.envs.grid_world.overlay import Blits
from spielfeld.envs.grid_world.pygame_ce import pygame
from spielfeld.envs.grid_world.shapes import AGENT, sprite

CELL, SMALLEST_CELL = 64, 8  # pixels of a cell in a small map, and in a large one
WORDS = 20  # pixels of a line of text below a board
WEDGED_CELL = 92  # pixels of a cell in a small map with one wedge per action


def draw(
    layout: Layout,
    position: tuple[int, int] | None = None,
    keys: Collection[str] = (),
    values: npt.ArrayLike | None = None,
    policy: npt.ArrayLike | None = None,
    size: tuple[int, int] | None = None,
    caption: str | None = None,
) -> pygame.Surface:
    """Return the picture of a grid world with values, policy and agent.

    Values and policy are drawn in cells in which the agent acts: not on walls, ends and portals.

    Args:
        layout: Layout of the world.
        position: Row and column of the agent; None for no agent.
        keys: Names of the keys that the agent holds.
        values: Expected returns with discount, NaN for none. Shape [rows, columns], or
            [rows, columns, actions] for one wedge per action.
        policy: Probabilities of the actions, drawn as arrows. Shape [rows, columns, actions].
        size: Width and height of the whole picture in pixels; None for cells of 8 to 64 pixels
            (92 with one wedge per action).
        caption: A line of text above the map.

    Returns:
        A new `pygame.Surface`; the arguments are not changed.

    Raises:
        ValueError: If the shape of values or policy does not fit the world. Also if the size is so
            small that a cell would have no pixel.
    """
    same, held = Same(layout), tuple(sorted(keys))
    table, chances = _values(same, values), _policy(same, policy)
    wedged = table is not None and table.shape[2] > 1
    strips = (caption is not None) + 2 * (table is not None)
    size = size or fitting_size(layout, _cell(layout, wedged), strips)
    frame = arrange(layout, size, strips)
    learnt = table is not None or chances is not None
    picture = background(same, frame, held, learnt).copy()
    if table is not None:
        actions = layout.actions if wedged else layout.actions[:1]
        overlay.paint_values(map_pixels(picture, frame, layout), table, actions, frame.cell)
        draw_rims(picture, same, frame)
        picture.fblits(corner_signs(same, frame, held))
        numbers = overlay.number_blits(table, actions, frame.cell, chances is not None)
        _blit(picture, frame, numbers)
        _draw_legend(picture, frame, overlay.span(table))
    if chances is not None:
        _blit(picture, frame, overlay.arrow_blits(chances, table, layout.actions, frame.cell))
    if position is not None:
        _draw_agent(picture, frame, position, 0 if not learnt else 2 if wedged else 1)
    if caption is not None:
        _draw_caption(picture, frame, caption)
    return picture


def draw_board(
    board: npt.NDArray[np.int64], ends: tuple[int, ...], state: int, words: tuple[str, ...]
) -> pygame.Surface:
    """Return the picture of a world without a map: a cell for each state, and text below.

    Args:
        board: State at each place; -1 for none. Shape [rows, columns].
        ends: States in which an episode ends; they get a flag.
        state: State of the agent. If it has no place on the board, only the text shows it.
        words: Text of each state, one or several lines; long lines are broken.

    Returns:
        A new picture, of the same size for all states.
    """
    layout = _board_layout(board.shape, board.tobytes(), ends)
    place = [(row, column) for row, column in np.argwhere(board == state).tolist()]
    picture = draw(layout, place[0] if place else None)
    width, height = max(picture.get_width(), LEAST_WIDTH), picture.get_height()
    below = 12 + WORDS * _most_lines(words, width - 12)
    whole = pygame.Surface((width, height + below), 0, 24, RGB)
    whole.fill(palette.PAPER)
    whole.blit(picture, ((width - picture.get_width()) // 2, 0))
    for number, line in enumerate(_broken(words[state], width - 12)):
        written = palette.text(line, WORDS, palette.BLACK)
        whole.blit(written, (6, height + 8 + WORDS * number))
    return whole


@lru_cache(maxsize=8)
def _board_layout(shape: tuple[int, int], board: bytes, ends: tuple[int, ...]) -> Layout:
    """Return a map with a floor for each state, an end for each end, and walls elsewhere."""
    places = np.frombuffer(board, np.int64).reshape(shape)
    signs = np.where(places < 0, "#", np.where(np.isin(places, ends), "E", "."))
    legend = {**BUILT_IN_TILES, "E": Tile("end", end=True)}
    return Layout(tuple("".join(row) for row in signs.tolist()), legend)


@lru_cache(maxsize=8)
def _most_lines(words: tuple[str, ...], room: int) -> int:
    """Return the largest number of lines of any text."""
    tall = max(len(each.strip().split("\n")) for each in words)
    return max(tall, *(len(_broken(each, room)) for each in sorted(words, key=len)[-20:]))


def _broken(words: str, room: int) -> list[str]:
    """Break a text into lines that fit a width in pixels."""
    lines: list[str] = []
    for line in words.strip().split("\n"):
        lines.append("")
        for word in line.split():
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and palette.width(longer, WORDS) > room:
                lines.append(word)
            else:
                lines[-1] = longer
    return lines


def to_array(picture: pygame.Surface) -> Bytes:
    """Return a copy of a surface's pixels.

    Returns:
        Red, green and blue. Shape [height, width, 3].
    """
    if picture.get_bytesize() == 3 and picture.get_masks() == RGB:
        pixels = np.asarray(picture.get_view("3")).swapaxes(0, 1)
    else:
        width, height = picture.get_size()
        pixels = np.frombuffer(pygame.image.tobytes(picture, "RGB"), np.uint8)
        pixels = pixels.reshape(height, width, 3)
    return np.array(pixels, order="C")


def _cell(layout: Layout, wedged: bool) -> int:
    """Return the default side of a cell in pixels."""
    largest = WEDGED_CELL if wedged else CELL
    return min(largest, max(SMALLEST_CELL, largest * 12 // max(layout.shape)))


def _values(same: Same, values: npt.ArrayLike | None) -> Floats | None:
    """Return the values as [rows, columns, k], NaN in cells in which the agent does not act."""
    if values is None:
        return None
    shape, actions = same.layout.shape, len(same.layout.actions)
    table = np.array(values, float)
    if table.shape not in (shape, (*shape, actions)):
        raise ValueError(
            f"values must have shape {shape} or {(*shape, actions)}, not {table.shape}."
        )
    table[~_acting(same)] = np.nan
    return table.reshape(*shape, -1)


def _policy(same: Same, policy: npt.ArrayLike | None) -> Floats | None:
    """Return the probabilities, 0 in cells in which the agent does not act."""
    if policy is None:
        return None
    chances, wanted = np.array(policy, float), (*same.layout.shape, len(same.layout.actions))
    if chances.shape != wanted:
        raise ValueError(f"policy must have shape {wanted}, not {chances.shape}.")
    chances[~_acting(same)] = 0
    return chances


def _acting(same: Same) -> npt.NDArray[np.bool_]:
    stand = [character for character, tile in same.layout.legend.items() if acting(tile)]
    return np.isin(characters(same), stand)


def _blit(picture: pygame.Surface, frame: Frame, blits: Blits) -> None:
    picture.fblits([(part, (frame.left + x, frame.top + y)) for part, (x, y) in blits])


def _draw_agent(
    picture: pygame.Surface, frame: Frame, position: tuple[int, int], learnt: int
) -> None:
    """Draw the agent; above values or a policy it is smaller and higher, clear of the numbers."""
    side = max(3, round(frame.cell * (0.7, 0.46, 0.32)[learnt]))
    lift = frame.cell * 0.12 if learnt == 1 and frame.cell >= overlay.NUMBERS_FROM else 0
    left, top = frame.corner(*position)
    space = (frame.cell - side) / 2
    picture.blit(sprite(AGENT, side), (left + space, top + space - lift))


def _draw_legend(picture: pygame.Surface, frame: Frame, span: tuple[float, float]) -> None:
    """Draw a strip with the colours from the lowest to the highest value."""
    wide = round(frame.width * 0.4)
    box = pygame.Rect((frame.width - wide) // 2, frame.height - LEGEND // 2 - 6, wide, 12)
    shares = np.linspace(0, 1, wide) if span[0] < span[1] else np.full(wide, 0.5)
    _paint_columns(picture, box, palette.ramp(shares))
    low, high = (palette.text(palette.number(end), 18, palette.BLACK) for end in span)
    picture.blit(low, low.get_rect(midright=(box.left - 8, box.centery)))
    picture.blit(high, high.get_rect(midleft=(box.right + 8, box.centery)))


def _paint_columns(picture: pygame.Surface, box: pygame.Rect, colours: Bytes) -> None:
    """Paint each column of a box; the surface is locked until this returns."""
    pixels = np.asarray(picture.get_view("3"))  # [width, height, 3]
    pixels[box.left : box.right, box.top : box.bottom] = colours[:, None]


def _draw_caption(picture: pygame.Surface, frame: Frame, words: str) -> None:
    height = palette.fitting_height(words, frame.width - 12, 20) or 12
    line = palette.text(words, height, palette.BLACK)
    picture.blit(line, line.get_rect(center=(frame.width / 2, CAPTION / 2)))
