"""Gambler's problem: example 4.3 of Sutton & Barto, 2nd edition."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import numpy.typing as npt

from spielfeld.envs.env import World
from spielfeld.envs.outcomes import BOOK, Outcome, model_of, stay
from spielfeld.envs.tabular import TabularModel

TIME_LIMIT = 1000  # environment steps


def gamblers_problem(heads: float = 0.4, goal: int = 100, least_stake: int = 1) -> TabularModel:
    """Return the gambler's problem: bet coins on heads until the goal or 0 is reached.

    | card     |                                                                          |
    |----------|--------------------------------------------------------------------------|
    | states   | 0 to `goal`: the capital                                                 |
    | actions  | the stake: `least_stake` to min(capital, goal - capital) is legal        |
    | reward   | 1 on reaching the goal, else 0; so a value is the probability to win     |
    | end      | at 0 and at the goal                                                     |
    | start    | with any capital in between, all equally probable                        |
    | discount | 1                                                                        |
    | source   | Sutton & Barto, 2nd edition, example 4.3, which also allows the stake 0  |

    >>> from spielfeld.agents.planning import policy_iteration
    >>> print(policy_iteration(gamblers_problem()).values[[25, 50, 75]])
    [0.16 0.4  0.64]

    Args:
        heads: Probability of heads; on heads the gambler wins as much as the stake.
        goal: Capital that ends the game, 2 or more.
        least_stake: Lowest legal stake: 1, or 0, with which a game may never end.

    Raises:
        ValueError: If an argument is out of its range.
    """
    if not 0 <= heads <= 1:
        raise ValueError(f"heads must be a probability from 0 to 1, not {heads}.")
    if not isinstance(goal, int) or goal < 2:
        raise ValueError(f"goal must be a whole number of 2 or more, not {goal!r}.")
    if least_stake not in (0, 1):
        raise ValueError(f"least_stake must be 0 or 1, not {least_stake!r}.")

    def outcomes(capital: int, stake: int) -> list[Outcome]:
        if capital in (0, goal):
            return stay(capital) if stake == 0 else []
        if not least_stake <= stake <= min(capital, goal - capital):
            return []
        won, lost = capital + stake, capital - stake
        return [(heads, won, float(won == goal), won == goal), (1 - heads, lost, 0.0, lost == 0)]

    start = np.full(goal + 1, 1 / (goal - 1))
    start[[0, goal]] = 0
    return model_of(outcomes, goal + 1, goal // 2 + 1, start)


def gamblers_world(heads: float = 0.4, goal: int = 100, least_stake: int = 1) -> World:
    """Return the gambler's problem, with the arguments of `gamblers_problem`."""
    model = gamblers_problem(heads, goal, least_stake)
    stakes = tuple(str(stake) for stake in range(model.actions))
    name, source = "Gambler's problem", f"{BOOK}, example 4.3"
    tell = partial(_tell, goal, least_stake)
    return World(name, source, model, stakes, tell, _board(goal), 1.0, TIME_LIMIT)


def _board(goal: int) -> npt.NDArray[np.int64]:
    """Return a board with one row for each quarter of the goal."""
    width, states = math.ceil(goal / 4), np.arange(goal)
    board = np.full((4, width + 1), -1)
    board[states // width, states % width], board[-1, -1] = states, goal
    return board


def _tell(goal: int, least_stake: int, capital: int) -> str:
    if capital in (0, goal):
        return f"You have {capital} of {goal}: the game is over."
    return f"You have {capital} of {goal}. Stake {least_stake} to {min(capital, goal - capital)}."
