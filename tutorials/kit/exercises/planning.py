"""Lesson 11, the world is known: the look-ahead of value iteration, and when to stop."""

from __future__ import annotations

import numpy as np

from spielfeld.agents.planning.value_iteration import Lookahead, best_action_value
from spielfeld.arrays import Array
from spielfeld.tutorials.kit.exercise import Case, Exercise, Kind, Mistake
from spielfeld.tutorials.kit.text import Text

RANDOM = np.random.default_rng(11)


def _world(actions: int, outcomes: int, discount: float, ends: tuple[int, ...] = ()) -> Case:
    """Return rewards, probabilities, next_values, ends and discount."""
    probabilities = RANDOM.random((actions, outcomes)) ** 2
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    over = np.isin(np.arange(actions * outcomes).reshape(actions, outcomes), ends)
    values = RANDOM.normal(1, 3, (actions, outcomes))
    return RANDOM.normal(0, 2, actions), probabilities, values, over, discount


def _backup(rewards: Array, probabilities: Array, values: Array, ends: Array, d: float) -> float:
    actions, outcomes = probabilities.shape
    states = np.arange(actions * outcomes).reshape(1, actions, outcomes)
    world = Lookahead(rewards[None], (probabilities * ~ends)[None], states)
    return float(best_action_value(world, values.ravel(), 0, d))


def _ahead(rewards: Array, probabilities: Array, values: Array, ends: Array, d: float) -> Array:
    """Return the value of each action."""
    return np.asarray(rewards + d * np.sum(probabilities * ~ends * values, axis=1))


BACKUP = Exercise(
    name="backup",
    lesson=11,
    task=Text(
        """Gib den neuen Wert eines Zustands zurück, wenn man die Welt kennt.

        Wert einer Aktion = Belohnung + discount * Summe über alles, was geschehen kann, von
        Wahrscheinlichkeit * Wert danach. Nach einem Ende zählt der Wert 0.
        Wert des Zustands = der größte Wert einer Aktion.

        rewards: mittlere Belohnung jeder Aktion, ein Feld [Aktionen]
        probabilities: ein Feld [Aktionen, Folgen]
        next_values: Werte der Zustände danach, ein Feld [Aktionen, Folgen]
        ends: ob die Welt dort zu Ende ist, ein Feld [Aktionen, Folgen]
        discount: Abzinsung, von 0 bis 1
        """,
        """Return the new value of a state in a known world.

        value of an action = reward + discount * sum over all that may happen of
        probability * value afterwards. After an end this value counts as 0.
        value of the state = the largest value of an action.

        rewards: mean reward of each action, an array [actions]
        probabilities: an array [actions, outcomes]
        next_values: values of the states afterwards, an array [actions, outcomes]
        ends: whether the world has ended there, an array [actions, outcomes]
        discount: from 0 to 1
        """,
    ),
    right=_backup,
    cases=(
        _world(3, 2, 0.9),
        _world(4, 3, 0.8, (1, 5, 6)),
        _world(2, 2, 1.0),
        _world(3, 3, 0.7, (2,)),
        _world(4, 3, 0.95, tuple(range(9))),
        _world(2, 3, 0.0),
        _world(3, 3, 0.6),
        _world(3, 2, 0.9, (0, 2, 4)),
    ),
    mistakes=(
        Mistake(
            "best-outcome",
            lambda r, p, v, ends, d: np.max(r + d * np.max(~ends * v, axis=1)),
            Text(
                "Du nimmst die beste Folge jeder Aktion. Welche Folge kommt, entscheidet aber die "
                "Welt: Nimm das Mittel mit den Wahrscheinlichkeiten.",
                "You take the best outcome of each action. But the world decides which outcome "
                "comes: take the mean by the probabilities.",
            ),
        ),
        Mistake(
            "mean-of-actions",
            lambda *case: np.mean(_ahead(*case)),
            Text(
                "Du mittelst über die Aktionen. So handelt ein Zufallsläufer; wer plant, nimmt die "
                "beste.",
                "You take the mean over the actions. That is walking at random; a planner takes "
                "the best.",
            ),
        ),
        Mistake(
            "keeps-value-of-ends",
            lambda r, p, v, ends, d: np.max(_ahead(r, p, v, ends & False, d)),
            Text(
                "Nach einem Ende kommt nichts mehr: Sein Wert zählt 0, was immer in der Tabelle "
                "steht.",
                "Nothing follows an end: its value counts as 0, even if the table says more.",
            ),
        ),
        Mistake(
            "ends-reversed",
            lambda r, p, v, ends, d: np.max(_ahead(r, p, v, ~ends, d)),
            Text(
                "Umgekehrt: Bei dir zählen nur die Werte nach einem Ende.",
                "The other way round: only the values after an end count in your function.",
            ),
        ),
        Mistake(
            "no-discount",
            lambda r, p, v, ends, d: np.max(_ahead(r, p, v, ends, 1.0)),
            Text(
                "`discount` fehlt: Was später kommt, zählt weniger.",
                "`discount` is missing: the future counts less.",
            ),
        ),
        Mistake(
            "discount-on-reward",
            lambda r, p, v, ends, d: np.max(d * r + np.sum(p * ~ends * v, axis=1)),
            Text(
                "`discount` steht beim falschen Glied: Die Belohnung kommt sofort.",
                "`discount` stands at the wrong term: the reward comes at once.",
            ),
        ),
        Mistake(
            "discount-on-all",
            lambda r, p, v, ends, d: d * np.max(_ahead(r, p, v, ends, 1.0)),
            Text(
                "`discount` steht vor allem. Die Belohnung kommt aber sofort.",
                "`discount` stands before everything. But the reward comes at once.",
            ),
        ),
        Mistake(
            "no-probabilities",
            lambda r, p, v, ends, d: np.max(r + d * np.mean(~ends * v, axis=1)),
            Text(
                "Alle Folgen zählen bei dir gleich viel. Nimm sie mal ihre Wahrscheinlichkeit.",
                "All outcomes count the same in your code. Multiply them by their probabilities.",
            ),
        ),
        Mistake(
            "sum-of-outcomes",
            lambda r, p, v, ends, d: np.max(r + d * np.sum(~ends * v, axis=1)),
            Text(
                "Du summierst alle Folgen, als kämen sie alle. Es kommt nur eine: Nimm jede mal "
                "ihre Wahrscheinlichkeit.",
                "You add up all outcomes as if all of them came. Only one comes: multiply each by "
                "its probability.",
            ),
        ),
        Mistake(
            "worst-action",
            lambda *case: np.min(_ahead(*case)),
            Text(
                "Du nimmst die schlechteste Aktion. Gesucht ist die beste.",
                "You take the worst action. The best is wanted.",
            ),
        ),
        Mistake(
            "number-of-action",
            lambda *case: np.argmax(_ahead(*case)),
            Text(
                "`argmax` ist die Nummer der besten Aktion. Gefragt ist ihr Wert.",
                "`argmax` is the number of the best action. Its value is asked for.",
            ),
        ),
        Mistake(
            "no-reward",
            lambda r, p, v, ends, d: np.max(_ahead(0 * r, p, v, ends, d)),
            Text(
                "Die Belohnung fehlt.",
                "The reward is missing.",
            ),
        ),
        Mistake(
            "best-apart",
            lambda r, p, v, ends, d: np.max(r) + np.max(_ahead(0 * r, p, v, ends, d)),
            Text(
                "Du suchst beste Belohnung und beste Zukunft getrennt. Beide müssen zur selben "
                "Aktion gehören: erst addieren, dann das Maximum.",
                "You look for the best reward and the best future apart. Both must belong to the "
                "same action: add first, then take the maximum.",
            ),
        ),
        Mistake(
            "all-actions",
            _ahead,
            Text(
                "Das sind die Werte aller Aktionen. Der Zustand ist so viel wert wie die beste.",
                "These are the values of all actions. The state is worth as much as the best.",
            ),
        ),
    ),
    hints=(
        Text(
            "Zwei Fragen: Was ist jede Aktion im Mittel wert? Und welche nimmst du?",
            "Two questions: what is each action worth on average? And which one do you take?",
        ),
        Text(
            "`np.where(ends, 0, next_values)` setzt den Wert nach einem Ende auf 0.",
            "`np.where(ends, 0, next_values)` sets the value after an end to 0.",
        ),
        Text(
            "`np.sum(probabilities * ..., axis=1)` ist das Mittel über die Folgen, eine Zahl je "
            "Aktion.",
            "`np.sum(probabilities * ..., axis=1)` is the mean over the outcomes, a number for "
            "each action.",
        ),
    ),
    solution="""
    def backup(rewards, probabilities, next_values, ends, discount):
        following = np.sum(probabilities * np.where(ends, 0, next_values), axis=1)
        return np.max(rewards + discount * following)
    """,
    praise=Text(
        "Richtig! Immer wieder für alle Zustände: Das ist Wertiteration.",
        "Right! Again and again for all states: this is value iteration.",
    ),
    kinds=(
        Kind(
            Text("wenn eine Folge das Ende ist", "when an outcome is the end"),
            lambda rewards, probabilities, values, ends, discount: ends.any(),
        ),
    ),
)


CONVERGED = Exercise(
    name="converged",
    lesson=11,
    task=Text(
        """Sag, ob sich die Werte kaum noch ändern: True, wenn die größte Änderung eines Zustands,
        nach oben oder nach unten, höchstens tolerance ist; sonst False.

        old, new: Werte aller Zustände vor und nach einem Durchgang, Felder [Zustände]
        tolerance: so viel Änderung ist erlaubt
        """,
        """Tell whether the values hardly change any more: True if the largest change of a state,
        up or down, is at most tolerance; else False.

        old, new: values of all states before and after a sweep, arrays [states]
        tolerance: so much change is allowed
        """,
    ),
    right=lambda old, new, tolerance: bool(np.abs(new - old).max() <= tolerance),
    cases=(
        (np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 3.0]), 0.1),
        (np.array([0.2, -1.0, 4.0]), np.array([0.21, -1.02, 4.03]), 0.1),
        (np.array([1.0, 2.0, 3.0]), np.array([1.0, 1.0, 3.02]), 0.1),
        (np.array([0.5, -2.0, 3.0]), np.array([0.56, -2.05, 3.06]), 0.1),
        (np.array([0.0, 0.0, 0.0]), np.array([0.3, -0.3, 0.01]), 0.2),
        (np.array([4.0, 1.0, 2.0]), np.array([4.0, 1.9, 2.0]), 0.5),
        (np.array([2.0, 5.0, 8.0]), np.array([2.25, 4.75, 8.125]), 0.25),
        (np.array([-6.0, 2.0, 1.0, 0.0]), np.array([-5.0, 3.0, 2.0, 1.0]), 0.5),
        (np.array([0.0, 0.0, 0.0]), np.array([0.4, -0.01, 0.02]), 0.2),
    ),
    mistakes=(
        Mistake(
            "signed",
            lambda old, new, tolerance: (new - old).max() <= tolerance,
            Text(
                "Du siehst nur auf Änderungen nach oben. Fallen die Werte, hörst du zu früh auf: "
                "`np.abs` fehlt.",
                "You look only at changes upwards. If values fall, you stop too early: `np.abs` "
                "is missing.",
            ),
        ),
        Mistake(
            "signed-other-way",
            lambda old, new, tolerance: (old - new).max() <= tolerance,
            Text(
                "Du siehst nur auf Änderungen nach unten. Steigen die Werte, hörst du zu früh auf: "
                "`np.abs` fehlt.",
                "You look only at changes downwards. If values rise, you stop too early: `np.abs` "
                "is missing.",
            ),
        ),
        Mistake(
            "sum",
            lambda old, new, tolerance: np.abs(new - old).sum() <= tolerance,
            Text(
                "Du summierst alle Änderungen. Gefragt ist die größte: Sonst wird es mit mehr "
                "Zuständen immer schwerer.",
                "You add up all changes. The largest is asked for: otherwise it gets harder with "
                "each further state.",
            ),
        ),
        Mistake(
            "mean",
            lambda old, new, tolerance: np.abs(new - old).mean() <= tolerance,
            Text(
                "Du mittelst über alle Zustände. Ein einzelner, der sich noch stark ändert, geht "
                "dabei unter.",
                "You take the mean over all states. A single one that still changes a lot gets "
                "lost in it.",
            ),
        ),
        Mistake(
            "smallest",
            lambda old, new, tolerance: np.abs(new - old).min() <= tolerance,
            Text(
                "Dir genügt ein Zustand, der ruhig ist. Es müssen alle sein: `max`.",
                "One state at rest is enough for you. All must be: `max`.",
            ),
        ),
        Mistake(
            "reversed",
            lambda old, new, tolerance: np.abs(new - old).max() > tolerance,
            Text(
                "Umgekehrt: Bei dir heißt True, dass sich noch viel ändert.",
                "The other way round: in your function, True means that much still changes.",
            ),
        ),
        Mistake(
            "maxima-compared",
            lambda old, new, tolerance: abs(new.max() - old.max()) <= tolerance,
            Text(
                "Du vergleichst nur den größten alten mit dem größten neuen Wert. Jeder Zustand "
                "wird mit sich selbst verglichen.",
                "You compare the largest old value with the largest new one. Compare each state "
                "with itself.",
            ),
        ),
        Mistake(
            "sum-of-signed",
            lambda old, new, tolerance: abs((new - old).sum()) <= tolerance,
            Text(
                "Änderungen nach oben und nach unten heben sich bei dir auf. Erst `np.abs`, dann "
                "das Maximum.",
                "Changes up and down cancel in your function. First `np.abs`, then the maximum.",
            ),
        ),
        Mistake(
            "exactly-equal",
            lambda old, new, tolerance: (new == old).all(),
            Text(
                "Du verlangst genau gleiche Werte. Das kann ewig dauern; `tolerance` ist erlaubt.",
                "You demand equal values. That can take for ever; `tolerance` is allowed.",
            ),
        ),
        Mistake(
            "strictly-less",
            lambda old, new, tolerance: np.abs(new - old).max() < tolerance,
            Text(
                "Eine Änderung von genau `tolerance` ist erlaubt, bei dir nicht.",
                "A change of exactly `tolerance` is allowed, but not in your function.",
            ),
        ),
    ),
    hints=(
        Text(
            "Eine große Änderung nach unten ist auch eine große Änderung.",
            "A large change downwards is a large change, too.",
        ),
        Text("`np.abs` macht aus -3 und 3 dasselbe.", "`np.abs` makes -3 and 3 the same."),
        Text(
            "`np.max(np.abs(...)) <= tolerance`.",
            "`np.max(np.abs(...)) <= tolerance`.",
        ),
    ),
    solution="""
    def converged(old, new, tolerance):
        return np.max(np.abs(new - old)) <= tolerance
    """,
    praise=Text(
        "Richtig! Jetzt weiß dein Planer, wann er fertig ist.",
        "Right! Now your planner knows when it is done.",
    ),
    kinds=(
        Kind(
            Text("wenn Werte fallen", "when values fall"),
            lambda old, new, tolerance: (new < old - tolerance).any(),
        ),
        Kind(
            Text("wenn Werte steigen", "when values rise"),
            lambda old, new, tolerance: (new > old + tolerance).any(),
        ),
        Kind(
            Text("wenn alle Änderungen erlaubt sind", "when all changes are allowed"),
            lambda old, new, tolerance: bool(np.abs(new - old).max() <= tolerance),
        ),
        Kind(
            Text("wenn eine Änderung zu groß ist", "when a change is too large"),
            lambda old, new, tolerance: bool(np.abs(new - old).max() > tolerance),
        ),
    ),
)

EXERCISES = (BACKUP, CONVERGED)
