"""Self-play from the command line, from training to evaluation."""

from pathlib import Path

import pytest

from spielfeld.experiments import run as run_module
from spielfeld.experiments.command_line import main
from spielfeld.experiments.run import Run, Training, train
from spielfeld.experiments.spec import RunSpec
from spielfeld.learning import load_model

pytestmark = pytest.mark.whole

NAME = "spielfeld/TicTacToe-v0"


@pytest.mark.parametrize("name", ["td-self-play", "q-self-play"])
def test_self_play_trains_and_is_scored(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", name, NAME, "--samples", "2000", "--directory", str(tmp_path)]) == 0
    capsys.readouterr()
    (directory,) = tmp_path.iterdir()
    assert Run.load(directory).history["samples"][-1] <= 2_000
    assert main(["evaluate", str(directory), "--episodes", "2"]) == 0
    assert "mean return of 2 episodes" in capsys.readouterr().out


def test_resumed_run_equals_an_uninterrupted_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module, "CHECKPOINT_SECONDS", 0.0)
    spec = RunSpec("td-self-play", NAME, 3_000, seed=2)

    def stop(training: Training) -> None:
        training.advance(777)
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError, match="power cut"):
        train(spec, tmp_path / "cut", stop)
    resumed, whole = train(spec, tmp_path / "cut"), train(spec, tmp_path / "whole")
    assert resumed.history == whole.history
    saved = [
        load_model(run.directory / "model.safetensors")[0]["table.values"]
        for run in (resumed, whole)
    ]
    assert saved[0].tobytes() == saved[1].tobytes()


def test_a_board_too_large_for_a_table_is_answered_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["train", "td-self-play", "spielfeld/ConnectFour-v0", "--directory", str(tmp_path)]
    assert main(words) == 2
    assert "A board of 6 x 7 cells has too many positions" in capsys.readouterr().err
