"""Steps of an agent, as cases of the exercises about targets."""

from __future__ import annotations

import numpy as np

from spielfeld.agents.loop import Transition
from spielfeld.agents.tabular.descent import Next
from spielfeld.tutorials.kit.exercise import Case, Kind
from spielfeld.tutorials.kit.text import Text

ARGUMENTS = Text(
    """transition: der Schritt
            transition.reward: die Belohnung
            transition.terminated: ob die Welt zu Ende ist
            transition.truncated: ob nur die Zeit um ist
        following: der nächste Zustand
            following.values: die Werte seiner Aktionen, ein Feld [Aktionen]
            following.action: die Aktion, die der Agent dort nimmt
            following.exploration_rate: wie oft er dort ausprobiert
        discount: Abzinsung, von 0 bis 1""",
    """transition: the step
            transition.reward: the reward
            transition.terminated: whether the world has ended
            transition.truncated: whether only time is up
        following: the next state
            following.values: the values of its actions, an array [actions]
            following.action: the action that the agent takes there
            following.exploration_rate: how often it explores there
        discount: from 0 to 1""",
)


def _case(
    reward: float, values: tuple[float, ...], action: int, discount: float, rate: float,
    terminated: bool = False, truncated: bool = False,
) -> Case:  # fmt: skip
    transition = Transition(7, 2, reward, 9, action, terminated, truncated, 0.3, rate)
    following = Next(np.array(values), np.ones(len(values), bool), action, rate)
    return transition, following, discount


GOOD, BAD = (0.5, 2.0, -1.0, 1.25), (-3.0, -1.5, -2.0, -4.0)
CASES = (
    _case(1.0, GOOD, 0, 0.9, 0.2),
    _case(-1.0, BAD, 3, 0.5, 0.4),
    _case(2.0, GOOD, 1, 0.9, 0.1, terminated=True),
    _case(-1.0, GOOD, 3, 0.9, 0.3, truncated=True),
    _case(0.5, BAD, 2, 1.0, 0.6),
    _case(0.75, GOOD, 2, 0.0, 0.2),
    _case(-5.0, BAD, 0, 0.8, 0.5, terminated=True, truncated=True),
)
KINDS = (
    Kind(
        Text("wenn die Welt zu Ende ist (`terminated`)", "when the world has ended (`terminated`)"),
        lambda transition, following, discount: transition.terminated,
    ),
    Kind(
        Text("solange die Welt nicht zu Ende ist", "while the world has not ended"),
        lambda transition, following, discount: not transition.terminated,
    ),
    Kind(
        Text("wenn nur die Zeit um ist (`truncated`)", "when only time is up (`truncated`)"),
        lambda transition, following, discount: transition.truncated and not transition.terminated,
    ),
    Kind(
        Text("wenn alle nächsten Werte negativ sind", "when all next values are negative"),
        lambda transition, following, discount: (
            not transition.terminated and max(following.values) < 0
        ),
    ),
)
