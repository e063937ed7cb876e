"""A moving picture of learning, as a GIF file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from spielfeld.experiments.pictures import View

if TYPE_CHECKING:
    from PIL.Image import Image as Picture
    from pygame import Surface

COLOURS, SHADES = 110, 128  # chosen by the pictures, and of the bar of values; signs join them
LAST_MILLISECONDS = 3000


class Drawn(Protocol):
    """A show, as `watch.Show` is: a learner that learns on and is drawn in turns."""

    frames: int
    milliseconds: int

    @property
    def moving_view(self) -> View:
        """The view of the pictures."""
        ...

    def advance(self, samples: int) -> None:
        """Learn from `samples` more."""
        ...

    def pictures(self, view: View) -> list[Surface]:
        """Draw this moment."""
        ...


def watch_gif(show: Drawn, total: int, path: str | Path) -> None:
    """Learn to the end and write a moving picture of it that repeats.

    The time between two pictures grows evenly, so early learning is shown step by step. The last
    picture stays for three seconds.

    Args:
        show: Learns, and draws the present state.
        total: Samples to learn from.
        path: The GIF file; its folder must exist.
    """
    from PIL import Image

    from spielfeld.envs.grid_world.renderer import to_array

    view, done = show.moving_view, 0
    pictures = show.pictures(view)
    for mark in picture_times(total, show.frames):
        show.advance(mark - done)
        done = mark
        pictures += show.pictures(view)
    images = [Image.fromarray(to_array(picture)) for picture in pictures]
    write_gif(images, path, show.milliseconds)


def picture_times(total: int, frames: int) -> list[int]:
    """Sample counts of all pictures but the first: total * (k / last)^2, at least one apart."""
    last = min(max(1, frames - 1), total)
    return [max(k, round(total * (k / last) ** 2)) for k in range(1, last + 1)]


def write_gif(images: list[Picture], path: str | Path, milliseconds: int = 120) -> None:
    """Write images of one size as a GIF that repeats for ever, all at once or not at all."""
    from PIL import Image

    colours = _shared_palette(images)
    plain = [image.quantize(palette=colours, dither=Image.Dither.NONE) for image in images]
    durations = [milliseconds] * (len(images) - 1) + [LAST_MILLISECONDS]
    partial = Path(f"{path}.part")
    plain[0].save(
        partial, "GIF", save_all=True, append_images=plain[1:], duration=durations, loop=0
    )
    os.replace(partial, path)


def _shared_palette(images: list[Picture]) -> Picture:
    """Choose the colours that serve pictures from all phases of learning best.

    The colours of small parts (agent, signs) and of all values are always among them.
    """
    from PIL import Image

    from spielfeld.envs.grid_world import palette

    some = [images[share * (len(images) - 1) // 6] for share in range(7)]
    sheet = Image.new("RGB", (some[0].width, some[0].height * len(some)))
    for place, image in enumerate(some):
        sheet.paste(image, (0, place * image.height))
    chosen = (sheet.quantize(COLOURS).getpalette() or [])[: 3 * COLOURS]
    signs = (*palette.SIGNS, palette.BLACK, palette.WHITE, palette.FLOOR, palette.WALL)
    fixed = [*signs, *palette.ramp(np.linspace(0, 1, SHADES)).tolist()]
    shared = Image.new("P", (1, 1))
    shared.putpalette(chosen + [channel for colour in fixed for channel in colour])
    return shared
