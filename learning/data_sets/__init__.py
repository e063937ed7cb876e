"""Sources of given rows, by name: classic, generated, and any CSV file."""

from spielfeld.learning.data_sets.csv_file import read_csv
from spielfeld.learning.data_sets.data_set import DataSet, Split
from spielfeld.learning.data_sets.mini_batches import MiniBatches, batch_of
from spielfeld.learning.data_sets.registry import DATA_SETS, find_data_set
from spielfeld.learning.data_sets.standardiser import Standardiser, standardised

__all__ = [
    "DATA_SETS",
    "DataSet",
    "MiniBatches",
    "Split",
    "Standardiser",
    "batch_of",
    "find_data_set",
    "read_csv",
    "standardised",
]
