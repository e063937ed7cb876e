"""Bandits from the command line, from training to evaluation."""

from pathlib import Path

import pytest

from spielfeld.experiments import run as run_module
from spielfeld.experiments.command_line import main
from spielfeld.experiments.registry import LEARNERS
from spielfeld.experiments.run import Run, Training, train
from spielfeld.experiments.spec import RunSpec
from spielfeld.learning import load_model

pytestmark = pytest.mark.whole

FAMILY = [name for name in LEARNERS if name.startswith("bandit-")]
TESTBED = "spielfeld/TenArmedTestbed-v0"


def arrays(run: Run) -> dict[str, bytes]:
    """What a run has learned and recorded, but for how long it took."""
    saved, _ = load_model(run.directory / "model.safetensors")
    return {name: array.tobytes() for name, array in saved.items() if "seconds" not in name}


@pytest.mark.parametrize("name", FAMILY)
def test_every_bandit_learner_trains_and_is_scored(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--samples", "3000", "--directory", str(tmp_path), "--set", "problem=3"]
    assert main(["train", name, TESTBED, *words]) == 0
    assert "share of perfect" in capsys.readouterr().out
    (directory,) = tmp_path.iterdir()
    run = Run.load(directory)
    assert run.history["samples"].tolist() == [1000, 2000, 3000]
    assert len(run.scores) == 51
    assert main(["evaluate", str(directory), "--episodes", "2"]) == 0
    printed = capsys.readouterr().out
    assert "share of perfect" in printed and "mean return of 2 episodes" in printed


@pytest.mark.parametrize("source", [TESTBED, "spielfeld/DriftingBandit-v0"])
def test_resumed_run_equals_an_uninterrupted_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    monkeypatch.setattr(run_module, "CHECKPOINT_SECONDS", 0.0)
    spec = RunSpec("bandit-ucb", source, 25_000, seed=2)

    def stop(training: Training) -> None:
        training.advance(7_777)
        raise RuntimeError("power cut")

    for _ in range(2):
        with pytest.raises(RuntimeError, match="power cut"):
            train(spec, tmp_path / "a", stop)
    resumed, whole = train(spec, tmp_path / "a"), train(spec, tmp_path / "b")
    assert arrays(resumed) == arrays(whole)
    assert resumed.score == whole.score
    learner, env = resumed.learner, resumed.source
    assert learner.samples == 25_000
    assert env.unwrapped.means.tolist() == whole.source.unwrapped.means.tolist()


def test_settings_of_a_method_come_from_the_command_line(tmp_path: Path) -> None:
    words = ["--confidence", "0.5", "--samples", "100", "--directory", str(tmp_path)]
    assert main(["train", "bandit-ucb", "spielfeld/Bandit-v0", "--set", "means=[0,1]", *words]) == 0
    (directory,) = tmp_path.iterdir()
    run = Run.load(directory)
    learner, env = run.learner, run.source
    assert learner.config.confidence == 0.5
    assert env.unwrapped.means.tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["bandit-ucb", "spielfeld/CliffWalking-v0"], "needs a world of one state"),
        (["bandit-ucb", "spielfeld/Bandit-v0"], "A bandit needs either model= or means="),
        (["bandit-ucb", TESTBED, "--set", "problem=-1"], "problem must be a whole number from 0"),
    ],
)
def test_mistakes_are_answered_in_one_sentence(
    words: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", *words, "--directory", str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert sentence in error and "Traceback" not in error


def test_list_names_worlds_and_learners(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list"]) == 0
    printed = capsys.readouterr().out
    for name in (*FAMILY, TESTBED, "spielfeld/Bandit-v0", "spielfeld/DriftingBandit-v0"):
        assert name in printed
