"""n-step DQN: look n rewards ahead before asking the function.

What is far away reaches the value of an action in one update instead of n, which counts most while
the function still knows little. The price: the n - 1 actions in between were those of the agent as
it was then, exploring, and are taken for what a perfect agent does. A small n suffers little.

    target = sum over k < n of discount^k * reward_k
             + discount^n * max over a' of Q_still(observation n steps later, a')

Where fewer than n steps are known, the sum is as long as what is known: then nothing follows if the
world has ended, and the value of where the last step led if time was up or it was the latest one.

Differs from DQN by its memory, in which each step knows the one after it. n = 1 is DQN.

Source: Sutton & Barto, 2nd edition, section 7.1; Hessel et al. (2018), "Rainbow", section
"Multi-step learning".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spielfeld.agents.networks import at_least
from spielfeld.agents.value_based.dqn import DQN, DQNConfig
from spielfeld.agents.value_based.memory import ReplayMemory, Transitions
from spielfeld.arrays import Array
from spielfeld.envs.many_worlds import ManyWorlds

NONE = -1  # place


@dataclass(frozen=True)
class NStepDQNConfig(DQNConfig):
    """Settings of n-step DQN."""

    n_steps: int = 3
    """Rewards to look ahead."""

    def __post_init__(self) -> None:
        super().__post_init__()
        at_least("n_steps", self.n_steps, 1)
        at_least("buffer_size", self.buffer_size, 2 * self.num_envs)  # a step and the one before


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


class LinkedMemory(ReplayMemory):
    """A replay memory in which each step knows the place of the one after it.

    Args:
        capacity: In environment steps.
        worlds: Where they are taken.
        actions: How many there are.
    """

    def __init__(self, capacity: int, worlds: ManyWorlds, actions: int) -> None:
        super().__init__(capacity, worlds, actions)
        self.following = np.full(capacity, NONE)
        self.latest = np.full(worlds.rows, NONE)  # place of the last step in each world's episode

    def add(self, steps: Transitions, worlds: Array, over: Array) -> Array:
        """Write steps, each behind the one before it; see `ReplayMemory.add`."""
        places = super().add(steps, worlds, over)
        self.following[places] = NONE
        before = self.latest[worlds]
        self.following[before[before != NONE]] = places[before != NONE]
        self.latest[worlds] = np.where(over, NONE, places)
        return places

    def begin_episodes(self) -> None:
        """Let no step follow those that are the latest now."""
        self.latest[:] = NONE

    def limits(self) -> dict[str, tuple[float, float | None]]:
        """Return the least number, and the one that all stay below, of some of the arrays."""
        places = (NONE, self.capacity)
        return {**super().limits(), "following": places, "latest": places}

    def arrays(self) -> dict[str, Array]:
        """Return all that is remembered, the very arrays."""
        return {**super().arrays(), "following": self.following, "latest": self.latest}


class NStepDQN(DQN):
    """n-step DQN in any environment with discrete actions.

    Args:
        config: Settings; see `NStepDQNConfig`.
        seed: Of the agent's generator, and of the worlds' first reset.
    """

    config_class = NStepDQNConfig
    replay: LinkedMemory

    def make_memory(self) -> LinkedMemory:
        """Return an empty memory."""
        return LinkedMemory(self.config.buffer_size, self.worlds, int(self.actions.n))

    def look_back(self, places: Array) -> tuple[Transitions, Array | float]:
        """Return remembered steps as if n had been one, and the weight of what came after them."""
        reward, last, weight = n_step_returns(
            self.replay.columns.reward, self.replay.following, places,
            self.config.discount, self.config.n_steps,
        )  # fmt: skip
        first = self.replay.at(places)
        begun = {"observation": first.observation, "action": first.action, "reward": reward}
        return self.replay.at(last)._replace(**begun), weight
