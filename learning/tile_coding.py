"""Tile coding: a table for continuous inputs, indexed by the tiles that contain an input.

Several tilings cover the same space; each is moved by a part of a tile. An input lies in one tile
of each tiling. Its prediction is the sum of the values of these tiles. Near inputs share most of
their tiles, so they learn from each other. Distant inputs share no tile.

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
    """Return the displacement of each tiling in tile widths, from 0 to below 1.

    Tiling k is moved by k times (1, 3, 5, ...) / tilings, minus whole tiles. Equal displacements
    in all dimensions would make diagonal stripes. Odd numbers avoid them.

    Returns:
        Shape [tilings, dimensions].
    """
    odd = 2 * np.arange(dimensions) + 1
    moved: Array = np.outer(np.arange(tilings), odd) % tilings / tilings
    return moved


class TileCoder:
    """A coder that numbers the tiles of all tilings from 0, and finds the tiles of an input.

    Inputs beyond the bounds, and the upper bound itself, belong to the outermost tiles.

    Args:
        low: Lower bound of each dimension. Shape [dimensions].
        high: Upper bound of each dimension. Shape [dimensions].
        tilings: Number of tilings, a power of two; then all displacements differ in every
            dimension. Use at least four times the number of dimensions.
        tiles: Number of tiles between the bounds, in every dimension.

    Raises:
        ValueError: If a range is empty, a number does not fit, or there would be more than
            `MOST_TILES` tiles.
    """

    def __init__(self, low: npt.ArrayLike, high: npt.ArrayLike, tilings: int, tiles: int) -> None:
        self.low, self.high = np.array(low, np.float64), np.array(high, np.float64)
        _check(self.low, self.high, tilings, tiles)
        self.tilings, self.tiles, self.form = tilings, tiles, (tilings,)
        dimensions = self.low.size
        side = tiles + (tilings > 1)  # a displaced tiling needs one more tile to cover the range
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
        """Return the tiles [tilings] of one input, or [rows, tilings] of many inputs.

        Args:
            inputs: Shape [dimensions] or [rows, dimensions].

        Raises:
            ValueError: If inputs have another number of dimensions, or contain NaN.
        """
        place: Array = np.asarray(inputs, np.float64)
        if place.shape[-1:] != self.low.shape:
            raise ValueError(f"Expected {self.low.size} numbers a row, not shape {place.shape}.")
        if np.isnan(place).any():
            raise ValueError(f"An observation contains NaN: {place.tolist()}.")
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
        raise ValueError(f"Tiles need a lower and an upper bound per dimension, not {low.shape}.")
    for dimension, (least, most) in enumerate(zip(low.tolist(), high.tolist(), strict=True)):
        if not (least < most and np.isfinite(most - least)):
            raise ValueError(f"Dimension {dimension} has no range to tile: {least} to {most}.")


class TileSum(Table):
    """Tile coding as a function: phi(active)[j] = sum over the active tiles i of table[i, j].

    It is linear in its parameters. The input vector has a 1 for each active tile and 0 elsewhere.
    With one active tile for each input, it equals `Table`.

    Args:
        tiles: Number of tiles in all tilings together.
        outputs: Number of outputs, such as actions.
        initial: Value of every cell at the start.

    Inputs are active tiles [rows, tilings], or [tilings] for a single prediction [outputs].
    """

    def __init__(self, tiles: int, outputs: int, initial: float = 0.0) -> None:
        super().__init__(tiles, outputs, initial)

    def forward(self, inputs: Array, select: Array | None = None) -> tuple[Array, Backward]:
        """Add up rows to [rows, outputs], or cells to [rows] where `select` is given.

        The gradient is `upstream` at each of these rows or cells, as `Rows`.
        """

        def backward(upstream: Array) -> Gradient:
            values = np.asarray(upstream).repeat(inputs.shape[-1], axis=0)
            return {"table": Rows(self.cells(inputs, select), values)}

        table = self.parameters["table"]
        if select is None:
            return np.add.reduce(table.take(inputs, axis=0), axis=-2), backward
        return table[inputs, np.asarray(select)[:, None]].sum(axis=-1), backward

    def cells(self, inputs: Array, select: Array | None = None) -> Array | tuple[Array, Array]:
        """Return the index of the active rows or cells. Shape [rows * tilings] each."""
        active = inputs.ravel()
        return active if select is None else (active, np.asarray(select).repeat(inputs.shape[-1]))
