"""Blackjack: Monte Carlo prediction of a policy that sticks on 20 and 21.

First-visit Monte Carlo takes the mean of the returns after 10,000 and after 500,000 games with seed
1. The last column is solved exactly. A usable ace is rarer, so its values need more games.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from spielfeld.arrays import Array
from spielfeld.tutorials.figures.drawing import Outcome, Repeat, Row, canvas, world

if TYPE_CHECKING:
    from gymnasium import Env
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage

    from spielfeld.envs.tabular import TabularModel

SOURCE = "figure 5.1"
RUNS = 1
QUESTION = "Is a hand of 16 worth more if the player sticks from 17 on? Change STICK_FROM."

STICK_FROM = 20
TOTALS, DEALER = range(12, 22), range(1, 11)
EPISODES = (10_000, 500_000)


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
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


def learned_values(env: Env[Any, Any], policy: Array) -> dict[int, Array]:
    """Return the values that Monte Carlo has learned after each number of games."""
    from spielfeld.agents import MonteCarloPrediction, MonteCarloPredictionConfig

    config = MonteCarloPredictionConfig(discount=1.0, learning_rate=1.0, learning_rate_decay=1.0)
    learner, played, learned = MonteCarloPrediction(config, 1, policy), 0, {}
    for episodes in EPISODES:
        learner.learn_episodes(env, episodes - played)
        played, learned[episodes] = episodes, learner.state_values.copy()
    return learned


def sticks_on_20(model: TabularModel) -> Array:
    """Return the policy that hits below 20. Shape [states, actions]."""
    from spielfeld.envs.small_worlds.blackjack import HANDS, HIT, STICK

    policy = np.zeros((model.states, model.actions))
    policy[:, STICK] = 1.0
    for state, hand in enumerate(HANDS):
        if hand.total < STICK_FROM:
            policy[state, [STICK, HIT]] = 0.0, 1.0
    return policy


EXTENT = (0.5, 10.5, 11.5, 21.5)


def by_hand(values: Array, ace: bool) -> Array:
    """Arrange values of states by the player's sum (12 to 21) and the dealer's card."""
    from spielfeld.envs.small_worlds.blackjack import NUMBER, Hand

    return np.array(
        [[values[NUMBER[Hand(total, card, ace)]] for card in DEALER] for total in TOTALS]
    )


def draw_hands(axes: Axes, values: Array) -> AxesImage:
    """Draw the value of each hand as a colour."""
    return axes.imshow(values, origin="lower", cmap="cividis", vmin=-1, vmax=1, extent=EXTENT)


def label_hands(picture: Figure, panels: Array, image: AxesImage) -> None:
    """Label the axes of all panels."""
    for axes in panels.flat:
        axes.set_xticks(DEALER, ["A", *map(str, DEALER[1:])], fontsize=8)
        axes.set_yticks([12, 15, 18, 21])
    picture.supxlabel("dealer shows", fontsize=10)
    picture.supylabel("player's sum", fontsize=10)
    picture.colorbar(image, ax=panels, label="value: mean win or loss", shrink=0.8)
