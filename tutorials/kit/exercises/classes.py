"""Lesson 3, yes or no: probabilities of classes, their loss, and where to draw the line."""

from __future__ import annotations

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.logits import log_softmax, softmax
from spielfeld.learning.metrics import cross_entropy
from spielfeld.tutorials.kit.exercise import Exercise, Kind, Law, Mistake, Rule
from spielfeld.tutorials.kit.text import Text

RANDOM = np.random.default_rng(3)
LEAST = np.finfo(np.float64).eps  # a probability of 0 counts as this


def _of_true_class(probabilities: Array, targets: Array) -> Array:
    return np.asarray(probabilities[np.arange(len(targets)), targets])


def _same_after_shift(function: Rule) -> bool:
    row = np.array([[1.0, 2.0]])
    return np.allclose(np.asarray(function(row)), np.asarray(function(row - 5)))


SOFTMAX = Exercise(
    name="softmax",
    lesson=3,
    task=Text(
        """Mach aus Zahlen Wahrscheinlichkeiten, Zeile für Zeile.

        p = exp(logit) / Summe von exp(logit) über die Zeile

        Auch bei Zahlen wie 1000 darf nichts überlaufen. Zieht man von einer ganzen Zeile
        dieselbe Zahl ab, bleiben die Wahrscheinlichkeiten gleich.

        logits: ein Feld [Zeilen, Klassen]
        """,
        """Turn numbers into probabilities, row by row.

        p = exp(logit) / sum of exp(logit) over the row

        Nothing may overflow, even for numbers like 1000. If the same number is subtracted
        from a whole row, the probabilities stay the same.

        logits: an array [rows, classes]
        """,
    ),
    right=softmax,
    cases=(
        (RANDOM.normal(0, 1, (3, 4)),),
        (RANDOM.normal(0, 2, (1, 2)),),
        (np.array([[1000.0, 1001.5], [0.3, -0.4], [-900.0, -902.0], [-5.0, 2000.0]]),),
        (RANDOM.normal(-3, 1, (2, 2)),),
    ),
    mistakes=(
        Mistake(
            "overflow",
            lambda z: np.exp(z) / np.exp(z).sum(axis=1, keepdims=True),
            Text(
                "Für kleine Zahlen stimmt es, bei großen läuft `np.exp` über. Zieh vorher von "
                "jeder Zeile ihre größte Zahl ab; am Ergebnis ändert das nichts.",
                "It is right for small numbers, but `np.exp` overflows for large ones. Subtract "
                "from each row its largest number first; that does not change the result.",
            ),
        ),
        Mistake(
            "one-maximum",
            lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum(axis=1, keepdims=True),
            Text(
                "Du ziehst überall die größte Zahl des ganzen Feldes ab. In einer Zeile mit viel "
                "kleineren Zahlen bleibt dann nur 0 übrig: Jede Zeile braucht ihr eigenes Maximum.",
                "You subtract the largest number of the whole array everywhere. In a row of much "
                "smaller numbers only 0 is left: each row needs a maximum of its own.",
            ),
        ),
        Mistake(
            "not-normalised",
            lambda z: np.exp(z - z.max(axis=1, keepdims=True)),
            Text(
                "Die Zeilen ergeben zusammen nicht 1. Es fehlt noch das Teilen durch die Summe.",
                "The rows do not add up to 1. The division by the sum is missing.",
            ),
        ),
        Mistake(
            "over-columns",
            lambda z: softmax(z.T).T,
            Text(
                "Deine Spalten ergeben 1, nicht deine Zeilen: Das ist die falsche Achse. Jede "
                "Zeile ist ein Beispiel, und seine Klassen sind die Spalten.",
                "Your columns add up to 1, not your rows: this is the wrong axis. Each row is an "
                "example, and its classes are the columns.",
            ),
        ),
        Mistake(
            "over-everything",
            lambda z: np.exp(z - z.max()) / np.exp(z - z.max()).sum(),
            Text(
                "Erst alle Zeilen zusammen ergeben bei dir 1. Jede Zeile soll für sich 1 ergeben.",
                "In your code, only all rows together add up to 1. Each row must add up to 1 by "
                "itself.",
            ),
        ),
        Mistake(
            "without-exp",
            lambda z: z / z.sum(axis=1, keepdims=True),
            Text(
                "`np.exp` fehlt. Ohne es kommen bei negativen Zahlen negative "
                "Wahrscheinlichkeiten heraus.",
                "`np.exp` is missing. Without it, negative numbers make negative probabilities.",
            ),
        ),
        Mistake(
            "largest-only",
            lambda z: (z == z.max(axis=1, keepdims=True)) * 1.0,
            Text(
                "Du gibst der größten Zahl alles. Softmax ist weich: Auch die anderen Klassen "
                "behalten etwas.",
                "You give everything to the largest number. Softmax is soft: the other classes "
                "keep something, too.",
            ),
        ),
        Mistake(
            "logarithm",
            log_softmax,
            Text(
                "Das sind die Logarithmen der Wahrscheinlichkeiten, nicht sie selbst.",
                "These are the logarithms of the probabilities, not the probabilities.",
            ),
        ),
    ),
    hints=(
        Text(
            "Erst macht `np.exp` alles positiv, dann wird geteilt, damit jede Zeile 1 ergibt.",
            "First `np.exp` makes everything positive, then a division makes each row 1.",
        ),
        Text(
            "`axis=1` rechnet über die Spalten einer Zeile, und `keepdims=True` behält die Form.",
            "`axis=1` works over the columns of a row, and `keepdims=True` keeps the shape.",
        ),
        Text(
            "`grown = np.exp(logits - logits.max(axis=1, keepdims=True))`, und dann teilen durch "
            "`grown.sum(...)`.",
            "`grown = np.exp(logits - logits.max(axis=1, keepdims=True))`, and then divide by "
            "`grown.sum(...)`.",
        ),
    ),
    solution="""
    def softmax(logits):
        grown = np.exp(logits - logits.max(axis=1, keepdims=True))
        return grown / grown.sum(axis=1, keepdims=True)
    """,
    praise=Text(
        "Richtig, und es läuft auch bei riesigen Zahlen nicht über.",
        "Right, and it does not overflow even for huge numbers.",
    ),
    kinds=(
        Kind(
            Text("wenn die Zahlen sehr groß sind", "when the numbers are very large"),
            lambda logits: np.abs(logits).max() > 100,
        ),
    ),
    laws=(
        Law(
            "changes-with-shift",
            Text(
                "Zieht man von einer Zeile überall dasselbe ab, ändert sich dein Ergebnis.",
                "If the same number is subtracted from all of a row, your result changes.",
            ),
            _same_after_shift,
        ),
    ),
)

CROSS_ENTROPY = Exercise(
    name="cross_entropy",
    lesson=3,
    task=Text(
        """Gib die Kreuzentropie zurück: wie sehr die Wahrheit überrascht, im Mittel.

        J = Mittelwert über alle Zeilen von -log(Wahrscheinlichkeit der wahren Klasse)

        Eine Wahrscheinlichkeit von 0 zählt als np.finfo(float).eps, damit J eine Zahl bleibt.

        probabilities: ein Feld [Zeilen, Klassen]
        targets: die Nummer der wahren Klasse jeder Zeile, ein Feld [Zeilen]
        """,
        """Return the cross-entropy: how surprising the truth is, on average.

        J = mean over all rows of -log(probability of the true class)

        A probability of 0 counts as np.finfo(float).eps, so that J stays a number.

        probabilities: an array [rows, classes]
        targets: the number of the true class of each row, an array [rows]
        """,
    ),
    right=cross_entropy,
    cases=(
        (softmax(RANDOM.normal(0, 1, (4, 3))), np.array([2, 0, 1, 1])),
        (softmax(RANDOM.normal(0, 2, (3, 3))), np.array([1, 2, 0])),
        (np.array([[0.0, 1.0], [0.6, 0.4]]), np.array([0, 1])),
        (softmax(RANDOM.normal(0, 1, (1, 2))), np.array([1])),
    ),
    mistakes=(
        Mistake(
            "log-of-zero",
            lambda p, y: -np.mean(np.log(_of_true_class(p, y))),
            Text(
                "Meistens stimmt es, doch bei einer Wahrscheinlichkeit von 0 kommt unendlich "
                "heraus. Lass sie mit `np.maximum` nie unter die kleinste erlaubte Zahl fallen.",
                "It is right most of the time, but a probability of 0 makes it infinite. Use "
                "`np.maximum` to keep it from falling below the least number allowed.",
            ),
        ),
        Mistake(
            "no-minus",
            lambda p, y: -cross_entropy(p, y),
            Text(
                "Das Minus fehlt: Logarithmen von Zahlen unter 1 sind negativ, ein Verlust soll "
                "aber positiv sein.",
                "The minus is missing: logarithms of numbers below 1 are negative, but a loss is "
                "to be positive.",
            ),
        ),
        Mistake(
            "sum",
            lambda p, y: len(y) * cross_entropy(p, y),
            Text(
                "Du summierst über die Zeilen. Gefragt ist der Mittelwert.",
                "You add up the rows. The mean is asked for.",
            ),
        ),
        Mistake(
            "all-classes",
            lambda p, y: -np.mean(np.log(np.maximum(p, LEAST))),
            Text(
                "Du nimmst alle Klassen. Es zählt nur die Wahrscheinlichkeit der wahren Klasse: "
                "`targets` sagt, welche das ist.",
                "You take all classes. Only the probability of the true class counts: `targets` "
                "says which one that is.",
            ),
        ),
        Mistake(
            "most-probable",
            lambda p, y: -np.mean(np.log(p.max(axis=1))),
            Text(
                "Du nimmst die wahrscheinlichste Klasse. Die muss nicht die wahre sein: So lernt "
                "das Modell nie, dass es sich irrt.",
                "You take the most probable class. It need not be the true one: so the model "
                "never learns that it is mistaken.",
            ),
        ),
        Mistake(
            "wrong-class",
            lambda p, y: cross_entropy(p[:, ::-1], y),
            Text(
                "Du nimmst die Klassen in umgekehrter Reihenfolge. Klasse 0 ist die erste Spalte.",
                "You take the classes in reversed order. Class 0 is the first column.",
            ),
        ),
        Mistake(
            "no-log",
            lambda p, y: np.mean(1 - _of_true_class(p, y)),
            Text(
                "Der Logarithmus fehlt. Erst durch ihn wird es sehr teuer, sich sehr sicher zu "
                "sein und doch falsch zu liegen.",
                "The logarithm is missing. It makes it very costly to be very sure and still "
                "wrong.",
            ),
        ),
        Mistake(
            "other-logarithm",
            lambda p, y: cross_entropy(p, y) / np.log(2),
            Text(
                "Dein Logarithmus hat die Basis 2. Gemeint ist der natürliche: `np.log`.",
                "Your logarithm has base 2. The natural one is meant: `np.log`.",
            ),
        ),
    ),
    hints=(
        Text(
            "Aus jeder Zeile zählt nur eine Zahl. Welche, das steht in `targets`.",
            "Only one number of each row counts. `targets` gives its place.",
        ),
        Text(
            "`probabilities[np.arange(len(targets)), targets]` nimmt aus jeder Zeile die Zahl der "
            "wahren Klasse.",
            "`probabilities[np.arange(len(targets)), targets]` takes from each row the number of "
            "the true class.",
        ),
        Text(
            "Danach `np.maximum(..., np.finfo(float).eps)`, `np.log`, `np.mean` und ein Minus.",
            "After that `np.maximum(..., np.finfo(float).eps)`, `np.log`, `np.mean` and a minus.",
        ),
    ),
    solution="""
    def cross_entropy(probabilities, targets):
        given = probabilities[np.arange(len(targets)), targets]
        return -np.mean(np.log(np.maximum(given, np.finfo(float).eps)))
    """,
    praise=Text(
        "Richtig! Wer sicher ist und sich irrt, zahlt jetzt den vollen Preis.",
        "Right! To be sure and mistaken now costs the full price.",
    ),
    kinds=(
        Kind(
            Text("wenn eine Wahrscheinlichkeit 0 ist", "when a probability is 0"),
            lambda probabilities, targets: (probabilities == 0).any(),
        ),
    ),
)


def _limit(missed: float, alarm: float) -> float:
    return alarm / (alarm + missed)


THRESHOLD = Exercise(
    name="threshold",
    lesson=3,
    task=Text(
        """Entscheide für jede Zeile Ja (True) oder Nein (False), so dass es im Mittel am
        wenigsten kostet.

        Sag Ja, wenn p * cost_missed mindestens so groß ist wie (1 - p) * cost_alarm.

        probabilities: wie wahrscheinlich Ja ist, ein Feld [Zeilen]
        cost_missed: was es kostet, ein Ja zu übersehen
        cost_alarm: was ein falscher Alarm kostet
        """,
        """Decide yes (True) or no (False) for each row, at the least cost on average.

        Say yes if p * cost_missed is at least as large as (1 - p) * cost_alarm.

        probabilities: how probable yes is, an array [rows]
        cost_missed: the cost of overlooking a yes
        cost_alarm: the cost of a false alarm
        """,
    ),
    right=lambda p, missed, alarm: p >= _limit(missed, alarm),
    cases=(
        (np.array([0.03, 0.08, 0.11, 0.3, 0.45, 0.55, 0.93, 0.97]), 10.0, 1.0),
        (np.array([0.03, 0.2, 0.45, 0.55, 0.7, 0.87, 0.93, 0.99]), 1.0, 10.0),
        (np.array([0.1, 0.45, 0.55, 0.9]), 1.0, 1.0),
        (np.array([0.15, 0.24, 0.27, 0.32, 0.35, 0.6, 0.7, 0.8]), 6.0, 2.0),
        (np.array([0.2, 0.25, 0.3, 0.75]), 3.0, 1.0),
    ),
    mistakes=(
        Mistake(
            "always-half",
            lambda p, missed, alarm: p >= 0.5,
            Text(
                "Deine Grenze ist immer 0,5. Das ist nur richtig, wenn beide Fehler gleich viel "
                "kosten.",
                "Your limit is always 0.5. That is right only if both errors cost the same.",
            ),
        ),
        Mistake(
            "costs-swapped",
            lambda p, missed, alarm: p >= _limit(alarm, missed),
            Text(
                "Die Kosten sind vertauscht: Ist es teuer, etwas zu übersehen, muss man öfter Ja "
                "sagen, nicht seltener.",
                "The costs are swapped: if overlooking is expensive, you must say yes more often, "
                "not less.",
            ),
        ),
        Mistake(
            "ratio",
            lambda p, missed, alarm: p >= alarm / missed,
            Text(
                "Du vergleichst `p` allein mit dem Verhältnis der Kosten. Vergessen ist `1 - p`: "
                "So wahrscheinlich ist der falsche Alarm.",
                "You compare `p` alone with the ratio of the costs. Forgotten is `1 - p`: so "
                "probable is the false alarm.",
            ),
        ),
        Mistake(
            "reversed",
            lambda p, missed, alarm: p < _limit(missed, alarm),
            Text(
                "Ja und Nein sind vertauscht: Du sagst Ja, wo Ja unwahrscheinlich ist.",
                "Yes and no are swapped: you say yes where yes is improbable.",
            ),
        ),
        Mistake(
            "costs-alone",
            lambda p, missed, alarm: np.full(p.shape, missed >= alarm),
            Text(
                "Du vergleichst nur die Kosten. Wie wahrscheinlich Ja ist, spielt bei dir keine "
                "Rolle.",
                "You compare the costs alone. How probable yes is does not count in your function.",
            ),
        ),
        Mistake(
            "limit-alone",
            lambda p, missed, alarm: _limit(missed, alarm),
            Text(
                "Das ist die Grenze selbst. Gefragt ist für jede Zeile, ob sie darüber liegt.",
                "This is the limit itself. Asked is for each row whether it lies above.",
            ),
        ),
        Mistake(
            "never-on-the-limit",
            lambda p, missed, alarm: p > _limit(missed, alarm),
            Text(
                "Genau auf der Grenze sagst du Nein. Dort kostet beides gleich viel, und verlangt "
                "ist dann ein Ja.",
                "You say no just on the limit. Both cost the same there, and a yes is asked for.",
            ),
        ),
    ),
    hints=(
        Text(
            "Ein Nein ist falsch mit Wahrscheinlichkeit `p`, ein Ja mit Wahrscheinlichkeit "
            "`1 - p`.",
            "A no is wrong with probability `p`, a yes with probability `1 - p`.",
        ),
        Text(
            "Multipliziere jede dieser Wahrscheinlichkeiten mit den Kosten des Fehlers.",
            "Multiply each of these probabilities by the cost of the error.",
        ),
        Text(
            "Ein Vergleich ganzer Felder genügt: `probabilities * cost_missed >= ...`.",
            "One comparison of whole arrays is enough: `probabilities * cost_missed >= ...`.",
        ),
    ),
    solution="""
    def threshold(probabilities, cost_missed, cost_alarm):
        return probabilities * cost_missed >= (1 - probabilities) * cost_alarm
    """,
    praise=Text(
        "Richtig! Welcher Fehler schlimmer ist, entscheiden Menschen; den Rest rechnest du aus.",
        "Right! People decide which error is worse; you compute the rest.",
    ),
    kinds=(
        Kind(
            Text("wenn beide Fehler verschieden viel kosten", "when the two errors differ in cost"),
            lambda p, missed, alarm: missed != alarm,
        ),
        Kind(
            Text(
                "wenn ein falscher Alarm teurer ist als etwas zu übersehen",
                "when a false alarm costs more than overlooking",
            ),
            lambda p, missed, alarm: missed < alarm,
        ),
        Kind(
            Text("wenn es teurer ist, etwas zu übersehen", "when overlooking costs more"),
            lambda p, missed, alarm: missed > alarm,
        ),
    ),
)

EXERCISES = (SOFTMAX, CROSS_ENTROPY, THRESHOLD)
