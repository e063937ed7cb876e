import numpy as np
import pytest

from spielfeld.learning import (
    SGD,
    Adam,
    Batch,
    EmbeddingDot,
    GradientLearner,
    Linear,
    Momentum,
    Rows,
    SquaredError,
    Table,
    WeightDecay,
)


def test_the_penalty_leads_to_ridge_regression_with_a_free_intercept() -> None:
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(50, 3)) + 1
    targets = inputs @ [[2.0], [-3.0], [0.5]] + 4 + generator.normal(size=(50, 1))
    learner = GradientLearner()
    learner.function, learner.loss = Linear(3, 1), SquaredError()
    learner.optimizer = WeightDecay(SGD(0.2), 0.3)
    for _ in range(2000):
        learner.step(Batch(inputs, targets))
    centred, middle = inputs - inputs.mean(axis=0), targets.mean()
    normal = centred.T @ centred / 50 + 0.3 * np.eye(3)
    exact = np.linalg.solve(normal, centred.T @ (targets - middle) / 50)
    assert learner.function.parameters["weights"] == pytest.approx(exact, abs=1e-10)
    intercept = middle - inputs.mean(axis=0) @ exact
    assert learner.function.parameters["bias"] == pytest.approx(intercept, abs=1e-10)


def one_step(optimizer: WeightDecay, learning_rate: float | None = None) -> np.ndarray:
    parameters = {"weights": np.array([1.0, -2.0]), "bias": np.array([3.0])}
    gradient = {"weights": np.array([0.5, 4.0]), "bias": np.array([0.0])}
    optimizer.step(parameters, gradient, learning_rate)
    assert parameters["bias"].tolist() == [3.0]
    assert gradient["weights"].tolist() == [0.5, 4.0]
    return parameters["weights"]


def test_both_ways_are_one_for_sgd_and_two_for_adam() -> None:
    # 1 - .1 * (.5 + .2 * 1) and -2 - .1 * (4 - .2 * 2)
    by_hand = pytest.approx([0.93, -2.36])
    assert one_step(WeightDecay(SGD(0.1), 0.2)) == by_hand
    assert one_step(WeightDecay(SGD(0.1), 0.2, decoupled=True)) == by_hand
    # Adam's first step is one learning rate against the sign of what it is given.
    assert one_step(WeightDecay(Adam(0.1), 0.2)) == pytest.approx([0.9, -2.1])
    decoupled = one_step(WeightDecay(Adam(0.1), 0.2, decoupled=True))
    assert decoupled == pytest.approx([0.98 - 0.1, -1.96 - 0.1])


def test_a_learning_rate_of_the_step_rules_decay_too() -> None:
    for decoupled in (False, True):
        optimizer = WeightDecay(SGD(9.0), 0.2, decoupled)
        assert one_step(optimizer, 0.1) == pytest.approx([0.93, -2.36])


def test_of_sparse_gradients_what_took_part_decays_by_its_share_of_the_batch() -> None:
    table = np.ones((4, 1))
    slope = Rows(np.array([1, 1, 2]), np.zeros((3, 1)))
    WeightDecay(SGD(1.0), 0.3).step({"table": table}, {"table": slope})
    assert table[:, 0] == pytest.approx([1, 1 - 2 * 0.1, 1 - 0.1, 1])


def test_embeddings_with_decay_descend_their_documented_objective() -> None:
    generator = np.random.default_rng(1)
    function = EmbeddingDot(3, 4, 2, generator, deviation=1.0)
    users, items, ratings = np.array([0, 0, 2]), np.array([1, 3, 3]), generator.normal(size=3)
    vectors = function.parameters["users"]

    def objective() -> float:
        taken = (vectors[users] ** 2).sum() + (function.parameters["items"][items] ** 2).sum()
        return SquaredError().value(function(users, items), ratings) + 0.4 / 2 * taken / 3

    slope = np.zeros_like(vectors)
    for place in np.ndindex(vectors.shape):
        vectors[place] += 1e-6
        above = objective()
        vectors[place] -= 2e-6
        slope[place] = (above - objective()) / 2e-6
        vectors[place] += 1e-6
    before = vectors.copy()
    upstream = SquaredError().derivative(function(users, items), ratings)
    gradient = function.gradient(users, upstream, items)
    WeightDecay(SGD(1.0), 0.4).step(function.parameters, gradient)
    assert before - vectors == pytest.approx(slope, abs=1e-8)


def test_decoupled_decay_refuses_rows_with_a_sentence_and_moves_nothing() -> None:
    table, dense = Table(2, 2, 1.0), Linear(2, 2)
    dense.parameters["weights"][...] = 1
    parameters = {**dense.parameters, **table.parameters}
    gradient = {"weights": np.ones((2, 2)), **table.gradient(np.array([0]), np.ones((1, 2)))}
    with pytest.raises(TypeError, match="gradient of 'table' is sparse; use decoupled=False"):
        WeightDecay(SGD(), 0.1, decoupled=True).step(parameters, gradient)
    assert (parameters["weights"] == 1).all() and (parameters["table"] == 1).all()


def test_state_is_the_optimizers() -> None:
    first, second = WeightDecay(Momentum(0.1), 0.1), WeightDecay(Momentum(0.1), 0.1)
    one_step(first)
    second.prepare({"weights": np.ones(2), "bias": np.ones(1)})
    second.restore(first.state())
    assert np.array_equal(one_step(first), one_step(second))
    assert first.learning_rate == 0.1
