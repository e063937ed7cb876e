"""Ctrl-C where several processes work: a terminal sends it to all, but one alone should answer."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ctrl_c_left_to_us() -> Iterator[None]:
    """Start processes that ignore Ctrl-C, as they inherit it; who started them ends them."""
    if threading.current_thread() is not threading.main_thread():  # where nobody may choose
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
