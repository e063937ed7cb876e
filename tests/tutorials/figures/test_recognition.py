import numpy as np
import pytest

from spielfeld.tutorials.figures.diffusion_digits import Recogniser, halves, nonsense


def test_nonsense_has_the_greys_of_digits_and_their_shape() -> None:
    rows = np.random.default_rng(0).uniform(0, 16, (40, 64))
    made = nonsense(rows, np.random.default_rng(1))
    assert made.shape == rows.shape and made.min() >= 0 and made.max() <= 16
    borrowed = (made[1::2, :, None] == rows.T[None]).any(axis=2)  # each pixel from the same place
    assert borrowed.all() and not (made[1::2] == rows[1::2]).all(axis=1).any()


@pytest.mark.slow
def test_recogniser_knows_digits_how_sure_it_may_be_and_what_is_none() -> None:
    pytest.importorskip("sklearn")
    unseen, taught = halves(0)
    judge = Recogniser(taught, 0)
    accuracy, confidence = judge.calibration(unseen)
    assert accuracy > 0.94 and accuracy - 0.05 < confidence <= accuracy  # never surer than right
    share, classes = judge.recognised(unseen.inputs)
    assert share > 0.95 and classes == 10
    noise = np.random.default_rng(1).uniform(0, 16, (1_000, 64))
    assert judge.recognised(noise)[0] < 0.01 < Recogniser(taught, 0, False).recognised(noise)[0]


@pytest.mark.slow
def test_most_digits_that_diffusion_draws_are_recognised_and_all_ten_are_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("sklearn")
    from spielfeld.tutorials.figures import diffusion_shapes as diffusion

    monkeypatch.setattr(diffusion, "SHORTENED", 0.15)  # the whole training, of minutes, reaches 0.9
    taught, others = halves(0)
    drawn = diffusion.drawer("digits", taught, 0).sample(1_000, np.random.default_rng(0))
    share, classes = Recogniser(others, 0).recognised(drawn)
    assert share >= 0.75 and classes == 10
