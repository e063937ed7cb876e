"""Pictures of what a learner knows about rows of data.

In two dimensions every place has the colour of what the learner says there, and rows are dots: of
the training part plain, of the test part ringed. With more features, rows lie where their first two
principal components put them, in the colour of what they are taken for; numbers that are predicted
from more than one feature are shown against the true ones, and pixels as images.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from spielfeld.envs.grid_world import palette
from spielfeld.envs.grid_world.pygame_ce import pygame
from spielfeld.experiments import data_paint
from spielfeld.experiments.data_paint import COLOURS, View
from spielfeld.learning.data_sets.data_set import DataSet, Split

SIZE = (480, 536)
STRIP = 28  # height in pixels of the lines of text above and below


def data_picture(
    learner: Any,
    split: Split,
    size: tuple[int, int] = SIZE,
    caption: str = "",
    points: bool = True,
) -> Any:
    """Draw what a learner says about rows; nothing that is passed in is changed.

    Args:
        learner: With `tasks`, `predict`, and what else its tasks need. Where it knows nothing yet,
            rows are drawn alone.
        split: Parts of a data set.
        size: Width and height in pixels.
        caption: A line of text above.
        points: Whether rows are drawn.

    Returns:
        A new `pygame.Surface`.

    Raises:
        ValueError: If nothing can be shown of such a learner and such rows; says why.
    """
    paint = painter(learner.tasks, split.train)
    picture = pygame.Surface(size)
    picture.fill(palette.PAPER)
    box = pygame.Rect(0, STRIP, size[0], size[1] - 2 * STRIP)
    picture.set_clip(box)
    legend = paint(View(picture, box, learner, split, points))
    picture.set_clip(None)
    pygame.draw.rect(picture, palette.GRID, box, 1)
    classes = split.train.class_names if "classification" in learner.tasks else ()
    write(picture, caption, STRIP // 2)
    write(picture, legend, size[1] - STRIP // 2, classes)
    return picture


def write(picture: Any, words: str, middle: int, classes: tuple[str, ...] = ()) -> None:
    """Write a line of text, after the names of classes in their colours."""
    left, room = 6, picture.get_width() - 12
    height = palette.fitting_height("".join([*classes, words]), room - 20 * len(classes), 20)
    if not height:  # too many classes, or too long ones
        height, classes = palette.fitting_height(words, room, 20) or 12, ()
    for name, colour in zip(classes, itertools.cycle(COLOURS.tolist()), strict=False):
        pygame.draw.aacircle(picture, colour, (left + 4, middle), 4)
        left += 12 + write_at(picture, name, height, (left + 12, middle)) + 8
    write_at(picture, words, height, (left, middle))


def write_at(picture: Any, words: str, height: int, place: tuple[int, int]) -> int:
    """Write words to the right of a place; return their width in pixels."""
    written = palette.text(words, height, palette.BLACK)
    picture.blit(written, written.get_rect(midleft=place))
    return int(written.get_width())


def painter(tasks: tuple[str, ...], data: DataSet) -> Callable[[View], str]:
    """Return the function that paints such rows for a learner with such tasks; it says the legend.

    Raises:
        ValueError: If there is none.
    """
    plane = data.features == 2 and data.kind != "ratings"
    if data.kind in ("regression", "ratings") and data.kind in tasks:
        return data_paint.curve if data.features == 1 else data_paint.against_the_truth
    if "clustering" in tasks or data.kind == "classification" in tasks:
        return data_paint.regions if plane else data_paint.projection
    made_up = "generation" in tasks
    if all(name.startswith("pixel") for name in data.feature_names):
        return data_paint.drawn_images if made_up else data_paint.images
    if plane:
        return data_paint.drawn_rows if made_up else data_paint.reconstruction
    raise ValueError(
        f"There is no picture of what is reconstructed from {data.features} features; "
        "expected 2, as in two-moons, or pixels, as in digits."
    )
