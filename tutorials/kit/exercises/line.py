"""Lesson 2, downhill: the loss of a line, its gradient, and a step."""

from __future__ import annotations

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.loss import SquaredError, squared_error_derivative
from spielfeld.learning.optimizer import descend
from spielfeld.tutorials.kit.exercise import Case, Exercise, Kind, Mistake
from spielfeld.tutorials.kit.text import Text

RANDOM = np.random.default_rng(2)


def _points(rows: int) -> Case:
    """Return x, y, slope and offset."""
    x, y = RANDOM.normal(1.0, 2.0, rows), RANDOM.normal(0.5, 3.0, rows)
    return x, y, float(RANDOM.normal()), float(RANDOM.normal())


def _gradient(x: Array, y: Array, slope: float, offset: float) -> Array:
    error = squared_error_derivative(slope * x + offset, y)
    return np.array([np.mean(error * x), np.mean(error)])


LOSS = Exercise(
    name="loss",
    lesson=2,
    task=Text(
        """Gib den Verlust zurück: die Hälfte des mittleren quadratischen Fehlers.

        J = 1/(2 n) * Summe über alle Punkte von (Vorhersage - Ziel)^2

        predictions: Vorhersagen, ein Feld mit n Zahlen
        targets: Ziele, ein Feld mit n Zahlen
        """,
        """Return the loss: half of the mean squared error.

        J = 1/(2 n) * sum over all points of (prediction - target)^2

        predictions: an array of n numbers
        targets: an array of n numbers
        """,
    ),
    right=lambda predictions, targets: SquaredError().value(predictions, targets),
    cases=tuple((RANDOM.normal(0, 2, n), RANDOM.normal(1, 2, n)) for n in (1, 2, 5, 9)),
    mistakes=(
        Mistake(
            "no-half",
            lambda p, y: np.mean((p - y) ** 2),
            Text(
                "Der Faktor 1/2 fehlt. Er steht da, damit beim Ableiten die 2 verschwindet.",
                "The factor 1/2 is missing. It is there to make the 2 of the derivative vanish.",
            ),
        ),
        Mistake(
            "sum",
            lambda p, y: 0.5 * np.sum((p - y) ** 2),
            Text(
                "Du summierst, gefragt ist aber der Mittelwert: Sonst wächst der Verlust schon "
                "dadurch, dass es mehr Punkte gibt.",
                "You add up, but the mean is asked for: otherwise the loss grows just because "
                "there are more points.",
            ),
        ),
        Mistake(
            "not-squared",
            lambda p, y: 0.5 * np.mean(p - y),
            Text(
                "Du quadrierst nicht. So heben sich Fehler nach oben und nach unten gegenseitig "
                "auf, und eine schlechte Gerade kann den Verlust 0 haben.",
                "You do not square. Errors up and down then cancel, and a bad line can have a "
                "loss of 0.",
            ),
        ),
        Mistake(
            "absolute",
            lambda p, y: 0.5 * np.mean(np.abs(p - y)),
            Text(
                "Das ist der mittlere Betrag der Fehler. Gefragt ist das Quadrat: Große Fehler "
                "zählen dann viel mehr als kleine.",
                "This is the mean size of the errors. The square is asked for: large errors then "
                "count much more than small ones.",
            ),
        ),
        Mistake(
            "square-of-mean",
            lambda p, y: 0.5 * np.mean(p - y) ** 2,
            Text(
                "Erst quadrieren, dann mitteln: Du bildest zuerst den Mittelwert, und dabei heben "
                "sich Fehler gegenseitig auf.",
                "Square first, then take the mean: you take the mean first, in which errors "
                "cancel.",
            ),
        ),
        Mistake(
            "root",
            lambda p, y: np.sqrt(np.mean((p - y) ** 2)),
            Text(
                "Du ziehst am Ende die Wurzel. Das ist auch ein gutes Maß, aber nicht J: Seine "
                "Ableitung wäre eine andere.",
                "You take the root in the end. That is a good measure too, but it is not J: its "
                "derivative would be another one.",
            ),
        ),
    ),
    hints=(
        Text(
            "Der Fehler eines Punktes ist Vorhersage minus Ziel. Was macht das Quadrat daraus?",
            "The error of a point is prediction minus target. What does the square make of it?",
        ),
        Text(
            "NumPy rechnet mit ganzen Feldern: `predictions - targets` sind alle Fehler auf "
            "einmal.",
            "NumPy works on whole arrays: `predictions - targets` are all errors at once.",
        ),
        Text(
            "Eine Zeile genügt: die Hälfte von `np.mean(...)`, und darin die Fehler hoch 2.",
            "One line is enough: half of `np.mean(...)`, in it the errors to the power of 2.",
        ),
    ),
    solution="""
    def loss(predictions, targets):
        errors = predictions - targets
        return 0.5 * np.mean(errors**2)
    """,
    praise=Text(
        "Richtig! Das ist der Verlust, den auch `SquaredError` in Spielfeld berechnet.",
        "Right! This is the loss that `SquaredError` in Spielfeld computes, too.",
    ),
    kinds=(
        Kind(
            Text("wenn es mehr als einen Punkt gibt", "when there is more than one point"),
            lambda predictions, targets: len(predictions) > 1,
        ),
    ),
)

GRADIENT = Exercise(
    name="gradient",
    lesson=2,
    task=Text(
        """Gib den Gradienten des Verlusts zurück: [dJ/dslope, dJ/doffset].

        J = 1/(2 n) * Summe über alle Punkte von (slope * x + offset - y)^2

        x, y: Eingaben und Ziele, Felder mit je n Zahlen
        slope, offset: Steigung und Achsenabschnitt der Geraden
        """,
        """Return the gradient of the loss: [dJ/dslope, dJ/doffset].

        J = 1/(2 n) * sum over all points of (slope * x + offset - y)^2

        x, y: inputs and targets, arrays of n numbers each
        slope, offset: of the line
        """,
    ),
    right=_gradient,
    cases=tuple(_points(rows) for rows in (1, 2, 5, 8)),
    mistakes=(
        Mistake(
            "uphill",
            lambda x, y, slope, offset: -_gradient(x, y, slope, offset),
            Text(
                "Das Vorzeichen ist umgekehrt: So zeigt der Gradient bergab. Er zeigt aber immer "
                "bergauf; das Minus kommt erst beim Schritt.",
                "The sign is the other way round: this points downhill. A gradient always points "
                "uphill; the minus comes with the step.",
            ),
        ),
        Mistake(
            "no-inner-derivative",
            lambda x, y, slope, offset: _gradient(x, y, slope, offset)[[1, 1]],
            Text(
                "Beide Ableitungen sind gleich. Wenn die Steigung um 1 wächst, wächst die "
                "Vorhersage aber nicht um 1, sondern um `x`: Die innere Ableitung fehlt.",
                "Both derivatives are equal. But if the slope grows by 1, the prediction grows "
                "not by 1 but by `x`: the inner derivative is missing.",
            ),
        ),
        Mistake(
            "factor-two",
            lambda x, y, slope, offset: 2 * _gradient(x, y, slope, offset),
            Text(
                "Alles ist doppelt so groß. Vor der Summe steht 1/2, damit die 2 vom Ableiten "
                "verschwindet.",
                "Everything is twice too large. The 1/2 in front of the sum makes the 2 of the "
                "derivative vanish.",
            ),
        ),
        Mistake(
            "sum",
            lambda x, y, slope, offset: len(x) * _gradient(x, y, slope, offset),
            Text(
                "Du summierst über alle Punkte, der Verlust ist aber ein Mittelwert. So würden "
                "die Schritte mit der Zahl der Punkte wachsen.",
                "You add up all points, but the loss is a mean. Steps would grow with the number "
                "of points.",
            ),
        ),
        Mistake(
            "loss-for-gradient",
            lambda x, y, s, o: [np.mean((s * x + o - y) ** 2 * x), np.mean((s * x + o - y) ** 2)],
            Text(
                "Der Fehler steht noch im Quadrat. Das gehört zum Verlust; in seiner Ableitung "
                "steht der Fehler ohne Quadrat.",
                "The error is still squared. That belongs to the loss; its derivative has the "
                "error without the square.",
            ),
        ),
        Mistake(
            "no-prediction",
            lambda x, y, slope, offset: [np.mean(-y * x), np.mean(-y)],
            Text(
                "Im Fehler fehlt die Vorhersage: Fehler = Vorhersage minus Ziel.",
                "The prediction is missing in the error: error = prediction minus target.",
            ),
        ),
        Mistake(
            "no-offset",
            lambda x, y, slope, offset: _gradient(x, y, slope, 0.0),
            Text(
                "In deiner Vorhersage fehlt der Achsenabschnitt `offset`.",
                "Your prediction lacks the `offset`.",
            ),
        ),
        Mistake(
            "swapped",
            lambda x, y, slope, offset: _gradient(x, y, slope, offset)[::-1],
            Text(
                "Die beiden Ableitungen sind vertauscht: erst die nach der Steigung, dann die nach "
                "dem Achsenabschnitt.",
                "The two derivatives are swapped: first the one by the slope, then the one by the "
                "offset.",
            ),
        ),
        Mistake(
            "mean-times-mean",
            lambda x, y, s, o: [np.mean(s * x + o - y) * np.mean(x), np.mean(s * x + o - y)],
            Text(
                "Du mittelst Fehler und `x` getrennt und multiplizierst dann. Erst Punkt für Punkt "
                "multiplizieren, dann mitteln!",
                "You take the means of the error and of `x` apart, and multiply then. Multiply "
                "point by point first, then take the mean!",
            ),
        ),
    ),
    hints=(
        Text(
            "Wie ändert sich die Vorhersage, wenn die Steigung ein wenig wächst? Und wenn der "
            "Achsenabschnitt ein wenig wächst?",
            "How does the prediction change if the slope grows a little? And if the offset grows "
            "a little?",
        ),
        Text(
            "Kettenregel: Ableitung des Quadrats (der Fehler) mal Ableitung der Vorhersage (`x` "
            "oder `1`), und dann der Mittelwert.",
            "Chain rule: derivative of the square (the error) times derivative of the prediction "
            "(`x` or `1`), and then the mean.",
        ),
        Text(
            "`error = slope * x + offset - y`, dann `np.mean(error * ...)` und `np.mean(error)`.",
            "`error = slope * x + offset - y`, then `np.mean(error * ...)` and `np.mean(error)`.",
        ),
    ),
    solution="""
    def gradient(x, y, slope, offset):
        error = slope * x + offset - y
        return np.array([np.mean(error * x), np.mean(error)])
    """,
    praise=Text(
        "Richtig, das ist der Gradient! Mit genau dieser Rechnung lernt gleich deine Gerade.",
        "Right, this is the gradient! Your line is about to learn with just this.",
    ),
)

DESCEND = Exercise(
    name="descend",
    lesson=2,
    task=Text(
        """Mach einen Schritt bergab und gib die neuen Parameter zurück.

        neu = alt - Lernrate * Gradient

        parameters: ein Feld von Zahlen, zum Beispiel [Steigung, Achsenabschnitt]
        gradient: ein gleich großes Feld, zeigt bergauf
        learning_rate: die Lernrate, eine Zahl über 0
        """,
        """Take one step downhill and return the new parameters.

        new = old - learning rate * gradient

        parameters: an array of numbers, such as [slope, offset]
        gradient: an array of the same size, points uphill
        learning_rate: a number above 0
        """,
    ),
    right=descend,
    cases=tuple(
        (RANDOM.normal(0, 2, n), RANDOM.normal(0, 3, n), rate)
        for n, rate in ((2, 0.1), (2, 0.7), (3, 1.3))
    ),
    mistakes=(
        Mistake(
            "uphill",
            lambda p, g, rate: p + rate * g,
            Text(
                "Du gehst bergauf: Der Gradient zeigt dorthin, wo der Verlust wächst.",
                "You go uphill: the gradient points to where the loss grows.",
            ),
        ),
        Mistake(
            "no-rate",
            lambda p, g, rate: p - g,
            Text(
                "Die Lernrate fehlt. Mit vollen Schritten springt man leicht über das Tal hinaus.",
                "The learning rate is missing. Full steps easily jump across the valley.",
            ),
        ),
        Mistake(
            "step-alone",
            lambda p, g, rate: -rate * g,
            Text(
                "Das ist nur der Schritt. Gefragt ist, wo man danach steht: bei den alten "
                "Parametern plus Schritt.",
                "This is the step alone. Asked is where you are afterwards: at the old parameters "
                "plus the step.",
            ),
        ),
        Mistake(
            "rate-on-all",
            lambda p, g, rate: rate * (p - g),
            Text(
                "Die Lernrate soll nur den Gradienten verkleinern. Bei dir verkleinert sie auch "
                "die alten Parameter: eine Klammer zu viel.",
                "The learning rate must shrink the gradient alone. Yours shrinks the old "
                "parameters, too: one bracket too many.",
            ),
        ),
        Mistake(
            "divides",
            lambda p, g, rate: p - g / rate,
            Text(
                "Du teilst durch die Lernrate. Eine kleine Lernrate soll aber kleine Schritte "
                "machen.",
                "You divide by the learning rate. But a small learning rate must make small steps.",
            ),
        ),
        Mistake(
            "sign-only",
            lambda p, g, rate: p - rate * np.sign(g),
            Text(
                "Alle deine Schritte sind gleich lang. Wo es steil ist, soll der Schritt länger "
                "sein: Nimm den Gradienten selbst, nicht nur sein Vorzeichen.",
                "All your steps are of one length. Where it is steep, the step must be longer: "
                "take the gradient itself, not its sign alone.",
            ),
        ),
    ),
    hints=(
        Text(
            "Der Gradient zeigt bergauf. Wohin musst du also gehen?",
            "The gradient points uphill. So which way must you go?",
        ),
        Text(
            "Die Lernrate sagt, wie lang der Schritt wird: mal den Gradienten.",
            "The learning rate says how long the step gets: times the gradient.",
        ),
        Text(
            "Fang mit `parameters` an und zieh `learning_rate * ...` ab.",
            "Begin with `parameters` and subtract `learning_rate * ...`.",
        ),
    ),
    solution="""
    def descend(parameters, gradient, learning_rate):
        return parameters - learning_rate * gradient
    """,
    praise=Text(
        "Richtig! Dieser Schritt, viele tausend Mal gemacht, ist fast alles Lernen.",
        "Right! This step, taken many thousand times, is nearly all of learning.",
    ),
)

EXERCISES = (LOSS, GRADIENT, DESCEND)
