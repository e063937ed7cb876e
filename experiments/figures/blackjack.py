"""Blackjack (chapter 5)."""

from __future__ import annotations

from typing import Any

import numpy as np

from spielfeld.arrays import Array
from spielfeld.experiments.figures.outcome import Outcome, Row
from spielfeld.experiments.figures.repeat import Repeat, world
from spielfeld.experiments.figures.style import canvas

TOTALS, DEALER = range(12, 22), range(1, 11)
EPISODES = (10_000, 500_000)


def blackjack(repeat: Repeat) -> Outcome:
    """What a hand is worth to a player who sticks on 20 and 21 alone: first-visit Monte Carlo.

    Values are means of the returns after 10,000 and after 500,000 games with seed 1; the last
    column is solved exactly. A usable ace is rarer, so its means take longer.
    """
    from spielfeld.agents.planning import policy_evaluation

    env = world("spielfeld/Blackjack-v0")
    policy = sticks_on_20(env.unwrapped.model)
    learned = learned_values(env, policy)
    exact = policy_evaluation(env.unwrapped.model, policy)
    tables = {f"{count:,} games": values for count, values in learned.items()} | {"exact": exact}
    picture, panels = canvas(
        "Blackjack: sticking on 20 and 21", 2, 3, 5.6, sharex=True, sharey=True
    )
    for k, (name, values) in enumerate(tables.items()):
        for axes, ace in zip(panels[:, k], (True, False), strict=True):
            image = draw_hands(axes, by_hand(values, ace))
            axes.set_title(f"{name}, {'usable ace' if ace else 'no usable ace'}", fontsize=9)
    label_hands(picture, panels, image)
    rows = []
    for count, values in learned.items():
        errors = [np.abs(by_hand(values, ace) - by_hand(exact, ace)).max() for ace in (True, False)]
        what = f"largest error after {count:,} games"
        rows += [Row(f"{what}, usable ace", None, errors[0]), Row(what, None, errors[1])]
    return Outcome(picture, rows)


def learned_values(env: Any, policy: Array) -> dict[int, Array]:
    """Return the values that Monte Carlo has learned after so many games."""
    from spielfeld.agents import MonteCarloPrediction, MonteCarloPredictionConfig

    config = MonteCarloPredictionConfig(discount=1.0, learning_rate=1.0, learning_rate_decay=1.0)
    learner, played, learned = MonteCarloPrediction(config, 1, policy), 0, {}
    for episodes in EPISODES:
        learner.learn_episodes(env, episodes - played)
        played, learned[episodes] = episodes, learner.state_values.copy()
    return learned


def sticks_on_20(model: Any) -> Array:
    """Return the policy that hits on anything below 20. Shape [states, actions]."""
    from spielfeld.envs.small_worlds.blackjack import HANDS, HIT, STICK

    policy = np.zeros((model.states, model.actions))
    policy[:, STICK] = 1.0
    for state, hand in enumerate(HANDS):
        if hand.total < 20:
            policy[state, [STICK, HIT]] = 0.0, 1.0
    return policy


def blackjack_optimal(repeat: Repeat) -> Outcome:
    """When to hit, and what a hand is worth to the best player: policy iteration.

    The book found this policy by Monte Carlo with exploring starts. Here it is solved exactly and
    compared with the policy read off figure 5.2, hand by hand.
    """
    from spielfeld.agents.planning import policy_iteration
    from spielfeld.envs.small_worlds.blackjack import HIT, STICK

    plan = policy_iteration(world("spielfeld/Blackjack-v0").unwrapped.model)
    picture, panels = canvas("Blackjack: the best policy", 2, 2, 6.6, sharex=True, sharey=True)
    agreeing = 0
    for (left, right), ace in zip(panels, (True, False), strict=True):
        title = "usable ace" if ace else "no usable ace"
        hits = by_hand(plan.policy[:, HIT], ace)
        left.imshow(hits, origin="lower", cmap="Blues", vmin=-0.6, vmax=2.5, extent=EXTENT)
        mark_hits(left, hits)
        left.set_title(f"{title}: hit (H) or stick (S)", fontsize=9)
        image = draw_hands(right, by_hand(plan.values, ace))
        right.set_title(f"{title}: value", fontsize=9)
        for choice, sticks in ((STICK, True), (HIT, False)):
            best = by_hand(plan.policy[:, choice], ace) > 0
            agreeing += int((best & (book_sticks(ace) == sticks)).sum())
    label_hands(picture, panels, image)
    return Outcome(picture, [Row("hands of 200 where the book's choice is best", 200, agreeing)])


EXTENT = (0.5, 10.5, 11.5, 21.5)


def by_hand(values: Array, ace: bool) -> Array:
    """Arrange values of states by the player's sum (12 to 21) and the dealer's card."""
    from spielfeld.envs.small_worlds.blackjack import NUMBER, Hand

    return np.array(
        [[values[NUMBER[Hand(total, card, ace)]] for card in DEALER] for total in TOTALS]
    )


def book_sticks(ace: bool) -> Array:
    """Read the optimal policy of figure 5.2: where to stick. Shape [sums, dealer's cards]."""

    def sticks(total: int, dealer: int) -> bool:
        if ace:
            return total >= 19 or (total == 18 and 2 <= dealer <= 8)
        if total == 12:
            return 4 <= dealer <= 6
        return total >= 17 or 2 <= dealer <= 6

    return np.array([[sticks(total, card) for card in DEALER] for total in TOTALS])


def mark_hits(axes: Any, hits: Array) -> None:
    """Write H or S for each hand."""
    for (row, column), hit in np.ndenumerate(hits):
        letter = "H" if hit > 0 else "S"
        axes.text(column + 1, row + 12, letter, ha="center", va="center", fontsize=8)


def draw_hands(axes: Any, values: Array) -> Any:
    """Draw what each hand is worth as colours."""
    return axes.imshow(values, origin="lower", cmap="cividis", vmin=-1, vmax=1, extent=EXTENT)


def label_hands(picture: Any, panels: Any, image: Any) -> None:
    """Name what the axes of all panels show."""
    for axes in panels.flat:
        axes.set_xticks(DEALER, ["A", *map(str, DEALER[1:])], fontsize=8)
        axes.set_yticks([12, 15, 18, 21])
    picture.supxlabel("dealer shows", fontsize=10)
    picture.supylabel("player's sum", fontsize=10)
    picture.colorbar(image, ax=panels, label="value: mean win or loss", shrink=0.8)
