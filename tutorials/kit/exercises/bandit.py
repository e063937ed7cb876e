"""Lesson 9, curiosity: choose, keep a mean, and prefer the unknown."""

from __future__ import annotations

import math

import numpy as np

from spielfeld.agents.bandit.greedy import moved
from spielfeld.agents.bandit.ucb import upper_bound
from spielfeld.agents.tabular.rules import action_probability
from spielfeld.arrays import Array
from spielfeld.learning.optimizer import decayed_rate
from spielfeld.tutorials.kit.exercise import Exercise, Kind, Law, Mistake, Rule
from spielfeld.tutorials.kit.text import Text


def _events(outcome: object, values: Array, rate: float, generator: object) -> Array | None:
    """Return which action was chosen; the last bool is true for no valid action."""
    action = np.asarray(outcome)
    if action.ndim or action.dtype.kind not in "biuf":
        return None
    chosen = np.arange(len(values)) == action
    return np.append(chosen, not chosen.any())


def _chances(values: Array, rate: float, generator: object = None) -> Array:
    """Return the probability of each action, and of no valid action."""
    legal = np.ones(len(values), bool)
    each = [action_probability(values, legal, rate, action) for action in range(len(values))]
    return np.append(each, 0.0)


def _mixed(rate: float, explore: Array, best: Array) -> Array:
    return np.append(rate * explore + (1 - rate) * best, 0.0)


def _best(values: Array) -> Array:
    return np.asarray(_chances(values, 0.0)[:-1])


def _others(values: Array) -> Array:
    """Return the probabilities of a uniform choice among all but the best action."""
    best = _best(values)
    return np.asarray((best.sum() - best) / (len(values) - 1))


def _all_but(place: int, values: Array) -> Array:
    allowed = np.ones(len(values))
    allowed[place] = 0
    return np.asarray(allowed / allowed.sum())


def _repeats(function: Rule) -> bool:
    """Return whether equal generators lead to equal choices."""
    values = np.array([0.0, 1.0, 2.0, 3.0, 4.0])
    runs = []
    for _ in range(2):
        generator = np.random.default_rng(5)
        runs.append(np.asarray([function(values, 0.9, generator) for _ in range(20)]))
    return np.array_equal(runs[0], runs[1])


def _uniform(values: Array) -> Array:
    return np.full(len(values), 1 / len(values))


def _first(values: Array) -> Array:
    return np.asarray(np.eye(len(values))[values.argmax()])


def _last(values: Array) -> Array:
    return np.asarray(_first(values[::-1])[::-1])


def _proportional(values: Array) -> Array:
    grown = np.exp(values - values.max())
    return np.asarray(grown / grown.sum())


CHOOSE = Exercise(
    name="choose",
    lesson=9,
    task=Text(
        """Wähl eine Aktion und gib ihre Nummer zurück.

        Mit Wahrscheinlichkeit exploration_rate irgendeine, alle gleich wahrscheinlich; sonst eine
        beste. Sind mehrere gleich gut, entscheidet der Zufall.

        values: geschätzter Wert jeder Aktion, ein Feld [Aktionen]
        exploration_rate: von 0 (nie ausprobieren) bis 1 (immer)
        generator: ein Zufallsgenerator von NumPy
        """,
        """Choose an action and return its number.

        With probability exploration_rate any action, all equally probable; else a best one. If
        several are equally good, chance decides.

        values: estimated value of each action, an array [actions]
        exploration_rate: from 0 (never explore) to 1 (always)
        generator: a random generator of NumPy
        """,
    ),
    right=_chances,
    cases=tuple(
        (np.array(values), rate, np.random.default_rng(seed))
        for seed, (values, rate) in enumerate(
            (
                ((0.0, 3.0, 1.0, 2.0), 0.0),
                ((0.0, 3.0, 1.0, 2.0), 0.7),
                ((1.0, 0.0, 1.0, 1.0), 0.0),
                ((-1.5, -2.0, -3.0, -1.0), 0.25),
                ((2.0, 0.5, 1.0), 1.0),
            )
        )
    ),
    mistakes=(
        Mistake(
            "exploration-reversed",
            lambda values, rate, _: _chances(values, 1 - rate),
            Text(
                "Die Neugier ist umgekehrt: Bei `exploration_rate` 0 probierst du immer, bei 1 "
                "nie.",
                "Curiosity is reversed: with `exploration_rate` 0 you always explore, with 1 "
                "never.",
            ),
        ),
        Mistake(
            "first-of-ties",
            lambda values, rate, _: _mixed(rate, _uniform(values), _first(values)),
            Text(
                "Sind mehrere Aktionen gleich gut, nimmst du immer die erste, wie `argmax`. Am "
                "Anfang sind alle gleich: Dein Agent läuft dann immer gegen dieselbe Wand.",
                "If several actions are equally good, you always take the first, as `argmax` "
                "does. In the beginning all are equal: your agent then walks into the same wall "
                "for ever.",
            ),
        ),
        Mistake(
            "last-of-ties",
            lambda values, rate, _: _mixed(rate, _uniform(values), _last(values)),
            Text(
                "Sind mehrere Aktionen gleich gut, nimmst du immer die letzte. Der Zufall soll "
                "entscheiden.",
                "If several actions are equally good, you always take the last. Chance is to "
                "decide.",
            ),
        ),
        Mistake(
            "never-explores",
            lambda values, rate, _: _chances(values, 0.0),
            Text(
                "Dein Agent probiert nie etwas Neues aus: `exploration_rate` wirkt nicht.",
                "Your agent never tries anything new: `exploration_rate` has no effect.",
            ),
        ),
        Mistake(
            "always-random",
            lambda values, rate, _: _chances(values, 1.0),
            Text(
                "Dein Agent handelt immer zufällig und nutzt nie, was er weiß.",
                "Your agent always acts at random and never uses its knowledge.",
            ),
        ),
        Mistake(
            "half-and-half",
            lambda values, rate, _: _chances(values, 0.5),
            Text(
                "Du wirfst eine gewöhnliche Münze. Wie oft ausprobiert wird, bestimmt "
                "`exploration_rate`.",
                "You toss a common coin. How often to explore is up to `exploration_rate`.",
            ),
        ),
        Mistake(
            "explores-others-only",
            lambda values, rate, _: _mixed(rate, _others(values), _best(values)),
            Text(
                "Beim Ausprobieren lässt du die beste Aktion aus. Gemeint ist: irgendeine, auch "
                "die beste.",
                "You leave out the best action when you explore. Any action is meant, the best "
                "one included.",
            ),
        ),
        Mistake(
            "last-never-explored",
            lambda values, rate, _: _mixed(rate, _all_but(-1, values), _best(values)),
            Text(
                "Die letzte Aktion wird nie ausprobiert. Um eins verzählt?",
                "The last action is never explored. Off by one?",
            ),
        ),
        Mistake(
            "first-never-explored",
            lambda values, rate, _: _mixed(rate, _all_but(0, values), _best(values)),
            Text(
                "Die erste Aktion wird nie ausprobiert: Die Nummern beginnen bei 0.",
                "The first action is never explored: numbers begin at 0.",
            ),
        ),
        Mistake(
            "takes-worst",
            lambda values, rate, _: _chances(-values, rate),
            Text(
                "Du nimmst die schlechteste Aktion statt der besten.",
                "You take the worst action instead of the best.",
            ),
        ),
        Mistake(
            "softmax",
            lambda values, rate, _: _mixed(rate, _uniform(values), _proportional(values)),
            Text(
                "Bei dir bekommen auch ohne Neugier schlechtere Aktionen ihren Teil, je nach Wert. "
                "Gefragt ist dann eine beste, nichts sonst.",
                "Worse actions get their part here by value even without curiosity. A best "
                "one is asked for then, and nothing else.",
            ),
        ),
    ),
    hints=(
        Text(
            "Wirf zuerst eine Münze: ausprobieren oder nicht?",
            "First toss a coin: explore or not?",
        ),
        Text(
            "`generator.random() < exploration_rate` ist mit genau dieser Wahrscheinlichkeit wahr.",
            "`generator.random() < exploration_rate` is true with just that probability.",
        ),
        Text(
            "`np.flatnonzero(values == values.max())` sind alle besten Aktionen; "
            "`generator.choice(...)` nimmt eine davon.",
            "`np.flatnonzero(values == values.max())` are all best actions; "
            "`generator.choice(...)` takes one of them.",
        ),
    ),
    solution="""
    def choose(values, exploration_rate, generator):
        if generator.random() < exploration_rate:
            return generator.integers(len(values))
        return generator.choice(np.flatnonzero(values == values.max()))
    """,
    praise=Text("Richtig: neugierig, aber nicht blind.", "Right: curious, but not blind."),
    kinds=(
        Kind(
            Text("wenn nie ausprobiert werden soll", "when there should be no exploration"),
            lambda values, rate, generator: rate == 0,
        ),
        Kind(
            Text("wenn ausprobiert werden soll", "when there should be exploration"),
            lambda values, rate, generator: rate > 0,
        ),
        Kind(
            Text("wenn mehrere Aktionen gleich gut sind", "when several actions are equally good"),
            lambda values, rate, generator: (values == values.max()).sum() > 1,
        ),
    ),
    laws=(
        Law(
            "own-randomness",
            Text(
                "Die Wahrscheinlichkeiten stimmen, aber dein Zufall kommt nicht vom `generator`. "
                "Nur mit ihm lässt sich ein Lauf genau wiederholen.",
                "The probabilities are right, but your chance does not come from the `generator`. "
                "Only with it can a run be repeated exactly.",
            ),
            _repeats,
        ),
    ),
    draws=1500,
    events=_events,
)

MEAN_SO_FAR = Exercise(
    name="mean_so_far",
    lesson=9,
    task=Text(
        """Gib den neuen Mittelwert der Belohnungen zurück, ohne die alten aufzuheben.

        neu = alt + (Belohnung - alt) / Anzahl

        mean: Mittelwert der Belohnungen bisher
        count: wie viele Belohnungen es mit der neuen sind, 1 oder mehr
        reward: die neue Belohnung
        """,
        """Return the new mean of the rewards without keeping the old ones.

        new = old + (reward - old) / count

        mean: of the rewards so far
        count: how many rewards there are with the new one, 1 or more
        reward: the new one
        """,
    ),
    right=lambda mean, count, reward: moved(mean, reward, decayed_rate(1.0, 1.0, count)),
    cases=((0.0, 1, 2.5), (2.5, 2, -1.3), (-0.7, 5, 3.1), (1.9, 40, 0.2)),
    mistakes=(
        Mistake(
            "counts-one-too-many",
            lambda mean, count, reward: mean + (reward - mean) / (count + 1),
            Text(
                "Du zählst die neue Belohnung doppelt: In `count` ist sie schon enthalten.",
                "You count the new reward twice: `count` includes it already.",
            ),
        ),
        Mistake(
            "half",
            lambda mean, count, reward: (mean + reward) / 2,
            Text(
                "Du nimmst die Mitte zwischen altem Mittelwert und neuer Belohnung. Der alte "
                "steht aber für viele Belohnungen, die neue nur für eine.",
                "You take the middle between the old mean and the new reward. But the old one "
                "stands for many rewards, the new one for itself alone.",
            ),
        ),
        Mistake(
            "sum",
            lambda mean, count, reward: mean + reward,
            Text(
                "Du summierst. Ein Arm sieht dann schon gut aus, weil er oft gezogen wurde.",
                "You add up. An arm then looks good just because it was pulled often.",
            ),
        ),
        Mistake(
            "old-counts-once",
            lambda mean, count, reward: (mean + reward) / count,
            Text(
                "Der alte Mittelwert zählt bei dir nur einmal. Er steht aber für alle Belohnungen "
                "davor.",
                "The old mean counts only once in your code. But it stands for all rewards before.",
            ),
        ),
        Mistake(
            "adds-share",
            lambda mean, count, reward: mean + reward / count,
            Text(
                "In der Klammer fehlt der alte Mittelwert: Gerechnet wird mit `reward - mean`, mit "
                "der Überraschung.",
                "The old mean is missing in the bracket: use `reward - mean`, the surprise.",
            ),
        ),
        Mistake(
            "away",
            lambda mean, count, reward: mean - (reward - mean) / count,
            Text(
                "Du gehst von der neuen Belohnung weg. Der Mittelwert soll sich ihr nähern.",
                "You go away from the new reward. The mean must come nearer to it.",
            ),
        ),
        Mistake(
            "latest-only",
            lambda mean, count, reward: reward,
            Text(
                "Bei dir zählt nur die letzte Belohnung. Der Agent vergisst alles davor.",
                "Only the latest reward counts in your function. The agent forgets all before.",
            ),
        ),
        Mistake(
            "no-division",
            lambda mean, count, reward: count * mean + reward,
            Text(
                "Das ist eine Summe. Am Ende fehlt noch das Teilen durch die Anzahl.",
                "This is a sum. The division by the count is missing in the end.",
            ),
        ),
    ),
    hints=(
        Text(
            "Wie weit liegt die neue Belohnung vom alten Mittelwert entfernt?",
            "How far is the new reward from the old mean?",
        ),
        Text(
            "Je mehr Belohnungen es schon gab, desto weniger bewegt eine neue: teile durch "
            "`count`.",
            "With every reward, the weight of a new one gets smaller: divide by `count`.",
        ),
        Text(
            "Fang mit `mean +` an und addiere den Abstand, geteilt durch `count`.",
            "Begin with `mean +` and add the distance, divided by `count`.",
        ),
    ),
    solution="""
    def mean_so_far(mean, count, reward):
        return mean + (reward - mean) / count
    """,
    praise=Text(
        "Richtig! Dieselbe Form hat jedes Lernen in Tabellen: alt + Schritt * Überraschung.",
        "Right! All learning in tables has this form: old + step * surprise.",
    ),
    kinds=(
        Kind(
            Text("wenn es schon Belohnungen gab", "when there were rewards before"),
            lambda mean, count, reward: count > 1,
        ),
    ),
)


def _bonus(count: int, pull: int) -> float:
    return math.sqrt(math.log(pull) / count) if count else math.inf


UPPER_BOUND = Exercise(
    name="upper_bound",
    lesson=9,
    task=Text(
        """Gib zurück, wie gut ein Arm noch sein könnte (UCB).

        Schranke = value + confidence * sqrt(log(pull) / count)

        Ein Arm, der noch nie gezogen wurde, könnte alles sein: Seine Schranke ist unendlich.

        value: Mittelwert seiner Belohnungen
        count: wie oft er gezogen wurde
        pull: der wievielte Zug aller Arme jetzt kommt
        confidence: wie stark das Unbekannte zählt
        """,
        """Return how good an arm could still be (UCB).

        bound = value + confidence * sqrt(log(pull) / count)

        An arm that was never pulled could be anything: its bound is infinite.

        value: mean of its rewards
        count: how often it was pulled
        pull: number of the coming pull of all arms
        confidence: how strongly the unknown counts
        """,
    ),
    right=upper_bound,
    cases=(
        (0.6, 3, 11, 2.0),
        (-0.4, 1, 25, 0.5),
        (1.1, 50, 90, 1.7),
        (0.0, 0, 4, 2.0),
        (0.0, 2, 9, 1.5),
        (0.8, 4, 20, 0.0),
    ),
    mistakes=(
        Mistake(
            "never-pulled-ignored",
            lambda value, count, pull, c: value + c * _bonus(count, pull) if count else value,
            Text(
                "Ein Arm, der noch nie gezogen wurde, bekommt bei dir keinen Zuschlag. Gerade er "
                "soll als Nächster an die Reihe kommen: `np.inf`.",
                "An arm that was never pulled gets no bonus in your code. It must be the next arm: "
                "`np.inf`.",
            ),
        ),
        Mistake(
            "no-root",
            lambda value, count, pull, c: value + c * _bonus(count, pull) ** 2,
            Text("Die Wurzel fehlt.", "The root is missing."),
        ),
        Mistake(
            "no-logarithm",
            lambda value, count, pull, c: (
                value + c * math.sqrt(pull / count) if count else math.inf
            ),
            Text(
                "Der Logarithmus fehlt. Ohne ihn hört der Agent nie auf, schlechte Arme zu ziehen.",
                "The logarithm is missing. Without it the agent never stops pulling bad arms.",
            ),
        ),
        Mistake(
            "bonus-alone",
            lambda value, count, pull, c: c * _bonus(count, pull),
            Text(
                "Das ist nur der Zuschlag. Wie gut der Arm bisher war, zählt auch: `value`.",
                "This is the bonus alone. How good the arm was so far counts, too: `value`.",
            ),
        ),
        Mistake(
            "lower-bound",
            lambda value, count, pull, c: value - c * _bonus(count, pull) if count else math.inf,
            Text(
                "Du ziehst den Zuschlag ab. So meidet der Agent, was er nicht kennt.",
                "You subtract the bonus. So the agent avoids the unknown.",
            ),
        ),
        Mistake(
            "confidence-in-root",
            lambda value, count, pull, c: (
                value + math.sqrt(c * math.log(pull) / count) if count else math.inf
            ),
            Text(
                "`confidence` steht unter der Wurzel. Es gehört davor.",
                "`confidence` stands under the root. It belongs in front.",
            ),
        ),
        Mistake(
            "counts-swapped",
            lambda value, count, pull, c: (
                value + c * math.sqrt(math.log(count) / pull) if count else math.inf
            ),
            Text(
                "`count` und `pull` sind vertauscht: Wer selten gezogen wurde, braucht den großen "
                "Zuschlag.",
                "`count` and `pull` are swapped: an arm that was rarely pulled needs the large "
                "bonus.",
            ),
        ),
        Mistake(
            "no-confidence",
            lambda value, count, pull, c: value + _bonus(count, pull),
            Text(
                "`confidence` wirkt nicht. Es bestimmt, wie neugierig der Agent ist.",
                "`confidence` has no effect. It sets how curious the agent is.",
            ),
        ),
        Mistake(
            "division-after-root",
            lambda value, count, pull, c: (
                value + c * math.sqrt(math.log(pull)) / count if count else math.inf
            ),
            Text(
                "Du teilst erst nach der Wurzel durch `count`. Geteilt wird darunter.",
                "You divide by `count` after the root. Divide under it.",
            ),
        ),
    ),
    hints=(
        Text(
            "Kümmere dich zuerst um den Arm, der noch nie gezogen wurde: Durch 0 kann man nicht "
            "teilen.",
            "See to the arm that was never pulled first: there is no division by 0.",
        ),
        Text(
            "`np.sqrt` ist die Wurzel, `np.log` der Logarithmus, `np.inf` unendlich.",
            "`np.sqrt` is the root, `np.log` the logarithm, `np.inf` infinity.",
        ),
        Text(
            "`if count == 0: return np.inf`, sonst `value + confidence * np.sqrt(...)`.",
            "`if count == 0: return np.inf`, else `value + confidence * np.sqrt(...)`.",
        ),
    ),
    solution="""
    def upper_bound(value, count, pull, confidence):
        if count == 0:
            return np.inf
        return value + confidence * np.sqrt(np.log(pull) / count)
    """,
    praise=Text(
        "Richtig! Zieh immer den Arm mit der höchsten Schranke: Hoffnung, gut verteilt.",
        "Right! Always pull the arm of the highest bound: hope, well spread.",
    ),
    kinds=(
        Kind(
            Text("wenn der Arm noch nie gezogen wurde", "when the arm was never pulled"),
            lambda value, count, pull, confidence: count == 0,
        ),
        Kind(
            Text("wenn der Arm schon gezogen wurde", "when the arm was pulled before"),
            lambda value, count, pull, confidence: count > 0,
        ),
    ),
)

EXERCISES = (CHOOSE, MEAN_SO_FAR, UPPER_BOUND)
