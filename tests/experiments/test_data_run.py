"""Runs on data: their directories, and that nothing is lost whenever they are stopped."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from spielfeld.experiments import data_score
from spielfeld.experiments import run as run_module
from spielfeld.experiments.data_score import DataScore, RowEvaluator
from spielfeld.experiments.run import Run, Training, one_thread, train
from spielfeld.experiments.spec import RunSpec
from spielfeld.learning import load_model
from spielfeld.learning.data_sets import find_data_set
from spielfeld.learning.metrics import cross_entropy
from tests.experiments.test_run import IMPATIENT, result

MOONS = RunSpec("neural-network", "two-moons", 3_000, 1, source_options={"rows": 200})


def test_run_on_data_writes_the_same_directory_as_one_in_a_world(tmp_path: Path) -> None:
    run = train(MOONS, tmp_path)
    names = {path.name for path in run.directory.iterdir()}
    assert names == {"spec.json", "history.csv", "scores.csv", "model.safetensors", "summary.json"}
    assert run.directory.name.startswith("neural-network_two-moons_seed-1_")
    assert Run.load(run.directory).summary == json.loads(json.dumps(run.summary))
    assert run.history["samples"][-1] == 3_008  # the last batch is drawn whole
    assert list(run.scores.columns) == ["samples", "seconds", "accuracy", "cross_entropy"]
    assert run.scores["samples"].tolist() == list(range(0, 3_001, 60))
    assert isinstance(run.score, DataScore)
    assert run.score.metrics["accuracy"].value == run.scores["accuracy"][-1] > 0.85
    learner, split = run.learner, run.source
    assert learner.samples == 3_008 and len(split.test) == run.score.test == 40


def test_validation_rows_are_watched_on_the_way_and_test_rows_judge(tmp_path: Path) -> None:
    options = {"rows": 200, "validation": 0.5}
    run = train(RunSpec("neural-network", "two-moons", 2_000, source_options=options), tmp_path)
    learner, split = run.learner, run.source
    watched, judged = (
        cross_entropy(learner.predict(part.inputs), part.targets)
        for part in (split.validation, split.test)
    )
    assert run.scores["cross_entropy"][-1] == watched
    assert run.score.metrics["cross_entropy"].value == judged != watched


@pytest.mark.parametrize("portion", [1, 7, 1_000])
def test_portions_do_not_change_what_is_learned(tmp_path: Path, portion: int) -> None:
    spec = RunSpec("logistic-regression", "blobs", 1_000, source_options={"validation": 10})

    def teach(training: Training) -> None:
        while training.portion:
            training.advance(portion)

    assert result(train(spec, tmp_path / "a", teach)) == result(train(spec, tmp_path / "b"))


@pytest.mark.parametrize("learner", ["neural-network", "k-means", "gaussian-mixture"])
def test_resumed_run_equals_an_uninterrupted_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, learner: str
) -> None:
    monkeypatch.setattr(run_module, "CHECKPOINT_SECONDS", 0.0)
    spec = RunSpec(learner, "blobs", 2_000, source_options={"validation": 0.1})

    def stop(training: Training) -> None:
        training.advance(333)
        raise RuntimeError("power cut")

    for _ in range(3):
        with pytest.raises(RuntimeError, match="power cut"):
            train(spec, tmp_path / "a", stop)
    assert result(train(spec, tmp_path / "a")) == result(train(spec, tmp_path / "b"))


def test_ctrl_c_saves_and_goes_on_later(tmp_path: Path) -> None:
    def press(training: Training) -> None:
        training.advance(500)
        os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        train(MOONS, tmp_path / "a", press)
    directory = tmp_path / "a" / MOONS.directory_name
    assert load_model(directory / "checkpoint.safetensors")[1]["samples"] == 500
    assert result(train(MOONS, tmp_path / "a")) == result(train(MOONS, tmp_path / "b"))


@pytest.mark.slow
def test_killed_at_random_moments_the_run_ends_bit_identical(tmp_path: Path) -> None:
    generator = np.random.default_rng(5)

    def start(root: str) -> subprocess.Popen:
        words = ["train", "neural-network", "two-moons", "--samples", "300000"]
        command = [sys.executable, "-c", IMPATIENT, str(tmp_path / "begun"), *words]
        return subprocess.Popen(
            [*command, "--directory", str(tmp_path / root)], stdout=subprocess.DEVNULL
        )

    interrupted = 0
    for _ in range(3):
        process = start("killed")
        while process.poll() is None and not list(tmp_path.glob("killed/*/checkpoint.*")):
            time.sleep(0.01)
        time.sleep(float(generator.uniform(0, 1)))
        process.kill()
        interrupted += process.wait() != 0
    assert interrupted
    assert start("killed").wait() == 0 == start("whole").wait()
    killed, whole = (Run.load(next((tmp_path / root).iterdir())) for root in ("killed", "whole"))
    assert result(killed) == result(whole)


OWN = """
import numpy as np
from spielfeld.learning import History
from spielfeld.learning.data_sets import find_data_set

calls = []

class Common:
    one_shot, tasks = True, ("classification",)
    def __init__(self, seed=0): self.shares = None
    def learn(self, source, samples):
        calls.append(samples)
        self.shares = np.bincount(source.train.targets) / len(source.train)
        return History()
    def predict(self, inputs):
        if self.shares is None: raise ValueError("There is nothing to predict with yet.")
        return np.tile(self.shares, (len(inputs), 1))

def data(rows=40): return find_data_set("two-moons", rows=rows)
def parts(): return data().split(seed=9)
"""


def test_what_learns_at_once_is_asked_once_and_scored_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own_common.py").write_text(OWN)
    spec = RunSpec("own_common:Common", "two-moons", 5_000)
    run = train(spec, tmp_path, lambda training: training.advance(0) and None)
    from own_common import calls  # type: ignore[import-not-found]

    assert calls == [5_000]
    assert run.scores["samples"].tolist() == [5_000] and not len(run.history)
    assert run.score.metrics["accuracy"].value == 0.5 == run.score.metrics["accuracy"].baseline


def test_data_sets_of_ones_own_need_no_registration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("own_rows.py").write_text(OWN)
    spec = RunSpec("logistic-regression", "own_rows:data", 100, source_options={"rows": 60})
    assert [train(spec, tmp_path).score.test, train(spec, tmp_path).score.train] == [12, 48]
    fixed = RunSpec("logistic-regression", "own_rows:parts", 100)
    assert train(fixed, tmp_path).source.test.inputs.shape == (8, 2)


def test_run_is_not_scored_on_a_file_that_changed_since(tmp_path: Path) -> None:
    path = tmp_path / "my.csv"
    path.write_text("a,b\n" + "1,x\n2,y\n" * 10)
    options = {"target": "b"}
    spec = RunSpec("logistic-regression", str(path), 100, source_options=options)
    run = train(spec, tmp_path)
    assert run.source.train.class_names == ("x", "y")
    path.write_text("a,b\n" + "1,y\n2,x\n" * 10)
    changed = RunSpec("logistic-regression", str(path), 100, source_options=options)
    assert changed.directory_name != spec.directory_name
    with pytest.raises(ValueError, match=r"my\.csv has changed since .*: train again"):
        _ = run.learner


def test_model_of_other_rows_is_refused(tmp_path: Path) -> None:
    run = train(MOONS, tmp_path)
    model = run.directory / "model.safetensors"
    with pytest.raises(ValueError, match="was saved with another spec"):
        Training(RunSpec("neural-network", "two-moons", 3_000)).restore(model)


def test_damaged_summary_is_named(tmp_path: Path) -> None:
    run = train(MOONS, tmp_path)
    path = run.directory / "summary.json"
    for metrics in ({}, {"frogs": {"value": 1.0}}, {"accuracy": {"value": "x"}}, {"accuracy": 1}):
        score = {"metrics": metrics, "train": 1, "validation": 0, "test": 1}
        path.write_text(json.dumps({"score": score, "seconds": 1.0}))
        with pytest.raises(ValueError, match=r"summary\.json is damaged: remove it"):
            Run.load(run.directory)


def test_the_more_there_is_to_predict_the_rarer_are_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_score, "QUICK", 2_000)

    def scores(rows: int, *tasks: str) -> int:
        split = find_data_set("two-moons", rows=rows).split(test=0.5)
        return RowEvaluator(split, tasks).evaluations

    assert scores(20, "classification") == 50
    assert scores(100, "classification") == 20
    assert scores(1_000, "classification") == 5
    assert scores(20, "generation", "density") == 10


def test_one_thread_is_all_that_linear_algebra_gets() -> None:
    from threadpoolctl import threadpool_info

    with one_thread():
        assert {library["num_threads"] for library in threadpool_info()} == {1}
