import subprocess
import sys

import numpy as np
import pytest

from spielfeld.learning import SGD, TorchFunction

torch = pytest.importorskip("torch")


def linear(**words) -> "torch.nn.Module":
    return torch.nn.Linear(3, 2, **words).double()


def test_parameters_are_the_modules_own_memory() -> None:
    module = linear()
    function = TorchFunction(module)
    with torch.no_grad():
        module.bias[...] = 7
    assert function.parameters["bias"].tolist() == [7, 7]
    function.parameters["bias"][...] = 5
    assert module.bias.tolist() == [5, 5]


def test_dropout_and_batch_statistics_rest() -> None:
    module = torch.nn.Sequential(linear(), torch.nn.BatchNorm1d(2).double(), torch.nn.Dropout(0.5))
    function, inputs = TorchFunction(module), np.random.default_rng(0).normal(size=(8, 3))
    statistics = {name: buffer.clone() for name, buffer in module.named_buffers()}
    first = function(inputs)
    function.gradient(inputs, np.ones((8, 2)))
    assert np.array_equal(first, function(inputs))
    assert all(torch.equal(statistics[k], b) for k, b in module.named_buffers())


def test_frozen_parameters_are_left_alone_and_unused_ones_have_no_slope() -> None:
    module = torch.nn.Sequential(linear(), torch.nn.Linear(2, 2).double())
    module[0].requires_grad_(False)
    module.register_parameter("unused", torch.nn.Parameter(torch.ones(4, dtype=torch.float64)))
    gradient = TorchFunction(module).gradient(np.ones((1, 3)), np.ones((1, 2)))
    assert set(gradient) == {"unused", "1.weight", "1.bias"}
    assert gradient["unused"].tolist() == [0, 0, 0, 0] and gradient["1.bias"].tolist() == [1, 1]


def test_indices_stay_whole_numbers() -> None:
    module = torch.nn.Embedding(5, 2)
    prediction = TorchFunction(module)(np.array([4, 0]))
    assert np.array_equal(prediction, module.weight.detach().numpy()[[4, 0]])


def test_numbers_of_any_dtype_order_and_ownership_are_taken() -> None:
    function = TorchFunction(torch.nn.Linear(3, 2))  # float32
    inputs = np.asfortranarray(np.random.default_rng(0).normal(size=(4, 3)))
    inputs.flags.writeable = False
    gradient = function.gradient(inputs, np.ones((4, 2)))
    SGD(0.1).step(function.parameters, gradient)
    arrays = [function(inputs), *gradient.values(), *function.parameters.values()]
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}


def test_a_module_without_parameters_is_refused() -> None:
    with pytest.raises(ValueError, match="no parameters that need a gradient"):
        TorchFunction(torch.nn.ReLU())


@pytest.mark.whole
def test_learning_loads_torch_only_where_it_is_used() -> None:
    heavy = "{'torch', 'scipy', 'numba', 'matplotlib'}"
    program = f"import sys, spielfeld.learning; sys.exit(str({heavy} & set(sys.modules) or ''))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert run.stderr.strip() == ""
