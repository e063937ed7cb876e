"""A short corridor of cells that look alike: example 13.1 of Sutton & Barto, 2nd edition."""

from __future__ import annotations

import numpy as np
from gymnasium.spaces import Discrete

from spielfeld.envs.env import TableObservation, World
from spielfeld.envs.outcomes import BOOK, Outcome, model_of, stay
from spielfeld.envs.tabular import TabularModel

LEFT, RIGHT, GOAL = 0, 1, 3
REVERSED = 1  # the cell in which left is right
TIME_LIMIT = 1000  # environment steps


def short_corridor() -> TabularModel:
    """Walk through three cells to the goal; in the middle one left and right are exchanged.

    Who cannot tell the cells from one another does best by tossing a coin: going right with
    probability p is worth (2 p - 4) / (p (1 - p)), most at p = 2 - sqrt(2), about -11.66. Who can
    tell them needs three steps.

    | card     |                                                                  |
    |----------|------------------------------------------------------------------|
    | states   | 0, 1, 2: the cells; 3: the goal                                  |
    | actions  | 0: left, 1: right; in cell 1 the other way round                 |
    | reward   | -1 a step                                                        |
    | end      | at the goal                                                      |
    | start    | in cell 0, where a step to the left stays                        |
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
    """Return the corridor.

    Args:
        observation: "hidden", always 0, which is the point of the example; or "index".

    Raises:
        ValueError: If the observation is another one.
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
