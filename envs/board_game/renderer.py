"""Picture of a board: a pure function of the position, the last move and the notes about moves.

Row 0 is at the top. Crosses belong to the first player, rings to the second. The cell of the last
stone is highlighted, and a line is drawn through the winning stones.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spielfeld.envs.board_game.frame import Frame, arrange, fitting_size
from spielfeld.envs.board_game.notes import draw_note
from spielfeld.envs.board_game.outcome import Numbers
from spielfeld.envs.board_game.position import Position
from spielfeld.envs.board_game.rules import Rules, cell_of, move_of, winning_lines
from spielfeld.envs.board_game.stones import stone
from spielfeld.envs.grid_world import palette
from spielfeld.envs.grid_world.background import RGB
from spielfeld.envs.grid_world.pygame_ce import pygame

HIGHLIGHT, GRID = palette.YELLOW, (150, 146, 138)
HOLE, DISC, MARK = 0.9, 0.8, 0.64  # widths in cells: of a hole, of a disc, of a mark without disc


def draw(
    position: Position,
    size: tuple[int, int] | None = None,
    last: tuple[int, int] | None = None,
    values: npt.ArrayLike | None = None,
    truths: npt.ArrayLike | None = None,
    hovered: int | None = None,
) -> pygame.Surface:
    """Return the picture of a board.

    Args:
        position: Position on the board.
        size: Width and height of the picture in pixels; None for cells of 20 to 150 pixels.
        last: Row and column of the last stone.
        values: Result that a player expects of each action, from -1 (loss) to 1 (win); NaN for
            unknown. Shape [actions].
        truths: Exact result of each action: n for a win with the n-th stone from here. A loss to
            the other side's n-th stone is -n, a draw 0, unknown NaN. Shape [actions].
        hovered: Action whose stone is shown pale in its cell.

    Returns:
        A new `pygame.Surface`; the arguments are not changed.

    Raises:
        ValueError: If values or truths are not one number for each action. Also if the size is so
            small that a cell would have no pixel.
    """
    rules, size = position.rules, size or fitting_size(position.rules)
    expected, known = _numbers(rules, "values", values), _numbers(rules, "truths", truths)
    frame = arrange(rules, size)
    picture = pygame.Surface(size, 0, 24, RGB)
    picture.fill(palette.PAPER)
    _draw_board(picture, frame, last)
    _draw_stones(picture, frame, position)
    if hovered is not None and not position.over:
        _draw_ghost(picture, frame, position, hovered)
    for action in range(rules.actions):
        if rules.gravity or move_of(rules, position.stones, action):
            draw_note(picture, frame, action, expected[action], known[action])
    for line in winning_lines(rules, position.other):
        _strike(picture, frame, line[0], line[-1])
    return picture


def _numbers(rules: Rules, name: str, given: npt.ArrayLike | None) -> Numbers:
    """Return one number for each action, NaN where none is given."""
    numbers = np.full(rules.actions, np.nan) if given is None else np.array(given, np.float64)
    if numbers.shape != (rules.actions,):
        raise ValueError(f"{name} must have shape {(rules.actions,)}, not {numbers.shape}.")
    return numbers


def _draw_board(picture: pygame.Surface, frame: Frame, last: tuple[int, int] | None) -> None:
    """Draw the board: a wall with holes for a game with gravity, else a sheet with lines."""
    gravity, thin = frame.rules.gravity, max(1, frame.cell // 30)
    pygame.draw.rect(picture, palette.WALL if gravity else palette.FLOOR, frame.board)
    if last is not None and gravity:
        pygame.draw.rect(picture, HIGHLIGHT, frame.box(*last))
    for row, column in np.ndindex(frame.rules.rows, frame.rules.columns):
        box = frame.box(row, column)
        if gravity:
            radius = frame.cell * HOLE / 2
            pygame.draw.aacircle(picture, palette.FLOOR, box.center, radius)
        else:
            pygame.draw.rect(picture, GRID, box.inflate(thin, thin), thin)
    if last is not None and not gravity:
        pygame.draw.rect(picture, HIGHLIGHT, frame.box(*last).inflate(-thin, -thin), 3 * thin)


def _stone(frame: Frame, player: int, ghost: bool = False) -> pygame.Surface:
    share = DISC if frame.rules.gravity else MARK
    return stone(player, max(1, round(frame.cell * share)), frame.rules.gravity, ghost)


def _draw_stones(picture: pygame.Surface, frame: Frame, position: Position) -> None:
    for (row, column), owner in np.ndenumerate(position.cells):
        if owner:
            sprite = _stone(frame, int(owner) - 1)
            picture.blit(sprite, sprite.get_rect(center=frame.box(row, column).center))


def _draw_ghost(picture: pygame.Surface, frame: Frame, position: Position, action: int) -> None:
    """Draw a pale stone in the cell in which the action would put it."""
    move = move_of(frame.rules, position.stones, action)
    if move:
        sprite, cell = _stone(frame, position.mover, ghost=True), cell_of(frame.rules, move)
        picture.blit(sprite, sprite.get_rect(center=frame.box(*cell).center))


def _strike(
    picture: pygame.Surface, frame: Frame, first: tuple[int, int], last: tuple[int, int]
) -> None:
    """Draw a white line with a black edge through a winning line."""
    ends = [pygame.Vector2(frame.box(*cell).center) for cell in (first, last)]
    way = ends[1] - ends[0]
    for colour, share in ((palette.BLACK, 0.2), (palette.WHITE, 0.11)):
        radius = max(1.0, frame.cell * share / 2)
        across = pygame.Vector2(-way.y, way.x) / max(1.0, way.length()) * radius
        corners = [ends[0] + across, ends[1] + across, ends[1] - across, ends[0] - across]
        pygame.draw.polygon(picture, colour, corners)
        for end in ends:
            pygame.draw.aacircle(picture, colour, end, radius)
