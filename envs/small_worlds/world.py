"""What a small world is besides its table: names of its actions, and a way to tell where one is."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from gymnasium.spaces import Space

from spielfeld.envs.gymnasium_table import merged_outcomes, outcome_arrays
from spielfeld.envs.tabular import TabularModel

Outcome = tuple[float, int, float, bool]  # probability, next state, reward, end


BOOK = "Sutton & Barto, 2nd edition"


@dataclass(frozen=True, eq=False)
class Observation:
    """What an agent sees of each state, where that is not the state's number.

    Args:
        space: Every row of `table` lies in it.
        table: Integers, one row for each state. Shape [states] or [states, digits].
    """

    space: Space[Any]
    table: npt.NDArray[np.int64]

    def __call__(self, states: Any) -> Any:
        """Observe one state (int) or several (integers [n])."""
        seen = np.array(self.table[states])
        return int(seen) if seen.ndim == 0 else seen


@dataclass(frozen=True, eq=False)
class SmallWorld:
    """A finite world, and what is told about it.

    Args:
        name: In words, for titles.
        source: Where in the book.
        model: The world itself.
        actions: What each action is called, in one word or number.
        tell: Says in words where one is, for a state's number.
        board: Where pictures show each state; -1 for nothing. Shape [rows, columns].
        discount: By which the world measures returns.
        max_episode_steps: Time limit in environment steps, where an episode might not end.
        observation: What an agent sees; None for the number of the state.
    """

    name: str
    source: str
    model: TabularModel
    actions: tuple[str, ...]
    tell: Callable[[int], str]
    board: npt.NDArray[np.int64]
    discount: float = 1.0
    max_episode_steps: int | None = None
    observation: Observation | None = None

    def limit(self, time_limit: int | None) -> int | None:
        """Return the world's time limit, or the one given in its place; 0 stands for none.

        Raises:
            ValueError: If it is no whole number of 0 or more.
        """
        if time_limit is None:
            return self.max_episode_steps
        if not isinstance(time_limit, int) or time_limit < 0:
            raise ValueError(f"time_limit must be 0 or more steps, not {time_limit!r}.")
        return time_limit or None


def find_world(world: str | Callable[..., SmallWorld], options: dict[str, Any]) -> SmallWorld:
    """Return the world that "module:function" of this package makes with these options."""
    if isinstance(world, str):
        module, _, name = world.partition(":")
        if not module.startswith("spielfeld.envs.small_worlds."):  # options come from files, too
            raise ValueError(f"{world!r} is no world of the suite: give the function itself.")
        made: SmallWorld = getattr(importlib.import_module(module), name)(**options)
        return made
    return world(**options)


def model_of(
    outcomes: Callable[[int, int], list[Outcome]],
    states: int,
    actions: int,
    start: npt.NDArray[np.float64],
) -> TabularModel:
    """Write down a world of which one can say what an action in a state leads to.

    Args:
        outcomes: All that an action in a state may lead to; nothing for an illegal action.
        states: Number of states.
        actions: Number of actions.
        start: Distribution of the first state. Shape [states].
    """
    table = {
        state: {action: outcomes(state, action) for action in range(actions)}
        for state in range(states)
    }
    rows = merged_outcomes(table)
    legal = np.array([[bool(merged) for merged in row] for row in rows])
    return TabularModel(*outcome_arrays(rows), start, None if legal.all() else legal)


def stay(state: int) -> list[Outcome]:
    """Return the outcomes of a state in which an episode has ended."""
    return [(1.0, state, 0.0, True)]
