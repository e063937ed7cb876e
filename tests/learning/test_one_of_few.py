import numpy as np
import pytest

from spielfeld.learning.beside import Beside
from spielfeld.learning.network import Network
from spielfeld.learning.one_of_few import OneOfFew

STATES = 7
NAMES = np.random.default_rng(1).integers(0, STATES, 50)
ROWS = np.eye(STATES)[NAMES]


@pytest.fixture
def network() -> Beside:
    generator = np.random.default_rng(0)
    return Beside(policy=Network([STATES, 5, 3], generator), value=Network([STATES, 1], generator))


@pytest.mark.parametrize("select", [None, np.arange(50) % 4])
def test_predictions_and_gradients_are_those_of_the_function_itself(
    network: Beside, select: np.ndarray | None
) -> None:
    plain, plain_back = network.forward(ROWS, select)
    quick, quick_back = OneOfFew(network, STATES).forward(ROWS, select)
    assert np.allclose(plain, quick, atol=1e-12)
    upstream = np.random.default_rng(2).normal(size=plain.shape)
    one, other = plain_back(upstream), quick_back(upstream)
    assert one.keys() == other.keys() == network.parameters.keys()
    assert all(np.allclose(one[name], other[name], atol=1e-12) for name in one)


def test_the_function_is_asked_for_as_many_rows_as_there_can_be_and_never_for_more(
    network: Beside, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    forward = network.forward
    monkeypatch.setattr(
        network, "forward", lambda inputs: asked.append(len(inputs)) or forward(inputs)
    )
    few = OneOfFew(network, STATES)
    assert few(ROWS).shape == (50, 4)
    monkeypatch.setattr(network, "forward", lambda inputs, select=None: forward(inputs, select))
    assert few(ROWS[:2]).shape == (2, 4)
    assert asked == [STATES]


def test_parameters_are_the_functions_own(network: Beside) -> None:
    few = OneOfFew(network, STATES)
    before = few(ROWS)
    network.parameters["value.bias0"] += 1
    assert np.allclose(few(ROWS)[:, -1], before[:, -1] + 1)
