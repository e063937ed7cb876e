"""Generated data sets, with any number of rows and any amount of noise."""

from __future__ import annotations

import math

import numpy as np

from spielfeld.arrays import Array
from spielfeld.learning.data_sets.data_set import DataSet


def two_moons(rows: int = 1000, noise: float = 0.2, seed: int = 100) -> DataSet:
    """Two half circles that overlap; no straight line separates them.

    The result is equal, bit for bit, to scikit-learn's `make_moons(n_samples=rows, noise=noise,
    random_state=seed)`. So results can be compared with published ones. This needs NumPy's older
    kind of generator.

    Args:
        rows: Number of rows of both half circles together.
        noise: Standard deviation around the half circles, whose radius is 1.
        seed: Seed of the generator.

    Raises:
        ValueError: If there are fewer than 2 rows, or noise or seed is negative.
    """
    _check("two-moons", rows, noise, seed)
    upper, lower = (np.linspace(0, math.pi, count) for count in (rows // 2, rows - rows // 2))
    across = np.concatenate([np.cos(upper), 1 - np.cos(lower)])
    up = np.concatenate([np.sin(upper), 1 - np.sin(lower) - 0.5])
    generator = np.random.RandomState(seed)
    order = np.arange(rows)
    generator.shuffle(order)
    points = np.column_stack([across, up])[order]
    points += generator.normal(scale=noise, size=points.shape)
    return _plane("two-moons", points, (order >= rows // 2), ("upper", "lower"))


def circles(rows: int = 1000, noise: float = 0.1, inner: float = 0.5, seed: int = 0) -> DataSet:
    """A small circle inside a large circle of radius 1.

    Args:
        rows: Number of rows of both circles together.
        noise: Standard deviation around the circles.
        inner: Radius of the small circle.
        seed: Seed of the generator.

    Raises:
        ValueError: If there are fewer than 2 rows, noise or seed is negative, or `inner` is not
            between 0 and 1.
    """
    _check("circles", rows, noise, seed)
    if not 0 < inner < 1:
        raise ValueError(f"circles: inner={inner}; expected a radius between 0 and 1.")
    generator = np.random.default_rng(seed)
    labels = generator.permutation(rows) % 2
    angle = generator.uniform(0, 2 * math.pi, rows)
    points = np.column_stack([np.cos(angle), np.sin(angle)]) * np.where(labels, inner, 1.0)[:, None]
    points += generator.normal(scale=noise, size=points.shape)
    return _plane("circles", points, labels, ("outer", "inner"))


def blobs(rows: int = 300, noise: float = 1.0, centres: int = 3, seed: int = 0) -> DataSet:
    """Round clouds of points with centres between -10 and 10 in both directions.

    Args:
        rows: Number of rows of all clouds together, divided evenly.
        noise: Standard deviation around the centres.
        centres: Number of clouds.
        seed: Seed of the generator.

    Raises:
        ValueError: If there are fewer rows than centres, fewer than 2 centres, or noise or seed is
            negative.
    """
    _check("blobs", rows, noise, seed)
    if not 2 <= centres <= rows:
        raise ValueError(f"blobs: centres={centres}; expected 2 to {rows}, the number of rows.")
    generator = np.random.default_rng(seed)
    middles = generator.uniform(-10, 10, (centres, 2))
    labels = generator.permutation(rows) % centres
    points = generator.normal(middles[labels], noise)
    return _plane("blobs", points, labels, tuple(f"blob {k + 1}" for k in range(centres)))


def noisy_curve(rows: int = 100, noise: float = 0.2, seed: int = 0) -> DataSet:
    """One period of a sine curve with noise: sin(2 pi x) at random x in [0, 1).

    Polynomials of low degree underfit this curve, and those of high degree overfit it.

    Source: Bishop, Pattern Recognition and Machine Learning, section 1.1.

    Args:
        rows: Number of points.
        noise: Standard deviation around the curve, whose height is 1.
        seed: Seed of the generator.

    Raises:
        ValueError: If there are fewer than 2 rows, or noise or seed is negative.
    """
    _check("noisy-curve", rows, noise, seed)
    generator = np.random.default_rng(seed)
    place = generator.uniform(0, 1, rows)
    truth = np.sin(2 * math.pi * place)
    return DataSet(
        name="noisy-curve",
        kind="regression",
        inputs=place[:, None],
        targets=generator.normal(truth, noise),
        feature_names=("x",),
        truth=truth,
        noise=noise,
    )


def ratings(
    users: int = 300,
    items: int = 200,
    rank: int = 2,
    noise: float = 0.5,
    share: float = 0.5,
    seed: int = 0,
) -> DataSet:
    """Ratings of items by users, made from vectors with few dimensions and noise.

    rating = 3 + user's bias + item's bias + user's vector . item's vector + noise

    Biases have a standard deviation of 1/2, and the product has one of 1. Ratings are neither
    rounded nor clipped. So `noise` is the lowest error that a learner can expect on test rows.

    Args:
        users: Number of users.
        items: Number of items.
        rank: Dimensions of the vectors.
        noise: Standard deviation of a rating around its value without noise.
        share: Share of all pairs that are rated, each once.
        seed: Seed of the generator.

    Raises:
        ValueError: If a number is not positive, noise or seed is negative, or `share` exceeds 1.
    """
    if min(users, items, rank) < 1 or not 0 < share <= 1:
        raise ValueError(
            f"ratings: users={users}, items={items}, rank={rank}, share={share}; expected at least "
            "1 user, 1 item and 1 dimension, and a share above 0 and up to 1."
        )
    rows = round(share * users * items)
    _check("ratings", rows, noise, seed)
    generator = np.random.default_rng(seed)
    truth = _opinions(users, items, rank, generator)
    user, item = np.divmod(generator.choice(users * items, rows, replace=False), items)
    return DataSet(
        name="ratings",
        kind="ratings",
        inputs=np.column_stack([user, item]),
        targets=generator.normal(truth[user, item], noise),
        feature_names=("user", "item"),
        users=users,
        items=items,
        truth=truth[user, item],
        noise=noise,
    )


def _opinions(users: int, items: int, rank: int, generator: np.random.Generator) -> Array:
    """Draw the rating of every item by every user, without noise. Shape [users, items]."""
    biases = generator.normal(0, 0.5, (users, 1)) + generator.normal(0, 0.5, items)
    tastes, characters = (generator.normal(size=(count, rank)) for count in (users, items))
    opinions: Array = 3 + biases + tastes @ characters.T / math.sqrt(rank)
    return opinions


def _plane(name: str, points: Array, labels: Array, class_names: tuple[str, ...]) -> DataSet:
    return DataSet(name, "classification", points, labels, ("across", "up"), class_names)


def _check(name: str, rows: int, noise: float, seed: int) -> None:
    if rows < 2 or not 0 <= noise < math.inf or seed < 0:
        raise ValueError(
            f"{name}: rows={rows}, noise={noise}, seed={seed}; expected at least 2 rows, and a "
            "noise and a seed of at least 0."
        )
