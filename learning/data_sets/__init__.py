"""Data sets by name: classic ones, generated ones, and CSV files."""

from typing import TYPE_CHECKING

from spielfeld.lazy import lazy

if TYPE_CHECKING:
    from spielfeld.learning.data_sets.csv_file import read_csv
    from spielfeld.learning.data_sets.data_set import DataSet, Split
    from spielfeld.learning.data_sets.mini_batches import (
        MiniBatches,
        Standardiser,
        batch_of,
        standardised,
    )
    from spielfeld.learning.data_sets.registry import DATA_SETS, find_data_set
else:
    __getattr__, __dir__, __all__ = lazy(__name__, __file__)
