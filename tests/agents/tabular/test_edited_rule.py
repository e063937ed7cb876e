"""Learners edit these files: what they change must be what runs next."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.whole

ROOT = Path(__file__).resolve().parents[3]
LEARN = """
import gymnasium, spielfeld.envs, spielfeld.agents
from spielfeld.agents import QLearning

assert spielfeld.agents.__file__.startswith({folder!r})
learner = QLearning(seed=1)
learner.learn(gymnasium.make("spielfeld/CliffWalking-v0"), 3_000)
print(learner.action_values.min())
"""


class Copy:
    """A copy of the packages, in which a process of its own learns."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for package in ("spielfeld", "learning", "envs", "agents", "experiments"):
            shutil.copytree(ROOT / package, folder / package, symlinks=True)
        shutil.copy(ROOT / "pyproject.toml", folder)
        self.before = self.learn()

    def learn(self) -> str:
        variables = {**os.environ, "PYTHONPATH": str(self.folder), "NUMBA_DISABLE_JIT": "0"}
        command = [sys.executable, "-c", LEARN.format(folder=str(self.folder))]
        run = subprocess.run(
            command, env=variables, cwd=self.folder, capture_output=True, text=True
        )
        assert run.returncode == 0, run.stderr
        return run.stdout


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    return Copy(tmp_path_factory.mktemp("copy"))


def test_what_is_not_edited_is_learned_again(copy: Copy) -> None:
    assert copy.learn() == copy.before


@pytest.mark.parametrize(
    ("file", "rule", "edited"),
    [
        ("agents/tabular/q_learning.py", "return transition.reward + discount", "return 5.0 + 0.0"),
        ("learning/optimizer.py", "return rate /", "return 0.1 * rate /"),
        ("learning/optimizer.py", "return parameter - learning", "return parameter + learning"),
        ("envs/tabular.py", "model.reward[state, action, outcome]", "7.0"),
    ],
)
def test_an_edited_rule_changes_what_the_compiled_loop_learns(
    copy: Copy, file: str, rule: str, edited: str
) -> None:
    text = (copy.folder / file).read_text()
    assert rule in text
    (copy.folder / file).write_text(text.replace(rule, edited))
    try:
        assert copy.learn() != copy.before
    finally:
        (copy.folder / file).write_text(text)
