"""The network by hand against the same network in PyTorch, whose gradients come from autograd."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from spielfeld.learning import (
    SGD,
    Adam,
    Batch,
    CrossEntropy,
    GradientLearner,
    Momentum,
    Network,
    Optimizer,
    TorchFunction,
    WeightDecay,
)
from spielfeld.learning.network import glorot_start, he_start

SIZES = [6, 8, 7, 3]


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Small networks are fastest so, above all beside other processes."""
    torch = pytest.importorskip("torch")
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def twins(activation: str, seed: int = 0) -> tuple[Network, Any]:
    """A network by hand and a PyTorch module with the same parameters."""
    torch = pytest.importorskip("torch")
    bend = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid}[activation]
    by_hand = Network(SIZES, np.random.default_rng(seed), activation)
    layers = [torch.nn.Linear(*sizes) for sizes in pairwise(SIZES)]
    with torch.no_grad():
        for number, layer in enumerate(layers):
            layer.double()
            layer.weight[...] = torch.tensor(by_hand.parameters[f"weights{number}"].T)
            layer.bias[...] = torch.tensor(by_hand.parameters[f"bias{number}"])
    return by_hand, torch.nn.Sequential(layers[0], bend(), layers[1], bend(), layers[2])


def as_by_hand(arrays: dict[str, np.ndarray]) -> list[np.ndarray]:
    """PyTorch's arrays in our order and orientation: it keeps weights as [outputs, inputs]."""
    return [array.T for array in arrays.values()]


def rows(seed: int = 1) -> Batch:
    generator = np.random.default_rng(seed)
    return Batch(generator.normal(size=(20, SIZES[0])), generator.integers(SIZES[-1], size=20))


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_equal_parameters_give_equal_outputs_and_gradients_as_in_torch(activation: str) -> None:
    by_hand, module = twins(activation)
    torch_function, batch = TorchFunction(module), rows()
    prediction = by_hand(batch.inputs)
    assert torch_function(batch.inputs) == pytest.approx(prediction, rel=1e-12, abs=1e-13)
    upstream = CrossEntropy().derivative(prediction, batch.targets)
    ours = by_hand.gradient(batch.inputs, upstream)
    theirs = as_by_hand(torch_function.gradient(batch.inputs, upstream))
    for name, slope in zip(by_hand.parameters, theirs, strict=True):
        assert ours[name] == pytest.approx(slope, rel=1e-12, abs=1e-14)


def torch_optimizer(kind: str, module: Any) -> Any:
    import torch

    return {
        "sgd": lambda p: torch.optim.SGD(p, 0.1),
        "momentum": lambda p: torch.optim.SGD(p, 0.05, momentum=0.9),
        "adam": lambda p: torch.optim.Adam(p, 0.01),
        "ridge": lambda p: torch.optim.Adam(p, 0.01, weight_decay=0.1),
        "decoupled": lambda p: torch.optim.AdamW(p, 0.01, weight_decay=0.1),
    }[kind]([{"params": list(module.parameters())}])


OURS = {
    "sgd": lambda: SGD(0.1),
    "momentum": lambda: Momentum(0.05),
    "adam": lambda: Adam(0.01),
}


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("kind", OURS)
@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_100_steps_by_hand_and_in_torch_follow_the_same_path(kind: str, activation: str) -> None:
    by_hand, module = twins(activation)
    _, wrapped = twins(activation)
    _train(by_hand, OURS[kind]())
    _train(TorchFunction(wrapped), OURS[kind]())
    _train_in_torch(module, torch_optimizer(kind, module))
    theirs = [parameter.detach().numpy().T for parameter in module.parameters()]
    half = [parameter.detach().numpy().T for parameter in wrapped.parameters()]
    for ours, their, mixed in zip(by_hand.parameters.values(), theirs, half, strict=True):
        assert ours == pytest.approx(their, rel=1e-9, abs=1e-10)
        assert mixed == pytest.approx(their, rel=1e-9, abs=1e-10)


def _train(function: Any, optimizer: Optimizer) -> None:
    learner = GradientLearner()
    learner.function, learner.loss, learner.optimizer = function, CrossEntropy(), optimizer
    for number in range(100):
        learner.step(rows(number))


def _train_in_torch(module: Any, optimizer: Any) -> None:
    import torch

    for number in range(100):
        batch = rows(number)
        optimizer.zero_grad()
        logits = module(torch.tensor(batch.inputs))
        torch.nn.functional.cross_entropy(logits, torch.tensor(batch.targets)).backward()
        optimizer.step()


class Everywhere(WeightDecay):
    """PyTorch's default decays biases as well; so that it can be compared, rename them."""

    def step(self, parameters: Any, gradient: Any, learning_rate: Any = None) -> None:
        renamed = [
            {k.replace("bias", "b"): v for k, v in d.items()} for d in (parameters, gradient)
        ]
        super().step(*renamed, learning_rate)


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize(("kind", "decoupled"), [("ridge", False), ("decoupled", True)])
def test_both_ways_of_weight_decay_are_torchs(kind: str, decoupled: bool) -> None:
    by_hand, module = twins("tanh")
    _train(by_hand, Everywhere(Adam(0.01), 0.1, decoupled))
    _train_in_torch(module, torch_optimizer(kind, module))
    theirs = [parameter.detach().numpy().T for parameter in module.parameters()]
    for ours, their in zip(by_hand.parameters.values(), theirs, strict=True):
        assert ours == pytest.approx(their, rel=1e-8, abs=1e-9)


def test_prediction_by_hand() -> None:
    function = Network([2, 2, 1], np.random.default_rng(0))
    function.parameters["weights0"][...] = [[1, -1], [2, 0]]
    function.parameters["bias0"][...] = [0.5, 0.5]
    function.parameters["weights1"][...] = [[3], [5]]
    # signals 1 + 4 + .5 and -1 + .5; bent to 5.5 and 0; 3 * 5.5
    assert function(np.array([[1.0, 2.0]])).tolist() == [[16.5]]


def test_a_single_input_is_predicted_as_a_row_of_one() -> None:
    function, inputs = Network(SIZES, np.random.default_rng(0)), rows().inputs
    assert function(inputs[3]) == pytest.approx(function(inputs)[3], abs=1e-14)


def test_without_hidden_layers_a_network_is_linear() -> None:
    function, inputs = Network([6, 3], np.random.default_rng(0)), rows().inputs
    assert np.array_equal(function(inputs), inputs @ function.parameters["weights0"])


def test_a_network_in_float32_stays_in_float32() -> None:
    learner, batch = GradientLearner(), rows()
    learner.function = Network(SIZES, np.random.default_rng(0), dtype=np.float32)
    learner.loss, learner.optimizer = CrossEntropy(), WeightDecay(Adam(), 0.01)
    before = learner.loss.value(learner.predict(batch.inputs), batch.targets)
    upstream = learner.loss.derivative(learner.predict(batch.inputs), batch.targets)
    gradient = learner.function.gradient(batch.inputs, upstream)
    learner.step(batch)
    arrays = [learner.predict(batch.inputs), upstream, *learner.function.parameters.values()]
    arrays += [*gradient.values(), *learner.optimizer.optimizer.mean.values()]
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}
    assert learner.loss.value(learner.predict(batch.inputs), batch.targets) < before


@pytest.mark.parametrize(
    ("start", "variance"), [(he_start, 2 / 300), (glorot_start, 2 / (300 + 200))]
)
def test_starts_have_the_published_variance(start: Any, variance: float) -> None:
    weights = start(np.random.default_rng(0), 300, 200)
    # 60,000 draws: the standard error of a variance is below 0.6 % of it
    assert weights.var() == pytest.approx(variance, rel=0.03)
    assert weights.mean() == pytest.approx(0, abs=5 * np.sqrt(variance / weights.size))


def test_the_start_suits_the_activation_unless_it_is_named() -> None:
    def weights(*words: str) -> np.ndarray:
        return Network([6, 3], np.random.default_rng(0), *words).parameters["weights0"]

    assert np.array_equal(weights("relu"), weights("tanh", "he"))
    assert np.array_equal(weights("tanh"), weights("relu", "glorot"))
    assert np.array_equal(weights("sigmoid"), weights("tanh"))
    assert not np.array_equal(weights("relu"), weights("tanh"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([6],), r"two or more sizes of 1 or more, not \[6\]\."),
        (([6, 0, 3],), r"two or more sizes of 1 or more, not \[6, 0, 3\]\."),
        (([6, 3], "rleu"), r"no activation 'rleu': choose one of relu, tanh, sigmoid\."),
        (([6, 3], "relu", "hee"), r"no start 'hee': choose one of he, glorot, orthogonal\."),
    ],
)
def test_networks_that_cannot_be_built_are_refused(arguments: tuple, message: str) -> None:
    sizes, *words = arguments
    with pytest.raises(ValueError, match=message):
        Network(sizes, np.random.default_rng(0), *words)
