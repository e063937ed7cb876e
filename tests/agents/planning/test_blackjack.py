"""Blackjack, told again with the hands of Gymnasium: example 5.1 of the book."""

import math
from collections.abc import Callable
from functools import cache

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.envs.toy_text import blackjack as cards
from planning_worlds import merged

from spielfeld import envs  # noqa: F401  (registers the worlds)
from spielfeld.agents.planning import policy_evaluation, policy_iteration, value_iteration
from spielfeld.agents.tabular import QLearning
from spielfeld.envs.small_worlds.blackjack import (
    BUST,
    DRAWN,
    HANDS,
    HIT,
    LOST,
    NUMBER,
    STICK,
    WON,
    Hand,
    blackjack,
)
from spielfeld.experiments.evaluation import Evaluator

SOLVERS = pytest.mark.parametrize("solve", [value_iteration, policy_iteration])


@cache
def hand_of(hand: Hand) -> tuple[int, ...]:
    """Cards that make up a hand."""
    if hand.natural:
        return (1, 10)
    if hand.ace:
        return (1, 5, 5) if hand.total == 21 else (1, hand.total - 11)
    most = min(10, hand.total - 2)
    rest = hand.total - most
    return (most, rest) if rest <= 10 else (most, 9, rest - 9)


@cache
def dealer_hands(hand: tuple[int, ...]) -> dict[tuple[int, ...], float]:
    """Every final hand of the dealer, and its probability."""
    if cards.sum_hand(list(hand)) >= 17:
        return {hand: 1.0}
    final: dict[tuple[int, ...], float] = {}
    for card in cards.deck:
        for end, chance in dealer_hands(tuple(sorted((*hand, card)))).items():
            final[end] = final.get(end, 0.0) + chance / 13
    return final


@cache
def stick(player: tuple[int, ...], dealer: int) -> dict[float, float]:
    """Probability of each reward after sticking, by the rules of Gymnasium's env."""
    chances = {1.0: 0.0, 0.0: 0.0, -1.0: 0.0}
    natural = cards.is_natural(list(player))
    for hidden in cards.deck:
        for final, chance in dealer_hands(tuple(sorted((dealer, hidden)))).items():
            reward = cards.cmp(cards.score(list(player)), cards.score(list(final)))
            if natural and not cards.is_natural(list(final)):
                reward = 1.0
            chances[reward] += chance / 13
    return {reward: chance for reward, chance in chances.items() if chance > 0}


def seen(player: tuple[int, ...], dealer: int) -> Hand:
    held = list(player)
    ace = bool(cards.usable_ace(held))
    return Hand(cards.sum_hand(held), dealer, ace, cards.is_natural(held))


def test_every_row_of_blackjack_is_what_gymnasiums_hands_say() -> None:
    model, ends = blackjack(), {1.0: WON, 0.0: DRAWN, -1.0: LOST}
    for state, hand in enumerate(HANDS):
        player = hand_of(hand)
        assert seen(player, hand.dealer) == hand
        expected = {
            (ends[pay], pay, True): share for pay, share in stick(player, hand.dealer).items()
        }
        assert merged(model, state, STICK) == pytest.approx(expected)
        expected = {}
        for card in cards.deck:
            drawn = (*player, card)
            key = (BUST, -1.0, True)
            if not cards.is_bust(list(drawn)):
                key = (NUMBER[seen(drawn, hand.dealer)], 0.0, False)
            expected[key] = expected.get(key, 0.0) + 1 / 13
        assert merged(model, state, HIT) == pytest.approx(expected)


def test_blackjack_starts_as_gymnasiums_does() -> None:
    start = np.zeros(blackjack().states)
    for first in cards.deck:
        for second in cards.deck:
            for dealer in cards.deck:
                start[NUMBER[seen((first, second), dealer)]] += 1 / 13**3
    assert blackjack().start == pytest.approx(start, abs=1e-15)


def best_by_recursion(sticks: Callable[[Hand], bool] | None = None) -> dict[Hand, float]:
    """Value of each hand if one plays best, or sticks where `sticks` says so."""

    @cache
    def value(hand: Hand) -> float:
        player = hand_of(hand)
        stay = sum(reward * chance for reward, chance in stick(player, hand.dealer).items())
        hit = 0.0
        for card in cards.deck:
            drawn = (*player, card)
            hit += (-1.0 if cards.is_bust(list(drawn)) else value(seen(drawn, hand.dealer))) / 13
        if sticks is not None:
            return stay if sticks(hand) else hit
        return max(stay, hit)

    return {hand: value(hand) for hand in HANDS}


@SOLVERS
def test_the_best_values_of_blackjack(solve) -> None:
    model, expected = blackjack(), best_by_recursion()
    values = solve(model).values
    assert values[: len(HANDS)] == pytest.approx([expected[hand] for hand in HANDS], abs=1e-12)
    assert model.start @ values == pytest.approx(-0.043113, abs=5e-7)


def sticks_in_figure_5_2(hand: Hand) -> bool:
    """Read the optimal policy of figure 5.2, with its notch above the dealer's ace."""
    if hand.ace:
        return hand.total >= 19 or (hand.total == 18 and 2 <= hand.dealer <= 8)
    if hand.total == 12:
        return 4 <= hand.dealer <= 6
    return hand.total >= 17 or (hand.total >= 13 and 2 <= hand.dealer <= 6)


@SOLVERS
def test_figure_5_2(solve) -> None:
    plan = solve(blackjack())
    for state, hand in enumerate(HANDS):
        if hand.total >= 12:
            assert plan.policy[state].tolist() == (
                [1, 0] if sticks_in_figure_5_2(hand) else [0, 1]
            ), hand


def test_example_5_1_sticks_on_20_and_21() -> None:
    model, expected = blackjack(), best_by_recursion(lambda hand: hand.total >= 20)
    policy = [STICK if hand.total >= 20 else HIT for hand in HANDS] + [STICK] * 4
    values = policy_evaluation(model, np.array(policy))
    assert values[: len(HANDS)] == pytest.approx([expected[hand] for hand in HANDS], abs=1e-12)
    # Figure 5.1: good only on 20 and 21.
    best = [values[NUMBER[Hand(total, 5, False)]] for total in (12, 16, 19, 20, 21)]
    assert [value > 0 for value in best] == [False, False, False, True, True]


@pytest.fixture(scope="module")
def played() -> dict[tuple[int, int], list[float]]:
    """Rewards of random play in Gymnasium's own environment, by our state and action."""
    env, random = gym.make("Blackjack-v1", sab=True).unwrapped, np.random.default_rng(3)
    rewards: dict[tuple[int, int], list[float]] = {}
    env.reset(seed=5)
    for action in (random.random(60_000) < 0.4).astype(int).tolist():
        state = NUMBER[seen(tuple(env.player), env.dealer[0])]
        _, reward, over, _, _ = env.step(action)
        rewards.setdefault((state, action), []).append(float(reward))
        if over:
            env.reset()
    return rewards


@pytest.mark.slow
def test_gymnasiums_blackjack_pays_what_the_model_says(played) -> None:
    model, checked = blackjack(), 0
    for (state, action), rewards in played.items():
        chance, reward = model.probability[state, action], model.reward[state, action]
        mean = chance @ reward
        deviation = math.sqrt(max(0.0, chance @ reward**2 - mean**2) / len(rewards))
        if len(rewards) >= 30:
            checked += 1
            assert abs(np.mean(rewards) - mean) <= 4 * deviation + 1e-12, (HANDS[state], action)
    assert checked > 300


@pytest.mark.slow
def test_a_table_learned_in_gymnasiums_blackjack_is_scored_exactly_in_ours() -> None:
    theirs = gym.make("Blackjack-v1", sab=True)
    learner = QLearning(seed=2)
    learner.learn(theirs, 20_000)
    score = Evaluator(gym.make("spielfeld/Blackjack-v0", observation="cards"))(learner)
    played = Evaluator(theirs).play(learner, episodes=4000)
    assert score.episodes == 0 and score.optimum == pytest.approx(-0.043113, abs=5e-7)
    assert score.value == pytest.approx(played.value, abs=4 * played.deviation)
