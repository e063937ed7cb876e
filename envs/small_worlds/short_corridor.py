"""Short corridor of cells that look the same: example 13.1 of Sutton & Barto, 2nd edition."""

from __future__ import annotations

import numpy as np
from gymnasium.spaces import Discrete

from spielfeld.envs.env import TableObservation, World
from spielfeld.envs.outcomes import BOOK, Outcome, model_of, stay
from spielfeld.envs.tabular import TabularModel

LEFT, RIGHT, GOAL = 0, 1, 3
REVERSED = 1  # the cell with left and right exchanged
TIME_LIMIT = 1000  # environment steps


def short_corridor() -> TabularModel:
    """Return the corridor: three cells and a goal; in the middle cell left and right change places.

    An agent that cannot distinguish the cells needs a random policy. If it goes right with
    probability p, the value is (2 p - 4) / (p (1 - p)). The best p is 2 - sqrt(2), with value
    -11.66. An agent that sees the cells needs three steps.

    | card     |                                                                  |
    |----------|------------------------------------------------------------------|
    | states   | 0, 1, 2: the cells; 3: the goal                                  |
    | actions  | 0: left, 1: right; in cell 1 exchanged                           |
    | reward   | -1 for each step                                                 |
    | end      | at the goal                                                      |
    | start    | in cell 0, where a step to the left has no effect                |
    | discount | 1                                                                |
    | source   | Sutton & Barto, 2nd edition, example 13.1                        |

    >>> from spielfeld.agents.planning import start_value
    >>> model = short_corridor()
    >>> print(start_value(model, np.full((4, 2), 0.5)))
    -12.0
    """

    def outcomes(state: int, action: int) -> list[Outcome]:
        if state == GOAL:
            return stay(state)
        right = (action == RIGHT) != (state == REVERSED)
        place = state + 1 if right else max(0, state - 1)
        return [(1.0, place, -1.0, place == GOAL)]

    return model_of(outcomes, 4, 2, np.eye(4)[0])


def corridor_world(observation: str = "hidden") -> World:
    """Return the world of the short corridor.

    Args:
        observation: "hidden": always 0, as in the book's example; or "index".

    Raises:
        ValueError: If the observation is unknown.
    """
    if observation not in ("hidden", "index"):
        raise ValueError(f"The corridor's observation is hidden or index, not {observation!r}.")
    hidden = (
        TableObservation(Discrete(1), np.zeros(4, np.int64)) if observation == "hidden" else None
    )
    name, source = "Short corridor", f"{BOOK}, example 13.1"
    model, actions, row = short_corridor(), ("left", "right"), np.arange(4)[None]
    return World(name, source, model, actions, _tell, row, 1.0, TIME_LIMIT, hidden)


def _tell(state: int) -> str:
    cells = list("___G")
    cells[state] = "@"
    return "".join(cells)
