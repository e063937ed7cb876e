import numpy as np
import pytest

from spielfeld.learning import SGD, Adam, WeightDecay
from spielfeld.learning.generative import Averaged


def walk(optimizer: Averaged, parameters: dict, slopes: list[float]) -> None:
    for slope in slopes:
        optimizer.step(parameters, {"weights": np.array([slope])})


def test_average_by_hand() -> None:
    parameters = {"weights": np.array([0.0])}
    optimizer = Averaged(SGD(1.0), 0.05, {"weights": np.array([0.0])})
    walk(optimizer, parameters, [-2.0])  # at 2; kept is min(.05, 1 / 11)
    assert optimizer.average["weights"] == pytest.approx([0.95 * 2])
    walk(optimizer, parameters, [-1.0])  # at 3
    assert optimizer.average["weights"] == pytest.approx([0.05 * 1.9 + 0.95 * 3])
    slow = Averaged(SGD(1.0), 0.999, {"weights": np.array([0.0])})
    walk(slow, {"weights": np.array([0.0])}, [-2.0])  # kept is min(.999, 1 / 11)
    assert slow.average["weights"] == pytest.approx([10 / 11 * 2])


def test_steps_know_nothing_of_the_average() -> None:
    alone, averaged = {"weights": np.array([5.0])}, {"weights": np.array([5.0])}
    plain = Adam(0.1)
    walk(Averaged(Adam(0.1), 0.9, {"weights": np.array([5.0])}), averaged, [1.0, -3.0, 2.0])
    for slope in (1.0, -3.0, 2.0):
        plain.step(alone, {"weights": np.array([slope])})
    assert np.array_equal(alone["weights"], averaged["weights"])


def test_average_lies_closer_to_the_minimum_than_where_noise_has_led() -> None:
    generator, parameters = np.random.default_rng(0), {"weights": np.zeros(1000)}
    optimizer = Averaged(SGD(0.5), 0.99, {"weights": np.zeros(1000)})
    for _ in range(500):
        noise = generator.normal(size=1000)
        optimizer.step(parameters, {"weights": parameters["weights"] - 3 + noise})
    error, averaged = (
        np.square(one["weights"] - 3).mean() for one in (parameters, optimizer.average)
    )
    assert averaged < 0.1 * error


def test_state_is_a_copy_and_continues_bit_for_bit() -> None:
    parameters = {"weights": np.array([1.0])}
    optimizer = Averaged(WeightDecay(Adam(0.1), 0.1), 0.9, {"weights": np.array([1.0])})
    walk(optimizer, parameters, [1.0, 2.0])
    state, at = optimizer.state(), parameters["weights"].copy()
    walk(optimizer, parameters, [3.0])
    other = Averaged(WeightDecay(Adam(0.1), 0.1), 0.9, {"weights": np.array([9.0])})
    other.prepare(parameters)
    other.restore(state)
    walk(other, {"weights": at}, [3.0])
    assert np.array_equal(other.average["weights"], optimizer.average["weights"])
    assert other.steps == 3 and other.learning_rate == 0.1
