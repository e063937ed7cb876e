"""Monte Carlo, for control and prediction, against averages of returns computed on their own."""

import numpy as np
import pytest

from spielfeld.agents import MonteCarlo, MonteCarloConfig, MonteCarloPrediction
from spielfeld.agents.loop import Transition
from spielfeld.agents.tabular.monte_carlo import with_room
from spielfeld.envs import TabularEnv, TabularModel
from spielfeld.learning import SGD, Batch, GradientLearner, SquaredError, Table
from tests.agents.tabular.tabular_worlds import corridor, lived_episodes, made, masked, two_rings

AVERAGE = {"learning_rate": 1.0, "learning_rate_decay": 1.0}


def episode(learner: MonteCarlo, steps: list[tuple[int, int, float]], cut: bool = False) -> None:
    """Let a learner of four states live through an episode that ends in state 3."""
    learner.learn(TabularEnv(corridor(4)), 0)
    learner.reserve(len(steps))
    for k, (state, action, reward) in enumerate(steps):
        over = k == len(steps) - 1
        step = Transition(state, action, reward, 3, 1, over and not cut, over, 0.0, 0.0)
        learner.update(
            learner.memory, learner.settings, learner.rates, step, learner.progress.generator
        )


@pytest.mark.uncompiled
def test_first_visit_by_hand() -> None:
    learner = MonteCarlo(MonteCarloConfig(discount=0.5, learning_rate_decay=0.0))
    episode(learner, [(0, 1, 1.0), (1, 0, 2.0), (0, 1, 4.0)])
    # Returns are 1 + 0.5 * (2 + 0.5 * 4) = 3, then 4, then 4; half of the way with rate 0.5.
    assert learner.action_values[0, 1] == 0.5 * 3.0
    assert learner.action_values[1, 0] == 0.5 * 4.0
    assert learner.visits.sum() == 2


@pytest.mark.uncompiled
def test_every_visit_by_hand() -> None:
    learner = MonteCarlo(MonteCarloConfig(discount=0.5, learning_rate_decay=0.0, every_visit=True))
    episode(learner, [(0, 1, 1.0), (1, 0, 2.0), (0, 1, 4.0)])
    assert learner.action_values[0, 1] == 2.0 + 0.5 * (3.0 - 2.0)  # the last visit comes first
    assert learner.visits.sum() == 3


@pytest.mark.uncompiled
def test_episode_cut_off_ends_with_the_value_of_what_would_have_come() -> None:
    learner = MonteCarlo(MonteCarloConfig(discount=0.5, learning_rate=1.0, initial_value=8.0))
    episode(learner, [(0, 1, 1.0), (1, 0, 2.0)], cut=True)
    assert learner.action_values[1, 0] == 2.0 + 0.5 * 8.0
    assert learner.action_values[0, 1] == 1.0 + 0.5 * 6.0


def averages(
    episodes: list[list[Transition]], shape: tuple[int, ...], discount: float, every_visit: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Return plain averages of returns, each summed up from its own visit on, and their counts."""
    total, count = np.zeros(shape), np.zeros(shape, int)
    for steps in episodes:
        pairs = [(step.state, step.action) for step in steps]
        for start, pair in enumerate(pairs):
            if every_visit or pair not in pairs[:start]:
                powers = discount ** np.arange(len(steps) - start)
                total[pair] += powers @ [step.reward for step in steps[start:]]
                count[pair] += 1
    return np.where(count > 0, total / np.maximum(count, 1), 0.0), count


@pytest.mark.uncompiled
@pytest.mark.parametrize("learner_class", [MonteCarlo, MonteCarloPrediction])
@pytest.mark.parametrize("every_visit", [False, True])
@pytest.mark.parametrize("discount", [0.0, 0.9, 1.0])
def test_values_are_plain_averages_of_recorded_returns(
    learner_class: type, every_visit: bool, discount: float
) -> None:
    learner = made(
        learner_class, 4, every_visit=every_visit, discount=discount, **AVERAGE,
        exploration_samples=1_000,
    )  # fmt: skip
    *episodes, _ = lived_episodes(learner, TabularEnv(masked()), 1_500)
    shape = learner.action_values.shape
    values, counts = averages(episodes, shape, discount, every_visit)
    assert np.array_equal(learner.visits, counts)
    assert learner.action_values == pytest.approx(values, abs=1e-12)
    assert len({step.state for steps in episodes for step in steps}) > 2
    assert counts.sum() < 1_500 or every_visit


@pytest.mark.uncompiled
def test_an_update_is_one_step_of_gradient_descent_towards_the_return() -> None:
    learner = MonteCarlo(
        MonteCarloConfig(
            discount=0.9, learning_rate=0.3, learning_rate_decay=0.0, initial_value=2.0
        )
    )
    by_descent, table = GradientLearner(), Table(4, 2, 2.0)
    by_descent.function, by_descent.loss, by_descent.optimizer = table, SquaredError(), SGD(0.3)
    episode(learner, [(0, 1, -1.0), (1, 1, 5.0)])
    for state, target in ((1, 5.0), (0, -1.0 + 0.9 * 5.0)):
        by_descent.step(Batch(np.array([state]), np.array([target]), select=np.array([1])))
    assert np.array_equal(learner.action_values, table.parameters["table"])


@pytest.mark.uncompiled
def test_nothing_is_learned_before_an_episode_ends() -> None:
    env = TabularEnv(two_rings(0), max_episode_steps=30)
    learner = MonteCarlo(MonteCarloConfig(exploration_samples=10**9))
    learner.learn(env, 29)
    assert not learner.action_values.any() and learner.memory.length == 29
    learner.learn(env, 1)
    assert learner.action_values.any() and learner.memory.length == 0
    assert (learner.memory.first_visit == -1).all()


def test_episodes_of_a_hundred_thousand_steps_are_remembered_to_their_end() -> None:
    model = two_rings(0)
    paid = TabularModel(  # 1 a step, whatever one does
        model.probability, model.next_state, np.ones((6, 2, 1)), model.terminated, model.start
    )
    config = MonteCarloConfig(discount=1.0, learning_rate=1.0, learning_rate_decay=0.0)
    learner, env = MonteCarlo(config), TabularEnv(paid, max_episode_steps=100_000)
    for _ in range(7):
        learner.learn(env, 100_000 // 7)
    learner.learn(env, 100_000 % 7)
    assert learner.action_values.max() == 100_000.0
    assert len(learner.memory.rewards) <= 200_000 + 2
    learner.learn(env, 250_000)
    assert len(learner.memory.rewards) < 400_000


def test_room_grows_at_least_twofold_and_never_shrinks() -> None:
    array = np.arange(3)
    assert with_room(array, 3) is array
    assert with_room(array, 4).tolist() == [0, 1, 2, 0, 0, 0]
    assert with_room(array, 9).tolist() == [0, 1, 2, 0, 0, 0, 0, 0, 0]
    assert len(with_room(np.zeros(0), 5)) == 5
