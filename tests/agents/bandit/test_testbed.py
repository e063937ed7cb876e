"""The book's figures of chapter 2, from the testbed."""

import gymnasium as gym
import numpy as np
import pytest

from spielfeld import envs  # noqa: F401, registers the environments
from spielfeld.agents.bandit import (
    ExplorationBandit,
    ExplorationConfig,
    GradientBandit,
    GradientConfig,
    GreedyBandit,
    GreedyConfig,
    OptimisticBandit,
    ThompsonBandit,
    UpperConfidenceBandit,
    testbed,
)
from spielfeld.envs.bandit.dynamics import problem_means

SOURCE_RUNS = 1_000  # where the source states neither runs nor error


def explorer(exploration_rate: float, **more: float) -> ExplorationBandit:
    return ExplorationBandit(ExplorationConfig(exploration_rate=exploration_rate, **more))


@pytest.mark.parametrize(
    ("learner", "mean", "published", "error"),
    [
        (GreedyBandit(), 0.0, 0.356, None),
        (explorer(0.01), 0.0, 0.590, None),
        (explorer(0.1), 0.0, 0.800, None),
        (UpperConfidenceBandit(), 0.0, 0.855, None),
        (GradientBandit(), 4.0, 0.849, None),
        (GradientBandit(GradientConfig(baseline=False)), 4.0, 0.49, 0.01),
    ],
    ids=["greedy", ".01", ".1", "ucb", "gradient", "gradient without baseline"],
)
@pytest.mark.slow
def test_share_of_optimal_pulls_in_the_last_100_is_the_published_one(
    learner, mean: float, published: float, error: float | None
) -> None:
    curves = testbed(learner, mean=mean)
    if error is None:
        error = np.sqrt(published * (1 - published) / SOURCE_RUNS)
    ours = curves.optimal_error[-100:].mean()  # an upper bound: as if the 100 were one
    assert curves.optimal[-100:].mean() == pytest.approx(published, abs=4 * np.hypot(error, ours))


@pytest.mark.slow
def test_optimism_is_worse_at_first_and_better_in_the_end() -> None:
    optimistic, realistic = (
        testbed(OptimisticBandit()),
        testbed(explorer(0.1, learning_rate=0.1, learning_rate_decay=0.0)),
    )
    gap = optimistic.optimal - realistic.optimal
    error = np.hypot(optimistic.optimal_error, realistic.optimal_error)
    assert gap[20:50].mean() < -4 * error[20:50].mean()  # figure 2.3
    assert gap[-100:].mean() > 4 * error[-100:].mean()


@pytest.mark.slow
def test_upper_confidence_spikes_once_every_arm_was_tried() -> None:
    curves = testbed(UpperConfidenceBandit(), steps=12)
    assert curves.optimal[:10] == pytest.approx(0.1, abs=4 * np.sqrt(0.09 / 2_000))
    assert curves.reward[10] > curves.reward[9] + 0.5  # exercise 2.8
    assert curves.reward[11] < curves.reward[10] - 0.1


@pytest.mark.slow
def test_constant_steps_follow_means_that_drift_and_averages_do_not() -> None:
    drifting = {"runs": 300, "steps": 5_000, "spread": 0.0, "drift": 0.01}
    average = testbed(explorer(0.1), **drifting)
    constant = testbed(explorer(0.1, learning_rate=0.1, learning_rate_decay=0.0), **drifting)
    gap = (constant.optimal - average.optimal)[-1_000:].mean()
    assert gap > 4 * np.hypot(constant.optimal_error, average.optimal_error)[-1_000:].mean()
    assert average.optimal[0] == 1.0  # all arms are equal at first


@pytest.mark.slow
def test_thompson_sampling_is_the_best_of_them_where_its_belief_is_true() -> None:
    thompson, others = testbed(ThompsonBandit()), [explorer(0.1), UpperConfidenceBandit()]
    for other in map(testbed, others):
        gap = (thompson.reward - other.reward).mean()
        assert gap > 4 * np.hypot(thompson.reward_error, other.reward_error).mean() / 3


@pytest.mark.parametrize("drift", [0.0, 0.1])
def test_first_run_is_what_a_learner_of_the_same_seed_does(drift: float) -> None:
    curves = testbed(explorer(0.1), runs=1, steps=50, seed=6, drift=drift)
    env = gym.make("spielfeld/Bandit-v0", means=problem_means(6), drift=drift, max_episode_steps=50)
    learner = ExplorationBandit(seed=6)
    history = learner.learn_readably(env, 50)
    total = 0.0
    for reward in curves.reward.tolist():
        total += reward
    assert history["episode_return"].tolist() == [total]


@pytest.mark.uncompiled
def test_averages_are_those_of_the_runs_whatever_the_blocks(monkeypatch) -> None:
    whole = testbed(explorer(0.1), runs=7, steps=20)
    monkeypatch.setattr("spielfeld.agents.bandit.many_runs.BLOCK", 45)  # four blocks
    parts = testbed(explorer(0.1), runs=7, steps=20)
    assert np.allclose(whole.reward, parts.reward, rtol=1e-12)
    assert whole.optimal.tolist() == parts.optimal.tolist()


def test_errors_are_those_of_a_mean_of_runs() -> None:
    curves = testbed(GreedyBandit(), runs=4_000, steps=1, spread=0.0, deviation=3.0)
    assert curves.reward_error[0] == pytest.approx(3 / np.sqrt(4_000), rel=4 / np.sqrt(8_000))
    assert curves.optimal.tolist() == [1.0] and curves.optimal_error.tolist() == [0.0]


def test_learner_is_neither_used_nor_changed() -> None:
    learner = OptimisticBandit(seed=3)
    before = learner.progress.generator.bit_generator.state
    first = testbed(learner, runs=5, steps=5)
    assert learner.progress.generator.bit_generator.state == before and learner.samples == 0
    assert testbed(learner, runs=5, steps=5).reward.tolist() == first.reward.tolist()
    assert testbed(learner, runs=5, steps=5, seed=1).reward.tolist() != first.reward.tolist()


def test_testbed_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="runs, steps and arms must be 1 or more, not 0, 10, 10"):
        testbed(GreedyBandit(), runs=0, steps=10)


def test_optimism_with_sample_averages_lasts_for_one_pull_of_each_arm() -> None:
    optimistic, constant = GreedyBandit(GreedyConfig(initial_value=5.0)), OptimisticBandit()
    shares = [testbed(learner).optimal[-100:].mean() for learner in (optimistic, constant)]
    assert shares[0] < shares[1] - 4 * 0.012
