"""Data sets as sources: by name or from a file, divided into training, validation and test rows."""

from __future__ import annotations

import functools
import json
import math
from collections.abc import Mapping
from typing import Any

from spielfeld.learning.data_sets.data_set import DataSet, Split
from spielfeld.learning.data_sets.registry import DATA_SETS, ENDINGS, find_data_set

EPOCHS, LEAST, MOST = 100, 20_000, 2_000_000  # of a budget in rows drawn
IN_ORDER = "in-order"
WORDS = {"target", "task", "ignore", "words"}  # a column may be called 3, or null
DIVISION = {"test": 0.2, "validation": 0.0, "split": None}


def is_file(name: str) -> bool:
    """Tell whether a source is a table in a file."""
    return name.lower().endswith(ENDINGS)


def is_data(name: str) -> bool:
    """Tell whether a source is a data set; all others are worlds."""
    return name in DATA_SETS or is_file(name)


def make_split(name: str, options: Mapping[str, Any], seed: int, stamp: str = "") -> Split:
    """Make a data set and divide its rows.

    Args:
        name: See `find_data_set`.
        options: Those of the data set, and `test` and `validation` (a share of the rows or a whole
            number of them) and `split`: a whole number divides by that seed in every run,
            "in-order" takes the first rows for training and the last for testing.
        seed: Of the run; it divides the rows where `split` is not given.
        stamp: Whatever changes when a file does, so that no old one is remembered.

    Raises:
        ValueError: If there is no such data set, or an option does not fit.
    """
    rest = {key: value for key, value in options.items() if key not in DIVISION}
    for key in WORDS & rest.keys():
        rest[key] = rest[key] if isinstance(rest[key], list) else str(rest[key])
    try:
        data = _remembered(name, json.dumps(rest), stamp)
    except ValueError as error:
        offer = f" Rows are divided by {', '.join(DIVISION)}." if "no option" in str(error) else ""
        raise ValueError(f"{error}{offer}") from error
    return divide(data, options, seed)


def divide(data: DataSet, options: Mapping[str, Any], seed: int) -> Split:
    """Divide the rows of a data set; see `make_split`."""
    test, validation, how = ({**DIVISION, **options}[key] for key in DIVISION)
    validation, test = _share(data, "validation", validation), _share(data, "test", test)
    if how == IN_ORDER:
        return _in_order(data, validation, test)
    how = seed if how is None else how
    if not isinstance(how, int) or isinstance(how, bool) or how < 0:
        raise ValueError(f"split must be {IN_ORDER} or a whole number from 0, not {how!r}.")
    return data.split(validation, test, how)


@functools.lru_cache(maxsize=1)  # data sets are read-only, and many seeds ask for the same one
def _remembered(name: str, options: str, stamp: str) -> DataSet:
    return find_data_set(name, **json.loads(options))


def _share(data: DataSet, part: str, size: Any) -> float:
    """Return a share of the rows, which may have been given as a number of rows."""
    if isinstance(size, bool) or not isinstance(size, int | float):
        raise ValueError(f"{part} must be a share of the rows or their number, not {size!r}.")
    if isinstance(size, int) and not 0 <= size < len(data):
        raise ValueError(f"{part} cannot be {size} rows: {data.name} has {len(data)} in all.")
    return size / len(data) if isinstance(size, int) else size


def _in_order(data: DataSet, validation: float, test: float) -> Split:
    """Cut without drawing lots, and so that the test has what cannot be halved, as is usual."""
    tests, validations = (math.ceil(share * len(data) - 1e-9) for share in (test, validation))
    end, begin = len(data) - tests, len(data) - tests - validations
    if validations < 0 or tests < 1 or begin < 1:
        raise ValueError(f"{data.name}: {len(data)} rows leave none to train on or none to test.")
    held_back = slice(begin, end) if validations else None
    return data.parts(slice(begin), held_back, slice(end, None))


def default_samples(split: Split, learner: Any) -> int:
    """Return how many rows a learner draws unless told: each 100 times, but 20,000 at least.

    What fits all at once takes each row once; of very many rows, each is drawn less often.
    """
    rows = len(split.train)
    if getattr(learner, "one_shot", False):
        return rows
    return max(rows, min(MOST, max(LEAST, EPOCHS * rows)))
