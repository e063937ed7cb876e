import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from spielfeld.agents.policy_gradient.parts import generalised_advantages
from spielfeld.agents.policy_gradient.reinforce import discounted_returns

pytestmark = pytest.mark.uncompiled


@st.composite
def stretches(draw: st.DrawFn) -> dict[str, np.ndarray]:
    """Some steps of some worlds, in which episodes terminate or are truncated anywhere."""
    shape = draw(st.tuples(st.integers(1, 8), st.integers(1, 3)))
    numbers = arrays(np.float64, shape, elements=st.floats(-3, 3, width=16))
    terminated, truncated = (draw(arrays(np.bool_, shape)) for _ in range(2))
    return {
        "reward": draw(numbers),
        "value": draw(numbers),
        "next_value": np.where(terminated, 0, draw(numbers)),
        "ended": terminated | truncated,
    }


def slow_advantage(
    world: dict[str, np.ndarray], t: int, discount: float, trace_decay: float
) -> float:
    """Average the advantages over 1, 2, ... steps by (1 - trace_decay) * trace_decay^(n - 1).

    That is how the paper defines it (Schulman et al., 2016, before equation 16); the advantage over
    all steps that are left has the rest of the weight.
    """
    ends = np.flatnonzero(world["ended"][t:])
    left = int(ends[0]) + 1 if len(ends) else len(world["ended"]) - t
    total = 0.0
    for n in range(1, left + 1):
        paid = sum(discount**k * world["reward"][t + k] for k in range(n))
        gained = paid + discount**n * world["next_value"][t + n - 1] - world["value"][t]
        weight = trace_decay ** (n - 1) * (1 if n == left else 1 - trace_decay)
        total += weight * gained
    return total


def consistent(stretch: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Where an episode goes on, the value of where a step led is that of the next step."""
    follows = np.concatenate([stretch["value"][1:], stretch["next_value"][-1:]])
    return {**stretch, "next_value": np.where(stretch["ended"], stretch["next_value"], follows)}


@settings(max_examples=200, deadline=None)
@given(stretches(), st.floats(0, 1), st.floats(0, 1))
def test_advantages_are_the_average_over_all_numbers_of_steps(
    stretch: dict[str, np.ndarray], discount: float, trace_decay: float
) -> None:
    stretch = consistent(stretch)
    found = generalised_advantages(
        *(stretch[name] for name in ("reward", "value", "next_value", "ended")),
        discount, trace_decay,
    )  # fmt: skip
    assert found.dtype == np.float32 and found.shape == stretch["reward"].shape
    for t, row in np.ndindex(found.shape):
        world = {name: array[:, row] for name, array in stretch.items()}
        expected = slow_advantage(world, t, discount, trace_decay)
        assert found[t, row] == pytest.approx(expected, rel=1e-5, abs=1e-5)


@settings(max_examples=50, deadline=None)
@given(stretches(), st.floats(0, 1))
def test_trace_decay_0_is_the_one_step_error(
    stretch: dict[str, np.ndarray], discount: float
) -> None:
    reward, value, next_value, ended = stretch.values()
    found = generalised_advantages(reward, value, next_value, ended, discount, 0.0)
    assert found == pytest.approx(reward + discount * next_value - value, rel=1e-6, abs=1e-6)


@settings(max_examples=50, deadline=None)
@given(stretches(), st.floats(0, 1))
def test_trace_decay_1_is_monte_carlo_minus_the_value(
    stretch: dict[str, np.ndarray], discount: float
) -> None:
    reward, value, next_value, ended = consistent(stretch).values()
    found = generalised_advantages(reward, value, next_value, ended, discount, 1.0)
    for row in range(reward.shape[1]):
        first = 0
        for last in sorted({*np.flatnonzero(ended[:, row]).tolist(), len(reward) - 1}):
            steps = slice(first, last + 1)
            returns = discounted_returns(reward[steps, row], next_value[last, row], discount)
            expected = returns - value[steps, row]
            assert found[steps, row] == pytest.approx(expected, rel=1e-5, abs=1e-5)
            first = last + 1


def test_returns_by_hand() -> None:
    # 3 + .5 * 8 = 7; 2 + .5 * 7 = 5.5; 1 + .5 * 5.5 = 3.75
    assert discounted_returns(np.array([1.0, 2, 3]), 8.0, 0.5).tolist() == [3.75, 5.5, 7]
    assert discounted_returns(np.array([]), 8.0, 0.5).tolist() == []


def test_truncated_step_keeps_its_bootstrap() -> None:
    reward, value = np.ones((2, 2)), np.zeros((2, 2))
    next_value = np.array([[0.0, 10.0], [4.0, 4.0]])  # world 0 terminates, world 1 is truncated
    ended = np.array([[True, True], [False, False]])
    found = generalised_advantages(reward, value, next_value, ended, 0.5, 1.0)
    assert found.tolist() == [[1, 6], [3, 3]]
