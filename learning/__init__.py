"""What learning is: a function, how wrong it is, one step downhill, where data come from."""

from learning.batch import Batch, Rows
from learning.function import Function, Linear, Table
from learning.history import History
from learning.learner import GradientLearner, Learner
from learning.loss import Loss, SquaredError
from learning.model_file import ModelFileError, load_model, save_model
from learning.optimizer import SGD, Adam, Momentum, Optimizer
from learning.tile_coding import TileCoder, TileSum

__all__ = [
    "SGD",
    "Adam",
    "Batch",
    "Function",
    "GradientLearner",
    "History",
    "Learner",
    "Linear",
    "Loss",
    "ModelFileError",
    "Momentum",
    "Optimizer",
    "Rows",
    "SquaredError",
    "Table",
    "TileCoder",
    "TileSum",
    "load_model",
    "save_model",
]
