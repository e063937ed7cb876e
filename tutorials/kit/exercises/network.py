"""Lesson 4, many lines, bent: a layer of a network, forwards and backwards."""

from __future__ import annotations

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.logits import sigmoid
from spielfeld.learning.network import ACTIVATIONS
from spielfeld.tutorials.kit.exercise import Exercise, Kind, Mistake
from spielfeld.tutorials.kit.text import Text

RANDOM = np.random.default_rng(4)
RELU = ACTIVATIONS["relu"]


def _forward(inputs: Array, weights: Array, bias: Array) -> Array:
    return RELU.bend(inputs @ weights + bias)


def _backward(upstream: Array, signal: Array) -> Array:
    return upstream * RELU.slope(RELU.bend(signal))


FORWARD = Exercise(
    name="forward",
    lesson=4,
    task=Text(
        """Gib zurück, was eine Schicht mit ReLU ausgibt.

        signal = inputs @ weights + bias
        Ausgabe = signal, wo es über 0 liegt, sonst 0

        inputs: ein Feld [Zeilen, Eingänge]
        weights: die Gewichte, ein Feld [Eingänge, Einheiten]
        bias: eine Zahl je Einheit, ein Feld [Einheiten]
        """,
        """Return the outputs of a layer with ReLU.

        signal = inputs @ weights + bias
        output = signal where it is above 0, else 0

        inputs: an array [rows, features]
        weights: an array [features, units]
        bias: a number for each unit, an array [units]
        """,
    ),
    right=_forward,
    cases=tuple(
        (RANDOM.normal(0, 1, (rows, 3)), RANDOM.normal(0, 1, (3, 3)), RANDOM.normal(0, 1, 3))
        for rows in (1, 4, 3)
    ),
    mistakes=(
        Mistake(
            "no-bend",
            lambda x, w, b: x @ w + b,
            Text(
                "Der Knick fehlt. Ohne ihn sind viele Schichten zusammen nicht mehr als eine "
                "einzige.",
                "The bend is missing. Without it, many layers are together no more than a single "
                "one.",
            ),
        ),
        Mistake(
            "no-bias",
            lambda x, w, b: np.maximum(x @ w, 0),
            Text(
                "`bias` fehlt: So muss jeder Knick durch den Nullpunkt gehen.",
                "`bias` is missing: so each bend must lie at the origin.",
            ),
        ),
        Mistake(
            "bias-after-bend",
            lambda x, w, b: np.maximum(x @ w, 0) + b,
            Text(
                "Du addierst `bias` erst nach dem Knick. So kann er ihn nicht verschieben.",
                "You add `bias` after the bend. So it cannot shift the bend.",
            ),
        ),
        Mistake(
            "absolute",
            lambda x, w, b: np.abs(x @ w + b),
            Text(
                "Negative Zahlen klappst du nach oben. ReLU macht aus ihnen 0.",
                "You fold negative numbers upwards. ReLU makes them 0.",
            ),
        ),
        Mistake(
            "keeps-negative",
            lambda x, w, b: np.minimum(x @ w + b, 0),
            Text(
                "Du behältst die negativen Zahlen und setzt die positiven auf 0. Umgekehrt!",
                "You keep the negative numbers and set the positive ones to 0. The other way "
                "round!",
            ),
        ),
        Mistake(
            "step",
            lambda x, w, b: (x @ w + b > 0) * 1.0,
            Text(
                "Bei dir kommt nur 0 oder 1 heraus. Über 0 soll das Signal selbst weitergehen.",
                "Yours gives only 0 or 1. Above 0 the signal itself must go on.",
            ),
        ),
        Mistake(
            "sigmoid",
            lambda x, w, b: sigmoid(x @ w + b),
            Text(
                "Das ist eine andere Aktivierung, die Sigmoid-Funktion. Gefragt ist ReLU: der "
                "einfache Knick bei 0.",
                "This is another activation, the sigmoid function. ReLU is asked for: the simple "
                "bend at 0.",
            ),
        ),
        Mistake(
            "transposed",
            lambda x, w, b: _forward(x, w.T, b),
            Text(
                "Die Gewichte sind gekippt: Die Zeilen von `weights` gehören zu den Eingängen, die "
                "Spalten zu den Einheiten.",
                "The weights are transposed: the rows of `weights` belong to the features, the "
                "columns to the units.",
            ),
        ),
        Mistake(
            "inputs-bent",
            lambda x, w, b: np.maximum(x, 0) @ w + b,
            Text(
                "Du knickst die Eingänge. Geknickt wird das Signal, nach Gewichten und `bias`.",
                "You bend the inputs. Bend the signal, after weights and `bias`.",
            ),
        ),
    ),
    hints=(
        Text(
            "Eine Schicht ist erst eine Gerade (oder Ebene), dann ein Knick.",
            "A layer is first a line (or plane), then a bend.",
        ),
        Text(
            "Das Zeichen `@` multipliziert Matrizen: `inputs @ weights`.",
            "The sign `@` multiplies matrices: `inputs @ weights`.",
        ),
        Text(
            "`np.maximum(..., 0)` ersetzt alles Negative durch 0.",
            "`np.maximum(..., 0)` replaces everything negative by 0.",
        ),
    ),
    solution="""
    def forward(inputs, weights, bias):
        signal = inputs @ weights + bias
        return np.maximum(signal, 0)
    """,
    praise=Text(
        "Richtig! Viele Geraden, geknickt und addiert: Mehr ist ein Netz nicht.",
        "Right! Many lines, bent and added: a network is no more than that.",
    ),
)

BACKWARD = Exercise(
    name="backward",
    lesson=4,
    task=Text(
        """Gib die Ableitung des Verlusts nach dem Signal vor dem Knick zurück (Kettenregel).

        dJ/dsignal = dJ/doutput * Ableitung von ReLU am Signal

        Die Ableitung von ReLU ist 1, wo das Signal über 0 liegt, sonst 0.

        upstream: dJ/doutput, kommt von der nächsten Schicht, ein Feld [Zeilen, Einheiten]
        signal: was vor dem Knick anlag, ein Feld [Zeilen, Einheiten]
        """,
        """Return the derivative of the loss by the signal before the bend (chain rule).

        dJ/dsignal = dJ/doutput * derivative of ReLU at the signal

        The derivative of ReLU is 1 where the signal is above 0, else 0.

        upstream: dJ/doutput, comes from the next layer, an array [rows, units]
        signal: the numbers before the bend, an array [rows, units]
        """,
    ),
    right=_backward,
    cases=(
        *((RANDOM.normal(0, 1, (n, 3)), RANDOM.normal(0, 1, (n, 3))) for n in (2, 5)),
        (RANDOM.normal(0, 1, (2, 2)), np.array([[0.0, 1.2], [-0.7, 0.0]])),
    ),
    mistakes=(
        Mistake(
            "no-bend",
            lambda u, s: u,
            Text(
                "Du gibst alles unverändert weiter, als gäbe es den Knick nicht. Wo das Signal "
                "negativ war, kam aber immer 0 heraus: Dort ändert sich nichts.",
                "You pass everything on, as if there were no bend. But where the signal was "
                "negative, the output was always 0: nothing changes there.",
            ),
        ),
        Mistake(
            "output-for-slope",
            lambda u, s: u * np.maximum(s, 0),
            Text(
                "Du multiplizierst mit der Ausgabe von ReLU. Gefragt ist ihre Ableitung: 1 oder 0.",
                "You multiply by the output of ReLU. Asked is its derivative: 1 or 0.",
            ),
        ),
        Mistake(
            "signal-for-slope",
            lambda u, s: u * s,
            Text(
                "Du multiplizierst mit dem Signal selbst. Gefragt ist die Ableitung des Knicks: 1 "
                "oder 0.",
                "You multiply by the signal itself. Asked is the derivative of the bend: 1 or 0.",
            ),
        ),
        Mistake(
            "bends-upstream",
            lambda u, s: np.maximum(u, 0),
            Text(
                "Du knickst, was von oben kommt. Ob etwas durchkommt, entscheidet aber das "
                "Vorzeichen von `signal`.",
                "You bend the numbers from above. But the sign of `signal` decides which of them "
                "pass.",
            ),
        ),
        Mistake(
            "slope-alone",
            lambda u, s: (s > 0) * 1.0,
            Text(
                "Das ist nur die Ableitung von ReLU. Die Kettenregel multipliziert sie mit "
                "`upstream`.",
                "This is the derivative of ReLU alone. The chain rule multiplies it by `upstream`.",
            ),
        ),
        Mistake(
            "reversed",
            lambda u, s: u * (s < 0),
            Text(
                "Umgekehrt: Bei dir kommt etwas durch, wo das Signal negativ war.",
                "The other way round: yours passes where the signal was negative.",
            ),
        ),
        Mistake(
            "slope-of-absolute",
            lambda u, s: u * np.sign(s),
            Text(
                "Wo das Signal negativ war, drehst du das Vorzeichen um. Dort ist die Ableitung "
                "aber 0.",
                "Where the signal was negative you turn the sign. But the derivative is 0 there.",
            ),
        ),
        Mistake(
            "passes-at-zero",
            lambda u, s: u * (s >= 0),
            Text(
                "Genau bei 0 lässt du etwas durch. Verlangt ist: nur, wo das Signal über 0 liegt.",
                "You pass something just at 0. Asked is: only where the signal is above 0.",
            ),
        ),
    ),
    hints=(
        Text(
            "Wo das Signal negativ war, gab ReLU 0 aus. Was ändert sich dort am Verlust?",
            "Where the signal was negative, ReLU gave 0. What changes in the loss there?",
        ),
        Text(
            "`signal > 0` ist ein Feld aus True und False; beim Multiplizieren zählen sie als 1 "
            "und 0.",
            "`signal > 0` is an array of True and False; in a product they count as 1 and 0.",
        ),
        Text("Eine Zeile: `upstream * (...)`.", "One line: `upstream * (...)`."),
    ),
    solution="""
    def backward(upstream, signal):
        return upstream * (signal > 0)
    """,
    praise=Text(
        "Richtig! So läuft der Fehler rückwärts durch das Netz: Backpropagation.",
        "Right! So the error runs backwards through the network: backpropagation.",
    ),
    kinds=(
        Kind(
            Text("wo das Signal genau 0 ist", "where the signal is just 0"),
            lambda upstream, signal: (signal == 0).any(),
        ),
    ),
)

EXERCISES = (FORWARD, BACKWARD)
