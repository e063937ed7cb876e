"""Learners edit these files: what they change must be what runs next."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LEARN = """
import gymnasium, spielfeld.envs, spielfeld.agents
from spielfeld.agents import QLearning

assert spielfeld.agents.__file__.startswith({folder!r})
learner = QLearning(seed=1)
learner.learn(gymnasium.make("spielfeld/CliffWalking-v0"), 3_000)
print(learner.action_values.min())
"""


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
    tmp_path: Path, file: str, rule: str, edited: str
) -> None:
    for package in ("spielfeld", "learning", "envs", "agents", "experiments"):
        shutil.copytree(ROOT / package, tmp_path / package, symlinks=True)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)

    def learn() -> str:
        variables = {**os.environ, "PYTHONPATH": str(tmp_path), "NUMBA_DISABLE_JIT": "0"}
        script = LEARN.format(folder=str(tmp_path))
        command = [sys.executable, "-c", script]
        run = subprocess.run(command, env=variables, cwd=tmp_path, capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
        return run.stdout

    before = learn()
    assert learn() == before
    text = (tmp_path / file).read_text()
    assert rule in text
    (tmp_path / file).write_text(text.replace(rule, edited))
    assert learn() != before
