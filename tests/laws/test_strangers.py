"""A learner of another author is handed to a suite as CONTRIBUTING shows it; a fault is found."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MINE = """
import numpy as np
from spielfeld.agents import TabularLearner


def my_target(transition, following, discount):
    worth = 0.0 if transition.terminated else discount * np.max(following.values)
    return transition.reward + worth


class Mine(TabularLearner):
    target = staticmethod(my_target)
"""
FAULT = """
    def predict(self, observation):
        self.memory.table[...] += 1e-9
        return super().predict(observation)
"""


def shown() -> str:
    """Return the test file that CONTRIBUTING shows."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```python\n([^`]*LearnerLaws[^`]*)```", text)
    return str(block)


def tried(folder: Path, learner: str) -> subprocess.CompletedProcess[str]:
    (folder / "mine.py").write_text(learner)
    (folder / "test_mine.py").write_text(shown())
    words = ["-q", "-p", "no:cacheprovider", "-o", f"pythonpath={ROOT} {folder}", str(folder)]
    options = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT)]
    command = [sys.executable, "-m", "pytest", *options, *words]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@pytest.mark.whole
def test_a_strangers_learner_is_held_to_every_law(tmp_path: Path) -> None:
    done = tried(tmp_path, MINE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"\b1\d passed", done.stdout)


@pytest.mark.whole
def test_a_fault_of_a_strangers_learner_is_found_and_named(tmp_path: Path) -> None:
    done = tried(tmp_path, MINE + FAULT)
    assert done.returncode == 1
    assert "test_predict_changes_nothing_and_gives_a_new_array" in done.stdout
