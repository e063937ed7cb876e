import itertools
import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from spielfeld.envs.tabular import (
    ModelArrays,
    TabularModel,
    mean_reward,
    noisy_reward,
    normal_quantile,
    sample_outcome,
    sample_start,
)

SHARES = [0.1, 0.0, 0.6, 0.3, 0.0]
BELOW_ONE = np.nextafter(1.0, 0.0)


def arrays() -> ModelArrays:
    """Five states with `SHARES` as start and as the outcomes of the one action everywhere."""
    shape = (5, 1, 5)
    return TabularModel(
        probability=np.broadcast_to(SHARES, shape),
        next_state=np.broadcast_to(np.arange(5), shape),
        reward=np.broadcast_to([1.0, 2, 3, 4, 5], shape),
        terminated=np.zeros(shape),
        start=np.array(SHARES),
        reward_deviation=np.broadcast_to([0.5, 9, 2.0, 0.0, 9], shape),
    ).arrays


def start(draw: float) -> int:
    return int(sample_start(arrays(), draw))


def outcome(draw: float) -> int:
    return int(sample_outcome(arrays(), 0, 0, draw))


@pytest.mark.parametrize("sample", [start, outcome])
def test_every_draw_falls_on_a_possible_outcome(sample) -> None:
    # Cumulative: .1 .1 .7 1 1.
    edges = [0.0, 0.0999, 0.1, 0.6999, 0.71, BELOW_ONE]
    assert [sample(draw) for draw in edges] == [0, 0, 2, 2, 3, 3]


def test_draws_follow_the_probabilities() -> None:
    draws = np.random.default_rng(1).random(20_000)
    world = arrays()
    for sample in (
        lambda draw: sample_start(world, draw),
        lambda draw: sample_outcome(world, 3, 0, draw),
    ):
        counts = np.bincount([sample(draw) for draw in draws], minlength=5)
        assert counts[[1, 4]].tolist() == [0, 0]
        expected = np.array(SHARES)[[0, 2, 3]] * len(draws)
        assert stats.chisquare(counts[[0, 2, 3]], expected).pvalue > 1e-3


@pytest.mark.parametrize("chosen, mean, deviation", [(0, 1, 0.5), (2, 3, 2), (3, 4, 0)])
def test_noise_has_the_stated_mean_and_deviation(
    chosen: int, mean: float, deviation: float
) -> None:
    world, rewards = arrays(), []
    for draw in (np.arange(100_000) + 0.5) / 100_000:  # every hundred-thousandth, evenly
        if sample_outcome(world, 0, 0, draw) == chosen:
            rewards.append(noisy_reward(world, 0, 0, chosen, draw))
    assert np.mean(rewards) == pytest.approx(mean, abs=1e-3)
    assert np.std(rewards) == pytest.approx(deviation, rel=1e-3)


def test_noise_is_normal_and_independent_of_the_outcome() -> None:
    world, noise = arrays(), {0: [], 2: []}
    for draw in np.random.default_rng(2).random(20_000):
        chosen = sample_outcome(world, 0, 0, draw)
        if chosen in noise:
            reward = noisy_reward(world, 0, 0, chosen, draw)
            noise[chosen].append((reward - world.reward[0, 0, chosen]) / [0.5, 9, 2.0][chosen])
    for sample in noise.values():
        assert stats.kstest(sample, "norm").pvalue > 1e-3
    assert stats.ks_2samp(noise[0], noise[2]).pvalue > 1e-3


@pytest.mark.parametrize("low, high", [(0, 0.1), (0.1, 0.7), (0.7, 1.0), (1e-3, 0.9)])
def test_noise_is_finite_at_the_edges_of_every_outcome(low: float, high: float) -> None:
    shares = np.array([[[low, high - low, 1 - high]]])
    zeros = np.zeros((1, 1, 3))
    world = TabularModel(shares, zeros, zeros, zeros, np.ones(1), None, zeros + 1).arrays
    edges = [0.0, low, world.cumulative[0, 0, 1], 1.0]
    for draw in [near for edge in edges for near in (edge, np.nextafter(edge, 0.0))]:
        if draw < 1:
            chosen = sample_outcome(world, 0, 0, draw)
            assert math.isfinite(noisy_reward(world, 0, 0, chosen, draw))


def test_a_model_without_noise_pays_the_mean() -> None:
    assert mean_reward(arrays(), 0, 0, 2, 0.3) == 3


@given(st.floats(1e-300, BELOW_ONE))
def test_the_normal_quantile_is_that_of_the_standard_library(share: float) -> None:
    expected = statistics.NormalDist().inv_cdf(share)
    assert normal_quantile(share) == pytest.approx(expected, rel=1e-14, abs=1e-15)


def test_the_normal_quantile_rises_and_is_odd() -> None:
    shares = np.linspace(0.001, 0.5, 500).tolist()
    quantiles = [normal_quantile(share) for share in shares]
    assert all(low < high for low, high in itertools.pairwise(quantiles))
    mirrored = [-normal_quantile(1 - share) for share in shares]
    assert quantiles == pytest.approx(mirrored, abs=1e-12)
