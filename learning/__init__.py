"""Learning: functions, losses, optimizers, data sets, and learners made of these parts."""

from typing import TYPE_CHECKING

from spielfeld.lazy import lazy

if TYPE_CHECKING:
    from spielfeld.files import ModelFileError, load_model, save_model
    from spielfeld.history import History
    from spielfeld.learning.autoencoder import EncodeDecode, TiedLinear
    from spielfeld.learning.batch import Batch, Rows
    from spielfeld.learning.centroids import Centroids
    from spielfeld.learning.cross_entropy import BinaryCrossEntropy, CrossEntropy
    from spielfeld.learning.data_learner import DataLearner, GradientLearner
    from spielfeld.learning.duelling import Duelling
    from spielfeld.learning.embedding import EmbeddingDot
    from spielfeld.learning.function import Function, Linear, Link, Table
    from spielfeld.learning.generative import *
    from spielfeld.learning.logits import log_softmax, sigmoid, softmax
    from spielfeld.learning.loss import Huber, Loss, SquaredError
    from spielfeld.learning.network import Network
    from spielfeld.learning.optimizer import (
        SCHEDULES,
        SGD,
        Adam,
        Momentum,
        Optimizer,
        Schedule,
        WeightDecay,
    )
    from spielfeld.learning.supervised import *
    from spielfeld.learning.tile_coding import TileCoder, TileSum
    from spielfeld.learning.torch_function import TorchFunction
    from spielfeld.learning.unsupervised import *
    from spielfeld.protocols import Learner
else:
    __getattr__, __dir__, __all__ = lazy(__name__, __file__)

if __name__ != "spielfeld.learning":
    raise ImportError("Import this package as spielfeld.learning, not as " + __name__ + ".")
