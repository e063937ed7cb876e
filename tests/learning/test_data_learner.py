import importlib
import inspect
import json
import pkgutil
from dataclasses import replace
from importlib.util import find_spec
from typing import Protocol

import numpy as np
import pytest

from spielfeld import learning
from spielfeld.learning.batch import Batch
from spielfeld.learning.data_sets import DataSet, Split, find_data_set
from spielfeld.learning.data_sets.mini_batches import batch_of
from spielfeld.learning.supervised import (
    LinearRegression,
    LogisticRegression,
    LogisticRegressionConfig,
    NeuralNetwork,
    NeuralNetworkConfig,
    RegressionConfig,
    TorchNetwork,
)

CLASSES = find_data_set("blobs", rows=90)
TWO_CLASSES = find_data_set("two-moons", rows=90)
NUMBERS = find_data_set("noisy-curve", rows=90)
LEARNERS = [
    (LinearRegression, RegressionConfig(optimizer="adam", weight_decay=0.1), NUMBERS),
    (LogisticRegression, LogisticRegressionConfig(optimizer="momentum"), CLASSES),
    (LogisticRegression, LogisticRegressionConfig(), TWO_CLASSES),
    (NeuralNetwork, NeuralNetworkConfig(), CLASSES),
    (NeuralNetwork, NeuralNetworkConfig(optimizer="momentum", loss="huber"), NUMBERS),
    pytest.param(
        TorchNetwork,
        NeuralNetworkConfig(hidden=(5,), weight_decay=0.01),
        CLASSES,
        marks=pytest.mark.skipif(find_spec("torch") is None, reason="PyTorch is not installed"),
    ),
]
every = pytest.mark.parametrize(("learner_class", "config", "data"), LEARNERS)


def same_state(one: dict, other: dict) -> bool:
    return list(one) == list(other) and all(np.array_equal(one[key], other[key]) for key in one)


@every
def test_loss_falls(learner_class, config, data) -> None:
    history = learner_class(config).learn(data.split(validation=0.2), 3_000)
    for column in ("loss", "validation_loss"):
        assert history[column][-5:].mean() < history[column][0]


def test_state_before_learning_is_empty_and_restores_to_a_beginner() -> None:
    learner, other = LinearRegression(), LinearRegression()
    assert learner.state() == {} and learner.samples == 0
    other.learn(NUMBERS, 50)
    other.restore(learner.state(), NUMBERS)
    assert other.samples == 0 and other.learn(NUMBERS, 90) == learner.learn(NUMBERS, 90)


def test_restored_to_a_beginner_it_holds_to_other_rows() -> None:
    learner, other = LinearRegression(), LinearRegression()
    learner.learn(NUMBERS, 50)
    learner.state()
    learner.restore({}, NUMBERS)
    for one in (learner, other):
        one.learn(NUMBERS.take(slice(0, 40)), 50)
    assert same_state(learner.state(), other.state())


def test_no_class_of_learning_stands_on_more_than_two_others() -> None:
    modules = pkgutil.walk_packages(learning.__path__, "spielfeld.learning.")
    for module in (importlib.import_module(found.name) for found in modules):
        for _, made in inspect.getmembers(module, inspect.isclass):
            ours = [base for base in made.__mro__[1:] if base.__module__.startswith("spielfeld")]
            ancestors = [base for base in ours if Protocol not in base.__bases__]
            assert len(ancestors) <= 2, f"{made.__name__} stands on {ancestors}"


def test_test_and_validation_rows_teach_nothing() -> None:
    split = NUMBERS.split(validation=0.2, seed=1)
    assert split.validation is not None

    def changed(part: DataSet) -> DataSet:
        return replace(part, inputs=part.inputs * 100, targets=np.zeros(len(part)))

    others = Split(split.train, changed(split.validation), changed(split.test))
    learners = [NeuralNetwork(seed=2) for _ in range(3)]
    for learner, source in zip(learners, (split, others, split.train), strict=True):
        learner.learn(source, 300)
    states = [
        {name: value for name, value in learner.state().items() if "stopping" not in name}
        for learner in learners
    ]
    assert same_state(states[0], states[1]) and same_state(states[0], states[2])


def test_history_has_the_loss_just_before_each_step() -> None:
    data = replace(NUMBERS, inputs=NUMBERS.inputs * 7 + 3)
    config = RegressionConfig(batch_size=len(data))
    learner = LinearRegression(config)
    split = Split(data, data.take(slice(0, 9)), data)
    history = learner.learn(split, 2 * len(data))
    assert list(history.columns) == ["samples", "loss", "validation_loss"]
    assert history["samples"].tolist() == [90, 180]
    assert data.targets is not None
    assert history["loss"][0] == pytest.approx(np.square(data.targets).mean() / 2)
    start = np.square(data.targets[:9]).mean() / 2
    assert history["validation_loss"][0] < start  # after the first step, which is an epoch
    assert list(learner.learn(data, 90).columns) == ["samples", "loss"]


def test_validation_loss_is_that_of_the_last_whole_epoch() -> None:
    split = NUMBERS.split(validation=0.2, test=0.2, seed=1)  # 54 rows to learn from
    config = NeuralNetworkConfig(batch_size=20)
    learner, watched = NeuralNetwork(config, seed=3), NeuralNetwork(config, seed=3)
    history = learner.learn(split, 150)
    assert history["samples"].tolist() == [20, 40, 54, 74, 94, 108, 128, 148, 162]
    assert split.validation is not None
    losses = []
    for samples in (0, 54, 54, 54):
        watched.learn(split.train, samples)
        rows = batch_of(watched.scaled(split.validation))
        losses.append(watched.validation_loss(rows))
    expected = np.repeat(losses, [2, 3, 3, 1])
    assert history["validation_loss"] == pytest.approx(expected, rel=1e-12)


def overfitting(patience: int) -> tuple[NeuralNetwork, Split]:
    """A network far too large for ten rows of noise, and the rows."""
    split = find_data_set("noisy-curve", rows=40, noise=0.3).split(0.5, 0.25)
    config = NeuralNetworkConfig(hidden=(64,), learning_rate=0.03, patience=patience)
    return NeuralNetwork(config, seed=1), split


def test_patience_stops_at_its_end_and_predicts_as_it_did_at_best() -> None:
    (patient, split), (endless, _) = overfitting(5), overfitting(0)
    history = patient.learn(split, 2_000)
    epoch, losses = len(split.train), history["validation_loss"]
    best = int(np.argmin(losses)) + 1  # an epoch is one batch here
    assert best < 100 and patient.samples == epoch * (best + 5)
    assert len(patient.learn(split, 1_000)) == 0 and patient.samples == epoch * (best + 5)
    inputs = split.test.inputs
    endless.learn(split, epoch * best)
    assert np.array_equal(patient.predict(inputs), endless.predict(inputs))
    endless.learn(split, epoch * 5)
    assert not np.array_equal(patient.predict(inputs), endless.predict(inputs))
    assert endless.learn(split, 2_000)["loss"][-1] < history["loss"][-1]


@pytest.mark.parametrize("samples", [0, 30, 95, 2_000])
def test_patience_continues_bit_for_bit(samples: int) -> None:
    (once, split), (twice, _), (restored, _) = (overfitting(5) for _ in range(3))
    history = once.learn(split, 3_000)
    begun = twice.learn(split, samples)
    state = twice.state()
    values = {k: v for k, v in state.items() if not isinstance(v, np.ndarray)}
    restored.restore({**state, **json.loads(json.dumps(values))}, split)
    assert np.array_equal(restored.predict(NUMBERS.inputs), twice.predict(NUMBERS.inputs))
    assert begun + restored.learn(split, 3_000 - samples) == history
    assert same_state(restored.state(), once.state())


def test_without_validation_rows_patience_is_endless() -> None:
    learner, split = overfitting(1)
    learner.learn(split.train, 1_000)
    assert learner.samples == 1_000 and learner.predictor is learner.function


@pytest.mark.parametrize(
    ("schedule", "after_half"), [("linear", 0.5), ("cosine", 0.5), ("step", 0.1)]
)
def test_learning_rate_follows_its_schedule(schedule: str, after_half: float) -> None:
    config = RegressionConfig(0.2, batch_size=30, schedule=schedule, schedule_samples=180)
    learner, rates = LinearRegression(config), []
    for _ in range(7):
        learner.learn(NUMBERS, 30)
        rates.append(learner.step_size(Batch(np.zeros(30), np.zeros(30))))
    assert rates[0] == 0.2 and rates[3] == pytest.approx(0.2 * after_half)
    assert rates == sorted(rates, reverse=True) and rates[-1] < 0.003


def test_predict_takes_inputs_in_their_own_units() -> None:
    wide = replace(NUMBERS, inputs=NUMBERS.inputs * 1000 - 5)
    learners = [NeuralNetwork(seed=1) for _ in range(2)]
    for learner, data in zip(learners, (NUMBERS, wide), strict=True):
        learner.learn(data, 500)
    one, other = (
        learner.predict(data.inputs)
        for learner, data in zip(learners, (NUMBERS, wide), strict=True)
    )
    assert other == pytest.approx(one, abs=1e-9)


@pytest.mark.parametrize(
    ("learner", "data", "message"),
    [
        (
            LinearRegression(),
            CLASSES,
            "LinearRegression learns from data for regression, .* is for classification",
        ),
        (
            LogisticRegression(),
            NUMBERS,
            "LogisticRegression learns from data for classification, .* is for regr",
        ),
        (LinearRegression(), NUMBERS.without_targets(), "is unlabelled"),
        (NeuralNetwork(), find_data_set("ratings"), "is for ratings"),
    ],
)
def test_rows_of_another_kind_are_refused(learner, data, message) -> None:
    with pytest.raises(ValueError, match=message):
        learner.learn(data, 100)


def test_other_widths_and_other_rows_are_refused() -> None:
    learner = LogisticRegression()
    with pytest.raises(ValueError, match="nothing to predict with yet: call learn first"):
        learner.predict(CLASSES.inputs)
    learner.learn(CLASSES, 100)
    with pytest.raises(ValueError, match=r"shape \[rows, 2\], not \(90, 1\)"):
        learner.predict(CLASSES.inputs[:, :1])
    with pytest.raises(ValueError, match=r"shape \[rows, 2\], not \(2,\)"):
        learner.predict(CLASSES.inputs[0])
    with pytest.raises(ValueError, match=r"began with 90 rows of 2 features .* with 50 rows of 2"):
        learner.learn(CLASSES.take(slice(0, 50)), 100)
    with pytest.raises(ValueError, match="Make a new learner for other rows"):
        learner.learn(replace(CLASSES, class_names=("a", "b", "c", "d")), 100)
    learner.learn(CLASSES.take(slice(None)), 100)  # equal rows are the same rows


def test_states_that_do_not_fit_are_refused() -> None:
    learner = NeuralNetwork()
    learner.learn(CLASSES, 100)
    state = learner.state()
    small = NeuralNetwork(NeuralNetworkConfig(hidden=(3, 3)))
    with pytest.raises(ValueError, match=r"saved 'function.parameters.weights0' has shape"):
        small.restore(state, CLASSES)
    with pytest.raises(ValueError, match=r"saved 'rows_digest' differs from the one here"):
        learner.restore(state, CLASSES.take(slice(0, 50)))
    del state["batches.drawn"]
    with pytest.raises(ValueError, match=r"saved state has no 'batches.drawn'"):
        learner.restore(state, CLASSES)


def test_divergence_is_said_in_words() -> None:
    learner = LinearRegression(RegressionConfig(learning_rate=1e3))
    with pytest.raises(ValueError, match=r"no longer finite after \d+ samples: .* below 1000.0"):
        learner.learn(NUMBERS, 100_000)
