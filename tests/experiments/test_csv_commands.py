"""Any CSV file is trained on and scored, or answered with exactly one sentence."""

import contextlib
import io
import itertools
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spielfeld.experiments import run
from spielfeld.experiments.command_line import main
from tests.learning.data_sets.test_csv_fuzz import CELLS, FILES

LEARNERS = ("logistic-regression", "linear-regression", "ridge", "neural-network", "k-means",
            "gaussian-mixture", "principal-components")  # fmt: skip
NUMBER = itertools.count()


def say(*words: str) -> tuple[int, str, str]:
    """Run one command; return its exit code, output and errors."""
    output, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        try:
            code = main(words)
        except SystemExit as stop:  # tyro's own answers
            code = int(stop.code or 0)
    return code, output.getvalue(), errors.getvalue()


@st.composite
def hard_tables(draw) -> bytes:
    """Files with numbers at the edge of what squares hold, equal rows, rare classes, same names."""
    edge = st.sampled_from(["0", "1e99", "-1e99", "1e-300", "1e101", "3.5", "-2"])
    kinds = [edge, st.just("7"), st.sampled_from("ab"), st.integers(0, 1).map(str), CELLS]
    columns = [draw(st.sampled_from(kinds)) for _ in range(draw(st.integers(1, 4)))]
    header = [draw(st.sampled_from(["c0", "c1", "c2", "c3"])) for _ in columns]
    if draw(st.integers(0, 3)):
        header = [f"c{k}" for k in range(len(columns))]
    rows = [[draw(column) for column in columns] for _ in range(draw(st.integers(1, 12)))]
    return "\n".join(",".join(row) for row in [header, *rows]).encode()


@st.composite
def sound_tables(draw) -> bytes:
    """Files as they should be, but for a missing cell, a constant column, or very large numbers."""
    numbers = [st.integers(-9, 9).map(str), st.floats(-9, 9).map(repr), st.just("4")]
    numbers.append(st.sampled_from(["0", "1e99", "-1e99", "1e-300"]))
    kinds = st.sampled_from([*numbers, st.sampled_from("ab"), st.sampled_from("xyz")])
    columns = [draw(kinds) for _ in range(draw(st.integers(2, 4)))]
    rows = [[draw(column) for column in columns] for _ in range(draw(st.integers(3, 12)))]
    for _ in range(draw(st.integers(0, 2))):
        rows[draw(st.integers(0, len(rows) - 1))][0] = ""
    header = [f"c{k}" for k in range(len(columns))]
    return "\n".join(",".join(row) for row in [header, *rows]).encode()


def check(path: Path, learner: str, target: str | None, task: str | None) -> str:
    words = [] if target is None else ["--target", target]
    words += [] if task is None else ["--task", task]
    place = ("--directory", str(path.parent / f"runs-{next(NUMBER)}"))
    code, output, errors = say("train", learner, str(path), *words, *place, "--samples", "40")
    if code == 0:
        assert "training rows" in output and "learner" in output, output
        assert errors == ""
        return "trained"
    assert code == 2
    assert errors.startswith("Error: ") and errors.count("\n") == 1, errors
    assert errors.rstrip("\n").isprintable() and "Traceback" not in errors
    return "refused"


@pytest.fixture
def without_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of runs write six files each: whether they reached the disk is tested elsewhere."""
    write = sys.modules["spielfeld.files"].os  # type: ignore[attr-defined]
    monkeypatch.setattr(write, "fsync", lambda handle: None)
    monkeypatch.setattr(run, "one_thread", contextlib.nullcontext)  # costs more than such a run
    monkeypatch.setattr("spielfeld.experiments.commands.train._draw", lambda run: None)


@pytest.mark.slow
@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.one_of(FILES, hard_tables(), sound_tables(), sound_tables()),
    st.sampled_from(LEARNERS),
    st.sampled_from(["c0", "c1", "c1", None, "a"]),
    st.sampled_from([None, None, None, "regression", "classification"]),
)
def test_any_file_is_trained_on_or_answered_with_one_sentence(
    tmp_path: Path, without_waiting_for_the_disk: None, content, learner, target, task
) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    check(path, learner, target, task)


@pytest.mark.parametrize(
    ("content", "target", "outcome"),
    [
        ("", "a", "refused"),
        ("a,b\n", "a", "refused"),
        ("a,b\n1,2\n", "a", "refused"),
        ("a,b\n1,2\n2,3\n", "a", "trained"),
        ("a,a\n1,2\n2,3\n", "a", "refused"),
        ("a,b\n1,2,3\n2,3\n", "a", "refused"),
        ("a,b\nnan,2\n1,2\n5,7\n", "a", "trained"),
        ("a,b\n1e99,-1e99\n-1e99,1e99\n2,3\n", "a", "trained"),
        ("a,b\n1e999,2\n3,4\n", "a", "refused"),
        ("a,b\nx,2\nx,3\nx,4\n", "a", "refused"),
        ("a\n1\n2\n", "a", "refused"),
    ],
)
def test_the_usual_faults_of_files(tmp_path: Path, content: str, target: str, outcome: str) -> None:
    path = tmp_path / "any.csv"
    path.write_text(content)
    assert check(path, "linear-regression", target, "regression") == outcome


def test_both_outcomes_are_told_with_their_plots(tmp_path: Path) -> None:
    path = tmp_path / "any.csv"
    path.write_text("a,b,c\n" + "1,2,x\n3,4,y\n" * 9)
    directory = str(tmp_path / "runs")
    words = ("train", "logistic-regression", str(path), "--samples", "40", "--directory", directory)
    assert "--target COLUMN; " in say(*words)[2]
    code, output, _ = say(*words, "--target", "c")
    assert code == 0 and "learning_curve.png" in output
