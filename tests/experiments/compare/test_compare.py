import csv
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from spielfeld.experiments.command_line import main
from spielfeld.experiments.commands.compare import contestants
from spielfeld.experiments.registry import LEARNERS

ROOT = Path(__file__).resolve().parents[3]
Say = Callable[..., tuple[int, str, str]]
CLIFF = ("--source", "spielfeld/CliffWalking-v0")
AS_IN_THE_BOOK = [
    word
    for setting in ("learning_rate=0.5", "learning_rate_decay=0", "discount=1",
                    "exploration_rate=0.1", "final_exploration_rate=0.1")
    for word in ("--config", setting)
]  # fmt: skip


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Compare in a folder and a process of our own; return exit code, output and errors."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str) -> tuple[int, str, str]:
        for option, value in (("--jobs", "1"), ("--output", "out")):
            words = words if option in words else (*words, option, value)
        try:
            code = main(["compare", *words])
        except SystemExit as stop:  # tyro's own answers
            code = int(stop.code or 0)
        return code, *capsys.readouterr()

    return run


def written() -> dict:
    return json.loads(Path("out/comparison.json").read_text())


@pytest.mark.slow
def test_real_difference_on_the_cliff_is_found_with_ten_seeds(say: Say) -> None:
    words = ("q-learning", "expected-sarsa", *CLIFF, "--measure", "online", "--samples", "5000")
    code, output, _ = say(*words, *AS_IN_THE_BOOK)
    assert code == 0
    assert re.search(r"expected-sarsa is better than q-learning by 2\d\.\d on average", output)
    assert "too narrow" not in output
    pair = written()["pairs"][0]
    assert pair["difference"]["low"] > 15 and pair["paired"] and pair["improvement"] == 1.0
    assert pair["sentence"] in Path("out/comparison.md").read_text()
    with Image.open("out/comparison.png") as picture:
        assert picture.size[0] > 500


@pytest.mark.slow
def test_same_runs_again_are_not_run_and_few_seeds_are_distrusted(say: Say) -> None:
    words = ("q-learning", "q-learning:first_seed=7,label=again", *CLIFF, "--samples", "600")
    code, output, _ = say(*words, "--seeds", "6")
    assert code == 0
    assert "With fewer than 10 seeds the interval is too narrow to trust." in output
    assert not written()["pairs"][0]["paired"] and len(written()["runs"]) == 12
    before = {path: path.stat().st_mtime_ns for path in Path("runs").glob("*/summary.json")}
    assert len(before) == 12
    assert say(*words, "--seeds", "6")[:2] == (0, output)
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_a_log_tells_of_every_run_and_the_table_holds_a_line_for_each(say: Say) -> None:
    words = ("q-learning", "sarsa:samples=200", "--source", "four-rooms", CLIFF[1])
    code, _, error = say(*words, "--seeds", "2", "--samples", "300")
    assert code == 0
    lines = error.splitlines()
    assert re.fullmatch(r"run 1 of 8: q-learning seed 0 in four-rooms, \d+\.\d s", lines[0])
    assert [line[:11] for line in lines] == [f"run {k} of 8:" for k in range(1, 9)]
    with Path("out/comparison.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    runs = [(one["learner"], one["source"], one["seed"], one["samples"]) for one in table]
    assert runs == [
        (learner, source, seed, samples)
        for source in ("four-rooms", CLIFF[1])
        for learner, samples in (("q-learning", "300"), ("sarsa:samples=200", "200"))
        for seed in "01"
    ]
    assert [float(one["score"]) for one in table] == [run["score"] for run in written()["runs"]]
    assert {json.loads(one["settings"])["discount"] for one in table} == {0.99}
    assert {one["unit"] for one in table} == {"share of perfect"}


@pytest.mark.parametrize("seeds", ["1", "2"])
def test_one_and_two_seeds_are_too_few(say: Say, seeds: str) -> None:
    code, output, error = say("q-learning", "sarsa", *CLIFF, "--samples", "300", "--seeds", seeds)
    assert code == 0 and "Too few runs to compare" in output, error
    assert f"with {seeds} common seed" in output


@pytest.mark.slow
def test_several_worlds_are_taken_together_where_the_optimum_is_known(say: Say) -> None:
    code, output, _ = say(
        "q-learning", "sarsa:samples=500", "--source", "cliff-walking", "four-rooms",
        "Blackjack-v1", "--samples", "400", "--seeds", "2",
    )  # fmt: skip
    assert code == 0
    rows = {(row["learner"], row["world"]): row for row in written()["rows"]}
    assert (
        len(rows) == 2 * 3 + 2 and rows["q-learning", "all worlds"]["unit"]["name"][:5] == "share"
    )
    assert rows["q-learning", "Blackjack-v1"]["share"] is None
    assert "all worlds" in output
    assert "Budgets in four-rooms differ: q-learning 400, sarsa:samples=500 500 samples." in output


def test_a_source_has_options_of_its_own(say: Say) -> None:
    maze = "spielfeld/Maze-v0:rows={0},columns={0}"
    words = ("q-learning", "sarsa", "--source", maze.format(5), maze.format(7))
    code, output, _ = say(*words, "--set", "seed=1", "--samples", "300", "--seeds", "1")
    assert code == 0 and "Maze-v0:rows=5,columns=5" in output
    runs = [json.loads(path.read_text()) for path in Path("runs").glob("*/spec.json")]
    assert sorted(run["source_options"]["rows"] for run in runs) == [5, 5, 7, 7]
    assert {run["source_options"]["seed"] for run in runs} == {1}


def test_what_cannot_be_is_said_and_stops_nothing(say: Say) -> None:
    words = (*CLIFF, "--samples", "300", "--seeds", "2")
    code, output, error = say("q-learning", "sarsa", "bandit-ucb", *words)
    assert code == 2, "what was asked for by name could not be done"
    *progress, reason = error.splitlines()
    assert reason.startswith("bandit-ucb in spielfeld/CliffWalking-v0: A bandit learner needs")
    assert len(progress) == 4 and "bandit-ucb" not in output
    assert "Too few runs to compare" in output
    assert {one["learner"] for one in written()["refused"]} == {"bandit-ucb"}


def test_diverged_learner_is_reported_and_not_averaged_away(say: Say) -> None:
    Path("lost.py").write_text(
        "import numpy as np\n"
        "from spielfeld.learning import History\n"
        "class Lost:\n"
        "    def __init__(self, seed=0): self.value = np.nan if seed == 1 else 0.0\n"
        "    def predict(self, inputs): return np.full((*np.shape(inputs), 4), self.value)\n"
        "    def learn(self, source, samples): return History()\n"
    )
    code, output, _ = say("lost:Lost", "q-learning", *CLIFF, "--samples", "300", "--seeds", "3")
    assert code == 0
    assert "lost:Lost diverged in spielfeld/CliffWalking-v0 with seed 1" in output
    assert "not compared: lost:Lost diverged." in output
    row = next(row for row in written()["rows"] if row["learner"] == "lost:Lost")
    assert row["middle"] is None and row["diverged"] == [1]


def test_learner_that_breaks_stops_no_other(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("breaking.py").write_text(
        "class Broken:\n"
        "    def __init__(self, seed=0): pass\n"
        "    def predict(self, inputs): return inputs\n"
        "    def learn(self, source, samples): return self.nothing\n"
    )
    words = ("breaking:Broken", "q-learning", *CLIFF, "--samples", "300", "--seeds", "1")
    code, _, error = say(*words)
    assert code == 2 and "AttributeError 'Broken' object has no attribute 'nothing'." in error
    assert written()["rows"][0]["learner"] == "q-learning"
    monkeypatch.setenv("SPIELFELD_TRACEBACK", "1")
    with pytest.raises(AttributeError):
        say(*words)


def test_damaged_run_is_named(say: Say) -> None:
    words = ("q-learning", "sarsa", *CLIFF, "--samples", "300", "--seeds", "2")
    say(*words)
    next(Path("runs").glob("sarsa*/summary.json")).write_text("{")
    code, _, error = say(*words)
    assert code == 2 and re.search(r"sarsa in .*summary\.json is damaged: remove it", error)


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["q-lerning", "sarsa", *CLIFF], "Did you mean q-learning?"),
        (["q-learning", "sarsa", "--source", "four-roms"], "Did you mean four-rooms"),
        (["q-learning", *CLIFF], "two learners or more, not only q-learning"),
        (["q-learning", "sarsa"], "Name a source: --source SOURCE"),
        ([*CLIFF], "Begin with the learners"),
        (["q-learning", "q-learning", *CLIFF], "named twice; q-learning:first_seed=100"),
        (["q-learning", "sarsa", *CLIFF, "--seeds", "0"], "seeds must be 1 or more, not 0."),
        (["q-learning", "sarsa", *CLIFF, "--jobs", "0"], "jobs must be 1 or more, or -1"),
        (["q-learning", "sarsa", *CLIFF, "--config", "learning_rat=1"], "mean learning_rate?"),
        (["q-learning", "sarsa", *CLIFF, "--config", "frog=1"], "has no setting 'frog'. It has"),
        (["q-learning", "sarsa", "--source", f"{CLIFF[1]}:frog=1"], "frog"),
        (["q-learning", "sarsa", *CLIFF, "--config", "frog"], "--config takes NAME=VALUE"),
        (["q-learning", "sarsa:learning_rate=7", *CLIFF], "must be above 0 and at most 1, not 7.0"),
        (["q-learning", "sarsa:learning_rate=x", *CLIFF], "learning_rate must be a number"),
        (["q-learning", "sarsa:samples=0", *CLIFF], "samples must be a whole number from 1"),
        (["q-learning", "sarsa", *CLIFF, "--samples", "0"], "samples must be a whole number from"),
        (["q-learning", "sarsa", *CLIFF, "--last", "0"], "last must be above 0"),
        (["q-learning", "sarsa", *CLIFF, "--threshold", "nan"], "threshold must be a number"),
        (["q-learning", "sarsa", *CLIFF, "--output", "/proc/none"], "/proc/none"),
        (["bandit-ucb", "bandit-greedy", *CLIFF], "A bandit learner needs a world of one state"),
    ],
)
def test_each_mistake_gets_a_sentence(say: Say, words: list[str], answer: str) -> None:
    code, _, error = say(*words)
    assert code == 2 and answer in error and error.count("\n") == 1 and "Traceback" not in error


def test_cluster_without_dask_is_answered(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    words = ("q-learning", "sarsa", *CLIFF, "--seeds", "1", "--samples", "10")
    code, _, error = say(*words, "--cluster", "tcp://nowhere:1")
    assert code == 2 and "needs Dask: `pip install distributed`" in error


@pytest.mark.slow
def test_killed_comparison_repeats_no_finished_run(tmp_path: Path) -> None:
    words = ["q-learning", "sarsa", *CLIFF, "--seeds", "6", "--samples", "20000", "--jobs", "2"]
    command = [sys.executable, "-m", "spielfeld.experiments.command_line", "compare", *words]
    place = {**os.environ, "PYTHONPATH": str(ROOT)}

    def finished() -> dict[Path, int]:
        found = tmp_path.glob("runs/*_seed-*/summary.json")
        return {path: path.stat().st_mtime_ns for path in found}

    first = subprocess.Popen(command, cwd=tmp_path, env=place, start_new_session=True)
    while len(finished()) < 3:
        assert first.poll() is None
        time.sleep(0.02)
    os.killpg(first.pid, signal.SIGKILL)  # with its workers, as a power cut would
    first.wait()
    before = finished()
    assert 3 <= len(before) < 12
    second = subprocess.run(command, cwd=tmp_path, env=place, capture_output=True, text=True)
    assert second.returncode == 0, second.stderr
    after = finished()
    assert len(after) == 12
    assert {path: after[path] for path in before} == before


@pytest.mark.slow
def test_ctrl_c_stops_all_processes_with_a_sentence(tmp_path: Path) -> None:
    words = ["q-learning", "sarsa", *CLIFF, "--seeds", "50", "--samples", "1000000", "--jobs", "2"]
    command = [sys.executable, "-m", "spielfeld.experiments.command_line", "compare", *words]
    place = {**os.environ, "PYTHONPATH": str(ROOT)}
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in a shell's background
    run = subprocess.Popen(
        command, cwd=tmp_path, env=place, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    while not list(tmp_path.glob("runs/*_seed-*/summary.json")):
        assert run.poll() is None
        time.sleep(0.02)
    os.killpg(run.pid, signal.SIGINT)  # as a terminal does
    _, error = run.communicate(timeout=600)
    assert run.returncode == 130
    *progress, stopped = error.splitlines()
    assert stopped == "Stopped. The same command continues; no finished run is repeated."
    assert all(re.match(r"run \d+ of 100: ", line) for line in progress)


def test_all_stands_for_every_learner() -> None:
    assert [one.label for one in contestants(["all"], {})] == list(LEARNERS)


@pytest.mark.slow
def test_learners_are_compared_with_those_of_their_own_unit(say: Say) -> None:
    words = ("--source", "spielfeld/RandomWalk5-v0", "--samples", "200", "--seeds", "1")
    code, _, error = say("q-learning", "td-lambda", "bandit-ucb", *words)
    assert code == 2
    assert "bandit-ucb in spielfeld/RandomWalk5-v0: A bandit learner needs" in error
    units = {row["learner"]: row["unit"]["name"] for row in written()["rows"]}
    assert units["td-lambda"] == "error" and units["q-learning"] == "share of perfect"
    assert written()["pairs"] == []
