import numpy as np

from spielfeld.learning.beside import Beside, Constant
from spielfeld.learning.function import Linear


def parts() -> Beside:
    function = Beside(policy=Linear(1, 2), spread=Constant(np.array([4.0])), value=Linear(1, 1))
    function.parameters["policy.weights"][...] = [[1, 2]]
    function.parameters["value.bias"][...] = 7
    return function


def test_outputs_stand_side_by_side() -> None:
    assert parts()(np.array([[3.0], [5.0]])).tolist() == [[3, 6, 4, 7], [5, 10, 4, 7]]


def test_parameters_are_those_of_the_parts_themselves() -> None:
    function = parts()
    assert list(function.parameters) == [
        "policy.weights", "policy.bias", "spread.values", "value.weights", "value.bias",
    ]  # fmt: skip
    assert function.parts["value"].parameters["bias"].tolist() == [7]


def test_what_is_learned_of_one_part_leaves_the_others_alone() -> None:
    slopes = parts().gradient(np.array([[3.0]]), np.array([2.0]), np.array([1]))
    assert slopes["policy.weights"].tolist() == [[0, 6]] and slopes["policy.bias"].tolist() == [
        0,
        2,
    ]
    assert not any(slopes[name].any() for name in slopes if not name.startswith("policy"))


def test_a_constant_is_a_copy_of_what_it_was_given() -> None:
    values = np.array([1.0, 2.0])
    function = Constant(values)
    values[:] = 0
    assert function(np.zeros((2, 5))).tolist() == [[1, 2], [1, 2]]
    assert function.gradient(np.zeros((2, 5)), np.array([[1.0, 2], [3, 4]]))["values"].tolist() == [
        4, 6,
    ]  # fmt: skip
