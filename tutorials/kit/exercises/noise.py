"""Lesson 8, new from noise: hide a row in noise, and take a little of it away."""

from __future__ import annotations

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.generative.diffusion import hidden_in_noise
from spielfeld.tutorials.kit.exercise import Case, Exercise, Kind, Mistake
from spielfeld.tutorials.kit.text import Text

RANDOM = np.random.default_rng(8)


def _add_noise(row: Array, noise: Array, angle: float) -> Array:
    return hidden_in_noise(row[None], noise[None], np.array([[angle]]))[0, :-1]


def _row(size: int) -> tuple[Array, Array]:
    return RANDOM.normal(0, 1, size), RANDOM.normal(0, 1, size)


ADD_NOISE = Exercise(
    name="add_noise",
    lesson=8,
    task=Text(
        """Versteck eine Zeile im Rauschen und gib sie zurück.

        verrauscht = cos(angle) * row + sin(angle) * noise

        Beim Winkel 0 bleibt die Zeile, wie sie ist; bei pi/2 ist nur noch Rauschen da.

        row: Zahlen mit Mittelwert 0 und Varianz 1, ein Feld [Merkmale]
        noise: Rauschen von derselben Art, ein Feld [Merkmale]
        angle: von 0 bis pi/2
        """,
        """Hide a row in noise and return it.

        noisy = cos(angle) * row + sin(angle) * noise

        At angle 0 the row stays as it is; at pi/2 only noise is left.

        row: numbers of mean 0 and variance 1, an array [features]
        noise: of the same kind, an array [features]
        angle: from 0 to pi/2
        """,
    ),
    right=_add_noise,
    cases=tuple((*_row(4), angle) for angle in (0.0, 0.4, 1.1, np.pi / 2)),
    mistakes=(
        Mistake(
            "swapped",
            lambda row, noise, angle: _add_noise(noise, row, angle),
            Text(
                "Sinus und Kosinus sind vertauscht: Bei dir ist beim Winkel 0 alles Rauschen.",
                "Sine and cosine are swapped: yours is all noise at angle 0.",
            ),
        ),
        Mistake(
            "row-not-shrunk",
            lambda row, noise, angle: row + np.sin(angle) * noise,
            Text(
                "Die Zeile bleibt immer in voller Stärke. Sie soll mit dem Winkel schwinden: "
                "`np.cos(angle)`.",
                "The row keeps its full strength. It must fade with the angle: `np.cos(angle)`.",
            ),
        ),
        Mistake(
            "noise-not-shrunk",
            lambda row, noise, angle: np.cos(angle) * row + noise,
            Text(
                "Das Rauschen ist immer in voller Stärke da. Beim Winkel 0 soll keines da sein: "
                "`np.sin(angle)`.",
                "The noise is always there in full strength. At angle 0 there should be none: "
                "`np.sin(angle)`.",
            ),
        ),
        Mistake(
            "straight-line",
            lambda row, noise, angle: (1 - angle / (np.pi / 2)) * row + angle / (np.pi / 2) * noise,
            Text(
                "Du mischst mit Anteilen, die zusammen 1 ergeben. So schrumpft die Varianz in der "
                "Mitte; bei Sinus und Kosinus bleibt sie 1.",
                "You mix with shares that add up to 1. So the variance shrinks in the middle; with "
                "sine and cosine it stays 1.",
            ),
        ),
        Mistake(
            "both-cosine",
            lambda row, noise, angle: np.cos(angle) * (row + noise),
            Text(
                "Beides steht beim Kosinus. Wenn die Zeile schwindet, soll das Rauschen wachsen.",
                "Both have the cosine. While the row fades, the noise must grow.",
            ),
        ),
        Mistake(
            "noise-alone",
            lambda row, noise, angle: np.sin(angle) * noise,
            Text(
                "Die Zeile selbst fehlt: Das ist nur das Rauschen.",
                "The row itself is missing: this is the noise alone.",
            ),
        ),
        Mistake(
            "noise-subtracted",
            lambda row, noise, angle: _add_noise(row, -noise, angle),
            Text(
                "Du ziehst das Rauschen ab. Es wird addiert: Das Netz soll später genau dieses "
                "Rauschen nennen.",
                "You subtract the noise. Add it: later the network must name just this noise.",
            ),
        ),
        Mistake(
            "degrees",
            lambda row, noise, angle: _add_noise(row, noise, float(np.radians(angle))),
            Text(
                "Du rechnest den Winkel in Grad um. Er ist schon im Bogenmaß, wie `np.cos` es "
                "braucht.",
                "You convert the angle as if it were in degrees. It is in radians already, as "
                "`np.cos` needs it.",
            ),
        ),
    ),
    hints=(
        Text(
            "Was bleibt übrig, wenn der Winkel 0 ist? Und bei pi/2?",
            "What is left if the angle is 0? And at pi/2?",
        ),
        Text(
            "`np.cos` beginnt bei 1 und fällt, `np.sin` beginnt bei 0 und steigt.",
            "`np.cos` begins at 1 and falls, `np.sin` begins at 0 and rises.",
        ),
        Text(
            "`np.cos(angle) * ... + np.sin(angle) * ...`.",
            "`np.cos(angle) * ... + np.sin(angle) * ...`.",
        ),
    ),
    solution="""
    def add_noise(row, noise, angle):
        return np.cos(angle) * row + np.sin(angle) * noise
    """,
    praise=Text(
        "Richtig! Wer dieses Rauschen wieder erkennt, kann Neues erfinden.",
        "Right! A network that recognises this noise can make new rows.",
    ),
    kinds=(
        Kind(
            Text("wenn der Winkel weder 0 noch pi/2 ist", "when the angle is neither 0 nor pi/2"),
            lambda row, noise, angle: 0 < angle < 1.5,
        ),
        Kind(Text("beim Winkel 0", "at angle 0"), lambda row, noise, angle: angle == 0),
        Kind(Text("bei pi/2", "at pi/2"), lambda row, noise, angle: angle > 1.5),
        Kind(Text("wenn Rauschen da ist", "when there is noise"), lambda row, noise, a: a > 0),
        Kind(
            Text("wenn noch etwas von der Zeile da ist", "when something of the row is left"),
            lambda row, noise, angle: angle < 1.5,
        ),
    ),
)


def _steps(level: float, lower: float) -> Case:
    return (*_row(3), level, lower)


REMOVE_NOISE = Exercise(
    name="remove_noise",
    lesson=8,
    task=Text(
        """Nimm so viel Rauschen weg, dass vom Pegel "level" noch der Pegel "lower" bleibt.

        Ein Punkt besteht aus einer Zeile und Rauschen: point = row + level * noise.
        Gib zurück, was davon beim kleineren Pegel übrig ist: row + lower * noise.

        point: ein Feld [Merkmale]
        noise: das Rauschen, das ein Netz darin erkennt, ein Feld [Merkmale]
        level, lower: alter und neuer Pegel, lower <= level
        """,
        """Take away so much noise that of the level "level" the level "lower" is left.

        A point consists of a row and noise: point = row + level * noise.
        Return what is left of it at the lower level: row + lower * noise.

        point: an array [features]
        noise: the noise that a network sees in it, an array [features]
        level, lower: old and new level, lower <= level
        """,
    ),
    right=lambda point, noise, level, lower: point - (level - lower) * noise,
    cases=(_steps(3.0, 1.2), _steps(0.7, 0.3), _steps(0.3, 0.0), _steps(2.0, 1.9)),
    mistakes=(
        Mistake(
            "all-at-once",
            lambda point, noise, level, lower: point - level * noise,
            Text(
                "Du nimmst alles Rauschen auf einmal weg. In kleinen Schritten wird es besser: "
                "`lower` davon soll bleiben.",
                "You take all noise away at once. Small steps are better: `lower` of it is to "
                "stay.",
            ),
        ),
        Mistake(
            "adds",
            lambda point, noise, level, lower: point + (level - lower) * noise,
            Text(
                "Du gibst Rauschen dazu, statt es wegzunehmen.",
                "You add noise instead of taking it away.",
            ),
        ),
        Mistake(
            "takes-lower",
            lambda point, noise, level, lower: point - lower * noise,
            Text(
                "Du nimmst den Teil weg, der bleiben soll.",
                "You take away the part that must stay.",
            ),
        ),
        Mistake(
            "takes-noise-whole",
            lambda point, noise, level, lower: point - noise,
            Text(
                "Du nimmst `noise` in voller Stärke weg. Im Punkt steckt davon aber `level`, und "
                "weg soll nur der Unterschied der Pegel.",
                "You take `noise` away in full strength. But the point holds `level` of it, and "
                "only the difference of the levels must be removed.",
            ),
        ),
        Mistake(
            "ratio",
            lambda point, noise, level, lower: point * lower / level,
            Text(
                "Du verkleinerst den ganzen Punkt. Die Zeile darin soll bleiben, nur das Rauschen "
                "wird weniger.",
                "You shrink the whole point. The row in it must stay, only the noise gets less.",
            ),
        ),
        Mistake(
            "puts-back-at-level",
            lambda point, noise, level, lower: point - level * noise + level * noise * lower,
            Text(
                "Erst nimmst du alles weg, dann gibst du zu viel zurück: Es soll `lower` mal "
                "`noise` sein.",
                "First you remove all noise, then you add too much: it must be `lower` times "
                "`noise`.",
            ),
        ),
    ),
    hints=(
        Text(
            "Im Punkt steckt `level` mal das Rauschen. Wie viel davon soll übrig bleiben?",
            "The point holds `level` times the noise. How much of it must stay?",
        ),
        Text(
            "Weg soll der Unterschied der beiden Pegel.",
            "The difference of the two levels must be removed.",
        ),
        Text("`point - (...) * noise`.", "`point - (...) * noise`."),
    ),
    solution="""
    def remove_noise(point, noise, level, lower):
        return point - (level - lower) * noise
    """,
    praise=Text(
        "Richtig! Oft genug wiederholt, wird aus Rauschen eine neue Ziffer.",
        "Right! Repeated often enough, this turns noise into a new digit.",
    ),
    kinds=(
        Kind(
            Text("wenn danach noch Rauschen bleibt", "when noise is left afterwards"),
            lambda point, noise, level, lower: lower > 0,
        ),
    ),
)

EXERCISES = (ADD_NOISE, REMOVE_NOISE)
