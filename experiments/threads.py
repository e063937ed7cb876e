"""One thread a run: processes that share a machine must not fight for its cores."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep linear algebra to one thread: what is loaded already, and what will be meanwhile.

    Small problems are solved fastest so, and sums do not depend on how many cores there are.
    """
    from threadpoolctl import threadpool_limits

    for variable in VARIABLES:
        os.environ.setdefault(variable, "1")
    with threadpool_limits(1):
        yield
