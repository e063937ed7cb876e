"""Priority queue in arrays, for items with an urgency.

A binary heap: the item in place k is at least as urgent as those in places 2 k + 1 and 2 k + 2. The
array `place` gives the place of each item, so that its priority can be raised. Adding, raising and
removing an item need a number of swaps that grows with the logarithm of the length.

Plain functions of any object with the four arrays of `Queue`, so that compiled loops can call them.

Source: Williams (1964); Cormen et al., Introduction to Algorithms, 3rd edition, chapter 6.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np

from spielfeld import guard
from spielfeld.agents.tabular.rules import Cells, CellsOrNone
from spielfeld.arrays import Array
from spielfeld.snapshot import Values


class Queue(NamedTuple):
    """The arrays of a queue of items numbered from 0; changed in place."""

    heap: Cells  # items, the most urgent first; only the first `length` entries count [items]
    place: CellsOrNone  # place of each item in `heap`, -1 if it is not in the queue [items]
    priority: Values  # priority of each item in the queue [items]
    length: Array  # number of items in the queue [1]


class Waiting(Protocol):
    """Any object with the arrays of `Queue`."""

    @property
    def heap(self) -> Array:
        """See `Queue`."""
        ...

    @property
    def place(self) -> Array:
        """See `Queue`."""
        ...

    @property
    def priority(self) -> Array:
        """See `Queue`."""
        ...

    @property
    def length(self) -> Array:
        """See `Queue`."""
        ...


def empty_queue(items: int) -> Queue:
    """Return an empty queue with room for `items` items."""
    return Queue(
        np.zeros(items, np.int64), np.full(items, -1), np.zeros(items), np.zeros(1, np.int64)
    )


def require_queue(queue: Waiting) -> None:
    """Refuse a saved queue with an item in a wrong place or in wrong order."""
    length = int(queue.length[0])
    heap, waiting = queue.heap[:length], np.count_nonzero(queue.place >= 0)
    in_place = waiting == length and np.array_equal(queue.place[heap], np.arange(length))
    guard.require(in_place, "The saved 'heap' and 'place' contradict each other.")
    urgency = queue.priority[heap]
    parents = urgency[(np.arange(1, length) - 1) // 2] if length else urgency
    guard.require((parents >= urgency[1:]).all(), "The saved 'heap' is not in order.")


def push(queue: Waiting, item: int, priority: float) -> None:
    """Add an item to the queue; an item already there keeps the higher of its two priorities."""
    if queue.place[item] < 0:
        queue.place[item] = queue.length[0]
        queue.heap[queue.length[0]] = item
        queue.length[0] += 1
    elif priority <= queue.priority[item]:
        return
    queue.priority[item] = priority
    rise(queue, queue.place[item])


def pop(queue: Waiting) -> int:
    """Remove and return the most urgent item; -1 if the queue is empty."""
    if queue.length[0] == 0:
        return -1
    item: int = queue.heap[0]
    queue.length[0] -= 1
    swap(queue, 0, queue.length[0])
    queue.place[item] = -1
    sink(queue, 0)
    return item


def rise(queue: Waiting, place: int) -> None:
    """Move the item in a place up, before all that are less urgent."""
    while place > 0 and is_ahead(queue, place, (place - 1) // 2):
        swap(queue, place, (place - 1) // 2)
        place = (place - 1) // 2


def sink(queue: Waiting, place: int) -> None:
    """Move the item in a place down, after all that are more urgent."""
    first = more_urgent_child(queue, place)
    while first >= 0 and is_ahead(queue, first, place):
        swap(queue, place, first)
        place = first
        first = more_urgent_child(queue, place)


def more_urgent_child(queue: Waiting, place: int) -> int:
    """Return the more urgent of the two places below a place, -1 if there is none."""
    child = 2 * place + 1
    if child >= queue.length[0]:
        return -1
    if child + 1 < queue.length[0] and is_ahead(queue, child + 1, child):
        return child + 1
    return child


def is_ahead(queue: Waiting, place: int, other: int) -> bool:
    """Return whether the item in `place` is more urgent than the item in `other`."""
    return bool(queue.priority[queue.heap[place]] > queue.priority[queue.heap[other]])


def swap(queue: Waiting, place: int, other: int) -> None:
    """Exchange the items in two places."""
    item, moved = queue.heap[place], queue.heap[other]
    queue.heap[place], queue.heap[other] = moved, item
    queue.place[item], queue.place[moved] = other, place
