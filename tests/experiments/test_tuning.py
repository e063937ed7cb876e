import json

import numpy as np
import pytest

from spielfeld.experiments.command_line import main
from spielfeld.experiments.spec import RunSpec
from spielfeld.experiments.tuning import CHOICES, RANGES, Reached, Task, search, seconds_to

CLIFF = "spielfeld/CliffWalking-v0"


def test_the_same_search_finds_the_same_settings():
    pytest.importorskip("optuna")
    found = []
    for _ in range(2):
        told = []
        task = Task("q-learning", CLIFF, samples=600, seeds=2)
        best = search(task, 3, seed=1, tell=lambda number, trial, told=told: told.append(trial))
        assert len(told) == 3 and best in told
        assert best.score == max(trial.score for trial in told)
        found.append(told)
    assert found[0] == found[1]


def test_what_ships_is_tried_first():
    pytest.importorskip("optuna")
    told = []
    task = Task("q-learning", "spielfeld/DynaMaze-v0", samples=500, seeds=1)
    search(task, 1, seed=1, tell=lambda number, trial: told.append(trial))
    assert told[0].settings == {"initial_value": 1.0}
    search(task, 2, seed=1, tell=lambda number, trial: told.append(trial))
    assert set(told[2].settings) == {"initial_value", *task.searched()}
    assert set(task.searched()) <= {*RANGES, *CHOICES}


def test_a_threshold_is_searched_for_in_seconds():
    task = Task("q-learning", CLIFF, samples=60_000, seeds=2, threshold=-13.0)
    good = task.run({"learning_rate": 0.5})
    assert good.last == 1 and -60 < good.score < 0
    hopeless = task.run({"learning_rate": 1e-12})
    assert hopeless.last == 0 and hopeless.score < good.score


def test_giving_up_soon_is_worse_than_passing_late(monkeypatch):
    task = Task("q-learning", CLIFF, samples=100, seeds=2, threshold=-13.0)
    scores = []
    for ways in ([(6.0, True)] * 2, [(6.0, True), (1.0, False)], [(1.0, False)] * 2):
        given = iter(Reached(seconds, 100, passed) for seconds, passed in ways)
        monkeypatch.setattr(
            "spielfeld.experiments.tuning.seconds_to", lambda *_, given=given: next(given)
        )
        scores.append(task.run({}).score)
    assert scores[0] == -6 and scores == sorted(scores, reverse=True)


def test_settings_are_tried_in_the_units_of_their_learner():
    ours, theirs = (Task(name, "CartPole-v1", 100) for name in ("dqn", "sb3-dqn"))
    assert ours.choices("target_every") == CHOICES["target_every"]
    assert 10 in theirs.choices("target_every")  # what ships for it there
    assert theirs.choices("batch_size") == CHOICES["batch_size"]


def test_settings_that_do_not_fit_score_worst():
    pytest.importorskip("optuna")
    told = []
    task = Task("q-learning", "no-such-world", samples=100, seeds=1)
    with pytest.raises(ValueError, match="None of the 1 trials of q-learning finished"):
        search(task, 1, seed=0, tell=lambda number, trial: told.append(trial))
    assert told[0].score == -np.inf


def test_a_learner_that_cannot_learn_there_is_refused_and_earlier_results_stay(tmp_path, capsys):
    pytest.importorskip("optuna")
    (tmp_path / "tune_dqn_Pendulum-v1.jsonl").write_text("kept")
    words = ["tune", "dqn", "--source", "Pendulum-v1", "--directory", str(tmp_path)]
    assert main(words) == 2
    assert "DQN needs Discrete actions, not Box" in capsys.readouterr().err
    assert (tmp_path / "tune_dqn_Pendulum-v1.jsonl").read_text() == "kept"


def test_learning_ends_when_the_threshold_is_passed():
    spec = RunSpec("q-learning", CLIFF, 100_000, seed=3)
    way = seconds_to(spec, 0.99, every=2_000, by_share=True)
    assert way.passed and 2_000 <= way.samples < 100_000 and way.samples % 2_000 == 0
    assert seconds_to(spec, 1.01, every=60_000, by_share=True)[1:] == (100_000, False)


def test_the_command_writes_what_was_tried(tmp_path, capsys):
    pytest.importorskip("optuna")
    words = ["tune", "sarsa", "--source", CLIFF, "--samples", "400", "--trials", "2"]
    assert main([*words, "--seeds", "1", "--directory", str(tmp_path)]) == 0
    printed = capsys.readouterr().out
    assert f'[sarsa."{CLIFF}"]' in printed and "learning_rate = " in printed
    lines = (tmp_path / "tune_sarsa_CliffWalking-v0.jsonl").read_text().splitlines()
    assert [json.loads(line)["trial"] for line in lines] == [1, 2]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--source", CLIFF], "Name one or more learners first"),
        (["ppo", "--source", CLIFF, "--trials", "0"], "must be 1 or more"),
        (["bandit-greedi", "--source", CLIFF], "Did you mean bandit-greedy"),
        (["least-squares", "--source", "noisy-curve"], "no settings to search"),
    ],
)
def test_mistakes_are_answered_in_a_sentence(words, sentence, tmp_path, capsys):
    pytest.importorskip("optuna")
    assert main(["tune", *words, "--directory", str(tmp_path)]) == 2
    assert sentence in capsys.readouterr().err
