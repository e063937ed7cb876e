"""Progress of an agent: its position, its generator and its finished episodes."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import numpy as np

from spielfeld.agents.loop import Episodes, Position, Rates
from spielfeld.arrays import Array
from spielfeld.history import History

CHUNK = 1 << 16  # environment steps between two checks for Ctrl+C
NEVER = 2**62  # environment steps, or episodes
NO_RATES = Rates(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, on_policy=False, judges=False)


class Progress:
    """Position, generator and finished episodes of an agent that runs `agents/loop.py`.

    Args:
        seed: Seed of the learner. The world's generator uses it alone; the agent's differs.
    """

    saved: ClassVar = ("position", "generator")
    position: Position

    def __init__(self, seed: int) -> None:
        self.generator: np.random.Generator = np.random.default_rng([seed, 1])
        start = (np.full(1, -1), np.full(1, -1), np.zeros(1, np.int64), np.zeros(1))
        self.position = Position(*start, samples=np.zeros(1, np.int64))
        self._finished: list[Array] = []  # each [episodes, 3]

    @property
    def samples(self) -> int:
        """Environment steps taken so far."""
        return int(self.position.samples[0])

    def advance(
        self,
        run: Callable[..., None],
        world: object,
        memory: object,
        settings: object,
        rates: Rates,
        random: np.random.Generator | None,
        samples: int,
        episodes: int = NEVER,
    ) -> None:
        """Run a loop with its rules, and keep the finished episodes, also after an error.

        Args:
            run: The loop with its rules, plain or compiled.
            world: The world of `begin` and `step`.
            memory: The arrays of the method; changed in place.
            settings: Settings of the method that are not in `Rates`.
            rates: Settings of every method.
            random: The world's generator; None if the environment has its own.
            samples: Environment steps to take.
            episodes: Number of finished episodes after which the loop stops earlier.
        """
        rows = np.empty((3, min(samples, episodes)))
        finished = Episodes(rows[0], rows[1], rows[2], np.zeros(1, np.int64))
        try:
            run(world, memory, settings, rates, self.position, finished, random, self.generator,
                samples, episodes)  # fmt: skip
        finally:
            self._finished.append(rows[:, : finished.number[0]].T.copy())

    def begin_anew(self) -> None:
        """Forget the unfinished episode: the next step begins another one."""
        self.position.state[0], self.position.action[0] = -1, -1

    def recorded(self) -> History:
        """Return the episodes that ended since the last call: samples, return and length."""
        finished, self._finished = self._finished, []
        return History.of_episodes(np.concatenate([np.empty((0, 3)), *finished]))
