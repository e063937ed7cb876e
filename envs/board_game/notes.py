"""Notes about each move on the picture of a board: its number, its value and its exact result.

The value is the result that a player expects, with a colour on the ramp from -1 to 1. The exact
result of the move under perfect play is written in words.
"""

from __future__ import annotations

import numpy as np

from spielfeld.envs.board_game.frame import WORDS_FROM, Frame, line_height
from spielfeld.envs.board_game.outcome import outcome_words
from spielfeld.envs.grid_world import palette
from spielfeld.envs.grid_world.palette import Colour
from spielfeld.envs.grid_world.pygame_ce import pygame

FAINT = (128, 126, 122)
COLOURS: dict[int, Colour] = {1: palette.GREEN, 0: (176, 178, 186), -1: palette.RED}
SMALLEST = 12  # height of letters in pixels


def draw_note(
    picture: pygame.Surface, frame: Frame, action: int, value: float, truth: float
) -> None:
    """Draw the notes about an action, below its column or in its cell.

    Args:
        picture: Surface, changed in place.
        frame: Layout of the picture.
        action: Action that the notes belong to.
        value: Expected result, NaN for none.
        truth: Exact result, see `outcome.stones_to_go`; NaN for none.
    """
    box, gravity = frame.note_box(action), frame.rules.gravity
    if not box.height:  # below small columns there is no space for notes
        return
    chips = [chip for chip in (_value_chip(value), _truth_chip(truth, frame.cell)) if chip]
    if frame.cell >= WORDS_FROM:
        _write_number(picture, frame, action, crowded=len(chips) > 0)
    high = min(line_height(frame.cell), box.height // 2)
    top = box.top + high + 2 if gravity else box.centery - high * len(chips) // 2
    for number, (words, longest, colour) in enumerate(chips):
        place = pygame.Rect(box.left, top + high * number, box.width, high)
        space = min(4, high // 4)
        _draw_chip(picture, place.inflate(-space, -space // 2), words, longest, colour)


def _value_chip(value: float) -> tuple[str, str, Colour] | None:
    """Return the text of a value, the longest text that is possible, and a colour."""
    if np.isnan(value):
        return None
    red, green, blue = palette.ramp((value + 1) / 2).tolist()
    return palette.number(value), "-1.00", (red, green, blue)


def _truth_chip(truth: float, cell: int) -> tuple[str, str, Colour] | None:
    if np.isnan(truth):
        return None
    words, longest = outcome_words(truth), "loss in 20"
    if not palette.fitting_height(longest, cell - 6, line_height(cell), SMALLEST + 3):
        words, longest = words.replace(" in ", " "), longest.replace(" in ", " ")
    return words, longest, COLOURS[int(np.sign(truth))]


def _draw_chip(
    picture: pygame.Surface, place: pygame.Rect, words: str, longest: str, colour: Colour
) -> None:
    """Draw text on a coloured field; the field alone if the longest text does not fit."""
    pygame.draw.rect(picture, colour, place, border_radius=min(5, place.height // 4))
    room = place.width - 2
    height = palette.fitting_height(longest, room, round(place.height * 1.1), SMALLEST)
    if height and len(words) > len(longest):  # a value that is no result, for example -65375
        height = palette.fitting_height(words, room, height, SMALLEST)
    if height:
        written = palette.text(words, height, palette.ink(colour))
        picture.blit(written, written.get_rect(center=place.center))


def _write_number(picture: pygame.Surface, frame: Frame, action: int, crowded: bool) -> None:
    """Write a move's number above its notes; in a cell small, and only if there is space."""
    box, high = frame.note_box(action), line_height(frame.cell)
    if frame.rules.gravity:
        written = palette.text(str(action + 1), high, palette.BLACK)
        picture.blit(written, written.get_rect(center=(box.centerx, box.top + high // 2 + 1)))
    elif not crowded or frame.cell > 4 * high:
        written = palette.text(str(action + 1), max(SMALLEST, high * 4 // 5), FAINT)
        space = 4 + frame.cell // 24
        picture.blit(written, written.get_rect(topleft=(box.left + space, box.top + space)))
