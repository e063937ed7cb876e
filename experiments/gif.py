"""A moving picture of learning, as a GIF file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from spielfeld.experiments.pictures import DEFAULT_VIEW, View
from spielfeld.experiments.show import Show

COLOURS = 96  # that are chosen by the pictures; a few fixed ones join them
LAST_MILLISECONDS = 3000


def watch_gif(
    show: Show,
    total: int,
    path: str | Path,
    frames: int = 60,
    view: View = DEFAULT_VIEW,
) -> None:
    """Learn to the end and write a moving picture of it that repeats for ever.

    The time between two pictures grows evenly, so that early learning is seen step by step; the
    last picture stays for three seconds.

    Args:
        show: Learns on, and draws what is known now.
        total: Samples to learn from.
        path: The GIF file; its folder must exist.
        frames: Of how many moments it tells, the first before any learning.
        view: What the pictures show.
    """
    from PIL import Image

    from spielfeld.envs.grid_world.renderer import to_array

    pictures, done = show.pictures(view), 0
    for mark in picture_times(total, frames):
        show.advance(mark - done)
        done = mark
        pictures += show.pictures(view)
    images = [Image.fromarray(to_array(picture)) for picture in pictures]
    write_gif(images, path, show.milliseconds)


def picture_times(total: int, frames: int) -> list[int]:
    """Sample counts of all pictures but the first: total * (k / last)^2, at least one apart."""
    last = min(max(1, frames - 1), total)
    return [max(k, round(total * (k / last) ** 2)) for k in range(1, last + 1)]


def write_gif(images: list[Any], path: str | Path, milliseconds: int = 120) -> None:
    """Write images of one size as a GIF that repeats for ever, all at once or not at all."""
    colours = _shared_palette(images)
    plain = [image.quantize(palette=colours, dither=0) for image in images]
    durations = [milliseconds] * (len(images) - 1) + [LAST_MILLISECONDS]
    partial = Path(f"{path}.part")
    plain[0].save(
        partial, "GIF", save_all=True, append_images=plain[1:], duration=durations, loop=0
    )
    os.replace(partial, path)


def _shared_palette(images: list[Any]) -> Any:
    """Choose the colours that serve pictures from all phases of learning best.

    The small but telling colours (agent, signs) are always among them.
    """
    from PIL import Image

    from spielfeld.envs.grid_world import palette

    some = [images[share * (len(images) - 1) // 6] for share in range(7)]
    sheet = Image.new("RGB", (some[0].width, some[0].height * len(some)))
    for place, image in enumerate(some):
        sheet.paste(image, (0, place * image.height))
    chosen = (sheet.quantize(COLOURS).getpalette() or [])[: 3 * COLOURS]
    fixed = (*palette.SIGNS, palette.BLACK, palette.WHITE, palette.FLOOR, palette.WALL)
    shared = Image.new("P", (1, 1))
    shared.putpalette(chosen + [channel for colour in fixed for channel in colour])
    return shared
