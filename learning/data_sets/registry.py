"""Registry of data sets: every data set with a name."""

from __future__ import annotations

import inspect
import pkgutil

from spielfeld.learning.data_sets.data_set import DataSet

# Name -> ("module:function", one line of text).
DATA_SETS: dict[str, tuple[str, str]] = {
    "blobs": (
        "spielfeld.learning.data_sets.generated:blobs",
        "round clouds of points: rows=, noise=, centres=, seed=",
    ),
    "breast-cancer": (
        "spielfeld.learning.data_sets.shipped:breast_cancer",
        "569 tumours, 30 measurements of their cells, malignant or benign",
    ),
    "circles": (
        "spielfeld.learning.data_sets.generated:circles",
        "a circle within a circle: rows=, noise=, inner=, seed=",
    ),
    "diabetes": (
        "spielfeld.learning.data_sets.shipped:diabetes",
        "442 patients, 10 measurements, progress of the disease a year later",
    ),
    "digits": (
        "spielfeld.learning.data_sets.shipped:digits",
        "1,797 handwritten digits, 8 x 8 pixels, ten classes",
    ),
    "iris": ("spielfeld.learning.data_sets.shipped:iris", "150 flowers of three kinds, 4 lengths"),
    "noisy-curve": (
        "spielfeld.learning.data_sets.generated:noisy_curve",
        "a sine curve with noise, for under- and overfitting: rows=, noise=, seed=",
    ),
    "ratings": (
        "spielfeld.learning.data_sets.generated:ratings",
        "ratings of items by users: users=, items=, rank=, noise=, share=, seed=",
    ),
    "two-moons": (
        "spielfeld.learning.data_sets.generated:two_moons",
        "two half circles that overlap: rows=, noise=, seed=",
    ),
    "wine": (
        "spielfeld.learning.data_sets.shipped:wine",
        "178 wines of three growers, 13 measurements",
    ),
}
CSV = "spielfeld.learning.data_sets.csv_file:read_csv"
ENDINGS = (".csv", ".tsv")


def find_data_set(name: str, **options: object) -> DataSet:
    """Return a data set by its name, or from a file by its path.

    >>> train, _, test = find_data_set("two-moons", noise=0.1).split(test=0.1)
    >>> len(train), len(test), train.class_names
    (900, 100, ('upper', 'lower'))

    Args:
        name: A name in `DATA_SETS`, or a path that ends in .csv or .tsv.
        **options: Arguments of the function in `DATA_SETS`, such as rows, noise and seed. For a
            file, those of `read_csv`, such as target, ignore and decimal.

    Raises:
        ValueError: If the name or an option does not exist; the message lists those that do. Also
            if a value does not fit, or a file cannot be used.
        ImportError: If the data set needs a library that is not installed.
    """
    is_file = name.lower().endswith(ENDINGS)
    if name not in DATA_SETS and not is_file:
        raise ValueError(
            f"There is no data set {name!r}; there are {', '.join(DATA_SETS)}, "
            "and files that end in .csv or .tsv."
        )
    make = pkgutil.resolve_name(CSV if is_file else DATA_SETS[name][0])
    _check_options(name, options, list(inspect.signature(make).parameters)[is_file:])
    try:
        made: DataSet = make(name, **options) if is_file else make(**options)
    except TypeError as error:
        raise ValueError(f"Data set {name!r}: an option has no fitting value ({error}).") from error
    return made


def _check_options(name: str, options: dict[str, object], known: list[str]) -> None:
    for option in options:
        if option not in known:
            offer = f"its options are {', '.join(known)}" if known else "it has none"
            raise ValueError(f"Data set {name!r} has no option {option!r}; {offer}.")
