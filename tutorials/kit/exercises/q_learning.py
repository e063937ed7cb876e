"""Lesson 10, the value of a move: the target of Q-learning, the update, and less curiosity."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from spielfeld.agents.loop import Transition
from spielfeld.agents.tabular.descent import Next
from spielfeld.agents.tabular.q_learning import q_learning_target
from spielfeld.arrays import Array
from spielfeld.learning.loss import squared_error_derivative
from spielfeld.learning.optimizer import descend, linear_schedule
from spielfeld.tutorials.kit.exercise import Exercise, Kind, Mistake, Rule
from spielfeld.tutorials.kit.text import Text
from spielfeld.tutorials.kit.transitions import ARGUMENTS, CASES, KINDS

Target = Callable[[Transition, Next, float], float]


def _best(value: Callable[[Array], float]) -> Target:
    """Return a target with another value in the place of the maximum."""
    return lambda t, f, discount: t.reward + (0 if t.terminated else discount * value(f.values))


TARGET = Exercise(
    name="target",
    lesson=10,
    task=Text(
        f"""Gib das Ziel von Q-Learning zurück: was der Zug nach allem, was du weißt, wert ist.

        Ziel = Belohnung + discount * bester Wert im nächsten Zustand

        Nach dem Ende der Welt kommt nichts mehr. Ist nur die Zeit um, ginge die Welt weiter.

        {ARGUMENTS.de}
        """,
        f"""Return the target of Q-learning: the worth of the move by all that you know.

        target = reward + discount * best value in the next state

        Nothing follows the end of the world. If only time is up, the world would go on.

        {ARGUMENTS.en}
        """,
    ),
    right=q_learning_target,
    cases=CASES,
    mistakes=(
        Mistake(
            "bootstraps-at-end",
            lambda t, f, d: t.reward + d * f.values.max(),
            Text(
                "Nach dem Ende kommt nichts mehr: Bei `terminated` ist das Ziel die Belohnung "
                "allein. Sonst hofft der Agent auf Belohnungen, die es nie gibt.",
                "Nothing follows the end: with `terminated` the target is the reward alone. "
                "Otherwise the agent hopes for rewards that never come.",
            ),
        ),
        Mistake(
            "no-bootstrap-at-truncation",
            lambda t, f, d: (
                t.reward if t.terminated or t.truncated else t.reward + d * f.values.max()
            ),
            Text(
                "Auch bei `truncated` hörst du auf zu schauen. Da ist aber nur die Zeit um, und "
                "der nächste Zustand ist noch etwas wert.",
                "You stop looking at `truncated`, too. But only time is up, and the next state is "
                "still worth something.",
            ),
        ),
        Mistake(
            "ends-swapped",
            lambda t, f, d: t.reward if t.truncated else t.reward + d * f.values.max(),
            Text(
                "`terminated` und `truncated` sind vertauscht: Nur nach `terminated` kommt nichts "
                "mehr.",
                "`terminated` and `truncated` are swapped: only after `terminated` nothing "
                "follows.",
            ),
        ),
        Mistake(
            "end-reversed",
            lambda t, f, d: t.reward + d * f.values.max() if t.terminated else t.reward,
            Text(
                "Umgekehrt: Du schaust nur dann voraus, wenn die Welt zu Ende ist.",
                "The other way round: you look ahead only if the world has ended.",
            ),
        ),
        Mistake(
            "next-action",
            lambda t, f, d: t.reward if t.terminated else t.reward + d * f.values[f.action],
            Text(
                "Du nimmst den Wert der Aktion, die wirklich folgt. Das ist SARSA! Q-Learning "
                "fragt nach der besten.",
                "You take the value of the action that really follows. That is SARSA! Q-learning "
                "asks for the best one.",
            ),
        ),
        Mistake(
            "mean",
            _best(lambda values: float(values.mean())),
            Text(
                "Du nimmst das Mittel der nächsten Werte. So lernt man, was ein Zufallsläufer "
                "verdient; Q-Learning fragt nach der besten Aktion.",
                "You take the mean of the next values. This learns the worth of walking at "
                "random; Q-learning asks for the best action.",
            ),
        ),
        Mistake(
            "sum",
            _best(lambda values: float(values.sum())),
            Text(
                "Du summierst die nächsten Werte. Der Agent kann aber nur eine Aktion nehmen: die "
                "beste.",
                "You add up the next values. But the agent can take only one action: the best.",
            ),
        ),
        Mistake(
            "no-discount",
            lambda t, f, d: t.reward if t.terminated else t.reward + f.values.max(),
            Text(
                "`discount` fehlt: Was später kommt, zählt weniger.",
                "`discount` is missing: the future counts less.",
            ),
        ),
        Mistake(
            "discount-on-reward",
            lambda t, f, d: d * t.reward + (0 if t.terminated else f.values.max()),
            Text(
                "`discount` steht beim falschen Glied: Die Belohnung kommt sofort, der nächste "
                "Wert später.",
                "`discount` stands at the wrong term: the reward comes at once, the next value "
                "later.",
            ),
        ),
        Mistake(
            "discount-on-all",
            lambda t, f, d: d * (t.reward + (0 if t.terminated else f.values.max())),
            Text(
                "`discount` steht vor allem. Die Belohnung kommt aber sofort und wird nicht "
                "abgezinst: eine Klammer zu viel.",
                "`discount` stands before everything. But the reward comes at once and is not "
                "discounted: one bracket too many.",
            ),
        ),
        Mistake(
            "no-reward",
            lambda t, f, d: 0.0 if t.terminated else d * f.values.max(),
            Text(
                "Die Belohnung fehlt. Woher soll der Agent dann wissen, was gut ist?",
                "The reward is missing. How is the agent to know what is good?",
            ),
        ),
        Mistake(
            "reward-alone",
            lambda t, f, d: t.reward,
            Text(
                "Nur die Belohnung: Dieser Agent sieht nicht weiter als einen Schritt. Was ist der "
                "nächste Zustand wert?",
                "The reward alone: this agent sees no further than a step. What is the next state "
                "worth?",
            ),
        ),
        Mistake(
            "zero-at-end",
            lambda t, f, d: 0.0 if t.terminated else t.reward + d * f.values.max(),
            Text(
                "Am Ende gibst du 0 zurück und wirfst die letzte Belohnung weg. Gerade die zählt!",
                "At the end you return 0 and throw the last reward away. Just that one counts!",
            ),
        ),
        Mistake(
            "number-for-value",
            _best(lambda values: int(values.argmax())),
            Text(
                "`argmax` ist die Nummer der besten Aktion. Gefragt ist ihr Wert.",
                "`argmax` is the number of the best action. Its value is asked for.",
            ),
        ),
        Mistake(
            "worst",
            _best(lambda values: float(values.min())),
            Text(
                "Das ist der schlechteste nächste Wert. Gesucht ist der beste.",
                "This is the worst next value. The best is wanted.",
            ),
        ),
        Mistake(
            "maximum-from-zero",
            _best(lambda values: max(0.0, float(values.max()))),
            Text(
                "Wo alle Werte negativ sind, nimmst du 0. Fängt dein Maximum bei 0 an? Auch das "
                "kleinste Übel ist ein Übel.",
                "Where all values are negative you take 0. Does your maximum start at 0? The least "
                "of several evils is still an evil.",
            ),
        ),
        Mistake(
            "subtracts",
            _best(lambda values: -float(values.max())),
            Text(
                "Du ziehst den nächsten Wert ab. Gute Aussichten sollen das Ziel erhöhen.",
                "You subtract the next value. Good prospects must raise the target.",
            ),
        ),
    ),
    hints=(
        Text(
            "Das Ziel ist: was ich gerade bekommen habe, plus das Beste, was noch kommen kann. "
            "Wann kann nichts mehr kommen?",
            "The target is: the reward that I have just got, plus the best that can still come. "
            "When can nothing more come?",
        ),
        Text(
            "`following.values.max()` ist der beste Wert im nächsten Zustand. Was später kommt, "
            "zählt nur `discount`-mal so viel.",
            "`following.values.max()` is the best value in the next state. The future counts only "
            "`discount` times as much.",
        ),
        Text(
            "Zwei Zeilen: `if transition.terminated: return ...`, und sonst "
            "`transition.reward + discount * ...`.",
            "Two lines: `if transition.terminated: return ...`, and else "
            "`transition.reward + discount * ...`.",
        ),
    ),
    solution="""
    def target(transition, following, discount):
        if transition.terminated:
            return transition.reward
        return transition.reward + discount * following.values.max()
    """,
    praise=Text(
        "Richtig! Mit dieser Funktion lernt gleich dein Agent.",
        "Right! Your agent is about to learn with this function.",
    ),
    kinds=KINDS,
)


def _update(table: Array, state: int, action: int, target: float, learning_rate: float) -> None:
    slope = squared_error_derivative(table[state, action], target)
    table[state, action] = descend(table[state, action], slope, learning_rate)


Cells = Callable[[Array, int, int], Array]
Move = Callable[[Array, float, float], Array | float]


def _set(place: Cells, rule: Move) -> Rule:
    """Return a wrong update: `place` chooses cells of the table, `rule` their new values."""

    def update(table: Array, state: int, action: int, target: float, rate: float) -> None:
        cells = place(table, state, action)
        cells[...] = rule(cells, target, rate)

    return update


def _cell(table: Array, state: int, action: int) -> Array:
    return table[state : state + 1, action : action + 1]


def _step(cells: Array, target: float, rate: float) -> Array:
    return cells + rate * (target - cells)


RANDOM = np.random.default_rng(10)

UPDATE = Exercise(
    name="update",
    lesson=10,
    task=Text(
        """Beweg den Wert einer Aktion ein Stück auf sein Ziel zu, direkt in der Tabelle.

        neu = alt + Lernrate * (Ziel - alt)

        Nur diese eine Zelle ändert sich; zurückgegeben wird nichts.

        table: Werte, ein Feld [Zustände, Aktionen], wird verändert
        state, action: der Zustand und die Aktion, die der Agent dort nahm
        target: das Ziel
        learning_rate: die Lernrate, von 0 bis 1
        """,
        """Move the value of an action a bit towards its target, right in the table.

        new = old + learning rate * (target - old)

        Only this one cell changes; nothing is returned.

        table: values, an array [states, actions], is changed
        state, action: the state, and the action that the agent took there
        target: a number
        learning_rate: from 0 to 1
        """,
    ),
    right=_update,
    cases=tuple(
        (RANDOM.normal(0, 2, (4, 4)), state, action, target, rate)
        for state, action, target, rate in (
            (0, 1, 1.5, 0.5),
            (2, 0, -3.0, 0.1),
            (3, 2, 0.7, 0.9),
            (1, 3, 4.0, 1.0),
        )
    ),
    mistakes=(
        Mistake(
            "away",
            _set(_cell, lambda cells, target, rate: cells - rate * (target - cells)),
            Text(
                "Der Wert bewegt sich vom Ziel weg: ein Minus zu viel, oder Ziel und alter Wert "
                "sind vertauscht.",
                "The value moves away from the target: one minus too many, or target and old value "
                "are swapped.",
            ),
        ),
        Mistake(
            "no-rate",
            _set(_cell, lambda cells, target, rate: target),
            Text(
                "Du setzt den Wert gleich auf das Ziel. Eine Stichprobe täuscht leicht: Geh nur "
                "`learning_rate` des Weges.",
                "You set the value to the target at once. A single sample easily misleads: go "
                "only `learning_rate` of the way.",
            ),
        ),
        Mistake(
            "adds-target",
            _set(_cell, lambda cells, target, rate: cells + rate * target),
            Text(
                "Du addierst das Ziel, ohne den alten Wert abzuziehen: So wächst der Wert immer "
                "weiter.",
                "You add the target without subtracting the old value: so the value grows for "
                "ever.",
            ),
        ),
        Mistake(
            "rate-on-old-only",
            _set(_cell, lambda cells, target, rate: (1 - rate) * cells + target),
            Text(
                "Die Lernrate wirkt nur auf den alten Wert. Das Ziel zählt `learning_rate`-mal.",
                "The learning rate acts on the old value alone. The target counts `learning_rate` "
                "times.",
            ),
        ),
        Mistake(
            "rate-reversed",
            _set(_cell, lambda cells, target, rate: rate * cells + (1 - rate) * target),
            Text(
                "Die Lernrate ist umgekehrt: Bei dir bewegt eine kleine Lernrate am meisten.",
                "The learning rate is reversed: a small one moves most in your function.",
            ),
        ),
        Mistake(
            "whole-row",
            _set(lambda table, state, action: table[state], _step),
            Text(
                "Du änderst alle Aktionen dieses Zustands. Gelernt wurde nur über die eine, die "
                "der Agent nahm.",
                "You change all actions of this state. Only one was learned about, the one that "
                "the agent took.",
            ),
        ),
        Mistake(
            "whole-column",
            _set(lambda table, state, action: table[:, action], _step),
            Text(
                "Du änderst diese Aktion in allen Zuständen. Gelernt wurde nur über einen Zustand.",
                "You change this action in all states. Only one state was learned about.",
            ),
        ),
        Mistake(
            "transposed",
            _set(lambda table, state, action: _cell(table, action, state), _step),
            Text(
                "`state` und `action` sind vertauscht: Die Zeile gehört zum Zustand.",
                "`state` and `action` are swapped: the row belongs to the state.",
            ),
        ),
        Mistake(
            "next-row",
            _set(lambda table, state, action: _cell(table, (state + 1) % 4, action), _step),
            Text(
                "Du änderst die Zeile danach. Gelernt wird über den Zustand `state`, den der Agent "
                "verlassen hat.",
                "You change the row after it. Learn about `state`, the one that the agent has "
                "left.",
            ),
        ),
        Mistake(
            "step-for-value",
            _set(_cell, lambda cells, target, rate: rate * (target - cells)),
            Text(
                "Das ist nur der Schritt. Er kommt zum alten Wert dazu: `+=`.",
                "This is the step alone. It is added to the old value: `+=`.",
            ),
        ),
    ),
    hints=(
        Text(
            "`table[state, action]` ist die eine Zelle, um die es geht.",
            "`table[state, action]` is the one cell in question.",
        ),
        Text(
            "Wie weit ist es vom alten Wert bis zum Ziel? Geh `learning_rate` davon.",
            "How far is it from the old value to the target? Go `learning_rate` of it.",
        ),
        Text(
            "`table[state, action] += learning_rate * (...)`.",
            "`table[state, action] += learning_rate * (...)`.",
        ),
    ),
    solution="""
    def update(table, state, action, target, learning_rate):
        error = target - table[state, action]
        table[state, action] += learning_rate * error
    """,
    praise=Text(
        "Richtig! Das ist ein Schritt Gradientenabstieg, auf einer einzigen Zelle.",
        "Right! This is one step of gradient descent, on a single cell.",
    ),
    changes="table",
)


def _line(start: float, end: float, duration: int, step: int) -> float:
    return start + (end - start) * step / duration


EXPLORATION_RATE = Exercise(
    name="exploration_rate",
    lesson=10,
    task=Text(
        """Gib zurück, wie oft der Agent nach so vielen Schritten noch ausprobiert.

        Von start geht es in duration Schritten geradlinig bis end, und dabei bleibt es.

        start, end: erste und letzte Rate, von 0 bis 1
        duration: Schritte, bis end erreicht ist
        step: Schritte bisher, ab 0
        """,
        """Return how often the agent still explores after so many steps.

        The rate goes from start to end in a straight line of duration steps, and stays there.

        start, end: first and last rate, from 0 to 1
        duration: steps until end is reached
        step: steps so far, from 0
        """,
    ),
    right=linear_schedule,
    cases=(
        (1.0, 0.1, 200, 0),
        (1.0, 0.1, 200, 50),
        (0.9, 0.3, 40, 30),
        (1.0, 0.2, 100, 100),
        (0.8, 0.05, 100, 101),
        (0.8, 0.05, 100, 250),
    ),
    mistakes=(
        Mistake(
            "never-stops",
            _line,
            Text(
                "Nach `duration` Schritten geht es bei dir weiter abwärts, sogar unter 0. Von da "
                "an soll die Rate bei `end` bleiben.",
                "After `duration` steps yours goes on falling, even below 0. From there on the "
                "rate must stay at `end`.",
            ),
        ),
        Mistake(
            "constant",
            lambda start, end, duration, step: start,
            Text(
                "Die Rate bleibt für immer bei `start`. Wer genug gesehen hat, soll weniger "
                "ausprobieren.",
                "The rate stays at `start` for ever. After enough steps there should be less "
                "exploration.",
            ),
        ),
        Mistake(
            "end-at-once",
            lambda start, end, duration, step: end,
            Text(
                "Die Rate ist von Anfang an `end`. Am Anfang soll der Agent viel ausprobieren.",
                "The rate is `end` from the beginning. In the beginning the agent must explore a "
                "lot.",
            ),
        ),
        Mistake(
            "falls-to-zero",
            lambda start, end, duration, step: start * max(0.0, 1 - step / duration),
            Text(
                "Deine Rate fällt bis auf 0. Sie soll nur bis `end` fallen.",
                "Your rate falls to 0. It must fall only to `end`.",
            ),
        ),
        Mistake(
            "jumps",
            lambda start, end, duration, step: start if step < duration else end,
            Text(
                "Deine Rate springt erst am Schluss. Sie soll mit jedem Schritt ein wenig fallen.",
                "Your rate jumps in the end. It must fall a little with each step.",
            ),
        ),
        Mistake(
            "ends-swapped",
            lambda start, end, duration, step: linear_schedule(end, start, duration, step),
            Text(
                "`start` und `end` sind vertauscht: Dein Agent wird immer neugieriger.",
                "`start` and `end` are swapped: your agent gets more and more curious.",
            ),
        ),
        Mistake(
            "falls-from-end",
            lambda start, end, duration, step: max(end, start - end * step / duration),
            Text(
                "Du ziehst zu wenig ab: Der ganze Weg ist `start - end` lang.",
                "You subtract too little: the whole way has the length `start - end`.",
            ),
        ),
        Mistake(
            "limited-below",
            lambda start, end, duration, step: max(end, start - start * step / duration),
            Text(
                "Du gehst auf 0 zu und hältst bei `end` an. So bist du schon vor `duration` "
                "Schritten dort.",
                "You head for 0 and stop at `end`. So you get there before `duration` steps.",
            ),
        ),
        Mistake(
            "geometric",
            lambda start, end, duration, step: start * (end / start) ** min(1.0, step / duration),
            Text(
                "Deine Rate fällt in einer Kurve. Gefragt ist eine gerade Linie.",
                "Your rate falls in a curve. A straight line is asked for.",
            ),
        ),
    ),
    hints=(
        Text(
            "Welcher Teil des Weges ist nach `step` Schritten geschafft?",
            "Which part of the way is done after `step` steps?",
        ),
        Text(
            "Der Teil ist `step / duration`, und der ganze Weg `end - start`.",
            "The part is `step / duration`, and the whole way `end - start`.",
        ),
        Text(
            "`if step >= duration: return end`, sonst `start + (...) * step / duration`.",
            "`if step >= duration: return end`, else `start + (...) * step / duration`.",
        ),
    ),
    solution="""
    def exploration_rate(start, end, duration, step):
        if step >= duration:
            return end
        return start + (end - start) * step / duration
    """,
    praise=Text(
        "Richtig! Erst die Welt ansehen, dann nutzen, was man weiß.",
        "Right! First look at the world, then use your knowledge.",
    ),
    kinds=(
        Kind(
            Text("ganz am Anfang", "in the very beginning"),
            lambda start, end, duration, step: step == 0,
        ),
        Kind(
            Text("auf dem Weg von `start` nach `end`", "on the way from `start` to `end`"),
            lambda start, end, duration, step: 0 < step < duration,
        ),
        Kind(
            Text("bevor `end` erreicht ist", "before `end` is reached"),
            lambda start, end, duration, step: step < duration,
        ),
        Kind(
            Text("wenn `duration` Schritte vorbei sind", "when `duration` steps are over"),
            lambda start, end, duration, step: step >= duration,
        ),
    ),
)

EXERCISES = (TARGET, UPDATE, EXPLORATION_RATE)
