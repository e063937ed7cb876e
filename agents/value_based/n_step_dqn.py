"""n-step DQN: the target is n rewards and the value of the state after them.

This file provides functions of `agents/deep_loop.py`, as DQN does. A reward changes the value of
the action n steps before in one update instead of n. This helps most at the start of learning. The
disadvantage: the n - 1 actions in between are exploring actions of an earlier policy, not greedy
ones. With a small n this error is small.

    target = sum over k < n of discount^k * reward_k
             + discount^n * max over a' of Q_target(observation n steps later, a')

If fewer than n steps are stored after a step, the sum is shorter. It ends with 0 at a terminated
step, and with the value of the last observation otherwise.

Differs from DQN by its lookout, which stores for each step the place of the next one. With n = 1 it
is DQN.

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

NONE = -1  # place if there is no step


@settings
class NStepDQNConfig(DQNConfig):
    """Settings of n-step DQN."""

    n_steps: Count = 3
    """Number of rewards in a target, n."""

    def require_sound(self) -> None:
        """Refuse a replay buffer that is too small for two steps of each world."""
        super().require_sound()
        if self.buffer_size < 2 * self.num_envs:
            raise ValueError(
                f"buffer_size must be {2 * self.num_envs} or more, two steps for each of num_envs, "
                f"not {self.buffer_size}."
            )


def n_step_returns(
    reward: Array, following: Array, places: Array, discount: float, n_steps: int
) -> tuple[Array, Array, Array]:
    """Return the discounted sum of n rewards from each of some stored steps.

    Args:
        reward: Reward of each stored step. Shape [steps].
        following: Place of the step after each one, or -1. Shape [steps].
        places: Places of the first steps. Shape [rows].
        discount: Weight of the next step.
        n_steps: Largest number of rewards, 1 or more.

    Returns:
        The sums, the places of their last steps, and the weight of the next value. Shape [rows].
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
    """Lookout for n steps, which stores the place of the step after each one.

    Args:
        config: Settings; see `NStepDQNConfig`.
        worlds: Number of worlds.
    """

    saved: ClassVar[tuple[str, ...]] = ("following", "latest")
    following: Annotated[Array, Index("places", none=True)]
    latest: Annotated[Array, Index("places", none=True)]  # latest step of each world's episode

    def __init__(self, config: NStepDQNConfig, worlds: int) -> None:
        self.discount, self.n_steps = config.discount, config.n_steps
        self.following = np.full(config.buffer_size, NONE)
        self.latest = np.full(worlds, NONE)

    def added(self, places: Array, worlds: Array, over: Array) -> None:
        """Store the place of each new step for the step before it; see `Lookout`."""
        self.following[places] = NONE
        before = self.latest[worlds]
        self.following[before[before != NONE]] = places[before != NONE]
        self.latest[worlds] = np.where(over, NONE, places)

    def begin_episodes(self) -> None:
        """Mark the latest steps, so that no step follows them."""
        self.latest[:] = NONE

    def look(self, memory: ReplayMemory, places: Array) -> tuple[Transitions, Array]:
        """Return n steps as one, and the discount of the value after the last."""
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
        seed: Seed of the agent and of the first reset of the worlds.
    """

    config_class = NStepDQNConfig
    lookout_class = Chain
