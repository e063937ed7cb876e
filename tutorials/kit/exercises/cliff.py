"""Lesson 12, on the cliff: targets of SARSA and its mean, the surprise, and the trace."""

from __future__ import annotations

import numpy as np

from spielfeld.agents.loop import Transition
from spielfeld.agents.tabular.descent import Next
from spielfeld.agents.tabular.expected_sarsa import expected_sarsa_target
from spielfeld.agents.tabular.sarsa import sarsa_target
from spielfeld.agents.tabular.sarsa_lambda import ACCUMULATING, visited_trace
from spielfeld.agents.tabular.temporal_difference import temporal_difference_target
from spielfeld.arrays import Array
from spielfeld.tutorials.kit.exercise import Exercise, Kind, Mistake
from spielfeld.tutorials.kit.text import Text
from spielfeld.tutorials.kit.transitions import ARGUMENTS, CASES, KINDS

SARSA_TARGET = Exercise(
    name="sarsa_target",
    lesson=12,
    task=Text(
        f"""Gib das Ziel von SARSA zurück: was der Zug wert ist, wenn du weiter so handelst.

        Ziel = Belohnung + discount * Wert der Aktion, die wirklich folgt

        Nach dem Ende der Welt kommt nichts mehr. Ist nur die Zeit um, ginge die Welt weiter.

        {ARGUMENTS.de}
        """,
        f"""Return the target of SARSA: the worth of the move if you go on as you do.

        target = reward + discount * value of the action that really follows

        Nothing follows the end of the world. If only time is up, the world would go on.

        {ARGUMENTS.en}
        """,
    ),
    right=sarsa_target,
    cases=CASES,
    mistakes=(
        Mistake(
            "best-action",
            lambda t, f, d: t.reward if t.terminated else t.reward + d * f.values.max(),
            Text(
                "Du nimmst den besten Wert. Das ist Q-Learning! SARSA fragt nach der Aktion, die "
                "wirklich folgt.",
                "You take the best value. That is Q-learning! SARSA asks for the action that "
                "really follows.",
            ),
        ),
        Mistake(
            "bootstraps-at-end",
            lambda t, f, d: t.reward + d * f.values[f.action],
            Text(
                "Nach dem Ende kommt nichts mehr: Bei `terminated` ist das Ziel die Belohnung "
                "allein.",
                "Nothing follows the end: with `terminated` the target is the reward alone.",
            ),
        ),
        Mistake(
            "no-bootstrap-at-truncation",
            lambda t, f, d: (
                t.reward if t.terminated or t.truncated else t.reward + d * f.values[f.action]
            ),
            Text(
                "Auch bei `truncated` hörst du auf zu schauen. Da ist aber nur die Zeit um.",
                "You stop looking at `truncated`, too. But only time is up then.",
            ),
        ),
        Mistake(
            "end-reversed",
            lambda t, f, d: t.reward + d * f.values[f.action] if t.terminated else t.reward,
            Text(
                "Umgekehrt: Du schaust nur dann voraus, wenn die Welt zu Ende ist.",
                "The other way round: you look ahead only if the world has ended.",
            ),
        ),
        Mistake(
            "ends-swapped",
            lambda t, f, d: t.reward if t.truncated else t.reward + d * f.values[f.action],
            Text(
                "`terminated` und `truncated` sind vertauscht: Nur nach `terminated` kommt nichts "
                "mehr.",
                "`terminated` and `truncated` are swapped: only after `terminated` nothing "
                "follows.",
            ),
        ),
        Mistake(
            "old-action",
            lambda t, f, d: t.reward if t.terminated else t.reward + d * f.values[t.action],
            Text(
                "Du nimmst die Aktion von eben. Gefragt ist die nächste: `following.action`.",
                "You take the action just taken. Asked is the next one: `following.action`.",
            ),
        ),
        Mistake(
            "mean",
            lambda t, f, d: t.reward if t.terminated else t.reward + d * f.values.mean(),
            Text(
                "Du mittelst über alle Aktionen. SARSA nimmt nur die eine, die folgt.",
                "You take the mean over all actions. SARSA takes only the one that follows.",
            ),
        ),
        Mistake(
            "action-for-value",
            lambda t, f, d: t.reward if t.terminated else t.reward + d * f.action,
            Text(
                "Du rechnest mit der Nummer der Aktion. Gefragt ist ihr Wert: "
                "`following.values[...]`.",
                "You compute with the number of the action. Asked is its value: "
                "`following.values[...]`.",
            ),
        ),
        Mistake(
            "no-discount",
            lambda t, f, d: t.reward if t.terminated else t.reward + f.values[f.action],
            Text(
                "`discount` fehlt: Was später kommt, zählt weniger.",
                "`discount` is missing: the future counts less.",
            ),
        ),
        Mistake(
            "discount-on-all",
            lambda t, f, d: d * (t.reward + (0 if t.terminated else f.values[f.action])),
            Text(
                "`discount` steht vor allem. Die Belohnung kommt aber sofort.",
                "`discount` stands before everything. But the reward comes at once.",
            ),
        ),
        Mistake(
            "no-reward",
            lambda t, f, d: 0.0 if t.terminated else d * f.values[f.action],
            Text("Die Belohnung fehlt.", "The reward is missing."),
        ),
        Mistake(
            "reward-alone",
            lambda t, f, d: t.reward,
            Text(
                "Nur die Belohnung: Dieser Agent sieht nicht weiter als einen Schritt.",
                "The reward alone: this agent sees no further than a step.",
            ),
        ),
    ),
    hints=(
        Text(
            "SARSA schaut auf das, was der Agent wirklich tut, auch wenn er gerade ausprobiert.",
            "SARSA looks at the agent's real behaviour, even when it explores.",
        ),
        Text(
            "`following.action` ist die Nummer der Aktion, die folgt.",
            "`following.action` is the number of the action that follows.",
        ),
        Text(
            "`following.values[following.action]` ist ihr Wert; am Ende zählt er nicht.",
            "`following.values[following.action]` is its value; at the end it does not count.",
        ),
    ),
    solution="""
    def sarsa_target(transition, following, discount):
        if transition.terminated:
            return transition.reward
        return transition.reward + discount * following.values[following.action]
    """,
    praise=Text(
        "Richtig! Dieser Agent weiß, dass er manchmal stolpert, und bleibt weg von der Klippe.",
        "Right! This agent knows that it stumbles now and then, and keeps away from the cliff.",
    ),
    kinds=KINDS,
)


def _expected(transition: Transition, following: Next, discount: float, mean: float) -> float:
    return transition.reward + (0 if transition.terminated else discount * mean)


def _mix(rate: float, values: Array) -> float:
    return float((1 - rate) * values.max() + rate * values.mean())


EXPECTED_SARSA_TARGET = Exercise(
    name="expected_sarsa_target",
    lesson=12,
    task=Text(
        f"""Gib das Ziel von Expected SARSA zurück: wie SARSA, aber gemittelt über alles, was der
        Agent als Nächstes tun kann.

        Ziel = Belohnung + discount * ((1 - e) * bester Wert + e * Mittel aller Werte)

        Dabei ist e = following.exploration_rate. Nach dem Ende der Welt kommt nichts mehr.

        {ARGUMENTS.de}
        """,
        f"""Return the target of Expected SARSA: like SARSA, but averaged over all that the agent
        may do next.

        target = reward + discount * ((1 - e) * best value + e * mean of all values)

        Here e = following.exploration_rate. Nothing follows the end of the world.

        {ARGUMENTS.en}
        """,
    ),
    right=expected_sarsa_target,
    cases=CASES,
    mistakes=(
        Mistake(
            "next-action",
            lambda t, f, d: _expected(t, f, d, f.values[f.action]),
            Text(
                "Das ist SARSA: Du nimmst die eine Aktion, die folgt. Gefragt ist das Mittel über "
                "alle, die folgen könnten.",
                "This is SARSA: you take the one action that follows. Asked is the mean over all "
                "that could follow.",
            ),
        ),
        Mistake(
            "best-action",
            lambda t, f, d: _expected(t, f, d, f.values.max()),
            Text(
                "Das ist Q-Learning: Du rechnest, als würde der Agent nie ausprobieren.",
                "This is Q-learning: you compute as if the agent never explored.",
            ),
        ),
        Mistake(
            "mean",
            lambda t, f, d: _expected(t, f, d, f.values.mean()),
            Text(
                "Du rechnest, als würde der Agent immer ausprobieren. Meistens nimmt er die beste "
                "Aktion.",
                "You compute as if the agent always explored. Most of the time it takes the best "
                "action.",
            ),
        ),
        Mistake(
            "rate-reversed",
            lambda t, f, d: _expected(t, f, d, _mix(1 - f.exploration_rate, f.values)),
            Text(
                "Die Gewichte sind vertauscht: Das Mittel zählt `exploration_rate`-mal, der beste "
                "Wert den Rest.",
                "The weights are swapped: the mean counts `exploration_rate` times, the best value "
                "the rest.",
            ),
        ),
        Mistake(
            "sum",
            lambda t, f, d: _expected(
                t,
                f,
                d,
                (1 - f.exploration_rate) * f.values.max() + f.exploration_rate * f.values.sum(),
            ),
            Text(
                "Du summierst die Werte, statt sie zu mitteln.",
                "You add up the values instead of taking their mean.",
            ),
        ),
        Mistake(
            "explores-others-only",
            lambda t, f, d: _expected(
                t,
                f,
                d,
                (1 - f.exploration_rate) * f.values.max()
                + f.exploration_rate * (f.values.sum() - f.values.max()) / (len(f.values) - 1),
            ),
            Text(
                "Du lässt beim Ausprobieren die beste Aktion aus. Sie kann auch zufällig dran "
                "sein.",
                "You leave out the best action in exploring. It can be drawn by chance as well.",
            ),
        ),
        Mistake(
            "no-rest",
            lambda t, f, d: _expected(
                t, f, d, f.values.max() + f.exploration_rate * f.values.mean()
            ),
            Text(
                "Der beste Wert zählt voll, und das Mittel kommt noch dazu. Die Gewichte sollen "
                "zusammen 1 ergeben.",
                "The best value counts in full, and the mean comes on top. The weights must add "
                "up to 1.",
            ),
        ),
        Mistake(
            "old-rate",
            lambda t, f, d: _expected(t, f, d, _mix(t.exploration_rate, f.values)),
            Text(
                "Du nimmst `transition.exploration_rate`, die Rate von eben. Gefragt ist die im "
                "nächsten Zustand, `following.exploration_rate`.",
                "You take `transition.exploration_rate`, the rate of before. Asked is the one in "
                "the next state, `following.exploration_rate`.",
            ),
        ),
        Mistake(
            "bootstraps-at-end",
            lambda t, f, d: t.reward + d * _mix(f.exploration_rate, f.values),
            Text(
                "Nach dem Ende kommt nichts mehr: Bei `terminated` ist das Ziel die Belohnung "
                "allein.",
                "Nothing follows the end: with `terminated` the target is the reward alone.",
            ),
        ),
        Mistake(
            "no-bootstrap-at-truncation",
            lambda t, f, d: (
                t.reward
                if t.terminated or t.truncated
                else t.reward + d * _mix(f.exploration_rate, f.values)
            ),
            Text(
                "Auch bei `truncated` hörst du auf zu schauen. Da ist aber nur die Zeit um.",
                "You stop looking at `truncated`, too. But only time is up then.",
            ),
        ),
        Mistake(
            "no-discount",
            lambda t, f, d: _expected(t, f, 1.0, _mix(f.exploration_rate, f.values)),
            Text(
                "`discount` fehlt: Was später kommt, zählt weniger.",
                "`discount` is missing: the future counts less.",
            ),
        ),
    ),
    hints=(
        Text(
            "Wie oft nimmt der Agent die beste Aktion, wie oft irgendeine?",
            "How often does the agent take the best action, how often any?",
        ),
        Text(
            "`following.values.mean()` ist im Mittel der Wert irgendeiner Aktion.",
            "`following.values.mean()` is on average the value of any action.",
        ),
        Text(
            "Mit `e = following.exploration_rate`: `(1 - e) * following.values.max() + e * ...`.",
            "With `e = following.exploration_rate`: `(1 - e) * following.values.max() + e * ...`.",
        ),
    ),
    solution="""
    def expected_sarsa_target(transition, following, discount):
        if transition.terminated:
            return transition.reward
        e = following.exploration_rate
        mean = (1 - e) * following.values.max() + e * following.values.mean()
        return transition.reward + discount * mean
    """,
    praise=Text(
        "Richtig! Dasselbe Ziel wie bei SARSA, im Mittel, aber ohne das Zittern.",
        "Right! The same target as SARSA's, on average, but without the jitter.",
    ),
    kinds=KINDS,
)


def _error(reward: float, discount: float, terminated: bool, value: float, after: float) -> float:
    transition = Transition(0, 0, reward, 1, -1, terminated, False, 0.0, 0.0)
    following = Next(np.array([after]), np.ones(1, bool), -1, 0.0)
    return temporal_difference_target(transition, following, discount) - value


TD_ERROR = Exercise(
    name="td_error",
    lesson=12,
    task=Text(
        """Gib zurück, wie sehr der Schritt den Agenten überrascht (TD-Fehler).

        Überraschung = Belohnung + discount * Wert danach - Wert davor

        Nach dem Ende der Welt kommt nichts mehr: Der Wert danach zählt dann 0.

        reward: Belohnung
        discount: Abzinsung, von 0 bis 1
        terminated: ob die Welt zu Ende ist
        value: Wert des Zustands davor
        next_value: Wert des Zustands danach
        """,
        """Return how much the step surprises the agent (TD error).

        surprise = reward + discount * value afterwards - value before

        Nothing follows the end of the world: the value afterwards counts as 0 then.

        reward: of the step
        discount: from 0 to 1
        terminated: whether the world has ended
        value: of the state before
        next_value: of the state afterwards
        """,
    ),
    right=_error,
    cases=(
        (1.0, 0.9, False, 0.7, 2.0),
        (-0.5, 0.6, False, 1.9, -1.2),
        (2.5, 0.9, True, 0.4, 3.0),
        (0.3, 0.0, False, -0.8, 1.7),
        (-1.0, 1.0, True, -2.2, 0.6),
    ),
    mistakes=(
        Mistake(
            "sign-reversed",
            lambda *case: -_error(*case),
            Text(
                "Das Vorzeichen ist umgekehrt: Eine gute Überraschung soll positiv sein.",
                "The sign is the other way round: a good surprise must be positive.",
            ),
        ),
        Mistake(
            "no-value",
            lambda r, d, end, v, after: _error(r, d, end, 0.0, after),
            Text(
                "Das ist das Ziel. Die Überraschung ist das Ziel minus dem, was erwartet wurde: "
                "`value`.",
                "This is the target. The surprise is the target minus the expectation: `value`.",
            ),
        ),
        Mistake(
            "bootstraps-at-end",
            lambda r, d, end, v, after: _error(r, d, False, v, after),
            Text(
                "Nach dem Ende kommt nichts mehr: Dann zählt `next_value` nicht.",
                "Nothing follows the end: `next_value` does not count then.",
            ),
        ),
        Mistake(
            "end-reversed",
            lambda r, d, end, v, after: _error(r, d, not end, v, after),
            Text(
                "Umgekehrt: `next_value` zählt bei dir nur am Ende.",
                "The other way round: `next_value` counts only at the end in your function.",
            ),
        ),
        Mistake(
            "no-surprise-at-end",
            lambda r, d, end, v, after: r if end else _error(r, d, end, v, after),
            Text(
                "Am Ende gibst du die Belohnung zurück. Auch dann wird `value` abgezogen: "
                "Überrascht wird, wer etwas erwartet hat.",
                "At the end you return the reward. Subtract `value` then as well: a surprise "
                "needs an expectation.",
            ),
        ),
        Mistake(
            "no-discount",
            lambda r, d, end, v, after: _error(r, 1.0, end, v, after),
            Text(
                "`discount` fehlt: Was später kommt, zählt weniger.",
                "`discount` is missing: the future counts less.",
            ),
        ),
        Mistake(
            "discount-on-difference",
            lambda r, d, end, v, after: r + d * ((0 if end else after) - v),
            Text(
                "`discount` steht auch vor `value`. Abgezinst wird nur, was später kommt.",
                "`discount` stands before `value`, too. Discount only the future.",
            ),
        ),
        Mistake(
            "values-swapped",
            lambda r, d, end, v, after: r + d * v - (0 if end else after),
            Text(
                "`value` und `next_value` sind vertauscht.",
                "`value` and `next_value` are swapped.",
            ),
        ),
        Mistake(
            "no-reward",
            lambda r, d, end, v, after: _error(0.0, d, end, v, after),
            Text("Die Belohnung fehlt.", "The reward is missing."),
        ),
        Mistake(
            "absolute",
            lambda *case: abs(_error(*case)),
            Text(
                "Das Vorzeichen geht verloren. Ob es besser oder schlechter kam, muss man sehen.",
                "The sign gets lost. It must tell whether things went better or worse.",
            ),
        ),
    ),
    hints=(
        Text(
            "Was hat der Agent erwartet, und was weiß er jetzt?",
            "What did the agent expect, and what does it know now?",
        ),
        Text(
            "Erwartet hat er `value`. Jetzt weiß er `reward`, und wie gut es weitergeht.",
            "It expected `value`. Now it knows `reward`, and how good the future looks.",
        ),
        Text(
            "Setz `next_value` am Ende auf 0, dann genügt eine Zeile: `reward + ... - value`.",
            "Set `next_value` to 0 at the end, then one line is enough: `reward + ... - value`.",
        ),
    ),
    solution="""
    def td_error(reward, discount, terminated, value, next_value):
        if terminated:
            next_value = 0
        return reward + discount * next_value - value
    """,
    praise=Text(
        "Richtig! Solche Überraschungen hat man auch im Gehirn gefunden: Dopamin.",
        "Right! Such surprises have been found in the brain as well: dopamine.",
    ),
    kinds=(
        Kind(
            Text("wenn die Welt zu Ende ist", "when the world has ended"),
            lambda reward, discount, terminated, value, next_value: terminated,
        ),
        Kind(
            Text("solange die Welt nicht zu Ende ist", "while the world has not ended"),
            lambda reward, discount, terminated, value, next_value: not terminated,
        ),
    ),
)


def _trace(
    traces: Array, state: int, discount: float, trace_decay: float, begins: bool,
    adds: float | None = None,
) -> None:  # fmt: skip
    traces *= 0.0 if begins else discount * trace_decay
    new = visited_trace(traces[state], 1.0, ACCUMULATING)
    traces[state] = new if adds is None else traces[state] + adds


def _replaced(traces: Array, state: int, d: float, decay: float, begins: bool) -> None:
    _trace(traces, state, d, decay, begins)
    traces[state] = 1.0


def _after(traces: Array, state: int, d: float, decay: float, begins: bool) -> None:
    traces *= not begins
    traces[state] += 1
    traces *= d * decay


def _one_fades(traces: Array, state: int, d: float, decay: float, begins: bool) -> None:
    traces *= not begins
    traces[state] = d * decay * traces[state] + 1


def _nothing_fades(traces: Array, state: int, d: float, decay: float, begins: bool) -> None:
    traces *= not begins
    traces[state] += 1


def _all_grow(traces: Array, state: int, d: float, decay: float, begins: bool) -> None:
    _trace(traces, state, d, decay, begins, adds=0.0)
    traces += 1


TRACE = Exercise(
    name="trace",
    lesson=12,
    task=Text(
        """Führ die Spuren nach: Wer war vor Kurzem da? Sie werden direkt im Feld verändert.

        Am Anfang einer Episode werden alle Spuren 0. Sonst verblasst jede:
        Spur = discount * trace_decay * Spur. Danach bekommt der besuchte Zustand 1 dazu.

        traces: eine Spur je Zustand, ein Feld [Zustände], wird verändert
        state: der besuchte Zustand
        discount, trace_decay: von 0 bis 1
        begins: ob dies der erste Schritt einer Episode ist
        """,
        """Keep the traces up to date: which states were visited lately? Change the array itself.

        At the start of an episode all traces become 0. Otherwise each fades:
        trace = discount * trace_decay * trace. Then the visited state gets 1 more.

        traces: a trace for each state, an array [states], is changed
        state: the visited state
        discount, trace_decay: from 0 to 1
        begins: whether this is the first step of an episode
        """,
    ),
    right=_trace,
    cases=(
        (np.array([0.0, 0.4, 1.3, 0.2]), 2, 0.9, 0.8, False),
        (np.array([0.7, 0.4, 0.0, 1.1]), 2, 0.95, 0.5, False),
        (np.array([0.5, 0.3, 1.2, 0.9]), 0, 0.9, 0.8, True),
        (np.array([1.6, 0.6, 0.1, 0.3]), 0, 1.0, 0.3, False),
        (np.array([1.6, 0.6, 0.1, 0.3]), 3, 0.7, 1.0, True),
    ),
    mistakes=(
        Mistake(
            "no-reset",
            lambda t, s, d, decay, begins: _trace(t, s, d, decay, False),
            Text(
                "Am Anfang einer Episode vergisst du nicht: Dann bekommen Zustände der letzten "
                "Episode Lob für diese.",
                "You do not reset the trace at the start of an episode. So states of the last "
                "episode get credit for this one.",
            ),
        ),
        Mistake(
            "reset-reversed",
            lambda t, s, d, decay, begins: _trace(t, s, d, decay, not begins),
            Text(
                "Umgekehrt: Du vergisst in jedem Schritt, nur nicht am Anfang.",
                "The other way round: you forget at each step, but not at the start.",
            ),
        ),
        Mistake(
            "always-reset",
            lambda t, s, d, decay, begins: _trace(t, s, d, decay, True),
            Text(
                "Du vergisst in jedem Schritt. So bekommt nur der letzte Zustand Lob.",
                "You forget at each step. So only the latest state gets credit.",
            ),
        ),
        Mistake(
            "no-discount",
            lambda t, s, d, decay, begins: _trace(t, s, 1.0, decay, begins),
            Text(
                "`discount` fehlt beim Verblassen.",
                "`discount` is missing in the fading.",
            ),
        ),
        Mistake(
            "no-decay",
            lambda t, s, d, decay, begins: _trace(t, s, d, 1.0, begins),
            Text(
                "`trace_decay` fehlt beim Verblassen.",
                "`trace_decay` is missing in the fading.",
            ),
        ),
        Mistake(
            "nothing-fades",
            _nothing_fades,
            Text(
                "Nichts verblasst: Auch was lange her ist, bekommt bei dir volles Lob.",
                "Nothing fades: old visits get full credit in your function.",
            ),
        ),
        Mistake(
            "replaces",
            _replaced,
            Text(
                "Du setzt die Spur auf 1, statt 1 dazuzuzählen. Das gibt es auch (ersetzende "
                "Spuren), gefragt ist aber die andere Art.",
                "You set the trace to 1 instead of adding 1. That exists, too (replacing traces), "
                "but the other kind is asked for.",
            ),
        ),
        Mistake(
            "no-visit",
            lambda t, s, d, decay, begins: _trace(t, s, d, decay, begins, adds=0.0),
            Text(
                "Der besuchte Zustand bekommt nichts dazu.",
                "The visited state gets nothing added.",
            ),
        ),
        Mistake(
            "fades-after-visit",
            _after,
            Text(
                "Du lässt erst nach dem Besuch verblassen. Der Besuch jetzt soll noch voll zählen.",
                "You fade after the visit. The visit now must count in full.",
            ),
        ),
        Mistake(
            "only-visited-fades",
            _one_fades,
            Text(
                "Nur der besuchte Zustand verblasst bei dir. Alle sollen verblassen.",
                "Only the visited state fades in your function. All must fade.",
            ),
        ),
        Mistake(
            "all-visited",
            _all_grow,
            Text(
                "Alle Zustände bekommen 1 dazu. Besucht wurde nur `state`.",
                "All states get 1 more. Only `state` was visited.",
            ),
        ),
    ),
    hints=(
        Text(
            "Drei Dinge der Reihe nach: vergessen oder verblassen, dann besuchen.",
            "Things in order: forget or fade, then visit.",
        ),
        Text(
            "`traces *= ...` verändert das ganze Feld an Ort und Stelle, `traces = ...` nicht.",
            "`traces *= ...` changes the whole array in place, `traces = ...` does not.",
        ),
        Text(
            "`if begins: traces *= 0`, sonst `traces *= discount * trace_decay`; dann "
            "`traces[state] += 1`.",
            "`if begins: traces *= 0`, else `traces *= discount * trace_decay`; then "
            "`traces[state] += 1`.",
        ),
    ),
    solution="""
    def trace(traces, state, discount, trace_decay, begins):
        if begins:
            traces *= 0
        else:
            traces *= discount * trace_decay
        traces[state] += 1
    """,
    praise=Text(
        "Richtig! Eine Überraschung lobt jetzt den ganzen Weg, der zu ihr geführt hat.",
        "Right! A surprise now credits the whole way that led to it.",
    ),
    kinds=(
        Kind(
            Text("am Anfang einer Episode", "at the start of an episode"),
            lambda traces, state, discount, trace_decay, begins: begins,
        ),
        Kind(
            Text("mitten in einer Episode", "in the middle of an episode"),
            lambda traces, state, discount, trace_decay, begins: not begins,
        ),
    ),
    changes="traces",
)

EXERCISES = (SARSA_TARGET, EXPECTED_SARSA_TARGET, TD_ERROR, TRACE)
