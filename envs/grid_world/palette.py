"""Colours, numbers and fonts of pictures, also for people with colour blindness."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt

from spielfeld.arrays import Bytes
from spielfeld.envs.grid_world.pygame_ce import pygame

Colour = tuple[int, int, int]

FLOOR, GRID, PAPER = (247, 244, 237), (221, 216, 205), (255, 255, 255)
WALL, WALL_EDGE = (64, 69, 82), (92, 98, 113)
BLACK, WHITE = (20, 20, 24), (255, 255, 255)
WIND = (126, 158, 184)

# Hues of Okabe and Ito (2008), which differ for people with any common colour blindness.
ORANGE, SKY, GREEN = (230, 159, 0), (86, 180, 233), (0, 158, 115)
YELLOW, BLUE, RED, PINK = (240, 228, 66), (0, 114, 178), (213, 94, 0), (204, 121, 167)
FINE = 4  # shapes and letters are drawn this many times larger, then smoothly made smaller
INK_LIMIT = 0.18  # up to this luminance, white is easier to read than black
SIGNS = (YELLOW, SKY, PINK, GREEN, ORANGE, BLUE, RED)
NAMED = {"red": RED, "blue": BLUE, "green": GREEN, "yellow": YELLOW, "orange": ORANGE, "pink": PINK}

# Lightness increases evenly from low to high values, so the ramp also works in grey.
_RAMP = np.array([(44, 36, 92), (52, 84, 138), (46, 132, 140), (112, 180, 112), (244, 228, 116)])


def ramp(share: npt.ArrayLike) -> Bytes:
    """Return colours of values, from low (dark blue) to high (pale yellow).

    Args:
        share: Numbers from 0 to 1; NaN counts as 0. Shape [...].

    Returns:
        Colours, red, green and blue from 0 to 255. Shape [..., 3].
    """
    place = np.clip(np.nan_to_num(np.asarray(share, float)), 0, 1)
    knots = np.linspace(0, 1, len(_RAMP))
    channels = [np.interp(place, knots, _RAMP[:, channel]) for channel in range(3)]
    return np.stack(channels, axis=-1).round().astype(np.uint8)


def luminance(colour: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return the luminance from 0 (black) to 1 (white), as in WCAG 2.2. Shape [..., 3] to [...]."""
    share = np.asarray(colour, float) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    light: npt.NDArray[np.float64] = linear @ np.array([0.2126, 0.7152, 0.0722])
    return light


def ink(colour: npt.ArrayLike) -> Colour:
    """Return black or white: the one that is easier to read on a colour."""
    return BLACK if luminance(colour) > INK_LIMIT else WHITE


def number(value: float) -> str:
    """Return a short text of a number for a small cell: about three digits, no leading zero."""
    size = abs(value)
    if value == 0:
        return "0"
    if size >= 1e6 or size < 0.005:
        mantissa, exponent = f"{value:.0e}".split("e")
        return f"{mantissa}e{int(exponent)}"
    digits = 2 if size < 9.995 else 1 if size < 99.95 else 0
    text = f"{value:.{digits}f}"
    return text.replace("0.", ".", 1) if size < 0.995 else text


@lru_cache(maxsize=64)
def font(height: int) -> pygame.font.Font:
    """Return the default font of pygame with a height in pixels."""
    if not pygame.font.get_init():
        pygame.font.init()
    return pygame.font.Font(None, height)


@lru_cache(maxsize=4096)
def text(words: str, height: int, colour: Colour) -> pygame.Surface:
    """Return a picture of a text; the surface is shared, so do not draw on it.

    The text is drawn large and made smaller, because points in small fonts touch their neighbours.
    """
    large = font(height * FINE).render(words, True, colour)
    return pygame.transform.smoothscale(large, (width(words, height), large.get_height() // FINE))


def width(words: str, height: int) -> int:
    """Return the width of a text in pixels."""
    return -(-int(font(height * FINE).size(words)[0]) // FINE)


@lru_cache(maxsize=4096)
def fitting_height(words: str, room: float, tallest: int, smallest: int = 12) -> int:
    """Return the largest font height in pixels for a text in a width; 0 if none fits."""
    for height in range(tallest, smallest - 1, -1):
        if width(words, height) <= room:
            return height
    return 0
