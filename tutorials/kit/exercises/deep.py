"""Lesson 13, nets that act: returns, advantages, the policy gradient, and the target of DQN."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import numpy as np

from spielfeld.agents.policy_gradient import reinforce
from spielfeld.agents.value_based.double_dqn import double_values
from spielfeld.agents.value_based.dqn import best_values, dqn_target
from spielfeld.arrays import Array
from spielfeld.learning.cross_entropy import CrossEntropy
from spielfeld.learning.logits import softmax
from spielfeld.tutorials.kit.exercise import Case, Exercise, Kind, Mistake
from spielfeld.tutorials.kit.text import Text

RANDOM = np.random.default_rng(13)
READABLE: Callable[[Array, float, float], Array] = inspect.unwrap(reinforce.discounted_returns)


def _returns(rewards: Array, discount: float) -> Array:
    return READABLE(rewards, 0.0, discount)  # as plain Python: nothing has to be compiled


DISCOUNTED_RETURNS = Exercise(
    name="discounted_returns",
    lesson=13,
    task=Text(
        """Gib für jeden Schritt einer Episode den abgezinsten Gewinn zurück: alles, was von da an
        noch kommt.

        G = Belohnung + discount * G des nächsten Schritts; nach dem letzten kommt nichts mehr.

        rewards: Belohnungen der Schritte, ein Feld [Schritte]
        discount: Abzinsung, von 0 bis 1
        """,
        """Return the discounted return of each step of an episode: everything that comes from
        there on.

        G = reward + discount * G of the next step; nothing follows the last one.

        rewards: of the steps, an array [steps]
        discount: from 0 to 1
        """,
    ),
    right=_returns,
    cases=(
        (np.array([1.0, -2.0, 0.5, 3.0]), 0.9),
        (np.array([0.0, 0.0, 0.0, 0.0, 2.5]), 0.5),
        (np.array([4.0]), 0.8),
        (np.array([-1.0, 2.0, 1.5]), 1.0),
        (np.array([2.0, -1.0, 0.7, 1.1, -0.6]), 0.0),
    ),
    mistakes=(
        Mistake(
            "discounted-from-the-front",
            lambda r, d: np.cumsum(r * d ** np.arange(len(r))),
            Text(
                "Du summierst von vorn. Gefragt ist bei jedem Schritt, was danach noch kommt.",
                "You add up from the front. Asked is for each step the rest that follows.",
            ),
        ),
        Mistake(
            "from-the-wrong-end",
            lambda r, d: _returns(r[::-1], d),
            Text(
                "Du liest die Belohnungen rückwärts: Für dich fängt die Episode am Ende an.",
                "You read the rewards backwards: for you, the episode begins at its end.",
            ),
        ),
        Mistake(
            "order-reversed",
            lambda r, d: _returns(r, d)[::-1],
            Text(
                "Die Zahlen stimmen, stehen aber in umgekehrter Reihenfolge. Von hinten rechnen "
                "ist gut; am Ende gehört der erste Schritt nach vorn.",
                "The numbers are right but stand in reversed order. To compute from the end is "
                "good; the first step belongs to the front.",
            ),
        ),
        Mistake(
            "no-discount",
            lambda r, d: _returns(r, 1.0),
            Text(
                "`discount` fehlt: Was später kommt, zählt weniger.",
                "`discount` is missing: the future counts less.",
            ),
        ),
        Mistake(
            "one-for-all",
            lambda r, d: np.full(len(r), _returns(r, d)[0]),
            Text(
                "Alle Schritte bekommen den Gewinn der ganzen Episode. Ein Schritt ist aber nicht "
                "schuld an dem, was vor ihm geschah.",
                "All steps get the return of the whole episode. But a step is not to blame for "
                "events before it.",
            ),
        ),
        Mistake(
            "first-alone",
            lambda r, d: _returns(r, d)[0],
            Text(
                "Das ist nur der Gewinn des ersten Schritts. Gefragt ist einer für jeden Schritt.",
                "This is the return of the first step alone. Asked is one for each step.",
            ),
        ),
        Mistake(
            "one-step",
            lambda r, d: r + d * np.append(r[1:], 0),
            Text(
                "Du schaust nur einen Schritt voraus. Es zählt alles bis zum Ende.",
                "You look only one step ahead. Everything to the end counts.",
            ),
        ),
        Mistake(
            "own-reward-missing",
            lambda r, d: np.append(_returns(r, d)[1:], 0),
            Text(
                "Die Belohnung des Schritts selbst fehlt: Du fängst einen Schritt zu spät an.",
                "The reward of the step itself is missing: you begin one step late.",
            ),
        ),
        Mistake(
            "own-reward-discounted",
            lambda r, d: d * _returns(r, d),
            Text(
                "Auch die eigene Belohnung ist bei dir abgezinst. Sie kommt sofort und zählt voll.",
                "Yours discounts the step's own reward, too. It comes at once and counts in full.",
            ),
        ),
        Mistake(
            "discounted-by-place",
            lambda r, d: np.cumsum((r * d ** np.arange(len(r)))[::-1])[::-1],
            Text(
                "Du zinst immer vom Anfang der Episode an ab. Für jeden Schritt beginnt die Zeit "
                "bei ihm selbst.",
                "You always discount from the start of the episode. For each step, time begins "
                "with itself.",
            ),
        ),
        Mistake(
            "rewards-alone",
            lambda r, d: r,
            Text(
                "Das sind die Belohnungen. Es fehlt, was danach kommt.",
                "These are the rewards. The rest that follows is missing.",
            ),
        ),
    ),
    hints=(
        Text(
            "Fang beim letzten Schritt an. Was kommt nach ihm noch?",
            "Begin with the last step. What follows it?",
        ),
        Text(
            "Geh rückwärts durch die Schritte und merk dir den Gewinn des Schritts danach.",
            "Go backwards through the steps, and remember the return of the step after.",
        ),
        Text(
            "`for step in reversed(range(len(rewards)))`, darin `after = rewards[step] + ...`.",
            "`for step in reversed(range(len(rewards)))`, in it `after = rewards[step] + ...`.",
        ),
    ),
    solution="""
    def discounted_returns(rewards, discount):
        returns = np.zeros(len(rewards))
        after = 0.0
        for step in reversed(range(len(rewards))):
            after = rewards[step] + discount * after
            returns[step] = after
        return returns
    """,
    praise=Text(
        "Richtig! Jeder Schritt weiß jetzt, was nach ihm noch kam.",
        "Right! Each step now knows the rewards that came after it.",
    ),
    kinds=(
        Kind(
            Text("wenn es mehr als einen Schritt gibt", "when there is more than one step"),
            lambda rewards, discount: len(rewards) > 1,
        ),
    ),
)


ADVANTAGE = Exercise(
    name="advantage",
    lesson=13,
    task=Text(
        """Gib zurück, wie viel besser als erwartet jeder Schritt ausging.

        Vorteil = abgezinster Gewinn von diesem Schritt an - erwarteter Wert

        Der Gewinn eines Schritts ist seine Belohnung + discount * Gewinn des nächsten.

        rewards: Belohnungen einer Episode, ein Feld [Schritte]
        values: erwartete Werte vor jedem Schritt, ein Feld [Schritte]
        discount: Abzinsung, von 0 bis 1
        """,
        """Return how much better than expected each step turned out.

        advantage = discounted return from this step on - expected value

        The return of a step is its reward + discount * return of the next one.

        rewards: of an episode, an array [steps]
        values: expected values before each step, an array [steps]
        discount: from 0 to 1
        """,
    ),
    right=lambda rewards, values, discount: _returns(rewards, discount) - values,
    cases=tuple(
        (RANDOM.normal(0, 2, n), RANDOM.normal(1, 2, n), discount)
        for n, discount in ((4, 0.9), (1, 0.5), (3, 0.7), (5, 1.0))
    ),
    mistakes=(
        Mistake(
            "baseline-added",
            lambda r, v, d: _returns(r, d) + v,
            Text(
                "Du addierst den erwarteten Wert. Wer viel erwartet, wird weniger überrascht: "
                "abziehen!",
                "You add the expected value. High expectations make less of a surprise: subtract!",
            ),
        ),
        Mistake(
            "sign-reversed",
            lambda r, v, d: v - _returns(r, d),
            Text(
                "Das Vorzeichen ist umgekehrt: Besser als erwartet soll positiv sein.",
                "The sign is the other way round: better than expected must be positive.",
            ),
        ),
        Mistake(
            "no-baseline",
            lambda r, v, d: _returns(r, d),
            Text(
                "Das ist der Gewinn. Der erwartete Wert wird noch abgezogen.",
                "This is the return. Subtract the expected value from it.",
            ),
        ),
        Mistake(
            "no-return-to-go",
            lambda r, v, d: _returns(r, d)[0] - v,
            Text(
                "Alle Schritte bekommen den Gewinn der ganzen Episode. Für jeden zählt nur, was "
                "nach ihm kam.",
                "All steps get the return of the whole episode. Only the rewards after it count "
                "for each.",
            ),
        ),
        Mistake(
            "rewards-alone",
            lambda r, v, d: r - v,
            Text(
                "Du vergleichst nur die eine Belohnung mit dem Wert. Der Wert meint alles, was "
                "noch kommt.",
                "You compare a single reward with the value. The value means everything to come.",
            ),
        ),
        Mistake(
            "no-discount",
            lambda r, v, d: _returns(r, 1.0) - v,
            Text(
                "`discount` fehlt: Was später kommt, zählt weniger.",
                "`discount` is missing: the future counts less.",
            ),
        ),
        Mistake(
            "mean-for-baseline",
            lambda r, v, d: _returns(r, d) - _returns(r, d).mean(),
            Text(
                "Du vergleichst mit dem Mittel der Episode. Erwartet wurde an jeder Stelle etwas "
                "anderes: `values`.",
                "You compare with the mean of the episode. The expectation was another one at each "
                "place: `values`.",
            ),
        ),
        Mistake(
            "values-in-return",
            lambda r, v, d: _returns(r - v, d),
            Text(
                "Du ziehst die Werte schon von den Belohnungen ab, und so viele Male. Erst der "
                "ganze Gewinn, dann einmal abziehen.",
                "You subtract the values from the rewards already, and so many times. First the "
                "whole return, then subtract once.",
            ),
        ),
        Mistake(
            "one-step",
            lambda r, v, d: r + d * np.append(v[1:], 0) - v,
            Text(
                "Das ist der TD-Fehler: eine Belohnung und dann der nächste Wert. Gefragt ist der "
                "ganze Gewinn bis zum Ende.",
                "This is the TD error: one reward and then the next value. Asked is the whole "
                "return to the end.",
            ),
        ),
    ),
    hints=(
        Text(
            "Zwei Teile: erst die Gewinne wie in `discounted_returns`, dann der Vergleich.",
            "Two parts: first the returns as in `discounted_returns`, then the comparison.",
        ),
        Text(
            "Geh rückwärts: `after = rewards[step] + discount * after`.",
            "Go backwards: `after = rewards[step] + discount * after`.",
        ),
        Text(
            "Am Ende für jeden Schritt: `returns - values`.",
            "In the end for each step: `returns - values`.",
        ),
    ),
    solution="""
    def advantage(rewards, values, discount):
        returns = np.zeros(len(rewards))
        after = 0.0
        for step in reversed(range(len(rewards))):
            after = rewards[step] + discount * after
            returns[step] = after
        return returns - values
    """,
    praise=Text(
        "Richtig! Gelobt wird nur, was besser war als erwartet.",
        "Right! Only better than expected is worth praise.",
    ),
)


def _slope(probabilities: Array, action: int, advantage: float) -> Array:
    logits = np.log(probabilities)[None]
    return np.asarray(CrossEntropy().derivative(logits, np.array([action]), advantage)[0])


def _policy(actions: int) -> Array:
    return np.asarray(softmax(RANDOM.normal(0, 1, (1, actions)))[0])


def _taken(probabilities: Array, action: int) -> Array:
    return np.asarray(np.eye(len(probabilities))[action])


POLICY_GRADIENT = Exercise(
    name="policy_gradient",
    lesson=13,
    task=Text(
        """Gib den Gradienten von J = -advantage * log p(action) zurück, nach den Vorlieben.

        Die Wahrscheinlichkeiten p sind der Softmax der Vorlieben. Dann ist die Ableitung
        advantage * (p - 1) für die genommene Aktion und advantage * p für alle anderen.

        probabilities: p, ein Feld [Aktionen]
        action: die genommene Aktion
        advantage: wie viel besser als erwartet es ausging
        """,
        """Return the gradient of J = -advantage * log p(action) by the preferences.

        The probabilities p are the softmax of the preferences. The derivative is then
        advantage * (p - 1) for the action taken and advantage * p for all others.

        probabilities: p, an array [actions]
        action: the one that was taken
        advantage: how much better than expected it turned out
        """,
    ),
    right=_slope,
    cases=((_policy(3), 0, 1.5), (_policy(3), 2, -0.8), (_policy(4), 1, 2.6), (_policy(2), 1, 0.4)),
    mistakes=(
        Mistake(
            "ascent",
            lambda p, a, advantage: -_slope(p, a, advantage),
            Text(
                "Das Vorzeichen ist umgekehrt: So würde der Schritt bergab gute Aktionen seltener "
                "machen. J ist ein Verlust.",
                "The sign is the other way round: a step downhill would make good actions rarer. J "
                "is a loss.",
            ),
        ),
        Mistake(
            "taken-alone",
            lambda p, a, advantage: advantage * (p - 1) * _taken(p, a),
            Text(
                "Nur die genommene Aktion ändert sich bei dir. Wird sie häufiger, müssen die "
                "anderen seltener werden.",
                "Only the action taken changes here. If it gets more frequent, the others must "
                "get rarer.",
            ),
        ),
        Mistake(
            "others-alone",
            lambda p, a, advantage: advantage * p * (1 - _taken(p, a)),
            Text(
                "Die genommene Aktion selbst ändert sich bei dir nicht.",
                "The action taken does not change in your function.",
            ),
        ),
        Mistake(
            "minus-one-for-all",
            lambda p, a, advantage: advantage * (p - 1),
            Text(
                "Du ziehst bei allen Aktionen 1 ab. Das gehört nur zur genommenen.",
                "You subtract 1 for all actions. That belongs only to the one taken.",
            ),
        ),
        Mistake(
            "no-minus-one",
            lambda p, a, advantage: advantage * p,
            Text(
                "Alle Aktionen werden bei dir gleich behandelt. Bei der genommenen wird 1 "
                "abgezogen.",
                "All actions are treated alike in your function. Subtract 1 for the one taken.",
            ),
        ),
        Mistake(
            "no-advantage",
            lambda p, a, advantage: _slope(p, a, 1.0),
            Text(
                "`advantage` fehlt: So wird jede genommene Aktion häufiger, auch eine schlechte.",
                "`advantage` is missing: so each action taken gets more frequent, even a bad one.",
            ),
        ),
        Mistake(
            "no-probability",
            lambda p, a, advantage: -advantage * _taken(p, a),
            Text(
                "Die Wahrscheinlichkeiten fehlen: Eine Aktion, die ohnehin sicher ist, braucht "
                "keinen Schub mehr.",
                "The probabilities are missing: an action that is certain anyway needs no further "
                "push.",
            ),
        ),
        Mistake(
            "by-probability",
            lambda p, a, advantage: -advantage * _taken(p, a) / p,
            Text(
                "Das ist die Ableitung nach den Wahrscheinlichkeiten. Gefragt ist die nach den "
                "Vorlieben, durch den Softmax hindurch.",
                "This is the derivative by the probabilities. Asked is the one by the preferences, "
                "through the softmax.",
            ),
        ),
        Mistake(
            "size-of-advantage",
            lambda p, a, advantage: _slope(p, a, abs(advantage)),
            Text(
                "Bei dir zählt nur, wie groß `advantage` ist. Sein Vorzeichen sagt, ob die Aktion "
                "gut oder schlecht war.",
                "Only the size of `advantage` counts here. Its sign shows whether the action "
                "was good or bad.",
            ),
        ),
    ),
    hints=(
        Text(
            "War die Aktion besser als erwartet, soll ihre Vorliebe steigen, und ein Schritt geht "
            "gegen den Gradienten.",
            "If the action was better than expected, its preference must rise, and a step goes "
            "against the gradient.",
        ),
        Text(
            "Fang mit einer Kopie der Wahrscheinlichkeiten an: `slope = probabilities.copy()`.",
            "Begin with a copy of the probabilities: `slope = probabilities.copy()`.",
        ),
        Text(
            "Dann `slope[action] -= 1`, und am Ende mal `advantage`.",
            "Then `slope[action] -= 1`, and in the end times `advantage`.",
        ),
    ),
    solution="""
    def policy_gradient(probabilities, action, advantage):
        slope = probabilities.copy()
        slope[action] -= 1
        return advantage * slope
    """,
    praise=Text(
        "Richtig! REINFORCE, A2C und PPO gehen alle entlang dieser Richtung.",
        "Right! REINFORCE, A2C and PPO all go along this direction.",
    ),
    kinds=(
        Kind(
            Text("wenn es schlechter ausging als erwartet", "when it went worse than expected"),
            lambda probabilities, action, advantage: advantage < 0,
        ),
        Kind(
            Text("wenn es besser ausging als erwartet", "when it went better than expected"),
            lambda probabilities, action, advantage: advantage > 0,
        ),
    ),
)


def _dqn(
    rewards: Array, terminated: Array, values: Array, still: Array, legal: Array, discount: float
) -> Array:
    return dqn_target(rewards, discount, terminated, best_values(still, legal))


def _with(rewards: Array, terminated: Array, following: Array, discount: float) -> Array:
    return dqn_target(rewards, discount, terminated, following)


def _batch(rows: int, discount: float, ends: int, forbidden: int) -> Case:
    """Return the arguments of a case: some rows end, and the best action of some is illegal."""
    values, still = RANDOM.normal(-0.5, 2, (2, rows, 3))
    legal = np.ones((rows, 3), bool)
    legal[:forbidden] = still[:forbidden] < still[:forbidden].max(axis=1, keepdims=True)
    return RANDOM.normal(0, 1, rows), np.arange(rows) < ends, values, still, legal, discount


DQN_TARGET = Exercise(
    name="dqn_target",
    lesson=13,
    task=Text(
        """Gib die Ziele von DQN für viele gemerkte Schritte zurück.

        Ziel = Belohnung + discount * bester erlaubter Wert des ruhenden Netzes, am Ende nur die
        Belohnung

        rewards: ein Feld [Zeilen]
        terminated: ob die Welt zu Ende ist, ein Feld [Zeilen]
        values: nächste Werte nach dem lernenden Netz, ein Feld [Zeilen, Aktionen]
        still_values: nächste Werte nach dem ruhenden Netz, ein Feld [Zeilen, Aktionen]
        legal: welche Aktionen erlaubt sind, ein Feld [Zeilen, Aktionen]
        discount: Abzinsung, von 0 bis 1
        """,
        """Return the targets of DQN for many remembered steps.

        target = reward + discount * best legal value of the still network, at the end the reward
        alone

        rewards: an array [rows]
        terminated: whether the world has ended, an array [rows]
        values: next values by the network that learns, an array [rows, actions]
        still_values: next values by the network that stands still, an array [rows, actions]
        legal: which actions are allowed, an array [rows, actions]
        discount: from 0 to 1
        """,
    ),
    right=_dqn,
    cases=(
        _batch(4, 0.9, 0, 0),
        _batch(5, 0.8, 2, 0),
        _batch(4, 0.95, 0, 3),
        _batch(6, 0.7, 2, 4),
    ),
    mistakes=(
        Mistake(
            "learning-network",
            lambda r, end, v, s, legal, d: _dqn(r, end, s, v, legal, d),
            Text(
                "Du nimmst das lernende Netz. Dann jagt es seinem eigenen Ziel hinterher, und die "
                "Werte laufen davon: Nimm das ruhende.",
                "You use the network that learns. Its targets then change with every step, and the "
                "values can grow without limit. Use the target network.",
            ),
        ),
        Mistake(
            "illegal-counts-as-zero",
            lambda r, end, v, s, legal, d: _with(r, end, np.where(legal, s, 0).max(axis=1), d),
            Text(
                "Verbotene Aktionen zählen bei dir als 0. Sind alle erlaubten Werte negativ, ist "
                "das zu gut: Nimm `-np.inf`.",
                "Illegal actions count as 0 here. If all legal values are negative, that is "
                "too good: take `-np.inf`.",
            ),
        ),
        Mistake(
            "no-mask",
            lambda r, end, v, s, legal, d: _with(r, end, s.max(axis=1), d),
            Text(
                "Du beachtest nicht, was erlaubt ist: Der beste Wert kann der einer verbotenen "
                "Aktion sein.",
                "You do not look at the legal actions: the best value may be that of an illegal "
                "one.",
            ),
        ),
        Mistake(
            "bootstraps-at-end",
            lambda r, end, v, s, legal, d: _dqn(r, end & False, v, s, legal, d),
            Text(
                "Nach dem Ende kommt nichts mehr: Bei `terminated` ist das Ziel die Belohnung "
                "allein.",
                "Nothing follows the end: with `terminated` the target is the reward alone.",
            ),
        ),
        Mistake(
            "end-reversed",
            lambda r, end, v, s, legal, d: _dqn(r, ~end, v, s, legal, d),
            Text(
                "Umgekehrt: Du schaust nur dann voraus, wenn die Welt zu Ende ist.",
                "The other way round: you look ahead only if the world has ended.",
            ),
        ),
        Mistake(
            "zero-at-end",
            lambda r, end, v, s, legal, d: np.where(end, 0, _dqn(r, end, v, s, legal, d)),
            Text(
                "Am Ende gibst du 0 zurück und wirfst die letzte Belohnung weg.",
                "At the end you return 0 and throw the last reward away.",
            ),
        ),
        Mistake(
            "double-dqn",
            lambda r, end, v, s, legal, d: _with(r, end, double_values(v, s, legal), d),
            Text(
                "Das ist Double DQN: Ein Netz wählt, das andere bewertet. Eine gute Idee, aber "
                "gefragt ist das einfache Maximum.",
                "This is Double DQN: one network chooses, the other judges. A good idea, but the "
                "plain maximum is asked for.",
            ),
        ),
        Mistake(
            "one-maximum",
            lambda r, end, v, s, legal, d: _with(
                r, end, np.full(len(r), np.where(legal, s, -np.inf).max()), d
            ),
            Text(
                "Du nimmst den größten Wert aller Zeilen. Jede Zeile hat ihren eigenen: `axis=1`.",
                "You take the largest value of all rows. Each row has one of its own: `axis=1`.",
            ),
        ),
        Mistake(
            "mean",
            lambda r, end, v, s, legal, d: _with(
                r, end, np.where(legal, s, 0).sum(axis=1) / legal.sum(axis=1), d
            ),
            Text(
                "Du mittelst über die erlaubten Aktionen. Gefragt ist die beste.",
                "You take the mean over the legal actions. The best one is asked for.",
            ),
        ),
        Mistake(
            "no-discount",
            lambda r, end, v, s, legal, d: _dqn(r, end, v, s, legal, 1.0),
            Text(
                "`discount` fehlt: Was später kommt, zählt weniger.",
                "`discount` is missing: the future counts less.",
            ),
        ),
        Mistake(
            "no-reward",
            lambda r, end, v, s, legal, d: _dqn(0 * r, end, v, s, legal, d),
            Text("Die Belohnung fehlt.", "The reward is missing."),
        ),
        Mistake(
            "reward-alone",
            lambda r, end, v, s, legal, d: r,
            Text(
                "Nur die Belohnung: Dieser Agent sieht nicht weiter als einen Schritt.",
                "The reward alone: this agent sees no further than a step.",
            ),
        ),
    ),
    hints=(
        Text(
            "Es ist das Ziel von Q-Learning, nur für viele Zeilen auf einmal.",
            "It is the target of Q-learning, only for many rows at once.",
        ),
        Text(
            "`np.where(legal, still_values, -np.inf).max(axis=1)` ist in jeder Zeile der beste "
            "erlaubte Wert.",
            "`np.where(legal, still_values, -np.inf).max(axis=1)` is the best legal value of each "
            "row.",
        ),
        Text(
            "`np.where(terminated, 0, ...)` nimmt ihn am Ende weg.",
            "`np.where(terminated, 0, ...)` takes it away at the end.",
        ),
    ),
    solution="""
    def dqn_target(rewards, terminated, values, still_values, legal, discount):
        best = np.where(legal, still_values, -np.inf).max(axis=1)
        return rewards + discount * np.where(terminated, 0, best)
    """,
    praise=Text(
        "Richtig! Mit diesem Ziel hat DQN gelernt, Atari zu spielen.",
        "Right! With this target DQN has learned to play Atari.",
    ),
    kinds=(
        Kind(
            Text("wenn Aktionen verboten sind", "when some actions are illegal"),
            lambda rewards, terminated, values, still, legal, discount: not legal.all(),
        ),
        Kind(
            Text("wenn die Welt zu Ende ist", "when the world has ended"),
            lambda rewards, terminated, values, still, legal, discount: terminated.any(),
        ),
    ),
)

EXERCISES = (DISCOUNTED_RETURNS, ADVANTAGE, POLICY_GRADIENT, DQN_TARGET)
