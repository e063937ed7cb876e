"""Every function with every loss: the same laws, whatever stands in the last row of the table.

Functions and losses are found in the package. A function needs an example below; a loss whose
targets are not simply numbers needs targets.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable

import numpy as np
import pytest

from spielfeld import learning
from spielfeld.learning import (
    SGD,
    Batch,
    BinaryCrossEntropy,
    Centroids,
    CrossEntropy,
    Duelling,
    EmbeddingDot,
    EncodeDecode,
    GradientLearner,
    Huber,
    Linear,
    Network,
    SquaredError,
    Table,
    TiedLinear,
    TileSum,
    TorchFunction,
)
from spielfeld.learning.beside import Beside, Constant
from spielfeld.learning.generative import NoisePredictor
from spielfeld.learning.one_of_few import OneOfFew
from spielfeld.learning.unsupervised.mixture import Mixture
from tests.laws.function import (
    Example,
    FunctionCase,
    FunctionLaws,
    Generator,
    GradientLaws,
    Targets,
    normal_targets,
)

ROWS, INPUTS, OUTPUTS = 7, 4, 3


def with_method(name: str) -> set[type]:
    """Every class of the package that has a method, protocols and other abstract ones left out."""
    modules = [
        importlib.import_module(m.name)
        for m in pkgutil.walk_packages(learning.__path__, "spielfeld.learning.")
    ]
    return {
        kind
        for module in modules
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if hasattr(kind, name)
        and not inspect.isabstract(kind)
        and not getattr(kind, "_is_protocol", False)
        and kind.__module__.startswith("spielfeld.learning")
    }


def normal_inputs(generator: Generator) -> np.ndarray:
    return generator.normal(size=(ROWS, INPUTS))


def tiles(generator: Generator) -> Example:
    inputs = generator.integers(INPUTS, size=(ROWS, 2))
    inputs[:, 1] += INPUTS  # one tile of each tiling
    return TileSum(2 * INPUTS, OUTPUTS), inputs


def network(activation: str) -> Callable[[Generator], Example]:
    def example(generator: Generator) -> Example:
        function = Network([INPUTS, 5, 6, OUTPUTS], generator, activation)
        for name, parameter in function.parameters.items():
            if name.startswith("bias"):
                parameter[...] = generator.normal(size=parameter.shape)
        return function, far_from_kinks(function, generator)

    return example


def far_from_kinks(function: Network, generator: Generator) -> np.ndarray:
    """Rows of inputs that leave every unit's signal clearly above or below 0."""
    inputs = generator.normal(size=(100 * ROWS, INPUTS))
    signals, hidden = [], inputs
    for layer in range(len(function.sizes) - 2):
        signals.append(
            hidden @ function.parameters[f"weights{layer}"] + function.parameters[f"bias{layer}"]
        )
        hidden = function.activation.bend(signals[-1])
    clear = np.abs(np.hstack(signals)).min(axis=1) > 1e-2
    return inputs[clear][:ROWS]


def one_of_few(generator: Generator) -> Example:
    rows = np.eye(INPUTS)[generator.integers(INPUTS, size=ROWS)]
    return OneOfFew(Network([INPUTS, 5, OUTPUTS], generator, "tanh"), INPUTS), rows


def centroids(generator: Generator) -> Example:
    start = np.arange(4)[:, None] + generator.uniform(-0.2, 0.2, (4, OUTPUTS))  # apart
    noise = generator.uniform(-0.2, 0.2, (ROWS, OUTPUTS))  # less than halfway to the next
    inputs = start[generator.integers(4, size=ROWS)] + noise
    return Centroids(start), inputs


def mixture(generator: Generator) -> Example:
    apart, inputs = centroids(generator)
    means = apart.parameters["centroids"]
    covariances = np.stack([np.diag(generator.uniform(0.5, 0.6, OUTPUTS)) for _ in means])
    return Mixture(np.full(len(means), 1 / len(means)), means, covariances), inputs


def torch_module(generator: Generator) -> Example:
    torch = pytest.importorskip("torch")
    layers = torch.nn.Linear(INPUTS, 5), torch.nn.Tanh(), torch.nn.Linear(5, OUTPUTS)
    return TorchFunction(torch.nn.Sequential(*layers).double()), normal_inputs(generator)


EXAMPLES: dict[type, list[Callable[[Generator], Example]]] = {
    Table: [lambda g: (Table(INPUTS, OUTPUTS), g.integers(INPUTS, size=ROWS))],  # with duplicates
    TileSum: [tiles],
    Linear: [lambda g: (Linear(INPUTS, OUTPUTS), normal_inputs(g))],
    Network: [network("relu"), network("tanh"), network("sigmoid")],
    OneOfFew: [one_of_few],
    EmbeddingDot: [lambda g: (EmbeddingDot(4, OUTPUTS, 2, g, 1.0, 1.0), g.integers(4, size=ROWS))],
    Centroids: [centroids],
    Mixture: [mixture],
    TiedLinear: [
        lambda g: (TiedLinear(g.normal(size=(OUTPUTS, 2))), g.normal(size=(ROWS, OUTPUTS)))
    ],
    EncodeDecode: [
        lambda g: (
            EncodeDecode(Network([INPUTS, 5, 2], g, "tanh"), Network([2, 5, OUTPUTS], g, "tanh")),
            normal_inputs(g),
        ),
        lambda g: (EncodeDecode(Network([INPUTS, 2], g), Linear(2, OUTPUTS)), normal_inputs(g)),
    ],
    Constant: [lambda g: (Constant(np.zeros(OUTPUTS)), normal_inputs(g))],
    Beside: [
        lambda g: (
            Beside(
                first=Network([INPUTS, 5, 1], g, "tanh"),
                second=Constant(np.zeros(1)),
                third=Linear(INPUTS, 1),
            ),
            normal_inputs(g),
        ),
        lambda g: (Beside(first=Table(INPUTS, 1), second=Table(INPUTS, 2)), g.integers(4, size=7)),
    ],
    TorchFunction: [torch_module],
    Duelling: [
        lambda g: (Duelling(Network([INPUTS, 5, 1 + OUTPUTS], g, "tanh")), normal_inputs(g))
    ],
    NoisePredictor: [
        lambda g: (
            NoisePredictor(OUTPUTS, (5,), g, "tanh"),
            np.hstack([g.normal(size=(ROWS, OUTPUTS)), g.uniform(0, 1.5, (ROWS, 1))]),
        )
    ],
}
KEEPS_ITS_START = (Network, Centroids, Mixture)  # their kinks were avoided for it


def around_the_threshold(prediction: np.ndarray, generator: Generator) -> np.ndarray:
    """Targets in the square and on both lines of Huber's loss, away from where they meet."""
    error = generator.uniform(0.1, 0.9, prediction.shape) + generator.integers(
        2, size=prediction.shape
    )
    return prediction + error * generator.choice([-1, 1], size=prediction.shape)


def classes(prediction: np.ndarray, generator: Generator) -> np.ndarray:
    return generator.integers(prediction.shape[1], size=len(prediction))


def distributions(prediction: np.ndarray, generator: Generator) -> np.ndarray:
    return generator.dirichlet(np.ones(prediction.shape[1]), size=len(prediction))


def answers(prediction: np.ndarray, generator: Generator) -> np.ndarray:
    return generator.random(prediction.shape)


TARGETS: dict[type, list[Targets]] = {
    Huber: [around_the_threshold],
    CrossEntropy: [classes, distributions],
    BinaryCrossEntropy: [answers],
}
OF_ALL_OUTPUTS = {CrossEntropy}  # a softmax needs them, so nothing can be selected

FUNCTIONS = sorted(with_method("gradient"), key=lambda kind: kind.__name__)
LOSSES = sorted(with_method("derivative"), key=lambda kind: kind.__name__)
MADE = {f"{kind.__name__}{k}": (make, not issubclass(kind, KEEPS_ITS_START)) for kind in FUNCTIONS
        for k, make in enumerate(EXAMPLES.get(kind, []))}  # fmt: skip
EACH = {name: FunctionCase(make, moves=moves) for name, (make, moves) in MADE.items()}
PAIRS = {
    f"{name}-{loss.__name__}-{targets.__name__}-{select}": FunctionCase(
        make, loss(), targets, select, moves
    )
    for name, (make, moves) in MADE.items()
    for loss in LOSSES
    for targets in TARGETS.get(loss, [normal_targets])
    for select in ((False,) if loss in OF_ALL_OUTPUTS else (False, True))
    if loss is not SquaredError or select  # the rest is in EACH
}


@pytest.mark.parametrize("case", EACH.values(), ids=EACH)
class TestEveryFunction(FunctionLaws):
    """Every function of the package, with the squared error."""


@pytest.mark.parametrize("case", PAIRS.values(), ids=PAIRS)
class TestEveryPair(GradientLaws):
    """Every function with every other loss, and with one output of each row."""


def test_every_function_of_the_package_is_examined() -> None:
    assert {Table, Linear, Network, Centroids} <= set(FUNCTIONS) == set(EXAMPLES)
    assert {SquaredError, Huber, CrossEntropy, BinaryCrossEntropy} <= set(LOSSES)


def test_a_step_predicts_once() -> None:
    class Counted(Linear):
        calls = 0

        def forward(self, inputs, select=None):
            self.calls += 1
            return super().forward(inputs, select)

    learner = GradientLearner()
    learner.function, learner.loss, learner.optimizer = Counted(1, 1), SquaredError(), SGD()
    learner.step(Batch(np.ones((3, 1)), np.ones((3, 1))))
    assert learner.function.calls == 1


def test_squared_error_by_hand() -> None:
    prediction, target = np.array([1.0, 3.0]), np.array([0.0, 1.0])
    # (1/2) (2 * 1/2 * 1^2 + 1 * 1/2 * 2^2) and (1/2) (2 * 1, 1 * 2)
    assert SquaredError().value(prediction, target, np.array([2.0, 1.0])) == 1.5
    assert SquaredError().derivative(prediction, target, np.array([2.0, 1.0])).tolist() == [1, 1]


def test_linear_regression_by_gradient_reaches_the_closed_form() -> None:
    generator = np.random.default_rng(4)
    inputs = generator.normal(size=(50, 2))
    targets = inputs @ [[2.0], [-3.0]] + 0.5 + 0.1 * generator.normal(size=(50, 1))
    learner = GradientLearner()
    learner.function, learner.loss, learner.optimizer = Linear(2, 1), SquaredError(), SGD(0.3)
    for _ in range(500):
        learner.step(Batch(inputs, targets))
    design = np.column_stack([inputs, np.ones(50)])
    exact = np.linalg.lstsq(design, targets, rcond=None)[0].ravel()
    found = [*learner.function.parameters["weights"].ravel(), *learner.function.parameters["bias"]]
    assert found == pytest.approx(exact, abs=1e-10)


def test_experience_is_for_subclasses() -> None:
    with pytest.raises(NotImplementedError):
        next(iter(GradientLearner().experience(None, 1)))


def test_learn_steps_along_all_of_experience() -> None:
    class Averager(GradientLearner):
        def __init__(self) -> None:
            self.function, self.loss, self.optimizer = Table(1, 1), SquaredError(), SGD(1.0)
            self.count = 0

        def experience(self, source, samples):
            for value in source[:samples]:
                self.count += 1
                yield Batch(np.array([0]), np.array([value]), select=np.array([0]))

        def step_size(self, batch):
            return 1 / self.count

    learner = Averager()
    assert len(learner.learn(np.arange(10.0), 10)) == 0
    assert learner.predict(np.array([0]))[0, 0] == pytest.approx(4.5)  # steps of 1/n: the mean
