"""Values as colours with numbers, and a policy as arrows, drawn over a grid world's map."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from spielfeld.arrays import Bytes, Floats
from spielfeld.envs.grid_world import palette
from spielfeld.envs.grid_world.layout import DIRECTIONS
from spielfeld.envs.grid_world.palette import FINE, Colour
from spielfeld.envs.grid_world.pygame_ce import pygame

Actions = tuple[str, ...]
Blits = list[
    tuple[pygame.Surface, tuple[float, float]]
]  # pictures, and the places of their top left corners

NUMBERS_FROM = 36  # smallest cell for a number, in pixels
WEDGED_NUMBERS_FROM = 60  # smallest cell for one number per action, in pixels
ARROWS_FROM = 7  # smallest cell for an arrow, in pixels
LEAST_SHARE = 0.02  # smaller probabilities are not drawn
STAY_RADIUS = 0.17  # radius of the stay action's circle, in cells


def fills(values: Floats) -> Bytes:
    """Return a colour for each value, on a ramp from lowest to highest. Shape [...] to [..., 3]."""
    low, high = span(values)
    share = (values - low) / (high - low) if high > low else np.full(values.shape, 0.5)
    return palette.ramp(share)


def span(values: Floats) -> tuple[float, float]:
    """Return the lowest and the highest finite value; zeros if there is none."""
    known = values[np.isfinite(values)]
    return (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)


@lru_cache(maxsize=64)
def wedges(actions: Actions, cell: int) -> npt.NDArray[np.intp]:
    """Return the action of each pixel of a cell: the one that points in its direction.

    Returns:
        Action numbers; the stay action has the middle. Shape [cell, cell].
    """
    across = (np.arange(cell) + 0.5) / cell - 0.5
    down, right = np.meshgrid(across, across, indexing="ij")
    nearness = [_nearness(name, down, right) for name in actions]
    which: npt.NDArray[np.intp] = np.argmax(nearness, axis=0)
    return which


def _nearness(name: str, down: Floats, right: Floats) -> Floats:
    if name == "stay":
        return np.where(np.hypot(down, right) < STAY_RADIUS, np.inf, -np.inf)
    row, column = DIRECTIONS[name]
    return np.asarray((down * row + right * column) / np.hypot(row, column))


def paint_values(pixels: Bytes, values: Floats, actions: Actions, cell: int) -> None:
    """Colour each cell whose value is known, in place.

    Args:
        pixels: Pixels of the map. Shape [rows * cell, columns * cell, 3].
        values: Values per state and action, or per state (k = 1). Shape [rows, columns, k].
        actions: Names of the k actions.
        cell: Side of a cell in pixels.
    """
    which = wedges(actions, cell) if len(actions) > 1 else np.zeros((cell, cell), np.intp)
    tall = values[:, :, which].swapaxes(1, 2).reshape(pixels.shape[:2])
    colours = fills(values)[:, :, which].swapaxes(1, 2).reshape(pixels.shape)
    if cell >= 8:
        rims = np.tile(_rims(which), values.shape[:2])
        colours[rims] = (colours[rims] * 0.8).astype(np.uint8)
    np.copyto(pixels, colours, where=np.isfinite(tall)[:, :, None])


def _rims(which: npt.NDArray[np.intp]) -> npt.NDArray[np.bool_]:
    """Return the pixels at which a cell or a wedge begins."""
    rims = np.zeros(which.shape, bool)
    rims[0, :] = rims[:, 0] = True
    rims[1:, :] |= which[1:, :] != which[:-1, :]
    rims[:, 1:] |= (which[:, 1:] != which[:, :-1]) & ~rims[:, :-1]
    return rims


def number_blits(values: Floats, actions: Actions, cell: int, arrows: bool) -> Blits:
    """Return the known values as texts, all of one size.

    Args:
        values: As in `paint_values`. Shape [rows, columns, k].
        actions: Names of the k actions.
        cell: Side of a cell in pixels.
        arrows: Whether the middle of the cell is for arrows; then the stay action has no number.

    Returns:
        Texts and the places of their top left corners, in pixels from the corner of the map.
    """
    shown = [not (arrows and name == "stay") for name in actions]
    known = np.argwhere(np.isfinite(values) & shown)
    if cell < (NUMBERS_FROM if len(actions) == 1 else WEDGED_NUMBERS_FROM) or not len(known):
        return []
    words = [palette.number(float(values[tuple(place)])) for place in known]
    height = _common_height(tuple(sorted(set(words))), len(actions), cell)
    if not height:
        return []
    dark, places = _dark(values), [_number_place(name, len(actions), arrows) for name in actions]
    blits = []
    for (row, column, action), word in zip(known.tolist(), words, strict=True):
        colour = palette.WHITE if dark[row, column, action] else palette.BLACK
        picture = palette.text(word, height, colour)
        right, down = places[action]
        left = (column + right) * cell - picture.get_width() / 2
        blits.append((picture, (left, (row + down) * cell - picture.get_height() / 2)))
    return blits


@lru_cache(maxsize=256)
def _common_height(words: tuple[str, ...], actions: int, cell: int) -> int:
    share, tallest = (0.86, cell // 3) if actions == 1 else (0.29, cell // 4)
    longest = sorted(words, key=len)[-20:]
    return min(palette.fitting_height(word, cell * share, max(tallest, 12)) for word in longest)


def _number_place(name: str, actions: int, low: bool) -> tuple[float, float]:
    """Return the centre of a number: cells right and down from the corner of its cell."""
    if actions == 1:
        return 0.5, 0.82 if low else 0.5
    down, right = DIRECTIONS[name]
    return 0.5 + right * 0.34, 0.5 + down * 0.38


def _dark(values: Floats) -> npt.NDArray[np.bool_]:
    """Return where white text is easier to read than black; never in cells without a value."""
    return np.isfinite(values) & (palette.luminance(fills(values)) <= palette.INK_LIMIT)


def arrow_blits(policy: Floats, values: Floats | None, actions: Actions, cell: int) -> Blits:
    """Return the arrows of a policy; a higher probability gives a longer and darker arrow.

    Args:
        policy: Probabilities. Shape [rows, columns, actions].
        values: Values that `paint_values` has drawn below, or None. Shape [rows, columns, k].
        actions: Names of the actions.
        cell: Side of a cell in pixels.

    Returns:
        Arrows and the places of their top left corners, in pixels from the corner of the map.
    """
    if cell < ARROWS_FROM:
        return []
    dark = np.zeros(policy.shape, bool)
    if values is not None:
        dark |= _dark(values)
    wedged = values is not None and values.shape[2] > 1
    heads = wedged and cell >= WEDGED_NUMBERS_FROM
    lifted = values is not None and not wedged and cell >= NUMBERS_FROM
    side = round(cell * (0.36 if heads else 0.62 if lifted else 0.8))
    left, top = (cell - side) / 2, (cell * (0.7 if lifted else 1) - side) / 2
    blits = []
    for row, column, action in np.argwhere(policy >= LEAST_SHARE).tolist():
        strength = round(float(policy[row, column, action]) * 16)
        colour = palette.WHITE if dark[row, column, action] else palette.BLACK
        several = int((policy[row, column] >= LEAST_SHARE).sum()) > 1
        picture = arrow(actions[action], strength, side, colour, heads, several)
        blits.append((picture, (column * cell + left, row * cell + top)))
    return blits


@lru_cache(maxsize=2048)
def arrow(
    name: str, strength: int, side: int, colour: Colour, head: bool, apart: bool = False
) -> pygame.Surface:
    """Return one arrow on a transparent square; the surface is shared, so do not draw on it.

    Args:
        name: Name of the action.
        strength: Probability of the action in sixteenths.
        side: Side of the square, in pixels.
        colour: Colour of the arrow.
        head: Whether to draw only the head, away from the middle, which is for a number.
        apart: Whether to begin away from the middle, so that the arrows of a cell do not join.
    """
    fine = pygame.Surface((side * FINE, side * FINE), pygame.SRCALPHA)
    fine.fill((*colour, 0))
    middle, share = pygame.Vector2(side * FINE / 2), 0.3 + 0.7 * (strength / 16) ** 0.5
    down, right = DIRECTIONS[name]
    if name == "stay":
        pygame.draw.circle(fine, colour, middle, middle.x * 0.24 * share)
    else:
        way = pygame.Vector2(right, down).normalize()
        share = max(share, 0.8) if apart else share
        _shape_arrow(fine, middle, way, share, colour, head, apart)
    picture = pygame.transform.smoothscale(fine, (side, side))
    picture.set_alpha(round(255 * share))
    return picture


def _shape_arrow(
    fine: pygame.Surface,
    middle: pygame.Vector2,
    way: pygame.Vector2,
    share: float,
    colour: Colour,
    head: bool,
    apart: bool,
) -> None:
    half = middle.x
    across, tip = pygame.Vector2(-way.y, way.x), middle + way * half * (1 if head else share)
    long = half * (0.7 * share if head else 0.2 + 0.2 * share)
    neck, wide, foot = tip - way * long, half * 0.1, middle + way * half * 0.25 * apart
    if not head:
        shaft = [
            foot + across * wide,
            neck + across * wide,
            neck - across * wide,
            foot - across * wide,
        ]
        pygame.draw.polygon(fine, colour, shaft)
    pygame.draw.polygon(fine, colour, [tip, neck + across * long * 0.7, neck - across * long * 0.7])
