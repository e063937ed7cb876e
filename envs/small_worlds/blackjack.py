"""Blackjack: example 5.1 of Sutton & Barto, 2nd edition."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from gymnasium.spaces import MultiDiscrete

from spielfeld.envs.env import TableObservation, World
from spielfeld.envs.outcomes import BOOK, Outcome, model_of, stay
from spielfeld.envs.tabular import TabularModel

STICK, HIT = 0, 1
CARDS = {card: (4 if card == 10 else 1) / 13 for card in range(1, 11)}  # an ace is 1


class Hand(NamedTuple):
    """Observation of the player.

    Args:
        total: Sum of the player's cards.
        dealer: The dealer's visible card, 1 for an ace.
        ace: Whether one of the player's aces counts 11.
        natural: Whether the player has 21 with the first two cards.
    """

    total: int
    dealer: int
    ace: bool
    natural: bool = False


HANDS = [
    Hand(total, dealer, ace, natural)
    for ace, natural, totals in ((False, False, range(4, 22)), (True, False, range(12, 22)),
                                 (True, True, (21,)))
    for total in totals
    for dealer in CARDS
]  # fmt: skip
NUMBER = {hand: state for state, hand in enumerate(HANDS)}
WON, DRAWN, LOST, BUST = range(len(HANDS), len(HANDS) + 4)
ENDS = {WON: "You have won.", DRAWN: "It is a draw.", LOST: "You have lost.", BUST: "You are bust."}
PAYS = {WON: 1.0, DRAWN: 0.0, LOST: -1.0, BUST: -1.0}


def blackjack() -> TabularModel:
    """Return blackjack: the player draws cards to be nearer to 21 than the dealer, but not above.

    Cards come from an endless deck. An ace counts 11, unless the sum would be above 21. The dealer
    draws until 17 or more. A natural (21 with two cards) wins unless the dealer has one too. These
    are the rules of Gymnasium's `Blackjack-v1` with `sab=True`.

    | card     |                                                                                  |
    |----------|----------------------------------------------------------------------------------|
    | states   | 290 hands, see `HANDS` and `Hand`; then the ends WON, DRAWN, LOST and BUST       |
    | actions  | 0: stick, 1: hit                                                                 |
    | reward   | 1 for a win, 0 for a draw, -1 for a loss                                         |
    | end      | after sticking, and above 21                                                     |
    | start    | two cards for the player; one visible and one hidden card for the dealer         |
    | discount | 1                                                                                |
    | source   | Sutton & Barto, 2nd edition, example 5.1                                         |

    >>> from spielfeld.agents.planning import policy_iteration
    >>> plan = policy_iteration(blackjack())
    >>> plan.policy[NUMBER[Hand(18, 9, True)]]  # a soft 18 against a 9: hit
    array([0., 1.])
    """
    states = len(HANDS) + len(ENDS)

    def outcomes(state: int, action: int) -> list[Outcome]:
        if state in ENDS:
            return stay(state)
        return after_hit(HANDS[state]) if action == HIT else after_stick(HANDS[state])

    start = np.zeros(states)
    for first, likely in CARDS.items():
        for second, share in CARDS.items():
            total, ace = add(*add(0, False, first), second)
            for dealer, chance in CARDS.items():
                hand = Hand(total, dealer, ace, natural=total == 21)
                start[NUMBER[hand]] += likely * share * chance
    return model_of(outcomes, states, 2, start)


def add(total: int, ace: bool, card: int) -> tuple[int, bool]:
    """Return the sum and the usable ace after one more card."""
    if card == 1 and total + 11 <= 21:
        return total + 11, True
    return (total + card - 10, False) if ace and total + card > 21 else (total + card, ace)


def after_hit(hand: Hand) -> list[Outcome]:
    """Return the outcomes of one more card."""
    outcomes = []
    for card, chance in CARDS.items():
        total, ace = add(hand.total, hand.ace, card)
        state = BUST if total > 21 else NUMBER[Hand(total, hand.dealer, ace)]
        outcomes.append((chance, state, PAYS.get(state, 0.0), state == BUST))
    return outcomes


def after_stick(hand: Hand) -> list[Outcome]:
    """Return the results of the game after the dealer has drawn."""
    chances = dict.fromkeys(ENDS, 0.0)
    for hidden, chance in CARDS.items():
        drawn = add(*add(0, False, hand.dealer), hidden)
        if hand.natural:
            chances[DRAWN if drawn[0] == 21 else WON] += chance
            continue
        for final, share in dealer_totals(*drawn).items():
            beaten = final > 21 or final < hand.total
            end = WON if beaten else DRAWN if final == hand.total else LOST
            chances[end] += chance * share
    return [(chance, end, PAYS[end], True) for end, chance in chances.items()]


@cache
def dealer_totals(total: int, ace: bool) -> dict[int, float]:
    """Return the probability of each final sum of the dealer, which draws below 17."""
    if total >= 17:
        return {total: 1.0}
    totals: dict[int, float] = {}
    for card, chance in CARDS.items():
        for final, share in dealer_totals(*add(total, ace, card)).items():
            totals[final] = totals.get(final, 0.0) + chance * share
    return totals


def blackjack_world(observation: str = "index") -> World:
    """Return the world of blackjack.

    Args:
        observation: "index", or "cards": the player's sum, the dealer's card and the usable ace.
            The numbers of "cards" are those of Gymnasium's `Blackjack-v1`, so its tables fit
            here. At an end all are 0; a natural looks like any soft 21.

    Raises:
        ValueError: If the observation is unknown.
    """
    if observation not in ("index", "cards"):
        raise ValueError(f"The observation of blackjack is index or cards, not {observation!r}.")
    seen = None
    if observation == "cards":
        rows = [hand[:3] for hand in HANDS] + [(0, 0, 0)] * len(ENDS)
        seen = TableObservation(MultiDiscrete([32, 11, 2]), np.array(rows, np.int64))
    name, source = "Blackjack", f"{BOOK}, example 5.1"
    model, actions = blackjack(), ("stick", "hit")
    return World(name, source, model, actions, _tell, _board(), observation=seen)


def _board() -> npt.NDArray[np.int64]:
    """Return the board of figure 5.2: one column for each dealer's card, usable aces right."""
    board = np.full((19, 2 * len(CARDS) + 1), -1)
    for state, hand in enumerate(HANDS):
        row = 0 if hand.natural else 22 - hand.total
        board[row, hand.dealer - 1 + hand.ace * (len(CARDS) + 1)] = state
    return board


def _tell(state: int) -> str:
    if state in ENDS:
        return ENDS[state]
    hand = HANDS[state]
    ace = "with a usable ace" if hand.ace else "without a usable ace"
    card = "an ace" if hand.dealer == 1 else f"a {hand.dealer}" if hand.dealer != 8 else "an 8"
    return f"You hold {hand.total} {ace}; the dealer shows {card}."
