"""Runs of learners that act in many worlds at once."""

from pathlib import Path

import numpy as np
import pytest

from spielfeld.experiments import run as run_module
from spielfeld.experiments.compare.runs import Measure, Planned, result
from spielfeld.experiments.run import Run, Training, train
from spielfeld.experiments.spec import RunSpec
from spielfeld.files import load_model

SEARCH = "tests.experiments.many_learner:Search"
CART_POLE = RunSpec(SEARCH, "CartPole-v1", 6_001, seed=1)
CONNECT_FOUR = RunSpec(
    SEARCH, "spielfeld/ConnectFour-v0", 3_000, source_options={"opponent": "rule"}
)
CLIFF = RunSpec(SEARCH, "spielfeld/CliffWalking-v0", 3_000)


@pytest.fixture(scope="module")
def cart_pole(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return train(CART_POLE, tmp_path_factory.mktemp("runs"))


def test_what_fills_no_step_of_all_worlds_is_not_said_to_be_taken(cart_pole: Run) -> None:
    assert cart_pole.summary["samples"] == 6_000


def test_worlds_without_a_model_are_played_twenty_times_on_the_way(cart_pole: Run) -> None:
    scores = cart_pole.scores
    assert list(scores.columns) == ["samples", "seconds", "value"]
    assert scores["samples"].tolist() == list(range(0, 6_001, 300))
    assert (np.diff(scores["seconds"]) > 0).all() and scores["seconds"][0] == 0
    assert cart_pole.score.episodes == 100 and cart_pole.score.value == scores["value"][-1]


def test_search_learns_to_balance(cart_pole: Run) -> None:
    assert cart_pole.scores["value"][0] < 100 < cart_pole.score.value


def test_curve_of_a_world_without_a_model_is_that_of_the_greedy_policy(cart_pole: Run) -> None:
    line = result(Planned("a", "CartPole-v1", cart_pole.spec), cart_pole, Measure())
    assert line.curve.tolist() == [cart_pole.scores[name].tolist() for name in ("samples", "value")]
    assert line.samples == 6_000


def test_boards_against_an_opponent_that_compiles_are_played_on_the_way(tmp_path: Path) -> None:
    scores = train(CONNECT_FOUR, tmp_path).scores
    assert len(scores) == 21 and (np.abs(scores["value"]) <= 1).all()


def test_worlds_with_a_model_are_scored_exactly(tmp_path: Path) -> None:
    run = train(CLIFF, tmp_path)
    assert run.score.episodes == 0 and run.score.share is not None
    assert list(run.scores.columns) == ["samples", "seconds", "value", "share"]
    assert len(run.scores) == 51


class PowerCutError(Exception):
    """Ends a run at once."""


@pytest.mark.parametrize("spec", [CLIFF, CONNECT_FOUR])
def test_interrupted_run_ends_as_an_uninterrupted_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spec: RunSpec
) -> None:
    monkeypatch.setattr(run_module, "CHECKPOINT_SECONDS", 0.0)

    def cut(training: Training) -> None:
        training.advance(1_001)
        raise PowerCutError

    with pytest.raises(PowerCutError):
        train(spec, tmp_path / "cut", cut)
    resumed, whole = train(spec, tmp_path / "cut"), train(spec, tmp_path / "whole")
    assert resumed.history.to_csv() == whole.history.to_csv()
    assert resumed.summary["score"] == whole.summary["score"]
    (own, _), (other, _) = (
        load_model(run.directory / "model.safetensors") for run in (resumed, whole)
    )
    timed = {"scores.seconds"}
    for name in own.keys() - timed:
        assert np.array_equal(own[name], other[name], equal_nan=True), name


def test_trained_run_predicts_again(cart_pole: Run) -> None:
    learner, env = cart_pole.learner, cart_pole.source
    assert learner.samples == 6_000
    assert learner.predict(env.reset(seed=1)[0][None]).shape == (1, 2)
