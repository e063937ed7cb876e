"""Signs of tiles, and the agent: small pictures made of simple shapes."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from spielfeld.envs.grid_world.layout import DIRECTIONS
from spielfeld.envs.grid_world.palette import (
    BLACK,
    FINE,
    FLOOR,
    ORANGE,
    RED,
    WALL,
    WHITE,
    Colour,
    font,
    ink,
)
from spielfeld.envs.grid_world.pygame_ce import pygame


class Sign(NamedTuple):
    """A small picture: a kind of `SHAPES`, with a letter and a colour."""

    kind: str
    letter: str = ""
    colour: Colour = BLACK


@lru_cache(maxsize=1024)
def sprite(sign: Sign, pixels: int) -> pygame.Surface:
    """Return a sign on a transparent square; the surface is shared, so do not draw on it."""
    side = pixels * FINE
    fine = pygame.Surface((side, side), pygame.SRCALPHA)
    fine.fill((*sign.colour, 0))
    SHAPES[sign.kind](fine, side, sign)
    return pygame.transform.smoothscale(fine, (pixels, pixels))


def _points(side: int, *shares: float) -> list[tuple[float, float]]:
    return [(side * x, side * y) for x, y in zip(shares[::2], shares[1::2], strict=True)]


def _letter(
    fine: pygame.Surface, side: int, sign: Sign, place: tuple[float, float], height: float
) -> None:
    """Write the letter, as large as the shape around it allows."""
    words = font(max(8, int(side * height))).render(sign.letter, True, ink(sign.colour))
    fine.blit(words, words.get_rect(center=(side * place[0], side * (place[1] + 0.02))))


def _disc(
    fine: pygame.Surface, side: int, place: tuple[float, float], radius: float, colour: Colour
) -> None:
    pygame.draw.circle(fine, colour, (side * place[0], side * place[1]), side * radius)


def _start(fine: pygame.Surface, side: int, sign: Sign) -> None:
    _disc(fine, side, (0.5, 0.5), 0.42, BLACK)
    _disc(fine, side, (0.5, 0.5), 0.38, sign.colour)
    _letter(fine, side, sign, (0.5, 0.5), 0.72)


def _goal(fine: pygame.Surface, side: int, sign: Sign) -> None:
    pygame.draw.ellipse(fine, BLACK, (side * 0.12, side * 0.84, side * 0.42, side * 0.12))
    pygame.draw.rect(fine, BLACK, (side * 0.28, side * 0.06, side * 0.08, side * 0.84))
    flag = _points(side, 0.36, 0.08, 0.92, 0.30, 0.36, 0.54)
    pygame.draw.polygon(fine, sign.colour, flag)
    pygame.draw.lines(fine, BLACK, True, flag, max(1, side // 30))


def _pit(fine: pygame.Surface, side: int, sign: Sign) -> None:
    pygame.draw.ellipse(fine, (150, 140, 128), (side * 0.06, side * 0.20, side * 0.88, side * 0.64))
    pygame.draw.ellipse(fine, sign.colour, (side * 0.12, side * 0.28, side * 0.76, side * 0.53))
    for turn in (-1, 1):
        pygame.draw.line(
            fine,
            RED,
            (side * 0.38, side * (0.545 - turn * 0.12)),
            (side * 0.62, side * (0.545 + turn * 0.12)),
            max(1, side // 14),
        )


def _cliff(fine: pygame.Surface, side: int, sign: Sign) -> None:
    """Draw the edge of a cliff: teeth that point down."""
    for left in (0.0, 1 / 3, 2 / 3):
        tooth = _points(side, left, 0, left + 1 / 3, 0, left + 1 / 6, 0.36)
        pygame.draw.polygon(fine, sign.colour, tooth)


def _portal(fine: pygame.Surface, side: int, sign: Sign) -> None:
    _disc(fine, side, (0.5, 0.5), 0.47, BLACK)
    _disc(fine, side, (0.5, 0.5), 0.43, WHITE)
    _disc(fine, side, (0.5, 0.5), 0.36, sign.colour)
    _letter(fine, side, sign, (0.5, 0.5), 0.62)


def _arrival(fine: pygame.Surface, side: int, sign: Sign) -> None:
    """Draw the cell that a portal leads to: the same letter in a broken ring."""
    _disc(fine, side, (0.5, 0.5), 0.48, FLOOR)
    box = (side * 0.06, side * 0.06, side * 0.88, side * 0.88)
    for part in range(8):
        angle = part * math.pi / 4
        pygame.draw.arc(fine, sign.colour, box, angle, angle + 0.5, max(2, side // 12))
    _letter(fine, side, sign._replace(colour=FLOOR), (0.5, 0.5), 0.62)


def _exit(fine: pygame.Surface, side: int, sign: Sign) -> None:
    box = pygame.Rect(side * 0.07, side * 0.07, side * 0.86, side * 0.86)
    pygame.draw.rect(fine, sign.colour, box, border_radius=side // 6)
    pygame.draw.rect(fine, WHITE, box.inflate(-side // 9, -side // 9), side // 22, side // 8)
    _letter(fine, side, sign, (0.5, 0.5), 0.66)


def _key(fine: pygame.Surface, side: int, sign: Sign) -> None:
    wide = max(2, side // 9)
    for colour, more in ((BLACK, side // 14), (sign.colour, 0)):
        line = wide + more
        pygame.draw.line(fine, colour, (side * 0.5, side * 0.5), (side * 0.5, side * 0.94), line)
        for height in (0.76, 0.9):
            spot = side * height
            pygame.draw.line(fine, colour, (side * 0.5, spot), (side * 0.72, spot), line)
        _disc(fine, side, (0.5, 0.34), 0.30 + more / side / 2, colour)
    _letter(fine, side, sign, (0.5, 0.34), 0.5)


def _door(fine: pygame.Surface, side: int, sign: Sign) -> None:
    box = pygame.Rect(side * 0.14, side * 0.05, side * 0.72, side * 0.9)
    pygame.draw.rect(fine, sign.colour, box)
    pygame.draw.rect(fine, BLACK, box, max(2, side // 18))
    _disc(fine, side, (0.74, 0.56), 0.05, BLACK)
    _letter(fine, side, sign, (0.46, 0.46), 0.6)


def _open_door(fine: pygame.Surface, side: int, sign: Sign) -> None:
    frame = pygame.Rect(side * 0.14, side * 0.05, side * 0.72, side * 0.9)
    pygame.draw.rect(fine, BLACK, frame, max(2, side // 18))
    leaf = _points(side, 0.14, 0.05, 0.34, 0.16, 0.34, 0.99, 0.14, 0.95)
    pygame.draw.polygon(fine, sign.colour, leaf)
    pygame.draw.lines(fine, BLACK, True, leaf, max(1, side // 24))


def _reward(fine: pygame.Surface, side: int, sign: Sign) -> None:
    """Draw a coin with the reward on it."""
    _disc(fine, side, (0.5, 0.5), 0.49, BLACK)
    _disc(fine, side, (0.5, 0.5), 0.45, sign.colour)
    _letter(fine, side, sign, (0.5, 0.5), min(0.62, 1.9 / len(sign.letter)))


def _agent(fine: pygame.Surface, side: int, sign: Sign) -> None:
    _disc(fine, side, (0.5, 0.5), 0.48, WHITE)
    _disc(fine, side, (0.5, 0.5), 0.44, BLACK)
    _disc(fine, side, (0.5, 0.5), 0.39, sign.colour)
    for place in (0.36, 0.64):
        _disc(fine, side, (place, 0.42), 0.11, WHITE)
        _disc(fine, side, (place, 0.44), 0.055, BLACK)
    smile = (side * 0.32, side * 0.42, side * 0.36, side * 0.32)
    pygame.draw.arc(fine, BLACK, smile, math.pi * 1.15, math.pi * 1.85, max(1, side // 22))


def _wind(fine: pygame.Surface, side: int, sign: Sign) -> None:
    """Draw one chevron for each cell of wind; the letter holds the number."""
    strength = int(sign.letter)
    count, wide = min(abs(strength), 4), max(1, side // 16)
    for index in range(count):
        base = 0.5 + (index - (count - 1) / 2) * 0.2
        tip = base + (-0.14 if strength > 0 else 0.14)
        chevron = _points(side, 0.28, base + 0.05, 0.5, tip + 0.05, 0.72, base + 0.05)
        pygame.draw.lines(fine, sign.colour, False, chevron, wide)


def _bars(fine: pygame.Surface, side: int, sign: Sign) -> None:
    """Draw a one-way cell: bars at closed edges, teeth at exits; the letter lists the exits."""
    exits = sign.letter.split(",")
    middle, half, wide = side / 2, side / 2, max(2, side // 12)
    for name in list(DIRECTIONS)[:4]:
        down, right = DIRECTIONS[name]
        edge = (middle + right * half * 0.96, middle + down * half * 0.96)
        along = (down * half * 0.94, right * half * 0.94)
        ends = [(edge[0] + turn * along[0], edge[1] + turn * along[1]) for turn in (-1, 1)]
        if name not in exits:
            pygame.draw.line(fine, WALL, ends[0], ends[1], wide)
            continue
        foot = [(edge[0] + turn * along[0] / 3, edge[1] + turn * along[1] / 3) for turn in (-1, 1)]
        inner = [(x - right * half * 0.3, y - down * half * 0.3) for x, y in foot]
        pygame.draw.polygon(fine, sign.colour, [edge, *inner])


SHAPES: dict[str, Callable[[pygame.Surface, int, Sign], None]] = {
    "start": _start,
    "goal": _goal,
    "pit": _pit,
    "cliff": _cliff,
    "portal": _portal,
    "arrival": _arrival,
    "exit": _exit,
    "key": _key,
    "reward": _reward,
    "door": _door,
    "open door": _open_door,
    "agent": _agent,
    "wind": _wind,
    "one-way": _bars,
}
AGENT = Sign("agent", "", ORANGE)
