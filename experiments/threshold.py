"""How long a learner takes until it is good: seconds of learning alone, judged from outside."""

from __future__ import annotations

import time
from typing import NamedTuple

from spielfeld.experiments.ground import make_ground
from spielfeld.experiments.session import make_learner
from spielfeld.experiments.spec import RunSpec
from spielfeld.experiments.threads import one_thread


class Reached(NamedTuple):
    """When a learner got there.

    Args:
        seconds: Of learning, without evaluations; of the whole budget if it never got there.
        samples: Environment steps asked for until then.
        passed: Whether it got there.
    """

    seconds: float
    samples: int
    passed: bool


def seconds_to(spec: RunSpec, threshold: float, every: int, by_share: bool = False) -> Reached:
    """Learn until an evaluation passes a threshold, or the budget is used up.

    Args:
        spec: Learner, source, seed, settings and budget.
        threshold: Mean return of 100 episodes of the greedy policy, or its exact value.
        every: Environment steps between two evaluations.
        by_share: Whether the threshold is a share of perfect.
    """
    learner = make_learner(spec)
    ground = make_ground(spec, learner)
    seconds, samples = 0.0, 0
    with one_thread():
        learner.learn(ground.given, 0)  # gets ready
        while samples < spec.samples:
            portion = min(every, spec.samples - samples)
            began = time.perf_counter()
            learner.learn(ground.given, portion)
            seconds, samples = seconds + time.perf_counter() - began, samples + portion
            row = ground.score_row(learner)
            if row["share" if by_share else "value"] >= threshold:
                return Reached(seconds, samples, True)
    return Reached(seconds, samples, False)
