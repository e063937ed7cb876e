"""On what a benchmark ran."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from pathlib import Path

LIBRARIES = (
    "spielfeld",
    "gymnasium",
    "numpy",
    "numba",
    "pygame-ce",
    "envpool",
    "bitbully",
    "scikit-learn",
)


def machine() -> dict[str, str]:
    """Return processor, system, Python and the versions of the libraries that are installed."""
    versions = {}
    for name in LIBRARIES:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    processor = f"{_processor()}, {os.cpu_count()} cores"
    return {"processor": processor, "Python": platform.python_version(), **versions}


def _processor() -> str:
    """Name the processor, where the system tells."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()
