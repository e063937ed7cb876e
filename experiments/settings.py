"""Settings that ship: what a learner needs in a world where its defaults fall short."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import Any

from spielfeld.envs.catalogue import CATALOGUE
from spielfeld.experiments.data_source import is_data

SAMPLES = 100_000  # environment steps, unless a world needs more or fewer


def settings_for(learner: str, source: str) -> dict[str, Any]:
    """Return settings by name for a learner in a source, often none.

    `samples` is always among them; None leaves it to the number of rows of a data set.
    """
    ids = {layout: name for name, (layout, _) in CATALOGUE.items()}
    settings: dict[str, Any] = {"samples": None if is_data(source) else SAMPLES}
    for learners, worlds in _tuned().items():
        if learner in learners.split():
            tuned = worlds.get(ids.get(source, source), {})
            settings |= {k: tuple(v) if isinstance(v, list) else v for k, v in tuned.items()}
    return settings


@functools.cache
def _tuned() -> dict[str, Any]:
    with open(Path(__file__).with_name("settings.toml"), "rb") as file:
        return tomllib.load(file)
