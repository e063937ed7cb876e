"""Lesson 7, without answers: the two steps of k-means, and the spread that PCA looks at."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.centroids import Centroids
from spielfeld.learning.unsupervised.principal_components import covariance
from spielfeld.tutorials.kit.exercise import Exercise, Kind, Mistake
from spielfeld.tutorials.kit.text import Text

RANDOM = np.random.default_rng(7)


def _nearest(distances: Array) -> Array:
    return np.asarray(distances.argmin(axis=1))


def _apart(points: Array, centroids: Array) -> Array:
    return points[:, None] - centroids[None]  # [points, centroids, features]


ASSIGN = Exercise(
    name="assign",
    lesson=7,
    task=Text(
        """Gib für jeden Punkt die Nummer des nächsten Zentrums zurück.

        Nah heißt: kleinster Abstand in der Ebene, sqrt((x - a)^2 + (y - b)^2 ...).

        points: ein Feld [Punkte, Merkmale]
        centroids: die Zentren, ein Feld [Zentren, Merkmale]
        """,
        """Return for each point the number of the nearest centroid.

        Near means: least distance in the plane, sqrt((x - a)^2 + (y - b)^2 ...).

        points: an array [points, features]
        centroids: an array [centroids, features]
        """,
    ),
    right=lambda points, centroids: Centroids(centroids).assign(points),
    cases=tuple(
        (RANDOM.normal(0, 2, (n, 2)), RANDOM.normal(0, 2, (k, 2)))
        for n, k in ((12, 3), (3, 3), (20, 4))
    ),
    mistakes=(
        Mistake(
            "farthest",
            lambda p, c: np.square(_apart(p, c)).sum(axis=2).argmax(axis=1),
            Text(
                "Du nimmst das fernste Zentrum. Gesucht ist das nächste.",
                "You take the farthest centroid. The nearest is wanted.",
            ),
        ),
        Mistake(
            "one-feature",
            lambda p, c: _nearest(np.abs(_apart(p, c)[:, :, 0])),
            Text(
                "Du vergleichst nur das erste Merkmal. Zum Abstand gehören alle.",
                "You compare the first feature alone. All belong to the distance.",
            ),
        ),
        Mistake(
            "not-squared",
            lambda p, c: _nearest(_apart(p, c).sum(axis=2)),
            Text(
                "Du addierst Unterschiede mit Vorzeichen: Ein Zentrum weit links wirkt dann nah. "
                "Quadriere sie zuerst.",
                "You add differences with their signs: a centroid far to the left then seems "
                "near. Square them first.",
            ),
        ),
        Mistake(
            "city-block",
            lambda p, c: _nearest(np.abs(_apart(p, c)).sum(axis=2)),
            Text(
                "Du addierst Beträge, misst also wie ein Taxi in einer Stadt mit rechten Winkeln. "
                "Gefragt ist die Luftlinie: Quadrate.",
                "You add absolute values, so you measure like a taxi in a city of right angles. "
                "The straight line is asked for: squares.",
            ),
        ),
        Mistake(
            "one-axis-enough",
            lambda p, c: _nearest(np.abs(_apart(p, c)).max(axis=2)),
            Text(
                "Du siehst nur auf das Merkmal mit dem größten Unterschied. Zum Abstand gehören "
                "alle: die Summe der Quadrate.",
                "You look only at the feature that differs most. All belong to the distance: the "
                "sum of the squares.",
            ),
        ),
        Mistake(
            "distance-for-number",
            lambda p, c: np.sqrt(np.square(_apart(p, c)).sum(axis=2)).min(axis=1),
            Text(
                "Das sind die kleinsten Abstände. Gefragt ist, zu welchem Zentrum sie gehören: "
                "`argmin`.",
                "These are the smallest distances. Asked is which centroid they belong to: "
                "`argmin`.",
            ),
        ),
        Mistake(
            "other-way-round",
            lambda p, c: np.square(_apart(p, c)).sum(axis=2).argmin(axis=0),
            Text(
                "Du suchst für jedes Zentrum den nächsten Punkt. Gefragt ist für jeden Punkt das "
                "nächste Zentrum: Es ist die andere Achse.",
                "You look for the nearest point of each centroid. Asked is the nearest centroid of "
                "each point: it is the other axis.",
            ),
        ),
        Mistake(
            "counts-from-one",
            lambda p, c: Centroids(c).assign(p) + 1,
            Text(
                "Um eins zu groß: Das erste Zentrum hat die Nummer 0.",
                "Too large by one: the first centroid has number 0.",
            ),
        ),
    ),
    hints=(
        Text(
            "Ob du die Wurzel ziehst oder nicht: Das nächste Zentrum bleibt dasselbe.",
            "With the root or without it: the nearest centroid stays the same.",
        ),
        Text(
            "`points[:, None] - centroids` sind alle Unterschiede: [Punkte, Zentren, Merkmale].",
            "`points[:, None] - centroids` are all differences: [points, centroids, features].",
        ),
        Text(
            "Quadrieren, über `axis=2` summieren, dann `argmin(axis=1)`.",
            "Square, sum over `axis=2`, then `argmin(axis=1)`.",
        ),
    ),
    solution="""
    def assign(points, centroids):
        apart = points[:, None] - centroids
        distances = np.sum(apart**2, axis=2)
        return distances.argmin(axis=1)
    """,
    praise=Text(
        "Richtig! Jeder Punkt weiß jetzt, wohin er gehört.",
        "Right! Each point now knows where it belongs.",
    ),
)


def _move(points: Array, nearest: Array, centroids: Array) -> Array:
    """Return the means of the assigned points; a centroid without points stays."""
    moved = centroids.copy()
    for number in np.unique(nearest):
        moved[number] = points[nearest == number].mean(axis=0)
    return moved


def _each(
    points: Array, nearest: Array, centroids: Array, rule: Callable[[Array, Array], Array]
) -> Array:
    """Return centroids moved by a rule of the assigned points and the old centroid."""
    return np.array([rule(points[nearest == k], old) for k, old in enumerate(centroids)])


def _mean(points: Array, otherwise: Array) -> Array:
    return points.mean(axis=0) if len(points) else otherwise


MOVE = Exercise(
    name="move",
    lesson=7,
    task=Text(
        """Gib die neuen Zentren zurück: jedes der Mittelwert der Punkte, die ihm gehören.

        Ein Zentrum, dem kein Punkt gehört, bleibt, wo es ist.

        points: ein Feld [Punkte, Merkmale]
        nearest: zu welchem Zentrum jeder Punkt gehört, ein Feld [Punkte]
        centroids: die alten Zentren, ein Feld [Zentren, Merkmale]
        """,
        """Return the new centroids: each the mean of the points that belong to it.

        A centroid that no point belongs to stays where it is.

        points: an array [points, features]
        nearest: the number of the centroid that each point belongs to, an array [points]
        centroids: the old centroids, an array [centroids, features]
        """,
    ),
    right=_move,
    cases=tuple(
        (RANDOM.normal(1, 2, (len(nearest), 2)), np.array(nearest), RANDOM.normal(0, 2, (3, 2)))
        for nearest in ((0, 1, 2, 1, 0, 2, 2), (0, 2, 2, 0), (1, 1, 0, 2, 1, 1, 0, 1), (2, 0))
    ),
    mistakes=(
        Mistake(
            "empty-is-nan",
            lambda p, n, c: _each(p, n, c, lambda own, old: _mean(own, old * np.nan)),
            Text(
                "Ein Zentrum, dem kein Punkt gehört, wird bei dir `nan`: Der Mittelwert von nichts "
                "ist keine Zahl. Es soll bleiben, wo es ist.",
                "A centroid that no point belongs to becomes `nan` here: the mean of nothing "
                "is no number. It must stay where it is.",
            ),
        ),
        Mistake(
            "empty-is-zero",
            lambda p, n, c: _each(p, n, c, lambda own, old: _mean(own, old * 0)),
            Text(
                "Ein Zentrum, dem kein Punkt gehört, springt bei dir zum Nullpunkt. Es soll "
                "bleiben, wo es ist.",
                "A centroid that no point belongs to jumps to the origin here. It must stay "
                "where it is.",
            ),
        ),
        Mistake(
            "mean-of-all",
            lambda p, n, c: _each(p, n, c, lambda own, old: p.mean(axis=0)),
            Text(
                "Alle Zentren landen beim Mittelwert aller Punkte. Nimm für jedes nur die Punkte, "
                "die ihm gehören: `points[nearest == number]`.",
                "All centroids end at the mean of all points. Take for each only the points that "
                "belong to it: `points[nearest == number]`.",
            ),
        ),
        Mistake(
            "sum",
            lambda p, n, c: _each(p, n, c, lambda own, old: own.sum(axis=0) if len(own) else old),
            Text(
                "Du summierst die Punkte. Der Mittelwert ist die Summe, geteilt durch ihre Anzahl.",
                "You add up the points. The mean is the sum divided by their number.",
            ),
        ),
        Mistake(
            "divided-by-all",
            lambda p, n, c: _each(
                p, n, c, lambda own, old: own.sum(axis=0) / len(p) if len(own) else old
            ),
            Text(
                "Du teilst durch die Anzahl aller Punkte. Teile durch die Anzahl derer, die dem "
                "Zentrum gehören.",
                "You divide by the number of all points. Divide by the number of those that belong "
                "to the centroid.",
            ),
        ),
        Mistake(
            "median",
            lambda p, n, c: _each(
                p, n, c, lambda own, old: np.median(own, axis=0) if len(own) else old
            ),
            Text(
                "Das ist der Median. Gefragt ist der Mittelwert.",
                "This is the median. The mean is asked for.",
            ),
        ),
        Mistake(
            "half-way",
            lambda p, n, c: (_move(p, n, c) + c) / 2,
            Text(
                "Du gehst nur den halben Weg. Das neue Zentrum ist der Mittelwert selbst.",
                "You go only half of the way. The new centroid is the mean itself.",
            ),
        ),
        Mistake(
            "old-counts-too",
            lambda p, n, c: _each(p, n, c, lambda own, old: np.vstack([own, old]).mean(axis=0)),
            Text(
                "Das alte Zentrum zählt bei dir als ein weiterer Punkt. Es zählen nur die Punkte.",
                "The old centroid counts as one more point in your code. Only the points count.",
            ),
        ),
        Mistake(
            "one-number",
            lambda p, n, c: _each(
                p, n, c, lambda own, old: np.full(2, own.mean()) if len(own) else old
            ),
            Text(
                "Du mittelst über alle Merkmale zusammen. Jedes Merkmal hat seinen eigenen "
                "Mittelwert: `axis=0`.",
                "You take the mean over all features together. Each feature has a mean of its "
                "own: `axis=0`.",
            ),
        ),
    ),
    hints=(
        Text(
            "Geh die Zentren der Reihe nach durch. Welche Punkte gehören diesem?",
            "Go through the centroids one by one. Which points belong to this one?",
        ),
        Text(
            "`points[nearest == number]` sind die Punkte eines Zentrums; vielleicht keiner.",
            "`points[nearest == number]` are the points of a centroid; maybe none.",
        ),
        Text(
            "Fang mit `moved = centroids.copy()` an und ändere nur Zentren, denen etwas gehört: "
            "`if len(own) > 0`.",
            "Begin with `moved = centroids.copy()` and change only centroids that have points: "
            "`if len(own) > 0`.",
        ),
    ),
    solution="""
    def move(points, nearest, centroids):
        moved = centroids.copy()
        for number in range(len(centroids)):
            own = points[nearest == number]
            if len(own) > 0:
                moved[number] = own.mean(axis=0)
        return moved
    """,
    praise=Text(
        "Richtig! Zuordnen und verschieben, immer wieder: Das ist k-Means.",
        "Right! Assign and move, again and again: this is k-means.",
    ),
    kinds=(
        Kind(
            Text("wenn einem Zentrum kein Punkt gehört", "when a centroid has no point"),
            lambda points, nearest, centroids: len(np.unique(nearest)) < len(centroids),
        ),
        Kind(
            Text("wenn jedem Zentrum ein Punkt gehört", "when each centroid has a point"),
            lambda points, nearest, centroids: len(np.unique(nearest)) == len(centroids),
        ),
    ),
)


def _covariance(inputs: Array) -> Array:
    return covariance(inputs, inputs.mean(axis=0))


COVARIANCE = Exercise(
    name="covariance",
    lesson=7,
    task=Text(
        """Gib die Kovarianzmatrix zurück: wie die Merkmale zusammen schwanken.

        C = (X - Mittelwert)^T (X - Mittelwert) / n

        inputs: X, ein Feld [n Zeilen, Merkmale]; heraus kommt ein Feld [Merkmale, Merkmale]
        """,
        """Return the covariance matrix: how the features vary together.

        C = (X - mean)^T (X - mean) / n

        inputs: X, an array [n rows, features]; the result is an array [features, features]
        """,
    ),
    right=_covariance,
    cases=tuple((RANDOM.normal((3, -1, 2), (1, 2, 0.5), (n, 3)),) for n in (3, 6, 9)),
    mistakes=(
        Mistake(
            "not-centred",
            lambda x: x.T @ x / len(x),
            Text(
                "Der Mittelwert wird nicht abgezogen. So zeigt die Hauptrichtung einfach vom "
                "Nullpunkt zur Mitte der Daten.",
                "The mean is not subtracted. So the main direction simply points from the origin "
                "to the centre of the data.",
            ),
        ),
        Mistake(
            "rows-for-columns",
            lambda x: (x - x.mean(axis=0)) @ (x - x.mean(axis=0)).T / len(x),
            Text(
                "Du vergleichst Zeilen miteinander, nicht Merkmale: Das `T` gehört an den ersten "
                "Faktor.",
                "You compare rows with one another, not features: the `T` belongs to the first "
                "factor.",
            ),
        ),
        Mistake(
            "rows-minus-one",
            lambda x: np.cov(x.T),
            Text(
                "Du teilst durch n - 1. Das ist die Schätzung für eine Stichprobe; gefragt ist das "
                "Teilen durch n.",
                "You divide by n - 1. That is the estimate from a sample; a division by n is "
                "asked for.",
            ),
        ),
        Mistake(
            "sum",
            lambda x: len(x) * _covariance(x),
            Text(
                "Du teilst nicht durch die Zahl der Zeilen.",
                "You do not divide by the number of rows.",
            ),
        ),
        Mistake(
            "one-mean",
            lambda x: (x - x.mean()).T @ (x - x.mean()) / len(x),
            Text(
                "Du ziehst überall dieselbe Zahl ab. Jede Spalte hat ihren eigenen Mittelwert: "
                "`axis=0`.",
                "You subtract the same number everywhere. Each column has a mean of its own: "
                "`axis=0`.",
            ),
        ),
        Mistake(
            "mean-of-rows",
            lambda x: (
                (x - x.mean(axis=1, keepdims=True)).T @ (x - x.mean(axis=1, keepdims=True)) / len(x)
            ),
            Text(
                "Du ziehst von jeder Zeile ihren Mittelwert ab. Gemeint ist der Mittelwert jeder "
                "Spalte: `axis=0`.",
                "You subtract from each row its mean. The mean of each column is meant: `axis=0`.",
            ),
        ),
        Mistake(
            "variances-alone",
            lambda x: np.diag(x.var(axis=0)),
            Text(
                "Die Diagonale stimmt, daneben steht überall 0. Gerade dort steht, welche Merkmale "
                "zusammen schwanken.",
                "The diagonal is right, and beside it is 0 everywhere. Just there it says which "
                "features vary together.",
            ),
        ),
        Mistake(
            "correlation",
            lambda x: np.corrcoef(x.T),
            Text(
                "Das ist die Korrelation: Du hast noch durch die Standardabweichungen geteilt.",
                "This is the correlation: you have divided by the standard deviations as well.",
            ),
        ),
        Mistake(
            "divided-by-features",
            lambda x: _covariance(x) * len(x) / x.shape[1],
            Text(
                "Du teilst durch die Zahl der Merkmale. Gemittelt wird über die Zeilen.",
                "You divide by the number of features. The mean is over the rows.",
            ),
        ),
    ),
    hints=(
        Text(
            "Zuerst rückst du die Daten so, dass ihre Mitte im Nullpunkt liegt.",
            "First shift the data so that their centre is the origin.",
        ),
        Text(
            "`centred = inputs - inputs.mean(axis=0)`, und `centred.T` ist gekippt.",
            "`centred = inputs - inputs.mean(axis=0)`, and `centred.T` is transposed.",
        ),
        Text(
            "`centred.T @ centred`, geteilt durch `len(inputs)`.",
            "`centred.T @ centred`, divided by `len(inputs)`.",
        ),
    ),
    solution="""
    def covariance(inputs):
        centred = inputs - inputs.mean(axis=0)
        return centred.T @ centred / len(inputs)
    """,
    praise=Text(
        "Richtig! Wohin die Daten am meisten schwanken, ist die erste Hauptkomponente.",
        "Right! The direction of the largest variance is the first principal component.",
    ),
)

EXERCISES = (ASSIGN, MOVE, COVARIANCE)
