"""Keys of a layout file, and the values that each key may have."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, TypeGuard

from spielfeld.envs.grid_world.layout import DIRECTIONS, Slip
from spielfeld.envs.grid_world.layout_error import Origin, suggestion
from spielfeld.envs.grid_world.toml_positions import Path

Reader = Callable[[Origin, Path, object], Any]

LONGEST = 2**31 - 1
PROBABILITY = 'a number from 0 to 1, or a fraction such as "1/3"'


def read_table(
    origin: Origin, path: Path, table: Mapping[str, object], known: Mapping[str, Reader]
) -> dict[str, Any]:
    """Read every value of a table with the reader of its key in `known`.

    Raises:
        LayoutError: If a key is unknown or its value does not fit.
    """
    for key, value in table.items():
        if key not in known:
            hint = f"found the unknown key {key!r}, {suggestion(key, known)}"
            origin.refuse((*path, key), misplaced(path, key, value) or hint, key=True)
    return {key: known[key](origin, (*path, key), value) for key, value in table.items()}


def misplaced(path: Path, key: str, value: object) -> str:
    """Return a message with the right place of a misplaced key; "" if no place is right."""
    is_sign = len(key) == 1 and is_visible(key) and isinstance(value, dict)
    home = "under [legend]" if is_sign else HOMES.get(key)
    place = f"under [{path[0]}]" if path else "at the top"
    return f"found {key!r} {place}, but it belongs {home}." if home else ""


def is_visible(text: str) -> bool:
    """Return whether a text can be printed on one line and has a visible character."""
    return text.isprintable() and not text.isspace() and text != ""


def even_slip(share: float | Fraction) -> Slip:
    """Return the slip to the left or to the right with probability `share` in total."""
    return Slip(float(1 - share), float(share / 2), float(share / 2))


def read_slip(origin: Origin, path: Path, value: object) -> Slip:
    """Read the probability of slipping sideways, or a table of five probabilities."""
    if not isinstance(value, dict):
        return even_slip(_probability(origin, path, value))
    readers = dict.fromkeys(Slip._fields, _probability)
    shares = read_table(origin, path, value, readers)
    total = float(sum(shares.values()))
    if abs(total - 1) > 1e-9:
        stood = f"found probabilities that sum to {total:.6g}"
        origin.refuse(path, f"{stood}, expected a sum of 1 over {', '.join(Slip._fields)}.")
    return Slip(*(float(shares.get(name, 0)) for name in Slip._fields))


def _probability(origin: Origin, path: Path, value: object) -> Fraction:
    share = exact_share(value)
    if share is None:
        origin.refuse(path, f"found {show(value)}, expected {PROBABILITY}.")
    return share


def exact_share(value: object) -> Fraction | None:
    """Return the exact value of a number from 0 to 1, or of a fraction such as "1/3"; else None."""
    fraction = r"\d{1,9}(\.\d{1,9}|/[1-9]\d{0,8})?"
    is_fraction = isinstance(value, str) and re.fullmatch(fraction, value)
    if is_fraction or (is_number(value) and 0 <= value <= 1):
        share = Fraction(str(value))
        return share if share <= 1 else None
    return None


def is_number(value: object) -> TypeGuard[float]:
    """Return whether a value is a finite number; true and false are not numbers."""
    return (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and -math.inf < value < math.inf
    )


def show(value: object) -> str:
    """Return a value nearly as in the file, with at most 40 characters."""
    if isinstance(value, bool):
        return str(value).lower()
    try:
        text = repr(value) if isinstance(value, str) else str(value)
    except (ValueError, RecursionError):  # too many digits or brackets for Python
        text = f"a very long {type(value).__name__}"
    return text if len(text) <= 40 else text[:37] + "..."


def _expect(
    holds: Callable[[Any], bool],
    expected: str,
    convert: Callable[[Any], object] = lambda value: value,
) -> Reader:
    def read(origin: Origin, path: Path, value: object) -> object:
        if not holds(value):
            origin.refuse(path, f"found {show(value)}, expected {expected}.")
        return convert(value)

    return read


def _choice(options: tuple[str, ...]) -> Reader:
    def read(origin: Origin, path: Path, value: object) -> object:
        if not isinstance(value, str) or value not in options:
            origin.refuse(path, f"found {show(value)}, {suggestion(str(value), options)}")
        return value

    return read


def _list_of(item: Reader, expected: str) -> Reader:
    def read(origin: Origin, path: Path, value: object) -> object:
        if not isinstance(value, list):
            origin.refuse(path, f"found {show(value)}, expected {expected}.")
        return tuple(item(origin, (*path, index), entry) for index, entry in enumerate(value))

    return read


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LONGEST


TEXT = _expect(lambda value: isinstance(value, str), "a text in quotes")
TABLE = _expect(lambda value: isinstance(value, dict), "a table")
SWITCH = _expect(lambda value: isinstance(value, bool), "true or false")
NUMBER = _expect(
    lambda value: is_number(value) and abs(value) <= 1e15, "a number from -1e15 to 1e15", float
)
SIGN = _expect(
    lambda value: isinstance(value, str) and len(value) == 1, "one character of the map, in quotes"
)
WORD = _expect(lambda value: isinstance(value, str) and is_visible(value), "a word in quotes")
GUST = _expect(_is_count, f"a whole number of cells from 0 to {LONGEST}")
LIMIT = _expect(
    lambda value: _is_count(value) and value >= 1, f"a whole number of steps from 1 to {LONGEST}"
)
SHARE = _expect(
    lambda value: is_number(value) and 0 < value <= 1, "a number above 0 and at most 1", float
)
COLOUR = _expect(
    lambda value: isinstance(value, str) and bool(re.fullmatch("#[0-9a-fA-F]{6}", value)),
    'a colour such as "#3366cc"',
)
MAP = _expect(
    lambda value: isinstance(value, str) and value.strip() != "",
    "rows of characters between ''' and '''",
)

TOP: Mapping[str, Reader] = {
    "name": TEXT,
    "source": TEXT,
    "map": MAP,
    "rules": TABLE,
    "legend": TABLE,
}

RULES: Mapping[str, Reader] = {
    "moves": _choice(("four", "king")),
    "stay": SWITCH,
    "slip": read_slip,
    "wind": _list_of(GUST, "a list with a number for each column, such as [0, 0, 1]"),
    "step_reward": NUMBER,
    "bump_reward": NUMBER,
    "start_anywhere": SWITCH,
    "continuing": SWITCH,
    "discount": SHARE,
    "max_episode_steps": LIMIT,
    "open_border": SWITCH,
}

TILE_KEYS: Mapping[str, Reader] = {
    "name": TEXT,
    "wall": SWITCH,
    "start": SWITCH,
    "end": SWITCH,
    "reward": NUMBER,
    "to": SIGN,
    "exit_to": SIGN,
    "exit_reward": NUMBER,
    "exits": _list_of(_choice(tuple(DIRECTIONS)[:8]), 'a list of directions such as ["up"]'),
    "key": WORD,
    "door": WORD,
    "colour": COLOUR,
}

HOMES: Mapping[str, str] = {
    **dict.fromkeys(TILE_KEYS, "to a character of the legend, such as G = { reward = 1 }"),
    **dict.fromkeys(RULES, "under [rules]"),
    **dict.fromkeys(TOP, "at the top, before [rules] and [legend]"),
}
