"""A part of a picture with coordinates of its own: dots, lines and coloured squares."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from spielfeld.arrays import Array
from spielfeld.envs.grid_world import palette
from spielfeld.envs.grid_world.pygame_ce import pygame

CELL = 4  # side in pixels of the squares that regions are made of
MARGIN = 0.06  # around the points, as a share of their range
FAR = 5e3  # pixels: what lies further off is drawn there


class Panel(NamedTuple):
    """A part of a picture with coordinates of its own.

    Args:
        picture: What is drawn on.
        box: The part, in pixels.
        low: Coordinates of its lower left corner.
        high: Those of its upper right corner.
    """

    picture: Any
    box: Any
    low: Array
    high: Array

    @classmethod
    def around(cls, picture: Any, box: Any, points: Array) -> Panel:
        """Return a panel whose coordinates reach a little further than points [rows, 2]."""
        low, high = points.min(axis=0), points.max(axis=0)
        reach = np.where(high > low, high - low, 1.0)
        return cls(picture, box, low - MARGIN * reach, high + MARGIN * reach)

    def place(self, points: Array) -> Array:
        """Return where points [rows, 2] lie, across and down in pixels."""
        across, up = ((np.asarray(points, float) - self.low) / (self.high - self.low)).T
        left, top, width, height = self.box
        places = np.column_stack([left + across * width, top + (1 - up) * height])
        within: Array = np.clip(places, -FAR, FAR)
        return within

    def dots(self, points: Array, colours: Array, ringed: bool = False) -> None:
        """Draw a dot at each point, with a ring around it or without."""
        for (across, down), colour in zip(self.place(points), colours, strict=True):
            place = float(across), float(down)
            pygame.draw.aacircle(self.picture, palette.WHITE, place, 5 if ringed else 4)
            if ringed:
                pygame.draw.aacircle(self.picture, palette.BLACK, place, 5, 1)
            pygame.draw.aacircle(self.picture, [int(part) for part in colour], place, 3)

    def grid(self) -> Array:
        """Return the middles of all squares, row by row from the top. Shape [rows, columns, 2]."""
        rows, columns = self.box.height // CELL, self.box.width // CELL
        across = self.low[0] + (np.arange(columns) + 0.5) / columns * (self.high[0] - self.low[0])
        up = self.high[1] - (np.arange(rows) + 0.5) / rows * (self.high[1] - self.low[1])
        return np.stack(np.meshgrid(across, up), axis=-1)

    def fill(self, colours: Array) -> None:
        """Colour all squares. Shape [rows, columns, 3]."""
        pixels = np.asarray(colours).round().astype(np.uint8).swapaxes(0, 1)
        squares = pygame.surfarray.make_surface(pixels)
        self.picture.blit(pygame.transform.smoothscale(squares, self.box.size), self.box)

    def line(self, points: Array, colour: palette.Colour, width: int = 3) -> None:
        """Draw a line through points [rows, 2]."""
        pygame.draw.aalines(self.picture, colour, False, self.place(points))
        pygame.draw.lines(self.picture, colour, False, self.place(points), width)

    def crosses(
        self, points: Array, colour: palette.Colour, reach: int = 4, width: int = 2
    ) -> None:
        """Draw a cross at each point."""
        for across, down in self.place(points):
            for slope in (-reach, reach):
                ends = (across - reach, down - slope), (across + reach, down + slope)
                pygame.draw.line(self.picture, colour, ends[0], ends[1], width)
