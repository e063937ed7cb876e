"""Jack's car rental: example 4.2 and exercise 4.7 of Sutton & Barto, 2nd edition."""

from __future__ import annotations

import math

import numpy as np

from spielfeld.arrays import Floats
from spielfeld.envs.env import World
from spielfeld.envs.outcomes import BOOK
from spielfeld.envs.tabular import TabularModel

CARS = 20  # a place holds at most
MOVES = 5  # cars a night, at most
FIRST, SECOND = (3.0, 3.0), (4.0, 2.0)  # requests and returns a day, on average
RENT, MOVE = 10.0, 2.0  # dollars a car
PARKING = 10  # cars that park for free at each place
DISCOUNT, TIME_LIMIT = 0.9, 100  # days


def jacks_car_rental(free_shuttle: bool = False, parking_fee: float = 0.0) -> TabularModel:
    """Move cars overnight between two places, so that few customers find a place without cars.

    On a day at a place with n cars, min(n, requests) cars are rented out; then the day's returns
    come in, and what is above 20 cars is lost. Requests and returns are Poisson: 3 and 3 on average
    at the first place, 4 and 2 at the second. Many days lead to the same evening, so an outcome's
    reward is the mean over all days that lead to it; what an action is worth remains exact.

    | card     |                                                                               |
    |----------|-------------------------------------------------------------------------------|
    | states   | 21 * cars at the first place + cars at the second, in the evening, 0 to 20    |
    | actions  | 0 to 10: move 5 cars to the first place, ..., none (5), ..., 5 to the second; |
    |          | only cars that are there can be moved                                         |
    | reward   | dollars: 10 for each car rented out, -2 for each car moved                    |
    | end      | none                                                                          |
    | start    | any state, all equally likely                                                 |
    | discount | 0.9 a day                                                                     |
    | source   | Sutton & Barto, 2nd edition, example 4.2; the options: exercise 4.7           |

    >>> model = jacks_car_rental()
    >>> model.states, model.actions, bool(model.legal_actions[21 * 3 + 0, 5 + 4])
    (441, 11, False)

    Args:
        free_shuttle: Whether the first car to the second place each night moves for free.
        parking_fee: Dollars at each place where more than 10 cars stay overnight.
    """
    first, second = (place.ravel() for place in np.indices((CARS + 1, CARS + 1)))
    moved = np.arange(-MOVES, MOVES + 1)
    morning_first = (first[:, None] - moved).clip(0, CARS)  # [states, actions]
    morning_second = (second[:, None] + moved).clip(0, CARS)
    crowded = (morning_first > PARKING) * 1.0 + (morning_second > PARKING)
    cost = MOVE * (np.abs(moved) - (moved > 0) * free_shuttle) + parking_fee * crowded
    chance_first, income_first = (table[morning_first][..., first] for table in day(*FIRST))
    chance_second, income_second = (table[morning_second][..., second] for table in day(*SECOND))
    shape = chance_first.shape  # [states, actions, evenings]
    return TabularModel(
        chance_first * chance_second,
        np.broadcast_to(np.arange(len(first)), shape),
        income_first + income_second - cost[:, :, None],
        np.zeros(shape, bool),
        np.full(len(first), 1 / len(first)),
        legal=(moved <= first[:, None]) & (-moved <= second[:, None]),
    )


def day(requests: float, returns: float) -> tuple[Floats, Floats]:
    """Compute what a day does at one place.

    Args:
        requests: Cars asked for, on average.
        returns: Cars brought back, on average.

    Returns:
        Probability of each evening after each morning, and the mean income of such days in dollars.
        Shapes [cars in the morning, cars in the evening].
    """
    chance, income = np.zeros((2, CARS + 1, CARS + 1))
    for morning in range(CARS + 1):
        for rented, share in enumerate(capped_poisson(requests, morning)):
            left = morning - rented
            evenings = slice(left, CARS + 1)
            likely = share * capped_poisson(returns, CARS - left)
            chance[morning, evenings] += likely
            income[morning, evenings] += likely * rented * RENT
    return chance, np.divide(income, chance, out=income, where=chance > 0)


def capped_poisson(mean: float, most: int) -> Floats:
    """Return the probabilities of 0 to `most`, where `most` stands for all that is not less."""
    terms = [math.exp(-mean) * mean**number / math.factorial(number) for number in range(most)]
    return np.array([*terms, max(0.0, 1 - math.fsum(terms))])


def car_rental_world(free_shuttle: bool = False, parking_fee: float = 0.0) -> World:
    """Return Jack's car rental, with the arguments of `jacks_car_rental`."""
    moves = tuple(str(moved) for moved in range(-MOVES, MOVES + 1))
    model = jacks_car_rental(free_shuttle, parking_fee)
    name, source = "Jack's car rental", f"{BOOK}, example 4.2"
    board = np.arange(model.states).reshape(CARS + 1, CARS + 1)[::-1]  # as in figure 4.2
    return World(name, source, model, moves, _tell, board, DISCOUNT, TIME_LIMIT)


def _tell(state: int) -> str:
    first, second = divmod(state, CARS + 1)
    least, most = -min(MOVES, second), min(MOVES, first)
    return (
        f"This evening {first} cars are at the first place, {second} at the second.\n"
        f"Move {least} to {most} cars to the second; less than 0 are moved to the first."
    )
