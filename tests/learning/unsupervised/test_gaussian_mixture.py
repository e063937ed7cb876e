from dataclasses import replace

import numpy as np
import pytest

from spielfeld.learning import Centroids
from spielfeld.learning.data_sets import DataSet, find_data_set
from spielfeld.learning.unsupervised import GaussianMixture, GaussianMixtureConfig
from spielfeld.learning.unsupervised.gaussian_mixture import SHAPES, most_likely, variances
from spielfeld.learning.unsupervised.mixture import Mixture, log_sum_exp, normal_log_density

BLOBS = find_data_set("blobs", rows=200).without_targets()
PEERS = {"full": "full", "diagonal": "diag", "spherical": "spherical"}
every_shape = pytest.mark.parametrize("covariance", SHAPES)


def plain(inputs: np.ndarray) -> DataSet:
    names = tuple(f"feature {k}" for k in range(inputs.shape[1]))
    return DataSet("plain", "unlabelled", inputs, feature_names=names)


def skewed_mixture() -> Mixture:
    covariances = np.array([[[1.0, 0.8], [0.8, 1.5]], [[0.3, -0.1], [-0.1, 0.2]]])
    return Mixture(np.array([0.7, 0.3]), np.array([[0.0, 0], [3, -2]]), covariances)


@every_shape
@pytest.mark.parametrize(("name", "components"), [("iris", 3), ("wine", 2), ("digits", 10)])
@pytest.mark.slow
def test_from_the_same_start_the_likelihood_is_scikit_learns(
    name: str, components: int, covariance: str
) -> None:
    mixture = pytest.importorskip("sklearn.mixture")
    data = find_data_set(name).without_targets()
    learner = GaussianMixture(GaussianMixtureConfig(components, covariance, starts=1), seed=1)
    learner.learn(data, 0)
    # Its regularisation is absolute, ours a share of each variance: equal where these are 1.
    scale = np.sqrt(variances(data.inputs, covariance == "spherical"))
    shares, means, covariances = learner.function.parameters.values()
    precisions = np.linalg.inv(covariances / np.outer(scale, scale))
    if covariance == "diagonal":
        precisions = np.diagonal(precisions, axis1=1, axis2=2)
    if covariance == "spherical":
        precisions = precisions[:, 0, 0]
    peer = mixture.GaussianMixture(
        components,
        covariance_type=PEERS[covariance],
        weights_init=shares.copy(),
        means_init=means / scale,
        precisions_init=precisions,
        max_iter=10,
        tol=0,
    )
    with pytest.warns(match="did not converge"):  # it shall not stop before we do
        peer.fit(data.inputs / scale)
    history, volume = learner.learn(data, 10 * len(data)), np.log(scale).sum()
    assert -history["loss"][-1] == pytest.approx(peer.lower_bound_ - volume, abs=1e-6)
    ours, theirs = learner.log_likelihood(data.inputs), peer.score_samples(data.inputs / scale)
    assert ours == pytest.approx(theirs - volume, rel=1e-7, abs=1e-6)
    assert np.array_equal(learner.assign(data.inputs), peer.predict(data.inputs / scale))


FACTORS = [1e-8, 1e-4, 1e8]


def clouds() -> np.ndarray:
    """Return two clouds at distance 10, in three features of which the last is constant."""
    points = np.random.default_rng(0).normal(size=(120, 3)) * [1, 2, 0]
    points[60:, 0] += 10
    return points + np.array([0.5, -3, 0])


def learned_in_other_units(
    scale: np.ndarray | float, shift: float, **settings: object
) -> list[np.ndarray]:
    """Learn from the clouds in other units; return responsibilities and log-likelihoods."""
    inputs = (clouds() + shift) * scale
    learner = GaussianMixture(GaussianMixtureConfig(components=2, **settings), seed=1)
    learner.learn(plain(inputs), 20 * len(inputs))
    joint = learner.function.joint(learner.scaled_inputs(inputs))
    joint = joint[:, np.argsort(-joint[0])]  # the first row's component first
    responsibilities = np.exp(joint - log_sum_exp(joint)[:, None])
    volume = np.log(np.broadcast_to(scale, 3)).sum()
    return [responsibilities, learner.log_likelihood(inputs) + volume]


def assert_same(one: list[np.ndarray], other: list[np.ndarray]) -> None:
    assert one[0] == pytest.approx(other[0], abs=1e-6)
    assert one[1] == pytest.approx(other[1], abs=1e-5)


@pytest.mark.parametrize("factor", FACTORS)
def test_two_clouds_are_told_apart_in_every_unit(factor: float) -> None:
    responsibilities, _ = learned_in_other_units(factor, 0.0)
    assert responsibilities.argmax(axis=1).tolist() == [0] * 60 + [1] * 60


@every_shape
@pytest.mark.parametrize("factor", FACTORS)
@pytest.mark.parametrize("shift", [0.0, 100.0])
@pytest.mark.parametrize("standardise", [False, True])
def test_the_answer_is_the_same_in_every_unit(
    covariance: str, factor: float, shift: float, standardise: bool
) -> None:
    settings = {"covariance": covariance, "standardise": standardise}
    known = learned_in_other_units(1.0, 0.0, **settings)
    other = learned_in_other_units(factor, shift, **settings)
    if standardise:
        other[1] -= np.log(factor)  # a standardised constant has no unit any more
    assert_same(known, other)


@pytest.mark.parametrize("covariance", ["full", "diagonal"])
@pytest.mark.parametrize("factors", [(1e8, 1e-8), (1e-8, 1e8), (1e-4, 1.0), (1.0, 1e6)])
def test_the_answer_is_the_same_with_a_unit_for_each_feature(
    covariance: str, factors: tuple[float, float]
) -> None:
    scale = np.array([*factors, 1.0])
    known = learned_in_other_units(1.0, 0.0, covariance=covariance)
    other = learned_in_other_units(scale, 0.0, covariance=covariance)
    for each in (known, other):  # the constant feature adds the same to every component
        each[1] -= each[1].mean()
    assert_same(known, other)


def test_one_scale_for_all_features_starts_and_regularises_by_their_mean_variance() -> None:
    inputs = BLOBS.inputs * [100, 1]
    own, common = variances(inputs, False), variances(inputs, True)
    assert own == pytest.approx(inputs.var(axis=0))
    assert common == pytest.approx([inputs.var(axis=0).mean()] * 2)
    assert variances(np.ones((5, 2)), False).tolist() == [1, 1]


@every_shape
def test_no_step_makes_the_rows_less_likely(covariance: str) -> None:
    config = GaussianMixtureConfig(4, covariance, regularisation=0.0)
    for seed in range(5):
        history = GaussianMixture(config, seed=seed).learn(BLOBS, 60 * len(BLOBS))
        assert (np.diff(history["loss"]) <= 1e-12).all()


def test_shrinking_spheres_of_equal_shares_assign_as_k_means() -> None:
    means = np.random.default_rng(0).normal(size=(5, 2)) * 5
    covariances = 1e-6 * np.stack([np.eye(2)] * 5)
    mixture, centroids = Mixture(np.full(5, 0.2), means, covariances), Centroids(means)
    assert np.array_equal(mixture.assign(BLOBS.inputs), centroids.assign(BLOBS.inputs))
    assert np.array_equal(mixture(BLOBS.inputs), centroids(BLOBS.inputs))


def test_one_step_of_shrinking_spheres_is_lloyds() -> None:
    means = BLOBS.inputs[:3]
    mixture = Mixture(np.full(3, 1 / 3), means, 1e-6 * np.stack([np.eye(2)] * 3))
    joint = mixture.joint(BLOBS.inputs)
    belongs = np.exp(joint - log_sum_exp(joint)[:, None])
    after = most_likely(BLOBS.inputs, belongs, 0.0, SHAPES["spherical"])["means"]
    nearest = Centroids(means).assign(BLOBS.inputs)
    lloyd = np.stack([BLOBS.inputs[nearest == k].mean(axis=0) for k in range(3)])
    assert after == pytest.approx(lloyd, abs=1e-9)


def test_density_of_one_normal_is_scipys() -> None:
    stats = pytest.importorskip("scipy.stats")
    mean, covariance = np.array([1.0, -2.0]), np.array([[2.0, 0.5], [0.5, 0.3]])
    ours = normal_log_density(BLOBS.inputs, mean, np.linalg.cholesky(covariance))
    theirs = stats.multivariate_normal(mean, covariance).logpdf(BLOBS.inputs)
    assert ours == pytest.approx(theirs, rel=1e-10)


def test_the_density_is_one_in_all_in_whatever_unit() -> None:
    data = plain(skewed_mixture().sample(300, np.random.default_rng(0)) * [1000, 1])
    learner = GaussianMixture(GaussianMixtureConfig(components=2, standardise=True))
    learner.learn(data, 20 * len(data))
    across, up = np.linspace(-8000, 10000, 400), np.linspace(-9, 8, 400)
    grid = np.stack(np.meshgrid(across, up), axis=-1).reshape(-1, 2)
    cell = (across[1] - across[0]) * (up[1] - up[0])
    assert np.exp(learner.log_likelihood(grid)).sum() * cell == pytest.approx(1, abs=1e-3)


def test_drawn_rows_have_the_shares_means_and_covariances_of_the_mixture() -> None:
    mixture = skewed_mixture()
    points = mixture.sample(200_000, np.random.default_rng(1))
    shares, means, covariances = mixture.parameters.values()
    mean = shares @ means
    spread = covariances + np.einsum("ki,kj->kij", means - mean, means - mean)
    assert points.mean(axis=0) == pytest.approx(mean, abs=0.02)
    assert np.cov(points.T) == pytest.approx(np.tensordot(shares, spread, 1), abs=0.05)
    right = points[:, 0] - points[:, 1] > 3.5
    assert right.mean() == pytest.approx(0.3, abs=0.02)


def test_what_was_drawn_is_found_again() -> None:
    truth = skewed_mixture()
    data = plain(truth.sample(20_000, np.random.default_rng(2)))
    learner = GaussianMixture(GaussianMixtureConfig(components=2), seed=3)
    learner.learn(data, 100 * len(data))
    order = np.argsort(-learner.function.parameters["shares"])
    for name, parameter in truth.parameters.items():
        found = learner.function.parameters[name][order]
        assert found == pytest.approx(parameter, abs=0.05), name
    points = learner.sample(20_000, np.random.default_rng(3))
    assert points.mean(axis=0) == pytest.approx(data.inputs.mean(axis=0), abs=0.06)


def test_only_the_means_move_what_is_predicted() -> None:
    mixture, inputs = skewed_mixture(), BLOBS.inputs[:20]
    upstream = np.random.default_rng(0).normal(size=inputs.shape)
    gradient = mixture.gradient(inputs, upstream)
    assert gradient.keys() == mixture.parameters.keys()
    moved = gradient["means"].dense((2, 2))
    for place in np.ndindex(2, 2):
        values = []
        for nudge in (1e-6, -1e-6):
            mixture.parameters["means"][place] += nudge
            values.append((upstream * mixture(inputs)).sum())
            mixture.parameters["means"][place] -= nudge
        assert moved[place] == pytest.approx((values[0] - values[1]) / 2e-6, abs=1e-6)
    assert not gradient["shares"].any() and not gradient["covariances"].any()


def test_log_sum_exp_never_overflows() -> None:
    logits = np.array([[1e5, 1e5], [-1e5, -1e5 - 800]])
    assert log_sum_exp(logits) == pytest.approx([1e5 + np.log(2), -1e5])


def test_a_component_that_nobody_comes_from_stays_finite() -> None:
    belongs = np.eye(3)[np.zeros(len(BLOBS), int)]
    mixture = Mixture(**most_likely(BLOBS.inputs, belongs, 1e-6, SHAPES["full"]))
    assert np.isfinite(mixture.joint(BLOBS.inputs)).all()
    assert (mixture.assign(BLOBS.inputs) == 0).all()
    assert mixture.parameters["shares"] == pytest.approx([1, 0, 0])


def test_regularisation_keeps_components_from_collapsing() -> None:
    inputs = np.repeat([[0.0, 1.0], [2.0, 3.0]], 10, axis=0)
    learner = GaussianMixture(GaussianMixtureConfig(components=2))
    learner.learn(plain(inputs), 200)
    assert learner.predict(inputs) == pytest.approx(inputs)
    bare = GaussianMixture(GaussianMixtureConfig(components=2, regularisation=0))
    with pytest.raises(ValueError, match=r"has shrunk .* Choose fewer components or a larger reg"):
        bare.learn(plain(inputs), 200)


def test_predictions_are_the_means_in_own_units() -> None:
    wide = replace(BLOBS, inputs=BLOBS.inputs * [100, 0.1] - 5)
    learner = GaussianMixture(GaussianMixtureConfig(standardise=True))
    learner.learn(wide, 2_000)
    chosen, predicted = learner.assign(wide.inputs), learner.predict(wide.inputs)
    for k in range(3):
        assert np.ptp(predicted[chosen == k], axis=0) == pytest.approx([0, 0])
        near = wide.inputs[chosen == k].mean(axis=0)
        assert predicted[chosen == k][0] == pytest.approx(near, rel=0.05, abs=0.05)


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("components", 0, "components must be 1 or more, not 0"),
        ("starts", 0, "starts must be 1 or more"),
        ("regularisation", -1, "regularisation must be 0 or more, not -1"),
        ("covariance", "oval", "no covariance 'oval': choose one of full, diagonal, spherical"),
    ],
)
def test_settings_out_of_range_are_refused(setting: str, value: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        GaussianMixtureConfig(**{setting: value})


def test_what_cannot_be_learned_is_said_in_a_sentence() -> None:
    with pytest.raises(ValueError, match=r"3 components need as many rows, but .*'plain' has 2"):
        GaussianMixture().learn(plain(np.eye(2)), 10)
    with pytest.raises(
        ValueError, match=r"GaussianMixture learns from measurements, but .*ratings"
    ):
        GaussianMixture().learn(find_data_set("ratings"), 10)
    blank = GaussianMixture()
    for look in (blank.predict, blank.assign, blank.log_likelihood):
        with pytest.raises(ValueError, match="nothing to predict with yet: call learn first"):
            look(BLOBS.inputs)
    with pytest.raises(ValueError, match="nothing to predict with yet"):
        blank.sample(3, np.random.default_rng(0))
