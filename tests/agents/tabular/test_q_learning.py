import gymnasium as gym
import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete, MultiDiscrete, Tuple
from gymnasium.wrappers import TransformReward

from spielfeld import envs
from spielfeld.agents import QLearning, QLearningConfig
from spielfeld.agents.planning import value_iteration
from spielfeld.agents.tabular.q_learning import q_learning_target
from spielfeld.agents.tabular.rules import choose_action
from spielfeld.agents.tabular.spaces import DiscreteCode
from spielfeld.envs import TabularEnv, TabularModel
from spielfeld.envs.access import restore
from spielfeld.experiments.evaluation import Evaluator
from spielfeld.experiments.sources import settings_for
from spielfeld.learning import SGD, Batch, GradientLearner, SquaredError, Table
from spielfeld.learning.optimizer import decayed_rate, linear_schedule
from tests.agents.tabular.tabular_worlds import aimed, assert_equal_states, corridor

EVERYTHING = np.ones(3, bool)


def tempting() -> TabularModel:
    """Make a world of two states in which the better action is not legal."""
    next_state = np.array([[[1], [1], [0]], [[1], [1], [1]]])
    reward = np.array([[[1.0], [9.0], [0.0]], [[0.0], [0.0], [0.0]]])
    legal = np.array([[True, False, True], [True, True, True]])
    return TabularModel(
        np.ones((2, 3, 1)), next_state, reward, next_state == 1, np.array([1.0, 0.0]), legal
    )


def test_target_by_hand() -> None:
    values = np.array([1.0, 5.0, 3.0])
    assert aimed(q_learning_target, 2.0, 0.5, False, values, EVERYTHING, 0, 0.1) == 2.0 + 0.5 * 5.0
    assert aimed(q_learning_target, 2.0, 0.5, True, values, EVERYTHING, 0, 0.1) == 2.0
    legal = np.array([True, False, True])
    assert aimed(q_learning_target, 2.0, 0.5, False, values, legal, 0, 0.1) == 2.0 + 0.5 * 3.0


def test_the_update_is_one_step_of_gradient_descent_on_squared_error() -> None:
    table, sgd = Table(5, 2), SGD(0.3)
    table.parameters["table"][...] = np.random.default_rng(0).normal(size=(5, 2))
    before = table.parameters["table"].copy()
    learner = GradientLearner()
    learner.function, learner.loss, learner.optimizer = table, SquaredError(), sgd
    aim = aimed(q_learning_target, -1.0, 0.9, False, before[4], np.ones(2, bool), -1, 0.0)
    learner.step(Batch(np.array([2]), np.array([aim]), select=np.array([1])))
    expected = before.copy()
    expected[2, 1] -= 0.3 * (before[2, 1] - (-1.0 + 0.9 * before[4].max()))
    assert np.array_equal(table.parameters["table"], expected)


@pytest.mark.parametrize("legal", [EVERYTHING, np.array([True, True, False])])
def test_ties_are_broken_at_random_and_only_among_the_best(legal: np.ndarray) -> None:
    values = np.array([1.0, 1.0, 0.0])
    draws = np.linspace(0, 1, 1000, endpoint=False)
    chosen = [choose_action(values, legal, 0.0, 0.0, draw) for draw in draws]
    assert np.bincount(chosen, minlength=3).tolist() == [500, 500, 0]
    explored = [choose_action(values, legal, 1.0, 0.99, draw) for draw in draws]
    assert np.bincount(explored, minlength=3) == pytest.approx(1000 * legal / legal.sum(), abs=1)


def test_exploration_happens_at_its_rate() -> None:
    values = np.array([0.0, 1.0, 0.0])
    assert choose_action(values, EVERYTHING, 0.1, 0.0999, 0.0) == 0
    assert choose_action(values, EVERYTHING, 0.1, 0.1, 0.0) == 1


def test_schedules_by_hand() -> None:
    assert linear_schedule(1.0, 0.2, 10, 0) == 1.0
    assert linear_schedule(1.0, 0.2, 10, 5) == pytest.approx(0.6)
    assert linear_schedule(1.0, 0.2, 10, 10) == 0.2 == linear_schedule(1.0, 0.2, 0, 0)
    assert [decayed_rate(1.0, 1.0, visits) for visits in (1, 2, 4)] == [1.0, 0.5, 0.25]
    assert decayed_rate(0.5, 0.0, 1000) == 0.5


def both_loops(env_maker, samples: int, **config: float) -> tuple[QLearning, QLearning]:
    """Learn by the compiled and by the readable loop; the former in uneven pieces."""
    compiled, readable = (QLearning(QLearningConfig(**config), seed=3) for _ in range(2))
    env = env_maker()
    history = compiled.learn(env, samples // 3) + compiled.learn(env, samples - samples // 3)
    twin = env_maker()
    assert history == GradientLearner.learn(readable, twin, samples)
    assert (
        env.unwrapped.np_random.bit_generator.state == twin.unwrapped.np_random.bit_generator.state
    )
    return compiled, readable


@pytest.mark.parametrize("world", [*envs.CATALOGUE, "spielfeld/Maze-v0"])
def test_readable_and_compiled_loop_give_bit_identical_tables(world: str) -> None:
    assert_equal_states(*both_loops(lambda: gym.make(world), 4_000))


@pytest.mark.uncompiled
def test_time_limit_of_a_wrapper_counts_in_both_loops() -> None:
    def make() -> gym.Env:
        return gym.wrappers.TimeLimit(TabularEnv(corridor(6)), 5)

    compiled, _ = both_loops(make, 600)
    assert compiled.samples == 600


@pytest.mark.uncompiled
def test_truncated_step_keeps_its_bootstrap() -> None:
    # Nobody reaches the end within one step; only bootstrapping carries its reward to the start.
    model = corridor(3)
    everywhere = TabularModel(
        model.probability, model.next_state, model.reward, model.terminated, np.array([0.5, 0.5, 0])
    )
    learner = QLearning(QLearningConfig(discount=0.5, exploration_rate=1, final_exploration_rate=1))
    learner.learn(TabularEnv(everywhere, max_episode_steps=1), 2_000)
    assert learner.action_values[0, 1] == pytest.approx(0.5)


@pytest.mark.parametrize("seed", range(10))
def test_small_corridor_is_solved_exactly(seed: int) -> None:
    learner = QLearning(
        QLearningConfig(discount=0.9, learning_rate=1.0, learning_rate_decay=0.0), seed
    )
    learner.learn(TabularEnv(corridor(5), 50), 3_000)
    assert learner.action_values[:4] == pytest.approx(
        np.array([[0.9**4, 0.9**3], [0.9**4, 0.9**2], [0.9**3, 0.9], [0.9**2, 1]])
    )


def test_illegal_action_is_never_taken_and_never_valued() -> None:
    learner = QLearning()
    history = learner.learn(TabularEnv(tempting(), 5), 1_000)
    assert history["episode_return"].max() == 1.0
    assert learner.action_values[0, 1] == 0.0


@pytest.mark.slow
@pytest.mark.parametrize("world", list(envs.CATALOGUE))
def test_greedy_policy_is_nearly_perfect_in_every_world_with_ten_seeds(world: str) -> None:
    settings = settings_for("q-learning", world)
    samples = settings.pop("samples")
    env = gym.make(world)
    evaluator = Evaluator(env)
    deterministic = bool((env.unwrapped.model.probability.max(axis=2) == 1).all())
    for seed in range(10):
        learner = QLearning(QLearningConfig(**settings), seed)
        learner.learn(gym.make(world), samples)
        score = evaluator(learner)
        assert score.share >= 0.99
        if deterministic:
            assert score.gap == pytest.approx(0.0, abs=1e-9)


def test_values_approach_those_of_the_planner() -> None:
    env = gym.make("spielfeld/RussellNorvig4x3-v0")
    learner = QLearning(QLearningConfig(discount=0.9, learning_rate_decay=0.05))
    learner.learn(env, 3_000_000)
    exact = value_iteration(env.unwrapped.model, 0.9).values
    live = ~env.unwrapped.model.terminal
    assert learner.action_values.max(axis=1)[live] == pytest.approx(exact[live], abs=0.02)


def test_foreign_worlds_are_learned_by_the_readable_loop() -> None:
    env = gym.make("CliffWalking-v1", max_episode_steps=300)
    learner = QLearning(QLearningConfig(discount=1.0, learning_rate_decay=0.0))
    history = learner.learn(env, 12_000)
    assert learner.action_values[36].max() == pytest.approx(-13.0)
    assert history["samples"][-1] <= 12_000 == learner.samples


def test_tuples_of_discrete_spaces_are_numbered() -> None:
    learner = QLearning()
    learner.learn(gym.make("Blackjack-v1"), 500)
    assert learner.action_values.shape == (32 * 11 * 2, 2)
    assert learner.predict((20, 5, 0)).shape == (2,)
    assert learner.act((20, 5, 0)) in (0, 1)


def test_codes_count_through_their_space_from_any_start() -> None:
    space = Tuple((Discrete(3, start=-1), MultiDiscrete([2, 2])))
    with pytest.raises(
        ValueError, match="A table needs discrete actions, but this environment has"
    ):
        DiscreteCode(Tuple((Discrete(2), Box(0, 1))), "actions")
    assert DiscreteCode(space, "observations").size == 12
    code = DiscreteCode(Discrete(4, start=10), "observations")
    assert [int(code.encode(code.decode(number))) for number in range(4)] == [0, 1, 2, 3]
    assert code.encode(np.array([10, 13])).tolist() == [0, 3]
    pairs = DiscreteCode(MultiDiscrete([2, 3]), "observations")
    assert [int(pairs.encode(pairs.decode(number))) for number in range(6)] == list(range(6))


def test_worlds_that_number_from_elsewhere_are_no_problem() -> None:
    class Shifted(gym.Env):
        observation_space, action_space = Discrete(2, start=5), Discrete(2, start=3)

        def reset(self, *, seed=None, options=None):
            super().reset(seed=seed)
            return 5, {}

        def step(self, action):
            assert action in (3, 4)
            return 6, float(action == 4), True, False, {}

    learner = QLearning()
    learner.learn(Shifted(), 300)
    assert learner.action_values[0] == pytest.approx([0, 1])


def test_rewards_that_are_no_numbers_are_refused() -> None:
    env = TransformReward(gym.make("spielfeld/DynaMaze-v0"), lambda reward: float("nan"))
    with pytest.raises(ValueError, match="returned the reward nan for action"):
        QLearning().learn(env, 10)


@pytest.mark.parametrize(
    ("setting", "value", "message"),
    [
        ("learning_rate", 1.5, "learning_rate must be above 0 and at most 1, not 1.5"),
        ("learning_rate", 0.0, "learning_rate must be above 0"),
        ("discount", float("nan"), "discount must be from 0 to 1, not nan"),
        ("exploration_samples", -1, "exploration_samples must be 0 or more"),
        ("initial_value", float("inf"), "initial_value must be a finite number"),
    ],
)
def test_settings_out_of_range_are_refused(setting: str, value: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        QLearningConfig(**{setting: value})


@pytest.mark.parametrize("first", [QLearning.learn, GradientLearner.learn])
@pytest.mark.parametrize("seed", range(20))
def test_restored_learner_knows_what_is_legal_where_it_stands(first, seed: int) -> None:
    env, twin = TabularEnv(tempting(), 5), TabularEnv(tempting(), 5)
    config = QLearningConfig(final_exploration_rate=1.0)
    learner, other = QLearning(config, seed), QLearning(config, seed)
    first(learner, env, 2)
    restore(twin, env.state())
    other.restore(learner.state(), twin)
    GradientLearner.learn(learner, env, 50)
    GradientLearner.learn(other, twin, 50)  # an illegal action would be refused
    assert_equal_states(learner, other)
