"""What every tabular learner promises; those that are registered later join by themselves."""

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.wrappers import TransformReward

from spielfeld.agents.tabular.descent import GradientConfig
from spielfeld.envs import TabularEnv, TabularModel
from spielfeld.envs.access import restore
from tests.agents.tabular.tabular_worlds import (
    ALL,
    WORLDS,
    assert_equal_states,
    assert_worlds_agree,
    corridor,
    each_world,
    made,
    masked,
    two_rings,
)

PLANNERS = {"DynaQ", "DynaQPlus", "PrioritizedSweeping"}
DIRECT = [learner_class for learner_class in ALL if learner_class.__name__ not in PLANNERS]
each_learner = pytest.mark.parametrize("learner_class", ALL)


def some(learner_class: type, seed: int = 3) -> object:
    return made(learner_class, seed, exploration_samples=500, learning_rate_decay=0.05)


def foreign(env: gym.Env) -> gym.Env:
    """Wrap a world in something that only the readable loop can see through."""
    return TransformReward(env, float)


@pytest.mark.uncompiled
@each_learner
@each_world
def test_compiled_loop_in_pieces_is_the_readable_loop_bit_for_bit(
    learner_class: type, world: str
) -> None:
    compiled, readable = some(learner_class), some(learner_class)
    env, twin = WORLDS[world](), WORLDS[world]()
    history = compiled.learn(env, 1)
    for samples in (2, 37, 0, 160, 400):
        history += compiled.learn(env, samples)
    assert history == readable.learn_readably(twin, 600)
    assert compiled.samples == 600
    assert_equal_states(compiled, readable)
    assert_worlds_agree(env, twin)


@pytest.mark.uncompiled
@each_learner
@each_world
def test_restored_learner_goes_on_bit_for_bit_by_either_loop(
    learner_class: type, world: str
) -> None:
    env, twin = WORLDS[world](), WORLDS[world]()
    learner, other = some(learner_class), some(learner_class, seed=99)
    learner.learn(env, 139)
    restore(twin, env.unwrapped.state())
    other.restore(learner.state(), twin)
    history = learner.learn(env, 60) + learner.learn(env, 1) + learner.learn(env, 60)
    again = other.learn_readably(twin, 60) + other.learn(twin, 1) + other.learn_readably(twin, 60)
    assert history == again
    assert_equal_states(learner, other)
    assert_worlds_agree(env, twin)


@pytest.mark.uncompiled
@each_learner
def test_predict_changes_nothing_and_act_nothing_but_the_generator(learner_class: type) -> None:
    learner, twin = some(learner_class), some(learner_class)
    for one in (learner, twin):
        one.learn(WORLDS["masks"](), 137)
    many = learner.predict(np.arange(6))
    assert np.array_equal(many, [learner.predict(state) for state in range(6)])
    assert_equal_states(learner, twin)
    only = np.array([0, 1, 0], np.int8)
    assert {learner.act(0, only) for _ in range(20)} == {1}
    taken = {learner.act(0) for _ in range(200)}
    assert taken <= set(np.flatnonzero(masked().legal[0]).tolist())
    assert_equal_states(learner, twin, apart=("progress.generator",))
    assert learner.state()["progress.generator"] != twin.state()["progress.generator"]


@pytest.mark.uncompiled
@each_learner
@pytest.mark.parametrize("world", ["cliff, 9 steps", "masks", "noise"])
@pytest.mark.parametrize("wrapped", [False, True])
def test_learning_episodes_is_learning_as_many_samples(
    learner_class: type, world: str, wrapped: bool
) -> None:
    learner, other = some(learner_class), some(learner_class)
    env, twin = WORLDS[world](), WORLDS[world]()
    history = learner.learn_episodes(foreign(env) if wrapped else env, 3)
    history += learner.learn_episodes(foreign(env) if wrapped else env, 4)
    assert len(history) == 7 and history["samples"][-1] == learner.samples
    assert other.learn(twin, learner.samples) == history
    assert_equal_states(learner, other)


@pytest.mark.uncompiled
@pytest.mark.parametrize("learner_class", DIRECT)
@pytest.mark.parametrize("wrapped", [False, True])
def test_nothing_of_an_unfinished_episode_follows_into_another_world(
    learner_class: type, wrapped: bool
) -> None:
    def world(start: int) -> gym.Env:
        env = TabularEnv(two_rings(start), max_episode_steps=50)
        return foreign(env) if wrapped else env

    learner, fresh = some(learner_class), some(learner_class)
    learner.learn(world(0), 7)
    left = learner.action_values[:3].copy()
    fresh.learn(world(0), 0)
    fresh.progress.position.samples[0] = 7
    fresh.progress.generator.bit_generator.state = learner.state()["progress.generator"]
    second, twin = world(3), world(3)
    for one, env in ((learner, second), (fresh, twin)):
        env.reset(seed=8)
        one.learn(env, 120)
    assert learner.action_values[:3].tobytes() == left.tobytes()
    assert learner.action_values[3:].tobytes() == fresh.action_values[3:].tobytes()
    assert learner.action_values[3:].any()


@pytest.mark.uncompiled
@each_learner
@pytest.mark.parametrize("wrapped", [False, True])
def test_a_world_that_the_table_does_not_fit_is_refused(learner_class: type, wrapped: bool) -> None:
    learner = some(learner_class)
    learner.learn(TabularEnv(corridor(4), 9), 10)
    before = learner.state()
    larger = TabularEnv(corridor(5), 9)
    with pytest.raises(ValueError, match=r"The table has shape \(4, \d\), but this environment ne"):
        learner.learn(foreign(larger) if wrapped else larger, 10)
    with pytest.raises(
        ValueError, match=r"has shape \(\d, \d\), but this environment needs \(\d, "
    ):
        learner.learn(TabularEnv(masked(), 9), 10)
    with pytest.raises(ValueError, match=r"'memory.table' has shape \(4, \d\), but \(5"):
        some(learner_class).restore(before, larger)
    assert learner.samples == 10


@pytest.mark.uncompiled
@each_learner
def test_what_was_not_allowed_elsewhere_is_allowed_where_nothing_is_said(
    learner_class: type,
) -> None:
    def world(legal: np.ndarray | None) -> gym.Env:
        next_state = np.array([[[0], [1]], [[1], [1]]])
        return foreign(TabularEnv(TabularModel(
            np.ones((2, 2, 1)), next_state, np.zeros((2, 2, 1)), next_state == 1,
            np.array([1.0, 0.0]), legal,
        )))  # fmt: skip

    learner = some(learner_class)
    learner.learn(world(np.array([[True, False], [True, True]])), 20)
    assert len(learner.learn(world(None), 200)) > 0  # only action 1 ends an episode


@each_learner
def test_continuous_observations_are_refused_in_a_sentence_or_tiled(learner_class: type) -> None:
    learner, env = some(learner_class), gym.make("MountainCar-v0")
    if issubclass(learner_class.config_class, GradientConfig):
        learner.learn(env, 5)
        assert learner.tiled
    else:
        with pytest.raises(ValueError, match=r"^A table needs discrete observations, but this "):
            learner.learn(env, 5)


@pytest.mark.uncompiled
@each_learner
@pytest.mark.parametrize("discount", [0.0, 1.0])
def test_one_state_and_one_action_are_a_world(learner_class: type, discount: float) -> None:
    model = TabularModel(
        np.ones((2, 1, 1)), np.ones((2, 1, 1)), np.array([[[3.0]], [[0.0]]]),
        np.ones((2, 1, 1), bool), np.array([1.0, 0.0]),
    )  # fmt: skip
    learner = made(learner_class, learning_rate=1.0, discount=discount)
    history = learner.learn(TabularEnv(model), 50)
    assert history["episode_return"].tolist() == [3.0] * 50
    assert learner.action_values[0, 0] == pytest.approx(3.0)
    shape = (1, 1, 1)
    alone = TabularModel(
        np.ones(shape), np.zeros(shape), np.zeros(shape), np.zeros(shape, bool), np.ones(1)
    )
    made(learner_class, discount=discount).learn(TabularEnv(alone, 5), 50)


@pytest.mark.uncompiled
@each_learner
def test_a_terminal_state_is_worth_nothing_whatever_its_row_says(learner_class: type) -> None:
    ends = np.array([[[1], [1]], [[1], [1]]])
    model = TabularModel(
        np.ones((2, 2, 1)), ends, 1.0 - ends * [[[0]], [[1]]], ends == 1, np.array([1.0, 0.0])
    )
    learner = made(
        learner_class, initial_value=5.0, discount=1.0, learning_rate_decay=0.0, bonus_weight=0.0
    )
    learner.learn(TabularEnv(model), 500)
    assert learner.visits[1].sum() == 0 and (learner.action_values[1] == 5.0).all()
    assert learner.action_values[0] == pytest.approx(1.0)


@pytest.mark.uncompiled
@each_learner
@pytest.mark.parametrize("wrapped", [False, True])
def test_values_beyond_all_numbers_are_a_sentence(learner_class: type, wrapped: bool) -> None:
    model = two_rings(0)
    huge = TabularModel(
        model.probability, model.next_state, np.full((6, 2, 1), 1.7e308), model.terminated,
        model.start,
    )  # fmt: skip
    learner = made(learner_class, discount=1.0, learning_rate=1.0)
    env = TabularEnv(huge, max_episode_steps=20)
    if learner_class.__name__ == "OffPolicyMonteCarlo":
        return  # an episode that is cut off teaches it nothing
    with (
        np.errstate(all="ignore"),
        pytest.raises(ValueError, match=r"Values are no longer finite|is a number"),
    ):
        learner.learn(foreign(env) if wrapped else env, 2_000)
