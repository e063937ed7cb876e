"""What learning is: a function, how wrong it is, one step downhill, where data come from."""

from learning.autoencoder import EncodeDecode, TiedLinear
from learning.batch import Batch, Rows
from learning.centroids import Centroids
from learning.cross_entropy import BinaryCrossEntropy, CrossEntropy
from learning.data_learner import DataLearner
from learning.duelling import Duelling
from learning.embedding import EmbeddingDot
from learning.function import Function, Linear, Link, Table
from learning.history import History
from learning.learner import GradientLearner, Learner
from learning.logits import log_softmax, sigmoid, softmax
from learning.loss import Huber, Loss, SquaredError
from learning.model_file import ModelFileError, load_model, save_model
from learning.network import Network
from learning.optimizer import SGD, Adam, Momentum, Optimizer
from learning.schedule import SCHEDULES, Schedule
from learning.tile_coding import TileCoder, TileSum
from learning.torch_function import TorchFunction
from learning.weight_decay import WeightDecay

__all__ = [
    "SCHEDULES",
    "SGD",
    "Adam",
    "Batch",
    "BinaryCrossEntropy",
    "Centroids",
    "CrossEntropy",
    "DataLearner",
    "Duelling",
    "EmbeddingDot",
    "EncodeDecode",
    "Function",
    "GradientLearner",
    "History",
    "Huber",
    "Learner",
    "Linear",
    "Link",
    "Loss",
    "ModelFileError",
    "Momentum",
    "Network",
    "Optimizer",
    "Rows",
    "Schedule",
    "SquaredError",
    "Table",
    "TiedLinear",
    "TileCoder",
    "TileSum",
    "TorchFunction",
    "WeightDecay",
    "load_model",
    "log_softmax",
    "save_model",
    "sigmoid",
    "softmax",
]
