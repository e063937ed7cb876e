from itertools import pairwise

import pytest

from spielfeld.learning import SCHEDULES
from spielfeld.learning.optimizer import constant, cosine, linear, step


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule_starts_at_the_first_rate_never_rises_and_stays_after_the_end(
    name: str,
) -> None:
    schedule = SCHEDULES[name]
    rates = [schedule(samples, 200, 0.5) for samples in range(300)]
    assert rates[0] == 0.5
    assert all(later <= earlier for earlier, later in pairwise(rates))
    assert set(rates[200:]) == {rates[200]}
    assert schedule(0, 0, 0.5) == rates[200]  # nothing to learn from is over at once


def test_schedules_by_hand() -> None:
    assert constant(70, 100, 0.5) == 0.5
    assert linear(50, 100, 0.5, 0.1) == pytest.approx(0.3)
    assert linear(100, 100, 0.5, 0.1) == pytest.approx(0.1)
    assert [cosine(k, 100, 2.0) for k in (0, 50, 100)] == pytest.approx([2, 1, 0])
    assert cosine(25, 100, 1.0) == pytest.approx((1 + 0.5**0.5) / 2)
    assert [step(k, 100, 1.0, 0.1, 2) for k in (0, 49, 50, 99, 500)] == [1, 1, 0.1, 0.1, 0.1]
