import sys
from pathlib import Path

import pytest

from spielfeld.experiments.command_line import main
from spielfeld.experiments.run import Run

SEARCH = "tests.experiments.many_learner:Search"
WORDS = ["train", SEARCH, "CartPole-v1", "--samples", "800", "--tensorboard"]


def numbers(directory: Path) -> dict[str, list[tuple[int, float]]]:
    loader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    events = loader.EventAccumulator(str(directory / "tensorboard"))
    events.Reload()
    return {name: [(event.step, event.value) for event in events.Scalars(name)]
            for name in events.Tags()["scalars"]}  # fmt: skip


def told(run: Run) -> dict[str, list[tuple[int, float]]]:
    """What the tables of a run say, as TensorBoard should."""
    found = {}
    for table, history in {"history": run.history, "scores": run.scores}.items():
        for name, column in history.columns.items():
            pairs = zip(history["samples"].astype(int).tolist(), column, strict=True)
            found[f"{table}/{name}"] = [(step, pytest.approx(x)) for step, x in pairs if x == x]
    return {name: pairs for name, pairs in found.items() if pairs and "samples" not in name}


def test_events_are_the_rows_of_history_and_scores(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch")
    pytest.importorskip("tensorboard")
    monkeypatch.chdir(tmp_path)
    assert main(WORDS) == 0
    (directory,) = (tmp_path / "runs").iterdir()
    assert "tensorboard" in capsys.readouterr().out
    expected = told(Run.load(directory, own="tests.experiments.many_learner"))
    assert numbers(directory) == expected and "history/policy_loss" in expected
    assert main(WORDS) == 0  # a complete run tells the same again
    assert numbers(directory) == expected


def test_missing_tensorboard_is_answered_before_learning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard", None)
    assert main(WORDS) == 2
    assert "pip install spielfeld[deep]" in capsys.readouterr().err
    assert not list(tmp_path.glob("runs/*/history.csv"))
