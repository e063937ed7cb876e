"""Jack's car rental: example 4.2 and exercise 4.7 of Sutton & Barto, 2nd edition."""

from __future__ import annotations

import math

import numpy as np

from spielfeld.arrays import Floats
from spielfeld.envs.env import World
from spielfeld.envs.outcomes import BOOK
from spielfeld.envs.tabular import TabularModel

CARS = 20  # largest number at one place
MOVES = 5  # largest number of cars moved in one night
FIRST, SECOND = (3.0, 3.0), (4.0, 2.0)  # mean requests and returns on a day
RENT, MOVE = 10.0, 2.0  # dollars for one car
PARKING = 10  # cars that park for free at each place
DISCOUNT, TIME_LIMIT = 0.9, 100  # per day, in days


def jacks_car_rental(free_shuttle: bool = False, parking_fee: float = 0.0) -> TabularModel:
    """Return Jack's car rental: move cars overnight between two places, to meet the demand.

    On a day at a place with n cars, min(n, requests) cars are rented. Then the day's returns
    arrive, and cars above 20 are lost. Requests and returns are Poisson numbers: 3 and 3 on average
    at the first place, 4 and 2 at the second. Many different days lead to the same evening. So an
    outcome's reward is the mean over these days, which leaves action values exact.

    | card     |                                                                               |
    |----------|-------------------------------------------------------------------------------|
    | states   | 21 * cars at the first place + cars at the second, in the evening, 0 to 20    |
    | actions  | 0 to 10: move 5 cars to the first place, ..., none (5), ..., 5 to the second; |
    |          | only cars at their place can be moved                                         |
    | reward   | dollars: 10 for each rented car, -2 for each moved car                        |
    | end      | none                                                                          |
    | start    | any state, all equally probable                                               |
    | discount | 0.9 a day                                                                     |
    | source   | Sutton & Barto, 2nd edition, example 4.2; the options: exercise 4.7           |

    >>> model = jacks_car_rental()
    >>> model.states, model.actions, bool(model.legal_actions[21 * 3 + 0, 5 + 4])
    (441, 11, False)

    Args:
        free_shuttle: Whether one car each night moves to the second place for free.
        parking_fee: Dollars at each place with more than 10 cars in the night.
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
    """Return probabilities and incomes of one day at one place.

    Args:
        requests: Mean number of requests.
        returns: Mean number of returned cars.

    Returns:
        Probability of each evening after each morning, and the mean income of such days in
        dollars. Shapes [cars in the morning, cars in the evening].
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
    """Return the probabilities of 0 to `most`; the last one is that of `most` or more."""
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
        f"Move {least} to {most} cars to the second; a number below 0 moves cars to the first."
    )
