"""What a comparison of two learners means, in plain words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from spielfeld.experiments.compare.outcome import Unit
from spielfeld.experiments.compare.pairs import Pair
from spielfeld.experiments.compare.statistics import LEVEL, TRUSTED, Difference

TOO_NARROW = f"With fewer than {TRUSTED} seeds the interval is too narrow to trust."


def sentence(pair: Pair) -> str:
    """Return what is known about which of the two is better."""
    first, second, found = pair.first, pair.second, pair.difference
    if found is None:
        who = " and ".join(pair.diverged)
        return f"{first} and {second} are not compared: {who} diverged."
    seeds = f"{pair.seeds} {'common seed' if pair.paired else 'seed'}{'s'[: pair.seeds > 1]}"
    seeds += "" if pair.paired else " each"
    if pair.settled and found.value:
        return _settled(pair, found.value, seeds)
    if not found.told:
        return (
            f"Too few runs to tell {first} from {second}: with {seeds} the order of the scores may "
            "be luck, however far apart they are."
        )
    if found.value == found.low == found.high == 0:
        text = f"No difference between {first} and {second} can be seen: they score the same"
        text += f" with each of {seeds}."
    elif not found.seen:
        text = f"No difference between {first} and {second} can be seen: "
        text += f"{first} is {_ahead(found.value, pair.unit)} on average{_range(found, pair.unit)}."
    else:
        text = _better(pair, found)
    return text if pair.seeds >= TRUSTED else f"{text} {TOO_NARROW}"


def _settled(pair: Pair, value: float, seeds: str) -> str:
    """Say who is better where chance has no part in it."""
    first, second = (pair.first, pair.second) if value > 0 else (pair.second, pair.first)
    amount = written(abs(value), pair.unit, difference=True)
    return (
        f"{first} is better than {second} by {amount} on these test rows. Each scores the same "
        f"with each of {seeds}: only another division of the rows could change that."
    )


def _better(pair: Pair, found: Difference) -> str:
    first, second = pair.first, pair.second
    if found.value < 0:
        first, second = second, first
        found = Difference(-found.value, -found.high, -found.low)
    amount = written(found.value, pair.unit, difference=True)
    return f"{first} is better than {second} by {amount} on average{_range(found, pair.unit)}."


def _ahead(value: float, unit: Unit) -> str:
    side = "ahead" if value >= 0 else "behind"
    return f"{written(abs(value), unit, difference=True)} {side}"


def _range(found: Difference, unit: Unit) -> str:
    low, high = (_plain(end, unit) for end in (found.low, found.high))
    return f" ({100 * LEVEL:g} % interval {low} to {high})"


def _plain(value: float, unit: Unit) -> str:
    return _digits(100 * value if unit.percent else value)


def written(value: float | None, unit: Unit, difference: bool = False) -> str:
    """Write a score, or a difference of two, with its unit."""
    if value is None:
        return "-"
    if not math.isfinite(value):
        return "diverged" if math.isnan(value) else "none"
    if unit.percent:
        return f"{_digits(100 * value)} points" if difference else f"{100 * value:.2f} %"
    return _digits(value)


def _digits(value: float) -> str:
    """Write a number to about three digits, and none of what is but rounding."""
    if abs(value) < 1e-6:
        return "0"
    places = max(0, 2 - math.floor(math.log10(abs(value)))) if abs(value) < 1_000 else 0
    return f"{value:,.{places}f}"


def remarks(pairs: Sequence[Pair]) -> list[str]:
    """Return what has to be known when reading several verdicts at once."""
    tested = sum(pair.difference is not None and pair.difference.told for pair in pairs)
    if tested < 2:
        return []
    return [
        f"Each of these {tested} verdicts is taken by itself: of twenty between equal learners, "
        "one will see a difference by luck."
    ]
