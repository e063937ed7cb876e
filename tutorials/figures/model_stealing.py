"""Model stealing: agreement with the copied model over queries.

A network on two moons answers queries with classes; a copy is trained on the answers. The thief has
none of the training rows: queries are uniform in their range. Agreement is the share of rows to
which original and copy give the same class. The workshop's number is of one run and 100 rows.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from spielfeld.arrays import Array
from spielfeld.tutorials.figures.data_poisoning import METHODS, classes, learned, moons
from spielfeld.tutorials.figures.drawing import (
    BAND,
    Outcome,
    Repeat,
    bands,
    book_point,
    canvas,
    estimate,
    on_a_log_scale,
    share_of_rows,
)

SOURCE = "the workshop"
RUNS = 10
QUESTION = "Do three queries suffice for an agreement of 70 %? Change the 10 in QUERIES to 3."

QUERIES = (10, 20, 50, 100, 200, 500, 1_000, 2_000)


def agreement(seed: int, method: str, queries: int) -> Array:
    """Return the agreement of a stolen copy with the original: on test rows, and anywhere."""
    train, test = moons()
    original, generator = learned(METHODS[0], train, seed), np.random.default_rng(seed)
    low, high = train.inputs.min(axis=0), train.inputs.max(axis=0)
    asked, anywhere = (generator.uniform(low, high, (count, 2)) for count in (queries, 10_000))
    stolen = replace(train, inputs=asked, targets=classes(original, asked))
    copy = learned(method, stolen, seed + 1_000)
    places = (test.inputs, anywhere)
    return np.array([(classes(copy, rows) == classes(original, rows)).mean() for rows in places])


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
    settings = [(method, queries) for method in METHODS for queries in QUERIES]
    found = np.array(repeat(agreement, settings)).reshape(2, len(QUERIES), -1, 2)
    picture, axes = canvas(f"Model stealing ({BAND})")
    axes.set(xlabel="queries", ylabel="agreement with the original", ylim=(0.6, 1.02))
    on_a_log_scale(axes, (QUERIES[0], 5_000), QUERIES)
    curves = {
        "network, test rows": found[0, :, :, 0].T,
        "network, anywhere": found[0, :, :, 1].T,
        "logistic, test rows": found[1, :, :, 0].T,
    }
    bands(axes, QUERIES, curves)
    book_point(axes, 1_000, 0.99, "workshop: 0.99")
    samples = curves["network, test rows"]
    rows = [share_of_rows("agreement after 1,000 queries", 0.99, samples[:, QUERIES.index(1_000)])]
    for queries in (10, 100):
        what = f"agreement after {queries} queries"
        rows.append(estimate(what, None, samples[:, QUERIES.index(queries)]))
    what = "agreement after 1,000 queries, anywhere"
    rows.append(estimate(what, None, curves["network, anywhere"][:, QUERIES.index(1_000)]))
    return Outcome(picture, rows)
