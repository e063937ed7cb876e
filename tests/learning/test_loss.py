import numpy as np
import pytest

from spielfeld.learning import (
    BinaryCrossEntropy,
    CrossEntropy,
    Huber,
    Linear,
    SquaredError,
    log_softmax,
    sigmoid,
    softmax,
)
from spielfeld.learning.loss import Loss

ROWS, CLASSES = 6, 4
LOSSES = [SquaredError(), Huber(), BinaryCrossEntropy()]


def logits(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 3, (ROWS, CLASSES))


def test_huber_by_hand() -> None:
    prediction, target = np.array([[0.5, 5.0, -3.0]]), np.zeros((1, 3))
    # threshold 2: 1/2 * .25, then 2 * (5 - 1) and 2 * (3 - 1)
    assert Huber(2).value(prediction, target) == 0.125 + 8 + 4
    assert Huber(2).derivative(prediction, target).tolist() == [[0.5, 2, -2]]


def test_huber_within_its_threshold_is_squared_error() -> None:
    prediction, target = logits(0), logits(1)
    for name in ("value", "derivative"):
        wide = getattr(Huber(1e3), name)(prediction, target)
        assert wide == pytest.approx(getattr(SquaredError(), name)(prediction, target))


def test_cross_entropy_by_hand() -> None:
    prediction = np.log([[1.0, 3.0], [2.0, 2.0]])  # probabilities 1/4, 3/4 and 1/2, 1/2
    target, weights = np.array([1, 0]), np.array([1.0, 4.0])
    # (1 * log 4/3 + 4 * log 2) / 2, and weight * (probability - target) / 2
    assert CrossEntropy().value(prediction, target, weights) == pytest.approx(
        (np.log(4 / 3) + 4 * np.log(2)) / 2
    )
    slope = CrossEntropy().derivative(prediction, target, weights)
    assert slope == pytest.approx(np.array([[0.125, -0.125], [-1, 1]]))


def test_a_class_is_the_distribution_that_is_sure_of_it() -> None:
    classes = np.arange(ROWS) % CLASSES
    for name in ("value", "derivative"):
        law = getattr(CrossEntropy(), name)
        assert law(logits(), classes) == pytest.approx(law(logits(), np.eye(CLASSES)[classes]))


def test_yes_or_no_is_two_classes_with_the_second_logit_at_0() -> None:
    one, answers = logits()[:, :1], np.array([[1], [0], [0], [1], [1], [0]])
    two = np.hstack([one, np.zeros_like(one)])
    binary, softmax_loss = BinaryCrossEntropy(), CrossEntropy()
    classes = 1 - answers[:, 0]  # class 0 is yes
    assert binary.value(one, answers) == pytest.approx(softmax_loss.value(two, classes))
    assert binary.derivative(one, answers)[:, 0] == pytest.approx(
        softmax_loss.derivative(two, classes)[:, 0]
    )


def test_weights_scale_the_loss_and_are_not_averaged() -> None:
    targets = {CrossEntropy: np.zeros(ROWS, int)}
    for loss in (*LOSSES, CrossEntropy()):
        target = targets.get(type(loss), logits(1))
        once = loss.value(logits(), target)
        assert loss.value(logits(), target, 3.0) == pytest.approx(3 * once)
        assert loss.value(logits(), target, np.full(ROWS, 3.0)) == pytest.approx(3 * once)
        slope = loss.derivative(logits(), target)
        assert loss.derivative(logits(), target, np.full(ROWS, 3.0)) == pytest.approx(3 * slope)


def test_a_row_of_weight_0_counts_as_a_row_and_moves_nothing() -> None:
    weights = np.array([1.0, 0, 0, 0, 0, 0])
    for loss in LOSSES:
        alone = loss.value(logits()[:1], logits(1)[:1])
        assert loss.value(logits(), logits(1), weights) == pytest.approx(alone / ROWS)
        assert (loss.derivative(logits(), logits(1), weights)[1:] == 0).all()


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_extreme_logits_give_finite_losses(dtype: type) -> None:
    extreme = np.array([[1e4, -1e4], [-1e4, 1e4], [1e4, 1e4], [-1e4, -1e4]], dtype)
    classes, answers = np.array([1, 1, 0, 0]), np.array([[0, 0], [1, 1], [0, 1], [0, 1]], dtype)
    cross, binary = CrossEntropy(), BinaryCrossEntropy()
    # (2e4 + 0 + log 2 + log 2) / 4, and (1e4 + 1e4 + 1e4 + 1e4) / 4: wrong once in each row
    assert cross.value(extreme, classes) == pytest.approx((2e4 + 2 * np.log(2)) / 4, rel=1e-6)
    assert binary.value(extreme, answers) == pytest.approx(1e4)
    for slope in (cross.derivative(extreme, classes), binary.derivative(extreme, answers)):
        assert np.isfinite(slope).all() and slope.dtype == dtype
    assert np.isfinite(log_softmax(extreme)).all()
    assert softmax(extreme)[:2].tolist() == [[1, 0], [0, 1]]
    assert sigmoid(extreme)[0].tolist() == [1, 0]


def test_only_differences_of_logits_count() -> None:
    assert softmax(logits() + 1000) == pytest.approx(softmax(logits()))
    assert softmax(logits()).sum(axis=1) == pytest.approx(np.ones(ROWS))
    assert np.exp(log_softmax(logits())) == pytest.approx(softmax(logits()))
    assert softmax(np.array([2.0, 0.0]))[0] == pytest.approx(sigmoid(np.array(2.0)))


def test_making_probabilities_leaves_the_logits_alone() -> None:
    before = logits()
    for law in (softmax, log_softmax, sigmoid):
        law(before)
        CrossEntropy().derivative(before, np.zeros(ROWS, int))
        assert np.array_equal(before, logits())


@pytest.mark.parametrize("loss", LOSSES)
def test_targets_of_another_shape_are_refused(loss: Loss) -> None:
    prediction, target = np.zeros((3, 1)), np.zeros(3)  # NumPy would compare 3 x 3 pairs
    for law in (loss.value, loss.derivative):
        with pytest.raises(ValueError, match=r"shape \(3, 1\), like the predictions, not \(3,\)\."):
            law(prediction, target)


@pytest.mark.parametrize(
    ("prediction", "target", "message"),
    [
        (np.zeros((2, 3)), np.array([0, 3]), r"^Class 3 is out of range: .* classes 0 to 2\.$"),
        (np.zeros((2, 3)), np.array([-1, 2]), r"^Class -1 is out of range"),
        (np.zeros((2, 3)), np.array([0.0, 1.0]), r"2 whole class numbers .* not float64 of shape"),
        (np.zeros((2, 3)), np.array([0, 1, 2]), r"not int64 of shape \(3,\)\.$"),
        (np.zeros((2, 3)), np.zeros((2, 4)), r"distributions of shape \(2, 3\) as targets"),
        (np.zeros(2), np.array([0, 1]), r"logits of all classes.*shape \(2,\): leave out `select`"),
    ],
)
def test_targets_that_are_no_classes_are_refused(
    prediction: np.ndarray, target: np.ndarray, message: str
) -> None:
    for law in (CrossEntropy().value, CrossEntropy().derivative):
        with pytest.raises(ValueError, match=message):
            law(prediction, target)


@pytest.mark.parametrize("threshold", [0, -1, np.nan])
def test_huber_without_a_threshold_is_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match=f"must be above 0, not {threshold}"):
        Huber(threshold)


def test_rows_of_another_width_are_refused() -> None:
    with pytest.raises(ValueError, match=r"rows of 3 features, not shape \(5, 2\)\."):
        Linear(3, 1)(np.zeros((5, 2)))
