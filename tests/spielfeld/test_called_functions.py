"""Rules of one's own in a compiled loop: each works, or is refused in a sentence."""

import functools
import sys
from collections.abc import Callable
from types import FunctionType
from typing import Any

import numpy as np
import pytest

from spielfeld.called_functions import called_functions
from spielfeld.compiled import compiled

this = sys.modules[__name__]
VALUES = np.array([1.0, 2.0, 6.0])
half = functools.partial(max, 0.5)


def rule(values: np.ndarray) -> float:
    """Stand in for the rules of the tests."""
    raise NotImplementedError


def loop(values: np.ndarray) -> float:
    total = 0.0
    for _ in range(2):
        total += rule(values)
    return total


def ours(value: float) -> float:
    return value + 1.0


def mean(values: np.ndarray) -> float:
    return values.mean()


def sum(values: np.ndarray) -> float:
    return values.sum() + ours(0.0)


def max(value: float, other: float) -> float:
    return value - other


def shadows_a_builtin(values: np.ndarray) -> float:
    return max(values[2], values[0])


def shadowed_by_a_local_name(values: np.ndarray) -> float:
    countdown = values[0]  # the global of this name calls itself
    return countdown


def with_a_lambda(values: np.ndarray) -> float:
    def shifted(value: float) -> float:
        return ours(value)

    return shifted(values[1]) + (lambda value: ours(value))(values[0])


def with_a_comprehension(values: np.ndarray) -> float:
    found = [ours(value) for value in values]
    return found[0] + found[2]


def with_numpy(values: np.ndarray) -> float:
    return np.eye(2)[0, 0] + np.abs(values).max() + np.linalg.norm(values)


def with_a_number_by_default(values: np.ndarray, more: float = 3.0) -> float:
    return values[0] + more


def made_with(number: float) -> Callable[[np.ndarray], float]:
    def closure(values: np.ndarray) -> float:
        return (np.abs(values) * number + values).max()  # Numba fuses it: names become parameters

    return closure


WORKING = [
    mean, sum, shadows_a_builtin, shadowed_by_a_local_name, with_a_lambda, with_a_comprehension,
    with_numpy, with_a_number_by_default, made_with(2.0),
]  # fmt: skip


@pytest.mark.uncompiled
@pytest.mark.parametrize("own", WORKING, ids=lambda own: own.__name__)
def test_a_rule_runs_in_the_loop_as_it_runs_alone(own: Any) -> None:
    assert compiled(loop, rule=own)(VALUES) == pytest.approx(2 * own(VALUES), rel=1e-15)


def countdown(value: float) -> float:
    return countdown(value - 1.0) if value > 0 else 0.0


def calls_itself(values: np.ndarray) -> float:
    return calls_itself(values[1:]) if len(values) else 0.0


def calls_one_that_does(values: np.ndarray) -> float:
    return countdown(values[0])


def even(value: float) -> bool:
    return value == 0 or odd(value - 1)


def odd(value: float) -> bool:
    return value != 0 and even(value - 1)


def calls_two_in_turn(values: np.ndarray) -> float:
    return 1.0 if even(values[0]) else 0.0


def through_its_module(values: np.ndarray) -> float:
    return this.ours(values[0])


def with_a_function_by_default(values: np.ndarray, own: Any = ours) -> float:
    return own(values[0])


def names_a_partial(values: np.ndarray) -> float:
    return half(values[0])


def logged(function: Callable[..., float]) -> Callable[..., float]:
    @functools.wraps(function)
    def wrapper(*arguments: Any, **keywords: Any) -> float:
        return function(*arguments, **keywords)

    return wrapper


def handed_on(function: Callable[..., float]) -> Callable[..., float]:
    @functools.wraps(function)
    def wrapper(values: np.ndarray) -> float:
        return function(values)

    return wrapper


@logged
def decorated(values: np.ndarray) -> float:
    return values[0]


@functools.lru_cache
def remembered(value: float) -> float:
    return value


def names_one_that_remembers(values: np.ndarray) -> float:
    return remembered(values[0])


REFUSED = [
    (calls_itself, "calls_itself calls itself; a compiled loop cannot do that, so write it as a"),
    (calls_one_that_does, "countdown calls itself; a compiled loop"),
    (calls_two_in_turn, "even calls itself through odd; a compiled loop"),
    (through_its_module, r"calls this.ours through its module; .* import ours\."),
    (with_a_function_by_default, "gets a function as a default argument or from the function"),
    (handed_on(mean), "mean gets a function as a default argument or from the function around"),
    (
        decorated,
        r"decorated takes \*\*keywords, like the wrapper of a decorator; .* inspect.unwrap",
    ),
    (names_a_partial, "names_a_partial names half, but a compiled loop can only call plain"),
    (names_one_that_remembers, "names remembered, but a compiled loop can only call plain"),
]


@pytest.mark.uncompiled
@pytest.mark.parametrize(("own", "complaint"), REFUSED)
def test_a_rule_that_cannot_be_compiled_is_refused_in_a_sentence(own: Any, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        compiled(loop, rule=own)(VALUES)


class Callable_:
    def __call__(self, values: np.ndarray) -> float:
        return values[0]


@pytest.mark.parametrize(
    ("own", "kind"),
    [(Callable_(), "Callable_"), (functools.partial(mean), "partial"), (Callable_, "type")],
)
def test_a_rule_that_is_no_plain_function_is_refused_at_once(own: Any, kind: str) -> None:
    with pytest.raises(ValueError, match=f"The rule 'rule' is a {kind}, but a compiled loop can"):
        compiled(loop, rule=own)


def test_names_of_attributes_are_no_functions() -> None:
    names = {name for name, _ in called_functions(sum)}
    assert names == {"ours"}
    assert called_functions(mean) == []
    assert called_functions(loop) == [("rule", rule)]
    assert all(isinstance(each, FunctionType) for _, each in called_functions(with_a_lambda))


def test_a_loop_that_calls_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="countdown calls itself; a compiled loop cannot"):
        compiled(countdown)(3.0)
