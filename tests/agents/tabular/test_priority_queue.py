import heapq

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spielfeld.agents.tabular.priority_queue import Queue, empty_queue, pop, push

ITEMS = 12
PUSHES = st.lists(st.tuples(st.integers(0, ITEMS - 1), st.floats(0, 100)), max_size=60)


def assert_sound(queue: Queue) -> None:
    """Hold the arrays to what they promise: a heap, and a place for each item."""
    length = int(queue.length[0])
    items = queue.heap[:length].tolist()
    assert len(set(items)) == length
    assert queue.place[items].tolist() == list(range(length))
    assert (queue.place >= 0).sum() == length
    urgency = queue.priority[items]
    parents = (np.arange(1, length) - 1) // 2
    assert (urgency[parents] >= urgency[1:]).all()


@given(PUSHES)
def test_items_come_out_in_the_order_of_their_priorities(pushes: list[tuple[int, float]]) -> None:
    queue, highest = empty_queue(ITEMS), {}
    for item, priority in pushes:
        push(queue, item, priority)
        highest[item] = max(priority, highest.get(item, 0.0))
        assert_sound(queue)
    taken = [pop(queue) for _ in highest]
    assert sorted(taken) == sorted(highest)
    assert [highest[item] for item in taken] == sorted(highest.values(), reverse=True)
    assert pop(queue) == -1 and queue.length.tolist() == [0]


@given(st.lists(st.one_of(st.none(), st.floats(0, 100)), max_size=80))
def test_pushing_and_popping_in_turns_is_what_heapq_does(priorities: list[float | None]) -> None:
    queue, twin = empty_queue(len(priorities) or 1), []
    for item, priority in enumerate(priorities):
        if priority is None:
            expected = heapq.heappop(twin) if twin else 0.0
            taken = pop(queue)
            assert (queue.priority[taken] if taken >= 0 else 0.0) == -expected
        else:
            push(queue, item, priority)
            heapq.heappush(twin, -priority)
        assert_sound(queue)


@pytest.mark.uncompiled
def test_a_waiting_item_keeps_the_higher_of_its_priorities() -> None:
    queue = empty_queue(3)
    push(queue, 0, 5.0)
    push(queue, 1, 4.0)
    push(queue, 0, 1.0)
    assert queue.priority.tolist() == [5.0, 4.0, 0.0]
    push(queue, 1, 6.0)
    assert [pop(queue), pop(queue), pop(queue)] == [1, 0, -1]


def test_an_item_may_come_back_less_urgent() -> None:
    queue = empty_queue(2)
    push(queue, 1, 9.0)
    assert pop(queue) == 1
    push(queue, 1, 2.0)
    push(queue, 0, 3.0)
    assert [pop(queue), pop(queue)] == [0, 1]
