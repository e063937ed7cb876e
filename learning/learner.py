"""The two tiers: what everything that learns promises, and what is written by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from spielfeld.arrays import Array
from spielfeld.history import History
from spielfeld.learning.batch import Batch
from spielfeld.learning.function import Function
from spielfeld.learning.loss import Loss
from spielfeld.learning.optimizer import Optimizer


class Learner(Protocol):
    """What every learner promises, wrappers of libraries included."""

    def predict(self, inputs: Any) -> Any:
        """Return phi(inputs) with the current parameters; changes nothing."""
        ...

    def learn(self, source: Any, samples: int) -> History:
        """Learn from `samples` more rows of a data set or steps of an environment."""
        ...


class GradientLearner:
    """A function, a loss, an optimizer, and experience: all kinds of learning differ in the last.

    Subclasses write `experience`, and agents `act` as well. `learn` continues where the last call
    stopped: learning 2 x 500 samples is learning 1,000.
    """

    function: Function
    loss: Loss
    optimizer: Optimizer

    def predict(self, inputs: Array) -> Array:
        """Return phi(inputs), [rows, outputs]; changes nothing."""
        return self.function(inputs)

    def experience(self, source: Any, samples: int) -> Iterator[Batch]:
        """Yield batches with their targets, made with the parameters as they are at that moment.

        Args:
            source: A data set or an environment.
            samples: How many rows to draw, or environment steps to take.
        """
        raise NotImplementedError

    def step(self, batch: Batch) -> None:
        """Take one step downhill: parameters <- parameters - learning_rate * gradient."""
        prediction, backward = self.function.forward(batch.inputs, batch.select)
        self.record(batch, prediction)
        upstream = self.loss.derivative(prediction, batch.targets, batch.weights)
        self.optimizer.step(self.function.parameters, backward(upstream), self.step_size(batch))

    def record(self, batch: Batch, prediction: Array) -> None:
        """Look at what a batch was predicted to be, just before the step; for records."""

    def step_size(self, batch: Batch) -> Array | float | None:
        """Return a learning rate for this batch, one number or one a row; None for the usual."""
        return None

    def learn(self, source: Any, samples: int) -> History:
        """Step along `samples` of experience; returns what was recorded meanwhile."""
        for batch in self.experience(source, samples):
            self.step(batch)
        return self.recorded()

    def recorded(self) -> History:
        """Hand over what was recorded since the last call."""
        return History()
