import numpy as np
import pytest

from spielfeld.learning import SGD, Adam, Momentum, Optimizer, Rows


def test_a_step_on_a_table_touches_one_cell() -> None:
    class Watched(np.ndarray):
        """An array that counts the elements written to it."""

        written = 0

        def __setitem__(self, index, value):
            Watched.written += np.asarray(self[index]).size
            super().__setitem__(index, value)

    table = np.zeros((1000, 1000)).view(Watched)
    index = (np.array([3]), np.array([4]))
    SGD(0.5).step({"table": table}, {"table": Rows(index, np.array([-2.0]))})
    assert Watched.written == 1
    assert table[3, 4] == 1.0 and np.count_nonzero(table) == 1


def test_duplicate_rows_add_up() -> None:
    table = np.zeros((3, 2))
    gradient = Rows(np.array([1, 1, 2]), np.ones((3, 2)))
    SGD(1.0).step({"table": table}, {"table": gradient})
    assert table.tolist() == [[0, 0], [-2, -2], [-1, -1]]
    assert gradient.dense((3, 2)).tolist() == [[0, 0], [2, 2], [1, 1]]


def test_each_row_may_have_a_step_size_of_its_own() -> None:
    table = np.zeros((3, 2))
    rates = np.array([0.5, 0.25])
    SGD(9.0).step({"t": table}, {"t": Rows(np.array([0, 2]), np.ones((2, 2)))}, rates)
    assert table.tolist() == [[-0.5, -0.5], [0, 0], [-0.25, -0.25]]


@pytest.mark.parametrize("optimizer", [Momentum(), Adam()])
def test_optimizers_with_moments_refuse_rows_with_a_sentence(optimizer: Optimizer) -> None:
    with pytest.raises(TypeError, match="cannot take the sparse gradient of 'table'; use SGD"):
        optimizer.step({"table": np.zeros(3)}, {"table": Rows(np.array([0]), np.ones(1))})


def test_momentum_by_hand() -> None:
    optimizer, parameters = Momentum(0.1, 0.5), {"a": np.array([1.0])}
    for _ in range(2):
        optimizer.step(parameters, {"a": np.array([2.0])})
    # velocities 2 and 0.5 * 2 + 2 = 3; 1 - 0.1 * 2 - 0.1 * 3
    assert parameters["a"] == pytest.approx([0.5])


def test_adam_by_hand() -> None:
    optimizer, parameters = Adam(0.1, 0.9, 0.999, 0.0), {"a": np.array([1.0])}
    optimizer.step(parameters, {"a": np.array([4.0])})
    # corrected mean .4 / .1 = 4, corrected square .016 / .001 = 16: a step of 0.1 * 4 / sqrt(16)
    assert parameters["a"] == pytest.approx([0.9])


@pytest.mark.parametrize("kind", [SGD, Momentum, Adam])
def test_state_makes_the_next_step_the_same(kind: type) -> None:
    gradient = {"a": np.array([1.0, -3.0])}
    first, parameters = kind(0.1), {"a": np.ones(2)}
    first.step(parameters, gradient)
    second, copied = kind(0.1), {"a": parameters["a"].copy()}
    second.prepare(copied)
    second.restore(first.state())
    first.step(parameters, gradient)
    second.step(copied, gradient)
    assert np.array_equal(parameters["a"], copied["a"])
