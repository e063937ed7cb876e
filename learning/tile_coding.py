"""Tile coding: a table for continuous inputs, and numbers for the tiles that an input lies in.

Several tilings lie over the same space, each displaced against the others by a part of a tile. An
input is active in one tile of each, and its prediction is the sum of theirs. So near inputs share
most of their tiles and learn from one another, and far ones share none.

Source: Sutton & Barto, 2nd edition, section 9.5.4.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spielfeld.arrays import Array
from spielfeld.learning.batch import Gradient, Rows
from spielfeld.learning.function import Backward, Table

MOST_TILES = 10_000_000  # 80 MB for each output


def displacements(tilings: int, dimensions: int) -> Array:
    """Return how far each tiling is moved, in widths of a tile, from 0 to below 1.

    The k-th one is moved by k times (1, 3, 5, ...) / tilings, wrapped at a whole tile. Odd numbers
    avoid the diagonal stripes that equal displacements in all dimensions would draw.

    Returns:
        Shape [tilings, dimensions].
    """
    odd = 2 * np.arange(dimensions) + 1
    moved: Array = np.outer(np.arange(tilings), odd) % tilings / tilings
    return moved


class TileCoder:
    """Numbers the tiles of all tilings from 0, and finds those that an input is active in.

    Inputs beyond the bounds belong to the outermost tiles, and so does the upper bound itself.

    Args:
        low: Lower bound of each dimension. Shape [dimensions].
        high: Upper bound. Shape [dimensions].
        tilings: How many, a power of two: then no two of them coincide in any dimension. At least
            four times the dimensions is good advice.
        tiles: Of which width, as a count of tiles from bound to bound, in every dimension.

    Raises:
        ValueError: If the bounds enclose nothing, if a number does not fit, or if there would be
            more than `MOST_TILES` tiles.
    """

    def __init__(self, low: npt.ArrayLike, high: npt.ArrayLike, tilings: int, tiles: int) -> None:
        self.low, self.high = np.array(low, np.float64), np.array(high, np.float64)
        _check(self.low, self.high, tilings, tiles)
        self.tilings, self.tiles, self.form = tilings, tiles, (tilings,)
        dimensions = self.low.size
        side = tiles + (tilings > 1)  # a displaced tiling needs one more to cover the same range
        self.size = tilings * side**dimensions
        if self.size > MOST_TILES:
            raise ValueError(
                f"{tilings} tilings of {tiles} tiles in each of {dimensions} dimensions need "
                f"{tilings} x {side}^{dimensions} tiles, more than {MOST_TILES:,}: take fewer."
            )
        self._displacement = displacements(tilings, dimensions)
        self._stride = side ** np.arange(dimensions - 1, -1, -1)
        self._first = np.arange(tilings) * side**dimensions
        self._density = tiles / (self.high - self.low)
        self._end = np.nextafter(tiles, 0.0)

    def encode(self, inputs: object) -> Array:
        """Return the active tiles [tilings] of one input, or [rows, tilings] of many.

        Args:
            inputs: Shape [dimensions] or [rows, dimensions].

        Raises:
            ValueError: If inputs have another number of dimensions, or are no numbers.
        """
        place: Array = np.asarray(inputs, np.float64)
        if place.shape[-1:] != self.low.shape:
            raise ValueError(f"Expected {self.low.size} numbers a row, not shape {place.shape}.")
        if np.isnan(place).any():
            raise ValueError(f"An observation is no number: {place.tolist()}.")
        place = np.minimum(np.maximum((place - self.low) * self._density, 0.0), self._end)
        digits = (place[..., None, :] + self._displacement).astype(np.int64)
        active: Array = digits @ self._stride + self._first  # [..., tilings]
        return active


def _check(low: Array, high: Array, tilings: int, tiles: int) -> None:
    if tilings < 1 or tilings & (tilings - 1):
        raise ValueError(f"tilings must be a power of two (1, 2, 4, 8, ...), not {tilings}.")
    if tiles < 1:
        raise ValueError(f"tiles must be 1 or more, not {tiles}.")
    if low.ndim != 1 or low.shape != high.shape or not low.size:
        raise ValueError(f"Tiles need one lower and one upper bound a dimension, not {low.shape}.")
    for dimension, (least, most) in enumerate(zip(low.tolist(), high.tolist(), strict=True)):
        if not (least < most and np.isfinite(most - least)):
            raise ValueError(f"Dimension {dimension} has no range to tile: {least} to {most}.")


class TileSum(Table):
    """One number for each tile and output, added up: phi(active)[j] = sum over i of table[i, j].

    Linear in its parameters: an input is a vector of as many ones as there are tilings, and zeros.
    With one active tile an input this is `Table` itself.

    Args:
        tiles: Number of tiles, all tilings together.
        outputs: Number of outputs, such as actions.
        initial: Value of every cell at the start.

    Inputs are active tiles, [rows, tilings], or [tilings] for a single prediction [outputs].
    """

    def __init__(self, tiles: int, outputs: int, initial: float = 0.0) -> None:
        super().__init__(tiles, outputs, initial)

    def forward(self, inputs: Array, select: Array | None = None) -> tuple[Array, Backward]:
        """Add up rows to [rows, outputs], or cells to [rows] where `select` is given.

        The gradient is `upstream` at each of the rows or cells that were added up, as `Rows`.
        """

        def backward(upstream: Array) -> Gradient:
            values = np.asarray(upstream).repeat(inputs.shape[-1], axis=0)
            return {"table": Rows(self.cells(inputs, select), values)}

        table = self.parameters["table"]
        if select is None:
            return np.add.reduce(table.take(inputs, axis=0), axis=-2), backward
        return table[inputs, np.asarray(select)[:, None]].sum(axis=-1), backward

    def cells(self, inputs: Array, select: Array | None = None) -> Array | tuple[Array, Array]:
        """Return where the active rows or cells stand. Shape [rows * tilings] each."""
        active = inputs.ravel()
        return active if select is None else (active, np.asarray(select).repeat(inputs.shape[-1]))
