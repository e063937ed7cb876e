"""TD(lambda): accumulating, replacing and Dutch traces.

The walk and the error are those of figure 7.2. Accumulating traces grow with every visit and
diverge where replacing and Dutch traces do not. Dutch traces have "true online" updates. With
lambda 0 all are TD(0), whose error is published with figure 7.2. The book prints these curves
without numbers and has no replacing traces among them.
"""

from __future__ import annotations

import numpy as np

from spielfeld.tutorials.figures.drawing import Outcome, Repeat, book_point, canvas, estimate
from spielfeld.tutorials.figures.n_step import PUBLISHED, STEP_SIZES, draw_errors, walk_error

SOURCE = "figures 12.6 and 12.8"
RUNS = 100
QUESTION = "Where do you expect the curve of lambda 0.6? Change the 0.4 in DECAYS."

TRACES = {"accumulating": "accumulating", "replacing": "replacing", "dutch": "Dutch, true online"}
DECAYS = (0.0, 0.4, 0.8, 0.9, 0.95, 0.975, 0.99, 1.0)


def figure(repeat: Repeat) -> Outcome:
    """Draw the figure, and compare its numbers."""
    from spielfeld.agents import TDLambda

    shape = (len(TRACES), len(DECAYS), len(STEP_SIZES), -1)
    settings = [
        (TDLambda, {"traces": kind, "trace_decay": decay, "learning_rate": step})
        for kind in TRACES for decay in DECAYS for step in STEP_SIZES
    ]  # fmt: skip
    found = np.array(repeat(walk_error, settings)).reshape(shape)
    means, rows = found.mean(axis=3), []
    picture, panels = canvas("TD(lambda) on 19 states", 1, 3, 4.6, sharey=True)
    for k, (kind, title) in enumerate(TRACES.items()):
        curves = {f"{decay:g}": means[k, j] for j, decay in enumerate(DECAYS)}
        draw_errors(panels[k], curves)
        panels[k].set_title(title, fontsize=10)
        at = np.unravel_index(means[k].argmin(), means[k].shape)
        first = int(means[k, 0].argmin())
        book_point(panels[k], STEP_SIZES[first], PUBLISHED[1], below=True)
        what = f"best, at lambda {DECAYS[at[0]]:g}, step size {STEP_SIZES[at[1]]}"
        rows += [
            estimate(f"{kind}, lambda 0: best RMS error", PUBLISHED[1], found[k, 0, first]),
            estimate(f"{kind}: {what}", None, found[k, at[0], at[1]]),
        ]
    handles, labels = panels[0].get_legend_handles_labels()
    picture.legend(handles, labels, loc="outside right", title="lambda")  # type: ignore[call-overload]
    return Outcome(picture, rows)
