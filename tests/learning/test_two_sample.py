import numpy as np
import pytest

from spielfeld.learning.two_sample import energy_distance, two_sample_test


def test_distance_by_hand() -> None:
    # between: |0-1|, |0-3|, |2-1|, |2-3|; within: 0, 2, 2, 0 and the same
    assert energy_distance([[0], [2]], [[1], [3]]) == pytest.approx(2 * 6 / 4 - 4 / 4 - 4 / 4)
    # of three and one in the plane: 5, 5 and 0 between; 0 and 6, each twice, of nine within
    one, other = [[3, 0], [-3, 0], [0, 4]], [[0, 4]]
    expected = 2 * (5 + 5 + 0) / 3 - 2 * (6 + 5 + 5) / 9
    assert energy_distance(one, other) == pytest.approx(expected)
    assert energy_distance(other, one) == pytest.approx(expected)


def test_distance_on_a_line_is_scipys_squared() -> None:
    stats = pytest.importorskip("scipy.stats")
    generator = np.random.default_rng(0)
    one, other = generator.normal(size=(40, 1)), generator.exponential(size=(25, 1))
    expected = stats.energy_distance(one[:, 0], other[:, 0]) ** 2
    assert energy_distance(one, other) == pytest.approx(expected)


def test_distance_knows_no_directions() -> None:
    generator = np.random.default_rng(1)
    one, other = generator.normal(size=(30, 2)), generator.normal(1, 1, size=(20, 2))
    turn = np.array([[0.6, -0.8], [0.8, 0.6]])
    turned = energy_distance(one @ turn + 5, other @ turn + 5)
    assert turned == pytest.approx(energy_distance(one, other))


def test_equal_sets_have_no_distance_and_are_never_told_apart() -> None:
    points = np.random.default_rng(2).normal(size=(50, 3)) * 1e6
    assert energy_distance(points, points[::-1]) == pytest.approx(0, abs=1e-6)
    assert two_sample_test(points, points, np.random.default_rng(0)) == 1
    same = np.full((10, 2), 0.1)
    assert two_sample_test(same, same[:7], np.random.default_rng(0)) == 1


def test_p_values_of_equal_distributions_are_uniform() -> None:
    stats = pytest.importorskip("scipy.stats")
    generator = np.random.default_rng(3)
    values = [
        two_sample_test(
            generator.normal(size=(20, 2)), generator.normal(size=(30, 2)), generator, 99
        )
        for _ in range(400)
    ]
    assert np.mean(np.array(values) <= 0.05) < 0.09  # .05 expected, standard error .011
    assert stats.kstest(values, "uniform").pvalue > 0.01


def test_shifted_and_widened_sets_are_told_apart() -> None:
    generator = np.random.default_rng(4)
    points = generator.normal(size=(100, 2))
    for other in (generator.normal(0.7, 1, (80, 2)), generator.normal(0, 2, (80, 2))):
        assert two_sample_test(points, other, generator) <= 0.01
    assert two_sample_test(points, points + 100, generator, permutations=19) == 1 / 20


def test_test_draws_from_its_generator_alone() -> None:
    points = np.random.default_rng(5).normal(size=(60, 2))
    values = [
        two_sample_test(points[:30], points[30:], np.random.default_rng(seed), 99)
        for seed in (0, 0, 1)
    ]
    assert values[0] == values[1] != values[2]


@pytest.mark.parametrize(
    ("one", "other", "shapes"),
    [
        (np.zeros((3, 2)), np.zeros((3, 1)), r"\(3, 2\) and \(3, 1\)"),
        (np.zeros((0, 2)), np.zeros((3, 2)), r"\(0, 2\) and \(3, 2\)"),
        (np.zeros(3), np.zeros(3), r"\(3,\) and \(3,\)"),
    ],
)
def test_sets_that_do_not_fit_are_refused(one, other, shapes) -> None:
    with pytest.raises(ValueError, match=f"equally many features, not shapes {shapes}"):
        energy_distance(one, other)
    with pytest.raises(ValueError, match="one or more rows each"):
        two_sample_test(one, other, np.random.default_rng(0))


def test_no_permutation_is_no_test() -> None:
    with pytest.raises(ValueError, match="1 or more permutations, not 0"):
        two_sample_test(np.zeros((3, 2)), np.ones((3, 2)), np.random.default_rng(0), 0)
