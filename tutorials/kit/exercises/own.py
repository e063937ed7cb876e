"""Lesson 14, your world, your agent: how good it is, between chance and perfect."""

from __future__ import annotations

from spielfeld.agents.planning.perfect import compare
from spielfeld.tutorials.kit.exercise import Exercise, Kind, Mistake
from spielfeld.tutorials.kit.text import Text

SHARE_OF_PERFECT = Exercise(
    name="share_of_perfect",
    lesson=14,
    task=Text(
        """Gib zurück, wie gut ein Agent ist: 0 für Zufall, 1 für perfekt.

        Anteil = (value - random) / (perfect - random)

        Schlechter als Zufall ist auch möglich, dann ist der Anteil negativ.

        value: was der Agent im Mittel verdient
        random: was zufälliges Handeln verdient
        perfect: was das beste Handeln verdient
        """,
        """Return how good an agent is: 0 for chance, 1 for perfect.

        share = (value - random) / (perfect - random)

        Worse than chance is possible, too; the share is negative then.

        value: the agent's mean return
        random: the return of random behaviour
        perfect: the return of the best behaviour
        """,
    ),
    right=lambda value, random, perfect: compare(value, perfect, random).share,
    cases=((-14.0, -90.0, -13.0), (0.6, 0.1, 0.9), (-3.0, -1.0, 4.0), (2.5, -0.5, 2.5)),
    mistakes=(
        Mistake(
            "chance-is-free",
            lambda value, random, perfect: value / perfect,
            Text(
                "Du teilst nur durch `perfect`. Was schon der Zufall schafft, ist kein Verdienst: "
                "`random` abziehen, oben und unten.",
                "You divide by `perfect` alone. Chance is no achievement: subtract `random`, above "
                "and below.",
            ),
        ),
        Mistake(
            "not-in-the-divisor",
            lambda value, random, perfect: (value - random) / perfect,
            Text(
                "Oben stimmt es. Unten fehlt `random`: Der ganze Weg geht vom Zufall bis perfekt.",
                "The upper part is right. Below, `random` is missing: the whole way leads from "
                "chance to perfect.",
            ),
        ),
        Mistake(
            "only-in-the-divisor",
            lambda value, random, perfect: value / (perfect - random),
            Text(
                "Unten stimmt es. Oben fehlt `random`: Gezählt wird vom Zufall an.",
                "The lower part is right. Above, `random` is missing: count from chance on.",
            ),
        ),
        Mistake(
            "clipped",
            lambda value, random, perfect: max(0.0, (value - random) / (perfect - random)),
            Text(
                "Du schneidest bei 0 ab. Ein Agent kann schlechter als der Zufall sein, und das "
                "soll man sehen.",
                "You cut off at 0. An agent can be worse than chance, and the share must show it.",
            ),
        ),
        Mistake(
            "gap",
            lambda value, random, perfect: (perfect - value) / (perfect - random),
            Text(
                "Das ist, was noch fehlt: bei dir hat ein perfekter Agent 0.",
                "This is the part that is still missing: a perfect agent gets 0 in your function.",
            ),
        ),
        Mistake(
            "difference",
            lambda value, random, perfect: value - random,
            Text(
                "Du teilst nicht. Erst der Vergleich mit dem ganzen Weg macht Welten vergleichbar.",
                "You do not divide. Only the comparison with the whole way makes worlds "
                "comparable.",
            ),
        ),
        Mistake(
            "percent",
            lambda value, random, perfect: 100 * (value - random) / (perfect - random),
            Text(
                "Das sind Prozent. Gefragt ist der Anteil, bei perfekt also 1.",
                "This is in per cent. Asked is the share, so 1 for perfect.",
            ),
        ),
        Mistake(
            "sum-in-the-divisor",
            lambda value, random, perfect: (value - random) / (perfect + random),
            Text(
                "Unten addierst du. Die Länge eines Weges ist die Differenz seiner Enden.",
                "You add below. The length of a way is the difference of its ends.",
            ),
        ),
    ),
    hints=(
        Text(
            "Stell dir einen Zahlenstrahl vor: links der Zufall, rechts perfekt. Wo steht der "
            "Agent?",
            "Imagine a number line: chance on the left, perfect on the right. Where is the agent?",
        ),
        Text(
            "Wie weit ist er vom Zufall weg, und wie lang ist der ganze Weg?",
            "How far is it from chance, and how long is the whole way?",
        ),
        Text(
            "`(value - random) / (...)`.",
            "`(value - random) / (...)`.",
        ),
    ),
    solution="""
    def share_of_perfect(value, random, perfect):
        return (value - random) / (perfect - random)
    """,
    praise=Text(
        "Richtig! Mit dieser Zahl misst Spielfeld jeden Agenten.",
        "Right! Spielfeld measures each agent by this number.",
    ),
    kinds=(
        Kind(
            Text("wenn der Agent schlechter ist als der Zufall", "when chance beats the agent"),
            lambda value, random, perfect: value < random,
        ),
        Kind(
            Text("wenn der Agent perfekt ist", "when the agent is perfect"),
            lambda value, random, perfect: value == perfect,
        ),
    ),
)

EXERCISES = (SHARE_OF_PERFECT,)
