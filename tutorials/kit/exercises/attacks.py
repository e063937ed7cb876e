"""Lesson 6, poison and theft: flip labels of the training rows, and measure a stolen model."""

from __future__ import annotations

from math import comb, perm

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.metrics import accuracy
from spielfeld.tutorials.kit.exercise import Exercise, Kind, Mistake
from spielfeld.tutorials.kit.text import Text

LABELS = np.array([0, 1, 1, 0, 1, 0, 1, 1, 0, 1])


def _flips(result: object, labels: Array, share: float, generator: object) -> Array | None:
    """Return which labels changed, if their number is right, and if all are 0 or 1."""
    after = np.asarray(result)
    if after.shape != labels.shape or after.dtype.kind not in "biuf":
        return None
    flipped = after == 1 - labels
    wrong = ~flipped & (after != labels)
    return np.append(flipped, [flipped.sum() == round(share * len(labels)), wrong.any()])


def _chances(each: Array | float, right_number: float) -> Array:
    """Return the chances of the events of `_flips` where all results are labels."""
    return np.append(np.broadcast_to(each, len(LABELS)), [right_number, 0.0])


def _set_to(value: int, labels: Array, share: float) -> Array:
    """Return the chances where the chosen labels become 0 or 1 instead of being flipped."""
    chosen, count = round(share * len(labels)), int((labels != value).sum())
    full = comb(count, chosen) / comb(len(labels), chosen)
    return _chances(share * (labels != value), full)


FLIP_LABELS = Exercise(
    name="flip_labels",
    lesson=6,
    task=Text(
        """Vergifte die Daten: Dreh einen Teil der Antworten um (aus 0 wird 1, aus 1 wird 0).

        Genau round(share * n) zufällig gewählte Antworten werden umgedreht, keine zweimal. Das
        Original bleibt, wie es ist.

        labels: Antworten 0 oder 1, ein Feld [n]
        share: Anteil, der umgedreht wird, von 0 bis 1
        generator: ein Zufallsgenerator von NumPy
        """,
        """Poison the data: flip a part of the labels (0 becomes 1, 1 becomes 0).

        Exactly round(share * n) labels drawn at random are flipped, none of them twice. The
        original stays as it is.

        labels: 0 or 1, an array [n]
        share: the part to flip, from 0 to 1
        generator: a random generator of NumPy
        """,
    ),
    right=lambda labels, share, _: _chances(share, 1.0),
    cases=tuple(
        (LABELS, share, np.random.default_rng(seed)) for seed, share in enumerate((0.2, 0.5, 0.0))
    ),
    mistakes=(
        Mistake(
            "each-by-chance",
            lambda labels, share, _: _chances(
                share,
                comb(len(labels), round(share * len(labels)))
                * share ** round(share * len(labels))
                * (1 - share) ** (len(labels) - round(share * len(labels))),
            ),
            Text(
                "Bei dir entscheidet für jede Antwort ein eigener Würfel. So werden mal mehr, mal "
                "weniger umgedreht; verlangt ist eine genaue Anzahl.",
                "In your code, a random draw decides for each label. So sometimes more and "
                "sometimes fewer flip; an exact number is asked for.",
            ),
        ),
        Mistake(
            "with-repetition",
            lambda labels, share, _: _chances(
                1 - (1 - 1 / len(labels)) ** round(share * len(labels)),
                perm(len(labels), round(share * len(labels)))
                / len(labels) ** round(share * len(labels)),
            ),
            Text(
                "Du ziehst manche Antworten doppelt, und dann sind es zu wenige. Gezogen wird ohne "
                "Zurücklegen: `replace=False` oder `permutation`.",
                "You draw some labels twice, and then they are too few. Draw without replacement: "
                "`replace=False` or `permutation`.",
            ),
        ),
        Mistake(
            "first-rows",
            lambda labels, share, _: _chances(
                (np.arange(len(labels)) < round(share * len(labels))) * 1.0, 1.0
            ),
            Text(
                "Du drehst immer die ersten Antworten um. Gewählt werden soll zufällig: Daten sind "
                "oft sortiert.",
                "You always flip the first labels. Choose at random: data are often sorted.",
            ),
        ),
        Mistake(
            "share-kept",
            lambda labels, share, _: _chances(1 - share, float(share == 0.5)),
            Text(
                "Umgekehrt: Bei dir bleibt der Anteil `share` richtig, und der Rest wird "
                "umgedreht.",
                "The other way round: in your code, `share` of the labels stay right and the rest "
                "flips.",
            ),
        ),
        Mistake(
            "random-labels",
            lambda labels, share, _: _chances(share / 2, 0.5 ** round(share * len(labels))),
            Text(
                "Du ersetzt die gewählten Antworten durch zufällige. Die Hälfte davon ist dann "
                "zufällig doch richtig; umdrehen heißt `1 - labels`.",
                "You replace the chosen labels by random ones. Half of them then happen to be "
                "right; to flip is `1 - labels`.",
            ),
        ),
        Mistake(
            "all-to-zero",
            lambda labels, share, _: _set_to(0, labels, share),
            Text(
                "Du setzt die gewählten Antworten auf 0. Wo schon 0 stand, ändert das nichts.",
                "You set the chosen labels to 0. Where there was 0 already, nothing changes.",
            ),
        ),
        Mistake(
            "all-to-one",
            lambda labels, share, _: _set_to(1, labels, share),
            Text(
                "Du setzt die gewählten Antworten auf 1. Wo schon 1 stand, ändert das nichts.",
                "You set the chosen labels to 1. Where there was 1 already, nothing changes.",
            ),
        ),
        Mistake(
            "nothing-flips",
            lambda labels, share, _: _chances(0.0, float(share == 0)),
            Text(
                "Es kommen immer die alten Antworten heraus. Gibst du die Kopie zurück, in der du "
                "umgedreht hast?",
                "The old labels always come out. Do you return the copy in which you flipped?",
            ),
        ),
        Mistake(
            "everything-flips",
            lambda labels, share, _: _chances(1.0, 0.0),
            Text(
                "Du drehst alle Antworten um. Nur ein Anteil `share` soll es sein.",
                "You flip all labels. Flip only a part of them, `share`.",
            ),
        ),
    ),
    hints=(
        Text(
            "Drei Schritte: eine Kopie machen, Plätze ziehen, an diesen Plätzen umdrehen.",
            "Three steps: make a copy, draw places, flip at these places.",
        ),
        Text(
            "`generator.permutation(n)` sind alle Plätze in zufälliger Reihenfolge. Nimm die "
            "ersten davon.",
            "`generator.permutation(n)` are all places in random order. Take the first of them.",
        ),
        Text(
            "Mit `poisoned = labels.copy()` und den gezogenen Plätzen `chosen`: "
            "`poisoned[chosen] = 1 - ...`.",
            "With `poisoned = labels.copy()` and the places drawn, `chosen`: "
            "`poisoned[chosen] = 1 - ...`.",
        ),
    ),
    solution="""
    def flip_labels(labels, share, generator):
        poisoned = labels.copy()
        count = round(share * len(labels))
        chosen = generator.permutation(len(labels))[:count]
        poisoned[chosen] = 1 - poisoned[chosen]
        return poisoned
    """,
    praise=Text(
        "Richtig. Jetzt sieh nach, wie viel Gift ein Modell verträgt.",
        "Right. Now see how much poison a model can stand.",
    ),
    kinds=(
        Kind(
            Text("wenn gar nichts umgedreht werden soll", "when no label should be flipped"),
            lambda labels, share, generator: share == 0,
        ),
        Kind(
            Text("wenn etwas umgedreht werden soll", "when some labels should be flipped"),
            lambda labels, share, generator: share > 0,
        ),
    ),
    draws=600,
    events=_flips,
)

RANDOM = np.random.default_rng(6)


def _answers(rows: int) -> tuple[Array, Array, Array]:
    victim, copy, truth = RANDOM.integers(0, 3, (3, rows))
    return victim, np.where(RANDOM.random(rows) < 0.5, victim, copy), truth


AGREEMENT = Exercise(
    name="agreement",
    lesson=6,
    task=Text(
        """Gib zurück, wie gut ein Modell gestohlen ist: den Anteil der Zeilen, in denen die Kopie
        dasselbe antwortet wie das Opfer.

        victim: Antworten des bestohlenen Modells, Nummern von Klassen, ein Feld [Zeilen]
        stolen: Antworten der Kopie, ein Feld [Zeilen]
        truth: die wahren Klassen, ein Feld [Zeilen]
        """,
        """Return how well a model is stolen: the share of rows in which the copy gives the same
        answer as the victim.

        victim: answers of the model that was stolen from, class numbers, an array [rows]
        stolen: answers of the copy, an array [rows]
        truth: the true classes, an array [rows]
        """,
    ),
    right=lambda victim, stolen, truth: accuracy(np.eye(3)[stolen], victim),
    cases=tuple(_answers(rows) for rows in (7, 10, 16)),
    mistakes=(
        Mistake(
            "copy-and-truth",
            lambda victim, stolen, truth: np.mean(stolen == truth),
            Text(
                "Du misst, wie oft die Kopie recht hat. Gestohlen ist das Modell aber auch mit "
                "seinen Fehlern: Vergleich mit `victim`.",
                "You measure how often the copy is right. But a model is stolen along with its "
                "errors: compare with `victim`.",
            ),
        ),
        Mistake(
            "victim-and-truth",
            lambda victim, stolen, truth: np.mean(victim == truth),
            Text(
                "Du misst, wie oft das Opfer recht hat. Die Kopie kommt gar nicht vor.",
                "You measure how often the victim is right. The copy does not occur at all.",
            ),
        ),
        Mistake(
            "both-right",
            lambda victim, stolen, truth: np.mean((victim == stolen) & (victim == truth)),
            Text(
                "Du zählst nur Zeilen, in denen beide recht haben. Auch derselbe Fehler ist "
                "gestohlen.",
                "You count only rows in which both are right. The same error is stolen, too.",
            ),
        ),
        Mistake(
            "count",
            lambda victim, stolen, truth: np.sum(victim == stolen),
            Text(
                "Das ist die Anzahl. Gefragt ist der Anteil, eine Zahl von 0 bis 1.",
                "This is the count. Asked is the share, a number from 0 to 1.",
            ),
        ),
        Mistake(
            "difference",
            lambda victim, stolen, truth: np.mean(victim != stolen),
            Text(
                "Du misst, wie oft beide verschieden antworten. Umgekehrt!",
                "You measure how often the two differ. The other way round!",
            ),
        ),
        Mistake(
            "of-its-right-ones",
            lambda victim, stolen, truth: (
                np.sum((victim == stolen) & (victim == truth)) / np.sum(victim == truth)
            ),
            Text(
                "Du siehst nur auf Zeilen, in denen das Opfer recht hat. Es zählen alle Zeilen.",
                "You look only at rows in which the victim is right. All rows count.",
            ),
        ),
    ),
    hints=(
        Text(
            "Der Dieb kennt die Wahrheit nicht. Womit vergleicht er?",
            "The thief does not know the truth. What can he compare with?",
        ),
        Text(
            "`victim == stolen` ist ein Feld aus True und False.",
            "`victim == stolen` is an array of True and False.",
        ),
        Text(
            "Der Mittelwert von True und False ist der Anteil der True: `np.mean(...)`.",
            "The mean of True and False is the share of True: `np.mean(...)`.",
        ),
    ),
    solution="""
    def agreement(victim, stolen, truth):
        return np.mean(victim == stolen)
    """,
    praise=Text(
        "Richtig! Die Wahrheit braucht der Dieb dafür nicht.",
        "Right! The thief does not need the truth for that.",
    ),
)

EXERCISES = (FLIP_LABELS, AGREEMENT)
