"""A sample of `python -m tests.wild_values`, of targets whose loops are quickly compiled."""

import os

import pytest

from tests.wild_values import TARGETS, trials

QUICK = ("vector.restore lake", "vector.mask lake", "vector.seeds lake", "vector.actions lake",
         "vector.restore tic-tac-toe", "single.restore lake", "single.restore tic-tac-toe",
         "learner.restore q-learning", "learner.restore prioritized-sweeping",
         "learner.restore td-self-play", "learner.predict q-learning", "model.new", "opponent",
         "position.position")  # fmt: skip


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs a process of its own for each value")
def test_wild_values_are_refused_in_a_sentence_or_taken_as_they_are() -> None:
    assert set(QUICK) <= set(TARGETS)
    outcomes = trials(60, seed=1, names=list(QUICK))
    assert [one for one in outcomes if one[2].startswith("FAILURE")] == []
    assert {"refused", "accepted"} <= {outcome for _, _, outcome in outcomes}
