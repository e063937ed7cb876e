"""Benchmark of value iteration in a maze of 1,000 x 1,000 cells: seconds, and memory in GB."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from statistics import median

from spielfeld.agents.planning import value_iteration
from spielfeld.benchmarks.comparison import Comparison, Side, Sides, seconds
from spielfeld.benchmarks.value_iteration import DISCOUNT, TOLERANCE, slippery_maze

MOST_MEMORY = 3.0  # GB
ROOT = Path(__file__).resolve().parents[2]


def prepare(quick: bool) -> Sides:
    """Prepare the solution in a separate process, whose peak memory can be measured."""
    side = 21 if quick else 1_001
    spent: list[float] = []

    def measure() -> float:
        command = [sys.executable, "-m", "spielfeld.benchmarks.large_maze", str(side)]
        answer = json.loads(subprocess.check_output(command, cwd=ROOT))
        spent.append(answer["seconds"])
        return float(answer["memory"])

    def note() -> str:
        return f"built and solved to {TOLERANCE:g} in {median(spent):.1f} s"

    name = f"{side} x {side} slippery maze"
    return Sides(Side(name, measure, note), Side("the limit", lambda: MOST_MEMORY))


def solve(side: int) -> dict[str, float]:
    """Build and solve a maze; return the seconds, and this process's peak memory in GB."""
    import resource

    spent = seconds(lambda: value_iteration(slippery_maze(side), DISCOUNT, TOLERANCE))
    largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    unit = 1 if sys.platform == "darwin" else 1_024  # bytes
    return {"seconds": spent, "memory": largest * unit / 1e9}


COMPARISON = Comparison(
    "large-maze",
    "memory of value iteration",
    "GB",
    1,
    prepare,
    less_is_better=True,
    needs="resource",
    remedy="this system cannot measure memory",
)

if __name__ == "__main__":
    print(json.dumps(solve(int(sys.argv[1]))))
