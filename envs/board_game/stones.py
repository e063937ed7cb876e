"""Pictures of stones: a cross and a ring, with different shapes, hues and lightness."""

from __future__ import annotations

from functools import lru_cache

from spielfeld.envs.grid_world.palette import BLACK, BLUE, FINE, ORANGE, WHITE, Colour
from spielfeld.envs.grid_world.pygame_ce import pygame

COLOURS, INKS = (BLUE, ORANGE), (WHITE, BLACK)  # of the first player, of the second player
CORNERS = ((1, 1), (1, -1), (-1, -1), (-1, 1))


@lru_cache(maxsize=256)
def stone(player: int, side: int, disc: bool, ghost: bool = False) -> pygame.Surface:
    """Return a stone on a transparent square; the surface is shared, so do not draw on it.

    Args:
        player: 0 for the first player (cross), 1 for the second player (ring).
        side: Side of the square, in pixels.
        disc: Whether a disc is below the mark, for boards with gravity.
        ghost: Whether the stone is pale, for a possible move.
    """
    fine = pygame.Surface((side * FINE, side * FINE), pygame.SRCALPHA)
    colour = COLOURS[player]
    fine.fill((*colour, 0))
    if disc:
        pygame.draw.circle(fine, colour, fine.get_rect().center, fine.get_width() / 2)
        _mark(fine, player, 0.5, INKS[player])
    else:
        _mark(fine, player, 1.0, BLACK, 0.38)  # an outline, because orange is pale on paper
        _mark(fine, player, 0.955, colour)
    picture = pygame.transform.smoothscale(fine, (side, side))
    picture.set_alpha(110 if ghost else 255)
    return picture


def _mark(
    fine: pygame.Surface, player: int, share: float, colour: Colour, wide: float = 0.3
) -> None:
    """Draw a cross or a ring in the middle; `share` is its share of the picture's width."""
    middle, half = pygame.Vector2(fine.get_rect().center), fine.get_width() / 2 * share
    wide *= half
    if player:
        pygame.draw.circle(fine, colour, middle, half, round(wide))
        return
    for way in (pygame.Vector2(1, 1), pygame.Vector2(1, -1)):
        tip, across = way * (half - wide / 2), pygame.Vector2(-way.y, way.x) * wide * 0.36
        corners = [middle + tip * sign + across * side for sign, side in CORNERS]
        pygame.draw.polygon(fine, colour, corners)
