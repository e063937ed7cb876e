"""n-step DQN: look n rewards ahead before asking the function.

Fills `agents/deep_loop.py`, as DQN does. What is far away reaches the value of an action in one
update instead of n, which counts most while the function still knows little. The price: the n - 1
actions in between were those of the agent as it was then, exploring, and are taken for what a
perfect agent does. A small n suffers little.

    target = sum over k < n of discount^k * reward_k
             + discount^n * max over a' of Q_still(observation n steps later, a')

Where fewer than n steps are known, the sum is as long as what is known: then nothing follows if the
world has ended, and the value of where the last step led if time was up or it was the latest one.

Differs from DQN by its lookout, for which each remembered step knows the one after it. n = 1 is
DQN.

Source: Sutton & Barto, 2nd edition, section 7.1; Hessel et al. (2018), "Rainbow", section
"Multi-step learning".
"""

from __future__ import annotations

from typing import Annotated, ClassVar

import numpy as np

from spielfeld.agents.value_based.dqn import DQN, DQNConfig
from spielfeld.agents.value_based.memory import ReplayMemory, Transitions
from spielfeld.arrays import Array
from spielfeld.settings import Count, settings
from spielfeld.snapshot import Index

NONE = -1  # place


@settings
class NStepDQNConfig(DQNConfig):
    """Settings of n-step DQN."""

    n_steps: Count = 3
    """Rewards to look ahead."""

    def require_sound(self) -> None:
        """Refuse a memory too small for two steps of each world."""
        super().require_sound()
        if self.buffer_size < 2 * self.num_envs:
            raise ValueError(
                f"buffer_size must be {2 * self.num_envs} or more, two steps of each of num_envs, "
                f"not {self.buffer_size}."
            )


def n_step_returns(
    reward: Array, following: Array, places: Array, discount: float, n_steps: int
) -> tuple[Array, Array, Array]:
    """Return the n rewards from some remembered steps on, discounted and added up.

    Args:
        reward: Of each remembered step. Shape [steps].
        following: The place of the step after each one, or -1. Shape [steps].
        places: Where to begin. Shape [rows].
        discount: Weight of what comes one step later.
        n_steps: How far to look, 1 or more.

    Returns:
        The sums, the places of their last steps, and the weight of what follows. Shape [rows].
    """
    total, last = reward[places], places
    weight = np.full_like(total, discount)
    for _ in range(n_steps - 1):
        next_place = following[last]
        known = next_place != NONE
        last = np.where(known, next_place, last)
        total = total + np.where(known, weight * reward[last], 0)
        weight *= np.where(known, total.dtype.type(discount), 1)
    return total, last, weight


class Chain:
    """The lookout that follows a step to the n-th one: each knows the place of the one after it.

    Args:
        config: Settings; see `NStepDQNConfig`.
        worlds: How many.
    """

    saved: ClassVar[tuple[str, ...]] = ("following", "latest")
    following: Annotated[Array, Index("places", none=True)]
    latest: Annotated[Array, Index("places", none=True)]  # of each world's episode

    def __init__(self, config: NStepDQNConfig, worlds: int) -> None:
        self.discount, self.n_steps = config.discount, config.n_steps
        self.following = np.full(config.buffer_size, NONE)
        self.latest = np.full(worlds, NONE)

    def added(self, places: Array, worlds: Array, over: Array) -> None:
        """Put each step behind the one before it; see `Lookout`."""
        self.following[places] = NONE
        before = self.latest[worlds]
        self.following[before[before != NONE]] = places[before != NONE]
        self.latest[worlds] = np.where(over, NONE, places)

    def begin_episodes(self) -> None:
        """Let no step follow those that are the latest now."""
        self.latest[:] = NONE

    def look(self, memory: ReplayMemory, places: Array) -> tuple[Transitions, Array]:
        """Return steps as if n had been one, and the discount of the value after the last."""
        reward, last, weight = n_step_returns(
            memory.columns.reward, self.following, places, self.discount, self.n_steps
        )
        first = memory.at(places)
        begun = {"observation": first.observation, "action": first.action, "reward": reward}
        return memory.at(last)._replace(**begun), weight

    def index_bounds(self) -> dict[str, int]:
        """Return the bounds of indices, by name."""
        return {"places": len(self.following)}


class NStepDQN(DQN):
    """n-step DQN: the target is n rewards and the value of the state after them.

    Args:
        config: Settings; see `NStepDQNConfig`.
        seed: Of the agent's generator, and of the worlds' first reset.
    """

    config_class = NStepDQNConfig
    lookout_class = Chain
