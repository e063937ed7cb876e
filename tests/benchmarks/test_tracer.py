"""The tracer of calls: what counts as a call of ours."""

import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

from spielfeld.benchmarks.tracer import Call, summary, traced

ROOT = Path(__file__).resolve().parents[2]
ONE = """
class Made:
    def __init__(self):
        self.values = [value for value in range(3)]

def work():
    Made(), Made()
    later = load_later()["later"]
    later()
    return (lambda: later())()
"""
TWO = """
def at_import(): ...

class Body:
    at_import()

at_import()

def later(): stranger()

def stranger(): ...
"""


def test_functions_count_once_and_imports_class_bodies_and_lambdas_do_not(tmp_path: Path) -> None:
    def loaded(place: str, text: str, **names: Any) -> dict[str, Any]:
        exec(compile(text, tmp_path / place, "exec"), names)
        return names

    through = loaded("mine/mine.py", "def through(run): return run()")["through"]
    load_later = partial(loaded, "agents/two.py", TWO)
    work = loaded("envs/one.py", ONE, load_later=load_later)["work"]
    calls = traced(lambda: through(work), tmp_path)
    assert calls == [
        Call("envs/one.py", "work", 0),
        Call("envs/one.py", "Made.__init__", 1),
        Call("agents/two.py", "later", 1),
        Call("agents/two.py", "stranger", 2),
    ]
    assert summary(calls) == "2 files, 4 functions, 1 changes of file, depth 2"


def test_a_command_is_traced_from_the_shell() -> None:
    command = [sys.executable, "-m", "benchmarks.tracer", "list"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    lines = run.stderr.splitlines()
    assert run.returncode == 0 and lines[0] == "experiments/command_line.py:main"
    assert any(line.startswith("  experiments/commands/list.py:main") for line in lines)
    assert run.stdout.splitlines()[-1].endswith("depth " + str(max(map(depth, lines))))


def depth(line: str) -> int:
    return (len(line) - len(line.lstrip())) // 2
