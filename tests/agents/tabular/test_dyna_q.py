import gymnasium as gym
import numpy as np
import pytest

from spielfeld.agents import DynaQ, DynaQConfig, QLearning, QLearningConfig
from spielfeld.agents.loop import Transition
from spielfeld.agents.tabular.dyna_q import dyna_q_update
from spielfeld.agents.tabular.remembered_world import recall_pair
from spielfeld.envs import TabularEnv
from spielfeld.experiments.evaluation import Evaluator
from tests.agents.tabular.planning_laws import (
    WORLDS,
    line,
)

BOOK = {
    "learning_rate": 0.1, "learning_rate_decay": 0.0, "discount": 0.95,
    "exploration_rate": 0.1, "final_exploration_rate": 0.1,
}  # fmt: skip


def learned(samples: int, seed: int = 0, **config: float) -> DynaQ:
    """Return a learner that has walked the line of four states."""
    learner = DynaQ(DynaQConfig(**config), seed)
    learner.learn(TabularEnv(line(), 9), samples)
    return learner


@pytest.mark.parametrize("world", WORLDS)
def test_without_planning_steps_it_is_q_learning(world: str) -> None:
    planner, learner = DynaQ(DynaQConfig(planning_steps=0), 5), QLearning(QLearningConfig(), 5)
    assert planner.learn(WORLDS[world](), 3_000) == learner.learn(WORLDS[world](), 3_000)
    assert planner.action_values.tobytes() == learner.action_values.tobytes()
    assert np.array_equal(planner.visits, learner.visits)
    assert planner.state()["progress.generator"] == learner.state()["progress.generator"]


@pytest.mark.uncompiled
def test_each_step_makes_one_update_and_those_of_planning() -> None:
    assert learned(100, planning_steps=7).visits.sum() == 100 * (1 + 7)


def test_update_by_hand() -> None:
    # 0 leads to 1 for a reward of 4, where 6 is expected: half of the way, then half of the rest.
    table = np.array([[0.0], [6.0]])
    learner = DynaQ(DynaQConfig(discount=0.5, learning_rate_decay=0.0, planning_steps=1))
    memory = learner.make_memory(table, np.ones((2, 1), bool))
    step = Transition(0, 0, 4.0, 1, -1, False, False, 0.0, 0.0)
    dyna_q_update(memory, learner.settings, learner.rates, step, np.random.default_rng(0))
    assert table[0, 0] == (0.5 + 0.25) * (4.0 + 0.5 * 6.0)
    assert memory.visits.tolist() == [[2], [0]]


@pytest.mark.uncompiled
def test_memory_is_the_world_where_the_world_is_deterministic() -> None:
    memory, model = learned(2_000).memory, line()
    tried = memory.next_states >= 0
    assert np.array_equal(tried[:3], model.legal_actions[:3])
    assert not tried[3].any()  # nobody acts where the episode is over
    for name, truth in (
        ("rewards", model.reward), ("next_states", model.next_state), ("ends", model.terminated)
    ):  # fmt: skip
        assert np.array_equal(getattr(memory, name)[tried], truth[:, :, 0][tried]), name


@pytest.mark.uncompiled
def test_memory_lists_each_pair_once() -> None:
    memory = learned(2_000).memory
    listed = memory.pairs[: memory.listed[0]]
    assert sorted(listed) == np.flatnonzero(memory.next_states.ravel() >= 0).tolist()


def test_planning_picks_every_remembered_pair_alike() -> None:
    memory = learned(2_000).memory
    count = int(memory.listed[0])
    draws = (np.arange(100 * count) + 0.5) / (100 * count)
    picked = [state * 3 + action for state, action in (recall_pair(memory, draw) for draw in draws)]
    numbers, times = np.unique(picked, return_counts=True)
    assert numbers.tolist() == sorted(memory.pairs[:count]) and set(times) == {100}
    assert recall_pair(memory, np.nextafter(1.0, 0.0)) == divmod(int(memory.pairs[count - 1]), 3)


def test_planning_never_counts_on_an_illegal_action() -> None:
    learner = learned(3_000, initial_value=0.0, planning_steps=20)
    assert (learner.visits[~line().legal_actions] == 0).all()
    learner.action_values[1, 2] = 99.0  # not legal, so nobody may expect it
    learner.learn(TabularEnv(line(), 9), 500)
    assert np.delete(learner.action_values.ravel(), 1 * 3 + 2).max() <= 1.0


@pytest.mark.uncompiled
def test_truncated_step_is_remembered_with_its_bootstrap() -> None:
    env = TabularEnv(line(3), max_episode_steps=1)  # nobody gets from the start to the end
    learner = DynaQ(DynaQConfig(discount=0.5, learning_rate_decay=0.0))
    learner.learn(env, 200)
    assert learner.action_values.max() == 0.0
    learner.action_values[1, 1] = 1.0
    learner.learn(env, 200)
    assert learner.action_values[0, 1] == pytest.approx(0.5)
    assert not learner.memory.ends.any()


def test_a_state_saved_by_another_method_is_refused() -> None:
    learner = QLearning()
    learner.learn(TabularEnv(line()), 5)
    with pytest.raises(ValueError, match=r"The saved state has no 'memory.rewards'"):
        DynaQ().restore(learner.state(), TabularEnv(line()))


@pytest.mark.parametrize("steps", [-1, 2.5, float("nan"), float("inf")])
def test_planning_steps_are_whole(steps: float) -> None:
    with pytest.raises(ValueError, match=r"planning_steps must be .*, not"):
        DynaQConfig(planning_steps=steps)


def test_foreign_worlds_are_learned_by_the_readable_loop() -> None:
    env = gym.make("CliffWalking-v1", max_episode_steps=300)
    learner = DynaQ(DynaQConfig(discount=1.0, learning_rate_decay=0.0, planning_steps=20))
    learner.learn(env, 4_000)
    assert learner.action_values[36].max() == pytest.approx(-13.0)


def episode_lengths(planning_steps: int, seed: int, samples: int) -> np.ndarray:
    """Return the lengths of the first ten episodes in the Dyna maze, in environment steps."""
    learner = DynaQ(DynaQConfig(**BOOK, planning_steps=planning_steps), seed)
    env = gym.make("spielfeld/DynaMaze-v0", time_limit=0)
    history = learner.learn(env, samples)
    while len(history) < 10:
        history += learner.learn(env, samples)
    return history["episode_length"][:10]


def assert_near(lengths: np.ndarray, published: float) -> None:
    """Hold a mean of runs to a published one, of 1,000 runs with the same spread."""
    deviation = lengths.std(ddof=1)
    error = np.hypot(deviation / np.sqrt(1_000), deviation / np.sqrt(len(lengths)))
    assert lengths.mean() == pytest.approx(published, abs=4 * error)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("planning_steps", "tenth", "runs", "samples"),
    [(0, 138.0, 300, 4_000), (5, 17.0, 600, 1_000), (50, 16.6, 200, 1_000)],
)
def test_episodes_in_the_dyna_maze_are_as_long_as_published(
    planning_steps: int, tenth: float, runs: int, samples: int
) -> None:
    # Sutton & Barto, figure 8.2: random at first, however much is planned; then planning pays.
    lengths = np.array([episode_lengths(planning_steps, seed, samples) for seed in range(runs)])
    assert_near(lengths[:, 0], 868.7)
    assert_near(lengths[:, 9], tenth)


def test_in_a_slippery_world_planning_believes_the_latest_accident() -> None:
    world = "spielfeld/FrozenLake8x8-v0"
    evaluator, shares = Evaluator(gym.make(world)), {}
    for steps in (0, 5):
        learner = DynaQ(DynaQConfig(planning_steps=steps, learning_rate_decay=0.0), 0)
        values, env = [], gym.make(world)
        for _ in range(10):
            learner.learn(env, 10_000)
            values.append(evaluator(learner).share)
        shares[steps] = np.mean(values[5:])
    assert shares[5] < 0.5 * shares[0]
