import numpy as np
import pytest

from spielfeld.learning import SquaredError
from spielfeld.learning.data_sets import DataSet, find_data_set
from spielfeld.learning.unsupervised import (
    LinearAutoencoder,
    LinearAutoencoderConfig,
    PrincipalComponents,
    PrincipalComponentsConfig,
)
from spielfeld.learning.unsupervised.principal_components import covariance, principal_axes


def plain(inputs: np.ndarray) -> DataSet:
    names = tuple(f"feature {k}" for k in range(inputs.shape[1]))
    return DataSet("plain", "unlabelled", inputs, feature_names=names)


def skewed(rows: int = 300, seed: int = 0, offset: float = 5.0) -> DataSet:
    generator = np.random.default_rng(seed)
    mixing = generator.normal(size=(5, 5)) * [4, 2, 1, 0.3, 0.1]
    return plain(generator.normal(size=(rows, 5)) @ mixing.T + offset)


def solved(data: DataSet, components: float = 2, **settings: bool) -> PrincipalComponents:
    learner = PrincipalComponents(PrincipalComponentsConfig(components, **settings))
    learner.learn(data, len(data))
    return learner


def test_iris_explained() -> None:
    pytest.importorskip("sklearn")
    explained = solved(find_data_set("iris")).explained
    assert explained == pytest.approx([0.92462, 0.05307, 0.01710, 0.00521], abs=5e-6)


@pytest.mark.parametrize(("share", "count"), [(0.5, 5), (0.8, 13), (0.9, 21), (0.95, 29)])
def test_as_many_components_as_explain_a_share_of_the_digits(share: float, count: int) -> None:
    pytest.importorskip("sklearn")
    learner = solved(find_data_set("digits"), share)
    assert learner.encode(np.zeros((1, 64))).shape == (1, count)
    assert learner.explained[: count - 1].sum() < share <= learner.explained[:count].sum()


@pytest.mark.parametrize("name", ["iris", "wine", "digits", "breast-cancer"])
def test_planes_are_scikit_learns(name: str) -> None:
    decomposition = pytest.importorskip("sklearn.decomposition")
    data = find_data_set(name)
    peer, learner = decomposition.PCA(3).fit(data.inputs), solved(data, 3)
    assert learner.explained[:3] == pytest.approx(peer.explained_variance_ratio_, abs=1e-10)
    theirs = peer.inverse_transform(peer.transform(data.inputs))
    scale = np.abs(data.inputs).max()
    assert learner.predict(data.inputs) == pytest.approx(theirs, abs=1e-9 * scale)


@pytest.mark.parametrize("rows", [4, 5, 49, 51, 300, 9000])
def test_axes_are_orthonormal_and_their_variances_those_of_the_codes(rows: int) -> None:
    data = skewed(rows)
    mean, axes, variances = principal_axes(data.inputs)
    assert axes.shape == (5, min(rows, 5))
    assert mean == pytest.approx(data.inputs.mean(axis=0))
    assert axes.T @ axes == pytest.approx(np.eye(min(rows, 5)), abs=1e-9)
    codes = (data.inputs - mean) @ axes
    assert codes.T @ codes / rows == pytest.approx(np.diag(variances), abs=1e-9)
    assert (np.diff(variances) <= 0).all()


def test_rows_or_their_covariance_have_the_same_axes() -> None:
    inputs = skewed(50).inputs
    by_rows, by_covariance = principal_axes(inputs), principal_axes(np.repeat(inputs, 20, axis=0))
    for one, other in zip(by_rows, by_covariance, strict=True):
        assert one == pytest.approx(other, abs=1e-9)


def test_covariance_does_not_depend_on_blocks_or_a_far_origin() -> None:
    near, far = skewed(5000, offset=0.0).inputs, skewed(5000, offset=1e6).inputs
    expected = np.cov(near.T, ddof=0)
    assert covariance(near, near.mean(axis=0)) == pytest.approx(expected, abs=1e-9)
    assert covariance(far, far.mean(axis=0)) == pytest.approx(expected, abs=1e-6)


def test_no_other_plane_is_nearer() -> None:
    data, generator = skewed(), np.random.default_rng(1)
    learner = solved(data)
    least = SquaredError().value(learner.predict(data.inputs), data.inputs)
    assert least == pytest.approx(
        learner.explained[2:].sum() * data.inputs.var(axis=0).sum() / 2, rel=1e-9
    )
    for _ in range(50):
        for parameter in learner.function.parameters.values():
            kept, nudge = parameter.copy(), generator.normal(0, 0.1, parameter.shape)
            parameter += nudge
            assert SquaredError().value(learner.predict(data.inputs), data.inputs) > least
            parameter[...] = kept


def test_codes_decode_to_predictions_and_points_of_the_plane_stay() -> None:
    data = skewed()
    learner = solved(data, standardise=True)
    points = learner.predict(data.inputs)
    assert learner.to_predictions(learner.function.decode(learner.encode(data.inputs))) == (
        pytest.approx(points)
    )
    assert learner.predict(points) == pytest.approx(points)
    assert points.mean(axis=0) == pytest.approx(data.inputs.mean(axis=0))


def test_standardised_components_do_not_depend_on_units() -> None:
    data = skewed()
    units = np.array([1, 1000, 0.01, 1, 7])
    one, other = (
        solved(data, standardise=True),
        solved(plain(data.inputs * units), standardise=True),
    )
    assert one.explained == pytest.approx(other.explained)
    assert one.predict(data.inputs) * units == pytest.approx(other.predict(data.inputs * units))


def test_a_saved_plane_of_another_number_of_components_is_refused() -> None:
    data = skewed().split(validation=0.2, seed=1)
    state = solved(data.train).state()
    with pytest.raises(ValueError, match=r"'plane.weights' has 2 columns, but from 3 to 3 fit"):
        PrincipalComponents(PrincipalComponentsConfig(3)).restore(state, data.train)


@pytest.mark.parametrize("components", [0, -1, 1.5, 0.0, float("inf")])
def test_components_that_are_neither_count_nor_share_are_refused(components: float) -> None:
    with pytest.raises(ValueError, match="a whole number from 1, or a share of the variance"):
        PrincipalComponentsConfig(components)
    with pytest.raises(ValueError, match="components must be a number, not nan"):
        PrincipalComponentsConfig(float("nan"))


def test_what_cannot_be_learned_is_said_in_a_sentence() -> None:
    learner = PrincipalComponents()
    learner.learn(skewed(), 0)
    for look in (learner.predict, learner.encode):
        with pytest.raises(ValueError, match="nothing to predict with yet: call learn first"):
            look(np.zeros((1, 5)))
    with pytest.raises(ValueError, match=r"6 components need .* has only 300 rows of 5 features"):
        solved(skewed(), 6)
    with pytest.raises(ValueError, match="users and items are names"):
        learner.learn(find_data_set("ratings"), 5)
    learner.learn(skewed(), 5)
    with pytest.raises(ValueError, match="began with 300 rows"):
        learner.learn(skewed(20), 5)
    with pytest.raises(ValueError, match=r"2 components need as many features, but .* has 1"):
        LinearAutoencoder().learn(plain(np.ones((3, 1))), 5)
    with pytest.raises(ValueError, match="components must be 1 or more, not 0"):
        LinearAutoencoderConfig(components=0)


def test_rows_without_variance_are_their_own_plane() -> None:
    data = plain(np.full((20, 3), 7.0))
    for learner in (solved(data), LinearAutoencoder(seed=1)):
        learner.learn(data, 100)
        assert learner.predict(data.inputs) == pytest.approx(data.inputs)


@pytest.mark.parametrize("seed", range(3))
def test_descent_finds_the_same_plane(seed: int) -> None:
    data = skewed()
    exact = solved(data)
    learner = LinearAutoencoder(LinearAutoencoderConfig(0.005, batch_size=300), seed=seed)
    learner.learn(data, 1500 * len(data))
    losses = [
        SquaredError().value(one.predict(data.inputs), data.inputs) for one in (exact, learner)
    ]
    assert losses[0] * (1 - 1e-12) <= losses[1] <= losses[0] * (1 + 1e-3)
    plane, _ = np.linalg.qr(learner.function.parameters["weights"])
    cosines = np.linalg.svd(plane.T @ exact.function.parameters["weights"])[1]
    assert np.degrees(np.arccos(cosines.clip(-1, 1))).max() < 0.5
    weights = learner.function.parameters["weights"]
    assert weights.T @ weights == pytest.approx(np.eye(2), abs=1e-3)


def test_mini_batches_come_as_near() -> None:
    pytest.importorskip("sklearn")
    data = find_data_set("iris")
    exact = solved(data)
    variance = data.inputs.var(axis=0).sum()
    for seed in range(3):
        learner = LinearAutoencoder(seed=seed)
        learner.learn(data, 20_000)
        one, other = (
            SquaredError().value(way.predict(data.inputs), data.inputs) / variance
            for way in (exact, learner)
        )
        assert one <= other <= one + 1e-3
    assert learner.encode(data.inputs).shape == (150, 2)
