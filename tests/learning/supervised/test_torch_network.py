"""The network by hand and the one in PyTorch, as learners: the same path from the same seed."""

import sys
from dataclasses import replace

import numpy as np
import pytest

from spielfeld.learning.data_sets import DataSet, find_data_set
from spielfeld.learning.supervised import NeuralNetwork, NeuralNetworkConfig, TorchNetwork

CLASSES = find_data_set("blobs", rows=150)
NUMBERS = find_data_set("noisy-curve", rows=150)
DEPTHS = [(), (7,), (6, 5), (5, 4, 4)]
ADAM = NeuralNetworkConfig(0.01, batch_size=20)


def both(config: NeuralNetworkConfig) -> tuple[NeuralNetwork, TorchNetwork]:
    pytest.importorskip("torch")
    return NeuralNetwork(config, seed=4), TorchNetwork(config, seed=4)


@pytest.mark.parametrize("data", [CLASSES, NUMBERS], ids=["classes", "numbers"])
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
@pytest.mark.parametrize("hidden", DEPTHS)
@pytest.mark.slow
def test_400_steps_follow_the_same_path(data: DataSet, activation: str, hidden: tuple) -> None:
    by_hand, in_torch = both(replace(ADAM, activation=activation, hidden=hidden))
    ours, theirs = (learner.learn(data, 50 * len(data)) for learner in (by_hand, in_torch))
    assert len(ours) == 400 and np.array_equal(ours["samples"], theirs["samples"])
    assert theirs["loss"] == pytest.approx(ours["loss"], rel=1e-6, abs=1e-6)
    assert in_torch.predict(data.inputs) == pytest.approx(by_hand.predict(data.inputs), abs=1e-6)
    same_gradients(by_hand, in_torch, data.inputs)


def same_gradients(by_hand: NeuralNetwork, in_torch: TorchNetwork, inputs: np.ndarray) -> None:
    function, module = by_hand.function, in_torch.function
    upstream = np.random.default_rng(0).normal(size=function(inputs).shape)
    slopes = module.gradient(inputs, upstream)
    for ours, theirs in zip(function.gradient(inputs, upstream).values(),
                            sorted_as_by_hand(slopes), strict=True):  # fmt: skip
        assert theirs == pytest.approx(ours, rel=1e-6, abs=1e-6)


def sorted_as_by_hand(slopes: dict[str, np.ndarray]) -> list[np.ndarray]:
    """PyTorch keeps weights as [outputs, inputs]; by hand, the last layer's come first."""
    layers = sorted({int(name.split(".")[0]) for name in slopes}, reverse=True)
    return [array for k in layers for array in (slopes[f"{k}.weight"].T, slopes[f"{k}.bias"])]


@pytest.mark.parametrize(
    "settings",
    [
        {"optimizer": "sgd", "learning_rate": 0.1},
        {"optimizer": "momentum", "schedule": "cosine", "schedule_samples": 6_000},
        {"weight_decay": 0.05, "loss": "huber"},
    ],
)
def test_optimizers_schedules_and_weight_decay_lead_both_the_same_way(settings: dict) -> None:
    by_hand, in_torch = both(replace(ADAM, activation="tanh", **settings))
    for learner in (by_hand, in_torch):
        learner.learn(NUMBERS, 50 * len(NUMBERS))
    expected = by_hand.predict(NUMBERS.inputs)
    assert in_torch.predict(NUMBERS.inputs) == pytest.approx(expected, abs=1e-6)


def test_both_stop_early_at_the_same_epoch() -> None:
    split = find_data_set("noisy-curve", rows=40, noise=0.3).split(0.5, 0.25)
    config = NeuralNetworkConfig(hidden=(64,), learning_rate=0.03, patience=5)
    by_hand, in_torch = both(config)
    for learner in (by_hand, in_torch):
        learner.learn(split, 5_000)
    assert in_torch.samples == by_hand.samples < 5_000
    expected = by_hand.predict(NUMBERS.inputs)
    assert in_torch.predict(NUMBERS.inputs) == pytest.approx(expected, abs=1e-6)


def test_making_a_module_leaves_torchs_global_generator_alone() -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    TorchNetwork().learn(CLASSES, 1)
    assert torch.rand(1) == expected


def test_without_pytorch_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(ImportError, match=r"torch-network needs PyTorch, .* `pip install torch`"):
        TorchNetwork().learn(CLASSES, 10)
