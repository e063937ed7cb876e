"""The function changes, the learner does not: tables and tiles under the same methods."""

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete

from spielfeld import envs  # noqa: F401, registers the environments
from spielfeld.agents import ExpectedSarsa, QLearning, Sarsa
from spielfeld.agents.tabular.descent import GradientConfig
from spielfeld.agents.tabular.learner import TabularLearner
from spielfeld.agents.tabular.spaces import tile_coder
from spielfeld.experiments.evaluation import Evaluator
from spielfeld.experiments.sources import settings_for
from spielfeld.learning import TileSum

LADDER = [Sarsa, ExpectedSarsa, QLearning]


class Places(gym.ObservationWrapper):
    """A tabular world whose observation is a place on a line: its state's number."""

    def __init__(self, env: gym.Env) -> None:
        super().__init__(env)
        states = env.observation_space.n
        self.observation_space = Box(np.full(1, -0.5), np.full(1, states - 0.5), dtype=np.float64)

    def observation(self, observation: int) -> np.ndarray:
        return np.array([observation], np.float64)


def one_step(**config: float) -> dict[str, float]:
    """Return settings as in the book's section 10.1."""
    book = {"learning_rate": 0.5, "learning_rate_decay": 0.0, "discount": 1.0}
    return {**book, "exploration_rate": 0.0, "final_exploration_rate": 0.0, **config}


@pytest.mark.parametrize("learner_class", LADDER)
@pytest.mark.parametrize("world", ["spielfeld/CliffWalking-v0", "spielfeld/KeysAndDoors-v0"])
def test_one_tiling_with_a_tile_for_each_state_is_the_table_bit_for_bit(
    learner_class: type, world: str
) -> None:
    env = Places(gym.make(world, time_limit=50))
    states = env.unwrapped.model.states
    table = learner_class(seed=4)
    tiles = learner_class(learner_class.config_class(tilings=1, tiles=states), seed=4)
    history = table.learn(gym.make(world, time_limit=50), 3_000)
    assert history == tiles.learn(env, 3_000)
    assert isinstance(tiles.function, TileSum)
    assert tiles.action_values.tobytes() == table.action_values.tobytes()
    assert tiles.visits.tobytes() == table.visits.tobytes()
    everywhere = np.arange(states)
    assert np.array_equal(tiles.predict(everywhere[:, None]), table.predict(everywhere))


def test_a_step_is_shared_among_the_tilings() -> None:
    env = gym.make("MountainCar-v0")
    learner = Sarsa(Sarsa.config_class(**one_step(learning_rate=0.8)), seed=1)
    batch = next(iter(learner.experience(env, 1)))
    assert batch.inputs.shape == (1, 8) and batch.targets.tolist() == [-1.0]
    learner.step(batch)
    active, action = batch.inputs[0], batch.select[0]
    assert learner.action_values[active, action] == pytest.approx(-0.1)  # 0.8 / 8
    assert np.count_nonzero(learner.action_values) == 8
    assert learner.function(batch.inputs, batch.select) == pytest.approx(-0.8)


def test_tiles_decay_their_step_size_with_their_own_visits() -> None:
    learner = QLearning(QLearning.config_class(learning_rate_decay=1.0), seed=1)
    for batch in learner.experience(gym.make("MountainCar-v0"), 40):
        visits = learner.visits[batch.inputs[0], batch.select[0]]
        assert learner.step_size(batch) == pytest.approx(0.5 / visits / 8)
        learner.step(batch)


def test_tiles_add_up_to_the_initial_value() -> None:
    learner = Sarsa(Sarsa.config_class(initial_value=3.0))
    learner.learn(gym.make("MountainCar-v0"), 0)
    assert learner.predict([-0.5, 0.0]) == pytest.approx(3.0)


def test_predict_takes_one_observation_or_many_and_changes_nothing() -> None:
    env, learner = gym.make("MountainCar-v0"), QLearning()
    learner.learn(env, 500)
    before = learner.state()
    rows = np.array([env.observation_space.sample() for _ in range(50)])
    values = learner.predict(rows)
    assert values.shape == (50, 3)
    assert values == pytest.approx(np.array([learner.predict(row) for row in rows]))
    assert learner.act(rows[0]) in (0, 1, 2) and learner.act(rows[0], [0, 1, 0]) == 1
    assert np.array_equal(before["memory.table"], learner.action_values)


def test_what_is_legal_is_what_the_latest_observation_says() -> None:
    class Alternating(gym.Env):
        observation_space, action_space = Box(0, 1, (1,)), Discrete(2)

        def reset(self, *, seed=None, options=None):
            super().reset(seed=seed)
            self.legal = 0
            return np.zeros(1, np.float32), {"action_mask": np.array([1, 0], np.int8)}

        def step(self, action):
            assert action == self.legal
            self.legal = 1 - self.legal
            mask = np.eye(2, dtype=np.int8)[self.legal]
            return np.full(1, self.legal, np.float32), 1.0, False, False, {"action_mask": mask}

    for learner_class in LADDER:
        learner_class(learner_class.config_class(exploration_samples=100)).learn(Alternating(), 200)


def test_a_saved_sum_of_other_tiles_is_refused() -> None:
    learner, env = QLearning(), gym.make("MountainCar-v0")
    learner.learn(env, 10)
    with pytest.raises(ValueError, match=r"shape \(648, 3\), but \(200, 3\) is needed"):
        QLearning(QLearning.config_class(tiles=4)).restore(learner.state(), env)


def test_dimensions_without_bounds_get_those_of_the_settings() -> None:
    space = gym.make("CartPole-v1").observation_space
    coder = tile_coder(space, 16, 8, limit=2.5)
    assert coder.low == pytest.approx([-4.8, -2.5, -0.41887903, -2.5])
    assert coder.high.tolist() == (-coder.low).tolist()
    huge = np.float32([np.finfo(np.float32).max])
    assert tile_coder(Box(-huge, huge), 1, 1, 3.0).high.tolist() == [3.0]


@pytest.mark.parametrize("space", [Box(0, 255, (84, 84, 3), np.uint8), Box(0, 1, ())])
def test_observations_that_are_no_list_of_numbers_are_refused(space: Box) -> None:
    with pytest.raises(
        ValueError, match="tile coding need observations that are numbers or lists of numbers, not"
    ):
        tile_coder(space, 8, 8, 3.0)


@pytest.mark.parametrize("limit", [0.0, -1.0, float("inf"), float("nan")])
def test_limits_that_are_none_are_refused(limit: float) -> None:
    with pytest.raises(ValueError, match=f"tile_limit must be above 0.*, not {limit}"):
        GradientConfig(tile_limit=limit)


def test_other_tabular_learners_refuse_and_name_those_that_do_not() -> None:
    class Tabular(TabularLearner):
        pass

    with pytest.raises(ValueError, match=r"needs discrete observations.*Box.*Q-learning can do w"):
        Tabular().learn(gym.make("MountainCar-v0"), 10)
    with pytest.raises(ValueError, match="needs discrete actions, but this environment has Box"):
        Sarsa().learn(gym.make("Pendulum-v1"), 10)


def test_a_method_without_a_target_or_an_update_is_refused() -> None:
    class Nothing(TabularLearner):
        pass

    with pytest.raises(ValueError, match="Nothing defines neither a target nor an update"):
        Nothing().learn(gym.make("spielfeld/CliffWalking-v0"), 10)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "learner_class"), [("sarsa", Sarsa), ("q-learning", QLearning)])
def test_each_method_drives_up_the_mountain_as_fast_as_is_known(
    name: str, learner_class: type
) -> None:
    settings, env = settings_for(name, "MountainCar-v0"), gym.make("MountainCar-v0")
    samples = settings.pop("samples")
    learner = learner_class(learner_class.config_class(**settings), seed=1)
    returns = learner.learn(env, samples)["episode_return"]
    assert returns[:5].max() == -200.0  # the time is up before chance finds the goal
    assert Evaluator(env)(learner).value > -115.0  # of 20 seeds, none was below -114


@pytest.mark.slow
def test_episodes_become_as_short_as_in_the_book() -> None:
    env = gym.make("MountainCar-v0", max_episode_steps=100_000)  # section 10.1 has no limit
    learner = Sarsa(Sarsa.config_class(**one_step()), seed=1)
    lengths = learner.learn(env, 40_000)["episode_length"]
    assert lengths[0] > 400  # about 1,000 on the logarithmic axis of figure 10.2
    assert lengths[200:].mean() < 160
