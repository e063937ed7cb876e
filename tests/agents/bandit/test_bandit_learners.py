import gymnasium as gym
import numpy as np
import pytest
from gymnasium.spaces import Discrete

from spielfeld import envs
from spielfeld.agents import QLearning, Sarsa
from spielfeld.agents.bandit import (
    ExplorationBandit,
    ExplorationConfig,
    GradientBandit,
    GradientConfig,
    GreedyBandit,
    GreedyConfig,
    OptimisticBandit,
    ThompsonBandit,
    ThompsonConfig,
    UpperConfidenceBandit,
    UpperConfidenceConfig,
)
from spielfeld.agents.bandit.gradient import climb, softmax
from spielfeld.agents.bandit.greedy import greedy_arm, moved
from spielfeld.agents.bandit.ucb import upper_bound
from spielfeld.agents.loop import Transition
from spielfeld.agents.progress import NO_RATES
from spielfeld.experiments.evaluation import Evaluator
from spielfeld.learning import SGD, Batch, GradientLearner, SquaredError, Table

FAMILY = [
    GreedyBandit,
    ExplorationBandit,
    OptimisticBandit,
    UpperConfidenceBandit,
    GradientBandit,
    ThompsonBandit,
]
WORLDS = ["spielfeld/TenArmedTestbed-v0", "spielfeld/DriftingBandit-v0"]


def bandit(*means: float, **options):
    return gym.make("spielfeld/Bandit-v0", means=list(means), **options)


def ready(learner, arms: int = 3):
    """Return a learner that knows how many arms there are, and nothing else."""
    learner.learn(bandit(*[0.0] * arms), 0)
    return learner


def taught(learner, *rewards: tuple[int, float]):
    """Let a learner see rewards of arms, as if it had pulled them."""
    for arm, reward in rewards:
        learner.act(0)
        step = Transition(0, arm, reward, 0, -1, False, False, 0.0, 0.0)
        learner.update(learner.memory, learner.numbers, NO_RATES, step, learner.progress.generator)
    return learner


def assert_equal_states(first, second, relative: float = 0.0) -> None:
    one, two = first.state(), second.state()
    for name in ("memory.values", "memory.counts", "memory.baseline"):
        assert np.allclose(one.pop(name), two.pop(name), rtol=relative, atol=0.0)
    one.pop("memory.scores"), two.pop("memory.scores")
    assert one == two


def test_step_towards_a_reward_by_hand() -> None:
    assert moved(2.0, 6.0, 0.25) == 3.0


def test_sample_average_is_the_mean_of_the_rewards() -> None:
    rewards = np.random.default_rng(0).normal(size=50)
    learner = taught(ready(GreedyBandit()), *[(1, reward) for reward in rewards])
    for count in (1, 50):
        learner = taught(ready(GreedyBandit()), *[(1, reward) for reward in rewards[:count]])
        assert learner.predict(0) == pytest.approx([0.0, rewards[:count].mean(), 0.0], rel=1e-12)


def test_constant_step_weighs_rewards_by_their_age() -> None:
    config = GreedyConfig(learning_rate=0.5, learning_rate_decay=0.0, initial_value=8.0)
    learner = taught(ready(GreedyBandit(config)), (0, 2.0), (0, 4.0))
    # Equation 2.6: .25 of the initial 8, .25 of the first reward, .5 of the last.
    assert learner.predict(0).tolist() == [0.25 * 8 + 0.25 * 2 + 0.5 * 4, 8.0, 8.0]


def test_constant_step_is_gradient_descent_on_the_squared_error_of_a_table() -> None:
    config = GreedyConfig(learning_rate=0.3, learning_rate_decay=0.0)
    learner = taught(ready(GreedyBandit(config)), (1, 2.0), (1, -1.0), (2, 0.5))
    descent = GradientLearner()
    descent.function, descent.loss, descent.optimizer = Table(1, 3), SquaredError(), SGD(0.3)
    for arm, reward in [(1, 2.0), (1, -1.0), (2, 0.5)]:
        descent.step(Batch(np.array([0]), np.array([reward]), select=np.array([arm])))
    assert learner.predict([0]) == pytest.approx(descent.predict(np.array([0])), rel=1e-14)


def test_ties_are_broken_at_random_and_only_among_the_best() -> None:
    values, agent = np.array([0.0, 3.0, 1.0, 3.0, 3.0]), np.random.default_rng(0)
    chosen = np.bincount([greedy_arm(values, agent) for _ in range(6_000)], minlength=5)
    assert chosen[[0, 2]].tolist() == [0, 0]
    assert chosen[[1, 3, 4]] == pytest.approx(2_000, abs=4 * np.sqrt(6_000 * 2 / 9))


def test_where_one_arm_is_best_nothing_is_drawn() -> None:
    agent = np.random.default_rng(0)
    before = agent.bit_generator.state
    assert greedy_arm(np.array([0.0, 3.0, 1.0]), agent) == 1
    assert agent.bit_generator.state == before


def test_exploring_pulls_any_arm_at_its_rate() -> None:
    learner = taught(ready(ExplorationBandit(ExplorationConfig(exploration_rate=0.3))), (2, 9.0))
    pulled = np.bincount([learner.act(0) for _ in range(6_000)], minlength=3) / 6_000
    assert pulled == pytest.approx([0.1, 0.1, 0.8], abs=4 * np.sqrt(0.16 / 6_000))


def test_upper_bound_by_hand() -> None:
    assert upper_bound(1.5, 4, 100, 2.0) == pytest.approx(1.5 + 2 * np.sqrt(np.log(100) / 4))
    assert upper_bound(1.5, 0, 1, 2.0) == np.inf


@pytest.mark.parametrize("confidence", [0.0, 2.0])
def test_upper_confidence_tries_every_arm_before_any_twice(confidence: float) -> None:
    learner = UpperConfidenceBandit(UpperConfidenceConfig(confidence=confidence), seed=4)
    learner.learn(gym.make("spielfeld/TenArmedTestbed-v0"), 10)
    assert learner.memory.counts.tolist() == [1] * 10


def test_upper_confidence_counts_the_coming_pull() -> None:
    learner = taught(ready(UpperConfidenceBandit(), 2), (0, 1.0), (1, 0.0), (0, 1.0))
    learner.act(0)
    expected = [1 + 2 * np.sqrt(np.log(4) / 2), 2 * np.sqrt(np.log(4))]
    assert learner.memory.scores == pytest.approx(expected)


def test_optimism_tries_every_arm_early_without_a_random_pull() -> None:
    for problem in range(20):
        env = gym.make("spielfeld/TenArmedTestbed-v0", problem=problem)
        optimistic, realistic = OptimisticBandit(seed=problem), GreedyBandit(seed=problem)
        optimistic.learn(env, 10)
        assert optimistic.memory.counts.tolist() == [1] * 10
        realistic.learn(env, 10)
        assert realistic.memory.counts.min() == 0


def test_thompson_belief_by_hand() -> None:
    config = ThompsonConfig(initial_value=1.0, prior_deviation=2.0, reward_deviation=3.0)
    learner = taught(ready(ThompsonBandit(config)), (1, 4.0), (1, 7.0))
    # Precisions 1/4 of the prior and 2/9 of two rewards: weights 9 and 8, times 1/36.
    assert learner.predict(0) == pytest.approx([1.0, (9 * 1.0 + 8 * 5.5) / 17, 1.0], rel=1e-14)
    guesses = []
    for _ in range(4_000):
        learner.act(0)
        guesses.append(learner.memory.scores.copy())
    deviations = np.array([2.0, np.sqrt(36 / 17), 2.0])
    assert np.mean(guesses, axis=0) == pytest.approx(learner.predict(0), abs=4 * 2 / np.sqrt(4_000))
    assert np.std(guesses, axis=0) == pytest.approx(deviations, rel=4 / np.sqrt(8_000))


def log_policy(preferences: np.ndarray, arm: int) -> float:
    policy = np.empty_like(preferences)
    softmax(preferences, policy)
    return np.log(policy[arm])


def test_softmax_by_hand_and_without_overflow() -> None:
    policy = np.empty(2)
    softmax(np.array([1_000.0, 1_000.0 + np.log(3)]), policy)
    assert policy == pytest.approx([0.25, 0.75], rel=1e-9)


def test_gradient_step_climbs_the_advantage_times_the_log_probability() -> None:
    preferences, arm, advantage, rate = np.array([0.3, -1.0, 0.8]), 1, -1.7, 0.2
    slope = np.array([
        (log_policy(preferences + step, arm) - log_policy(preferences - step, arm)) / 2e-6
        for step in 1e-6 * np.eye(3)
    ])  # fmt: skip
    expected, policy = preferences + rate * advantage * slope, np.empty(3)
    softmax(preferences, policy)
    climb(preferences, policy, arm, advantage, rate)
    assert preferences == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("baseline", [0.0, 2.5])
def test_mean_gradient_step_is_the_gradient_of_the_expected_reward(baseline: float) -> None:
    preferences, means, policy = np.array([0.3, -1.0, 0.8]), np.array([1.0, 4.0, 2.0]), np.empty(3)

    def expected_reward(at: np.ndarray) -> float:
        softmax(at, policy)
        return float(policy @ means)

    gradient = [
        (expected_reward(preferences + step) - expected_reward(preferences - step)) / 2e-6
        for step in 1e-6 * np.eye(3)
    ]
    softmax(preferences, policy)
    mean_step = np.zeros(3)
    for arm in range(3):
        after = preferences.copy()
        climb(after, policy, arm, means[arm] - baseline, 1.0)
        mean_step += policy[arm] * (after - preferences)
    assert mean_step == pytest.approx(gradient, abs=1e-8)


def test_baseline_is_the_mean_of_the_rewards_before_and_the_first_its_own() -> None:
    learner = ready(GradientBandit(GradientConfig(learning_rate=0.5)), 2)
    taught(learner, (0, 3.0))
    assert learner.predict(0).tolist() == [0.5, 0.5]
    taught(learner, (1, 5.0))  # beside 3: 2 better
    assert learner.memory.values.tolist() == [-0.5, 0.5]
    assert learner.memory.baseline.tolist() == [4.0]
    without = ready(GradientBandit(GradientConfig(learning_rate=0.5, baseline=False)), 2)
    assert taught(without, (0, 3.0)).memory.values.tolist() == [0.75, -0.75]


@pytest.mark.parametrize("learner_class", FAMILY)
@pytest.mark.parametrize("world", WORLDS)
def test_readable_and_compiled_loop_agree(learner_class, world: str) -> None:
    compiled, readable = learner_class(seed=2), learner_class(seed=2)
    env, twin = gym.make(world, max_episode_steps=400), gym.make(world, max_episode_steps=400)
    history = compiled.learn(env, 777) + compiled.learn(env, 1_223)
    exact = learner_class not in (UpperConfidenceBandit, GradientBandit)
    other = readable.learn_readably(twin, 2_000)
    assert history == other
    assert history["samples"].tolist() == [400, 800, 1_200, 1_600, 2_000]
    assert_equal_states(compiled, readable, 0.0 if exact else 1e-12)
    assert env.unwrapped.state()["np_random"] == twin.unwrapped.state()["np_random"]
    assert env.unwrapped.means.tobytes() == twin.unwrapped.means.tobytes()


@pytest.mark.uncompiled
@pytest.mark.parametrize("learner_class", FAMILY)
def test_loops_agree_uncompiled(learner_class) -> None:
    first, second = learner_class(seed=5), learner_class(seed=5)
    env, twin = (gym.make(WORLDS[1], max_episode_steps=30) for _ in range(2))
    first.learn(env, 100)
    second.learn_readably(twin, 100)
    assert_equal_states(first, second, 1e-12)


@pytest.mark.parametrize("learner_class", FAMILY[1:])
def test_each_finds_an_arm_that_is_clearly_better(learner_class) -> None:
    for seed in range(10):
        env, learner = bandit(0.0, 1.0, -1.0, 0.2), learner_class(seed=seed)
        learner.learn(env, 5_000)
        assert Evaluator(env)(learner).share == 1.0


def test_share_of_perfect_is_of_the_means_of_the_moment() -> None:
    env, learner = gym.make(WORLDS[1]), ExplorationBandit()
    learner.learn(env, 3_000)
    means, arm = env.unwrapped.means, int(learner.predict(0).argmax())
    expected = (means[arm] - means.mean()) / (means.max() - means.mean())
    evaluator = Evaluator(env)
    assert evaluator(learner).share == pytest.approx(expected, rel=1e-9)
    learner.learn(env, 3_000)
    assert evaluator(learner).optimum == pytest.approx(10_000 * env.unwrapped.means.max())


@pytest.mark.parametrize("learner_class", [QLearning, Sarsa])
@pytest.mark.parametrize("options", [{}, {"problem": None}])
def test_ordinary_tabular_learners_take_bandits_too(learner_class, options) -> None:
    config = learner_class.config_class(discount=0.0, final_exploration_rate=0.1)
    learner, env = learner_class(config), gym.make(WORLDS[0], max_episode_steps=100, **options)
    assert len(learner.learn(env, 2_000)) == 20
    assert learner.action_values.shape == (1, 10)


def test_on_one_problem_q_learning_finds_the_best_arm() -> None:
    env, learner = gym.make(WORLDS[0]), QLearning(seed=1)
    learner.learn(env, 100_000)
    assert Evaluator(env)(learner).share == 1.0


def test_world_of_more_than_one_state_is_refused_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="needs a world of one state, but this one has 38"):
        GreedyBandit().learn(gym.make("spielfeld/CliffWalking-v0"), 10)


def test_saved_learner_of_another_number_of_arms_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'memory.values' has shape \(3,\), but \(2,\) is needed"):
        GreedyBandit().restore(ready(GreedyBandit()).state(), bandit(0.0, 1.0))


class Coin(gym.Env):
    """A world of somebody else's: arms 5 and 6, of which 6 pays, and every pull is an episode."""

    observation_space, action_space = Discrete(1, start=3), Discrete(2, start=5)
    pays = 1.0

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return 3, {}

    def step(self, action):
        assert action in (5, 6)
        return 3, self.pays * (action - 5), True, False, {}


def test_any_environment_of_one_state_will_do() -> None:
    learner = ExplorationBandit()
    history = learner.learn(Coin(), 100)
    assert history["episode_length"].tolist() == [1.0] * 100
    assert learner.predict(3).tolist() == [0.0, 1.0]
    assert learner.predict([3, 3]).shape == (2, 2)


def test_reward_that_is_no_number_is_refused() -> None:
    env = Coin()
    env.pays = np.nan
    with pytest.raises(ValueError, match="returned the reward nan for action"):
        GreedyBandit().learn(env, 10)


@pytest.mark.parametrize(
    ("config_class", "settings", "words"),
    [
        (GreedyConfig, {"learning_rate": 0.0}, "learning_rate must be above 0 and at most 1"),
        (GreedyConfig, {"learning_rate_decay": -1.0}, "learning_rate_decay must be 0 or more"),
        (GreedyConfig, {"initial_value": np.nan}, "initial_value must be a finite number, not nan"),
        (ExplorationConfig, {"exploration_rate": 2.0}, "exploration_rate must be from 0 to 1"),
        (UpperConfidenceConfig, {"confidence": -1.0}, "confidence must be 0 or more, not -1"),
        (GradientConfig, {"learning_rate": -0.1}, "learning_rate must be above 0, not -0.1"),
        (ThompsonConfig, {"prior_deviation": 0.0}, "prior_deviation must be above 0, not 0"),
        (ThompsonConfig, {"initial_value": np.inf}, "initial_value must be a finite number"),
    ],
)
def test_settings_out_of_range_are_refused(config_class, settings, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        config_class(**settings)


def test_bandits_stand_in_no_other_catalogue() -> None:
    assert not set(WORLDS) & set(envs.CATALOGUE)
