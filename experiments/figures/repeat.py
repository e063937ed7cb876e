"""The same with many seeds: the one place where runs are repeated, on as many cores as wished."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from spielfeld.arrays import Array
from spielfeld.experiments.interrupts import ctrl_c_left_to_us

PARTS = 20  # of the runs with one setting, between which progress is told

Tell = Callable[[int, int], None]  # how many parts of the work are done, of how many


def be_quiet(done: int, parts: int) -> None:
    """Tell nobody."""


class Repeat(NamedTuple):
    """Repeats what a figure measures.

    Args:
        runs: How often, with the seeds 0, 1, 2 ...
        jobs: Processes; 1 for this one alone, -1 for one a core.
        tell: Is told how far it has come.
    """

    runs: int
    jobs: int = 1
    tell: Tell = be_quiet

    def __call__(
        self, measure: Callable[..., Any], settings: Sequence[tuple[Any, ...]]
    ) -> list[Array]:
        """Call measure(seed, *setting) for every seed and setting.

        Args:
            measure: Returns a number or an array of them.
            settings: The further arguments, one tuple for each method or step size, say.

        Returns:
            For each setting what was measured. Shape [runs, ...].
        """
        from joblib import Parallel, delayed

        seeds, size = range(self.runs), -(-self.runs // PARTS)
        parts = [seeds[first : first + size] for first in seeds[::size]]
        work = [delayed(_some)(measure, part, setting) for setting in settings for part in parts]
        results = []
        with ctrl_c_left_to_us():
            done = Parallel(n_jobs=self.jobs, return_as="generator")(work)
        for result in done:
            results.append(result)
            self.tell(len(results), len(work))
        count = len(parts)
        return [np.concatenate(results[k * count : (k + 1) * count]) for k in range(len(settings))]


def _some(measure: Callable[..., Any], seeds: range, setting: tuple[Any, ...]) -> Array:
    return np.array([measure(seed, *setting) for seed in seeds])


@cache
def world(name: str, **options: Any) -> Any:
    """Make an environment once; every learner resets it with a seed of its own."""
    import gymnasium as gym

    from spielfeld import envs  # noqa: F401, registers the environments

    return gym.make(name, **options)
