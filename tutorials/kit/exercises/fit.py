"""Lesson 5, learned by heart: scales from the training rows, and a choice by validation rows."""

from __future__ import annotations

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.data_sets.mini_batches import Standardiser
from spielfeld.tutorials.kit.exercise import Exercise, Kind, Mistake
from spielfeld.tutorials.kit.text import Text

RANDOM = np.random.default_rng(5)


def _standardise(train: Array, test: Array) -> Array:
    return Standardiser.learned_from(train)(test)


STANDARDISE = Exercise(
    name="standardise",
    lesson=5,
    task=Text(
        """Bring die Testzeilen auf den Maßstab der Trainingszeilen und gib sie zurück.

        standardisiert = (Zahl - Mittelwert) / Standardabweichung, Spalte für Spalte

        Mittelwert und Standardabweichung werden nur an den Trainingszeilen gemessen.

        train: Trainingszeilen, ein Feld [Zeilen, Merkmale]
        test: Testzeilen, ein Feld [Zeilen, Merkmale]
        """,
        """Bring the test rows to the scale of the training rows and return them.

        standardised = (number - mean) / standard deviation, column by column

        Mean and standard deviation are measured on the training rows alone.

        train: training rows, an array [rows, features]
        test: test rows, an array [rows, features]
        """,
    ),
    right=_standardise,
    cases=tuple(
        (RANDOM.normal((1, 5, -3), (1, 3, 0.5), (n, 3)), RANDOM.normal((2, 4, 0), 2, (m, 3)))
        for n, m in ((6, 4), (5, 2), (9, 3))
    ),
    mistakes=(
        Mistake(
            "measured-on-test",
            lambda train, test: _standardise(test, test),
            Text(
                "Du misst an den Testzeilen. Die sollen aber so neu sein wie die Zukunft: "
                "Gemessen wird nur an `train`.",
                "You measure on the test rows. But they must be as new as the future: measure "
                "on `train` alone.",
            ),
        ),
        Mistake(
            "measured-on-both",
            lambda train, test: _standardise(np.concatenate([train, test]), test),
            Text(
                "Du misst an allen Zeilen zusammen. So sickert schon etwas von den Testzeilen ins "
                "Lernen; nimm nur `train`.",
                "You measure on all rows together. So the test rows leak into learning; use "
                "`train` alone.",
            ),
        ),
        Mistake(
            "not-centred",
            lambda train, test: test / train.std(axis=0),
            Text(
                "Der Mittelwert wird nicht abgezogen.",
                "The mean is not subtracted.",
            ),
        ),
        Mistake(
            "not-scaled",
            lambda train, test: test - train.mean(axis=0),
            Text(
                "Die Mitte stimmt, aber durch die Standardabweichung wird nicht geteilt.",
                "The centre is right, but there is no division by the standard deviation.",
            ),
        ),
        Mistake(
            "variance",
            lambda train, test: (test - train.mean(axis=0)) / train.var(axis=0),
            Text(
                "Du teilst durch die Varianz. Die Standardabweichung ist ihre Wurzel: `std`.",
                "You divide by the variance. The standard deviation is its root: `std`.",
            ),
        ),
        Mistake(
            "one-scale-for-all",
            lambda train, test: (test - train.mean()) / train.std(),
            Text(
                "Du nimmst einen Mittelwert für alles. Jede Spalte hat aber ihre eigene Einheit: "
                "`axis=0`.",
                "You take one mean for everything. But each column has its own unit: `axis=0`.",
            ),
        ),
        Mistake(
            "not-back",
            lambda train, test: test * train.std(axis=0) + train.mean(axis=0),
            Text(
                "Das ist der Rückweg, von standardisierten Zahlen zu denen in ihren Einheiten.",
                "This is the way back, from standardised numbers to those in their units.",
            ),
        ),
        Mistake(
            "returns-train",
            lambda train, test: _standardise(train, train),
            Text(
                "Du gibst die Trainingszeilen zurück. Gefragt sind die Testzeilen.",
                "You return the training rows. The test rows are asked for.",
            ),
        ),
        Mistake(
            "each-by-its-own",
            lambda train, test: (test - test.mean(axis=0)) / train.std(axis=0),
            Text(
                "Der Mittelwert kommt von den Testzeilen, die Standardabweichung von den "
                "Trainingszeilen. Beide müssen von `train` kommen.",
                "The mean is that of the test rows, the standard deviation that of the training "
                "rows. Both must come from `train`.",
            ),
        ),
    ),
    hints=(
        Text(
            "Stell dir vor, die Testzeilen kommen erst nächstes Jahr. Was weißt du heute schon?",
            "Imagine that the test rows come next year. What do you know today?",
        ),
        Text(
            "`train.mean(axis=0)` ist der Mittelwert jeder Spalte.",
            "`train.mean(axis=0)` is the mean of each column.",
        ),
        Text(
            "Zieh von `test` den Mittelwert ab und teile durch `train.std(axis=0)`.",
            "Subtract the mean from `test` and divide by `train.std(axis=0)`.",
        ),
    ),
    solution="""
    def standardise(train, test):
        return (test - train.mean(axis=0)) / train.std(axis=0)
    """,
    praise=Text(
        "Richtig! Die Testzeilen haben nichts verraten.",
        "Right! The test rows have given nothing away.",
    ),
)

BEST_DEGREE = Exercise(
    name="best_degree",
    lesson=5,
    task=Text(
        """Wähl den Grad des Polynoms und gib ihn zurück.

        Die Felder haben für jeden Grad 0, 1, 2 ... einen Fehler. Gelernt wurde auf den
        Trainingszeilen, gewählt wird mit den Validierungszeilen. Die Testzeilen sagen erst ganz
        am Schluss, wie gut die Wahl war.

        train_errors, validation_errors, test_errors: Felder [Grade]
        """,
        """Choose the degree of the polynomial and return it.

        The arrays have an error for each degree 0, 1, 2 ... Learning was done on the training
        rows, the choice is made by the validation rows. The test rows tell only in the very end
        how good the choice was.

        train_errors, validation_errors, test_errors: arrays [degrees]
        """,
    ),
    right=lambda train, validation, test: int(np.argmin(validation)),
    cases=(
        (
            np.array([5.8, 3, 2, 1, 0.5, 0.1]),
            np.array([6, 4, 2.5, 3, 5, 9.0]),
            np.array([6, 2, 3, 4, 8, 9.5]),
        ),
        (
            np.array([4, 2, 1.5, 1.2, 0.2]),
            np.array([7, 5, 3, 2, 6.0]),
            np.array([5, 6, 1.9, 2.4, 8.0]),
        ),
        (np.array([3, 2, 1, 0.4]), np.array([2.5, 2.1, 4, 7.0]), np.array([2.2, 3, 8, 3.9])),
        (np.array([2, 1, 0.9, 0.8]), np.array([1.1, 2, 3, 4.0]), np.array([5, 4, 2, 3.0])),
    ),
    mistakes=(
        Mistake(
            "by-training",
            lambda train, validation, test: int(np.argmin(train)),
            Text(
                "Du wählst nach den Trainingszeilen. Dort gewinnt immer der höchste Grad: Er "
                "lernt auswendig.",
                "You choose by the training rows. The highest degree always wins there: it learns "
                "by heart.",
            ),
        ),
        Mistake(
            "by-test",
            lambda train, validation, test: int(np.argmin(test)),
            Text(
                "Du wählst nach den Testzeilen. Dann sind sie verbraucht: Was du dort misst, ist "
                "nun zu schön.",
                "You choose by the test rows. Then they are used up: any number measured there is "
                "now too good.",
            ),
        ),
        Mistake(
            "largest-error",
            lambda train, validation, test: int(np.argmax(validation)),
            Text(
                "Du nimmst den größten Fehler. Gesucht ist der kleinste.",
                "You take the largest error. The smallest is wanted.",
            ),
        ),
        Mistake(
            "error-for-degree",
            lambda train, validation, test: validation.min(),
            Text(
                "Das ist der kleinste Fehler. Gefragt ist, bei welchem Grad er auftritt: `argmin`.",
                "This is the smallest error. Asked is at which degree it occurs: `argmin`.",
            ),
        ),
        Mistake(
            "counts-from-one",
            lambda train, validation, test: int(np.argmin(validation)) + 1,
            Text(
                "Um eins zu groß: Der erste Fehler im Feld gehört zum Grad 0.",
                "Too large by one: the first error in the array belongs to degree 0.",
            ),
        ),
        Mistake(
            "sum-of-errors",
            lambda train, validation, test: int(np.argmin(train + validation)),
            Text(
                "Du zählst die Trainingsfehler mit. Sie loben das Auswendiglernen; zum Wählen "
                "taugen nur Zeilen, von denen nicht gelernt wurde.",
                "You also count the training errors. They are small for a function that only "
                "learned its rows by heart. Choose by rows that were not used for learning.",
            ),
        ),
        Mistake(
            "smallest-gap",
            lambda train, validation, test: int(np.argmin(np.abs(validation - train))),
            Text(
                "Du suchst den kleinsten Abstand zwischen Trainings- und Validierungsfehler. Ein "
                "dummes Modell ist überall gleich schlecht; es zählt der Validierungsfehler.",
                "You look for the smallest gap between training and validation error. A dull "
                "model is equally bad everywhere; the validation error counts.",
            ),
        ),
    ),
    hints=(
        Text(
            "Welche Zeilen hat das Lernen nie gesehen, und welche willst du bis zum Schluss "
            "aufheben?",
            "Which rows has learning never seen, and which do you want to save for the end?",
        ),
        Text(
            "Gesucht ist der Ort des kleinsten Fehlers, nicht der Fehler.",
            "The place of the smallest error is wanted, not the error.",
        ),
        Text("`np.argmin(...)` gibt diesen Ort.", "`np.argmin(...)` returns this place."),
    ),
    solution="""
    def best_degree(train_errors, validation_errors, test_errors):
        return np.argmin(validation_errors)
    """,
    praise=Text(
        "Richtig! Und die Testzeilen sind noch unberührt.",
        "Right! And the test rows are still untouched.",
    ),
    kinds=(
        Kind(
            Text("wenn Grad 0 am besten ist", "when degree 0 is best"),
            lambda train, validation, test: int(np.argmin(validation)) == 0,
        ),
    ),
)

EXERCISES = (STANDARDISE, BEST_DEGREE)
