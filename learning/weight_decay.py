"""Weight decay: prefer small weights, in two ways that are the same for SGD and for nothing else.

- As a penalty (L2, ridge): J + decay / 2 * sum of weights^2. Its slope, decay * weights, joins the
  gradient before the optimizer sees it, so momentum remembers it, and Adam divides it by the size
  of the gradient: weights with large gradients hardly decay.
- Decoupled (Loshchilov & Hutter, 2019): weights <- (1 - learning_rate * decay) * weights, apart
  from the gradient. All weights decay at the same pace, but no J is minimised any more.

Use the penalty where the minimum matters (ridge regression), decoupled decay with Adam.
"""

from __future__ import annotations

from dataclasses import dataclass

from spielfeld.arrays import Array
from spielfeld.learning.batch import Gradient, Rows
from spielfeld.learning.function import Parameters
from spielfeld.learning.optimizer import Optimizer, Wrapper


@dataclass
class WeightDecay(Wrapper):
    """An optimizer that also shrinks weights; biases, by their name, stay free.

    Of `Rows` only those in the batch decay: the penalty is the mean over the batch of decay / 2 *
    (the squared entries that each row touched), an average just as J is.

    Args:
        optimizer: Takes the steps.
        decay: How strongly, per unit of J; scikit-learn's ridge `alpha` is decay * rows.
        decoupled: See this module's first lines.
    """

    optimizer: Optimizer
    decay: float
    decoupled: bool = False

    def step(
        self, parameters: Parameters, gradient: Gradient, learning_rate: Array | float | None = None
    ) -> None:
        """Take one step; see `Optimizer`.

        Raises:
            TypeError: If decay is decoupled and the gradient has `Rows`.
        """
        decaying = [name for name in gradient if "bias" not in name]
        if self.decoupled:
            rate = self.learning_rate if learning_rate is None else learning_rate
            _refuse_rows(gradient)
            for name in decaying:
                parameters[name] *= 1 - rate * self.decay
        else:
            penalised = {
                name: self._penalised(parameters[name], gradient[name]) for name in decaying
            }
            gradient = {**gradient, **penalised}
        self.optimizer.step(parameters, gradient, learning_rate)

    def _penalised(self, parameter: Array, slope: Array | Rows) -> Array | Rows:
        if isinstance(slope, Rows):
            share = self.decay / len(slope.values)
            return Rows(slope.index, slope.values + share * parameter[slope.index])
        return slope + self.decay * parameter


def _refuse_rows(gradient: Gradient) -> None:
    for name, slope in gradient.items():
        if isinstance(slope, Rows):
            raise TypeError(
                "Decoupled decay moves every weight, so it cannot take the sparse gradient of "
                f"{name!r}; use decoupled=False, which is the same for SGD."
            )
