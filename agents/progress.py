"""How far an agent has come: its position, its generator and the episodes that it has finished."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import numpy as np

from spielfeld.agents.loop import Episodes, Position, Rates
from spielfeld.arrays import Array
from spielfeld.history import History

CHUNK = 1 << 16  # environment steps between two looks at the keyboard
NEVER = 2**62  # environment steps, or episodes
NO_RATES = Rates(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, on_policy=False, judges=False)


class Progress:
    """Position, generator and finished episodes of an agent that runs `agents/loop.py`.

    Args:
        seed: Of the learner; the world's generator is seeded with it alone, the agent's is another.
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
        """Run a filled loop, and keep the episodes that it has finished, also after an error.

        Args:
            run: The loop with its rules, plain or compiled.
            world: What `begin` and `step` act in.
            memory: The arrays that the method learns in; changed in place.
            settings: The method's own numbers.
            rates: The numbers that every method needs.
            random: The world's generator; None where the environment draws by itself.
            samples: Environment steps to take.
            episodes: Stop earlier, once so many are finished.
        """
        rows = np.empty((3, min(samples, episodes)))
        finished = Episodes(rows[0], rows[1], rows[2], np.zeros(1, np.int64))
        try:
            run(world, memory, settings, rates, self.position, finished, random, self.generator,
                samples, episodes)  # fmt: skip
        finally:
            self._finished.append(rows[:, : finished.number[0]].T.copy())

    def begin_anew(self) -> None:
        """Forget the episode under way: the next step begins another one."""
        self.position.state[0], self.position.action[0] = -1, -1

    def recorded(self) -> History:
        """Hand over the episodes finished since the last call: samples, return and length."""
        finished, self._finished = self._finished, []
        return History.of_episodes(np.concatenate([np.empty((0, 3)), *finished]))
