import numpy as np
import pytest

from spielfeld.agents import DynaQ, DynaQConfig, DynaQPlus, DynaQPlusConfig
from spielfeld.agents.loop import Transition
from spielfeld.agents.tabular.dyna_q_plus import dyna_q_plus_update, exploration_bonus
from spielfeld.envs import TabularEnv, TabularModel
from spielfeld.envs.grid_world.changing_maze import changing_maze
from tests.agents.tabular.planning_laws import (
    line,
)


def one_way(length: int = 5) -> TabularModel:
    """Make a world with one action, which leads on to an end that pays 1."""
    states = np.arange(length)
    next_state = np.minimum(states + 1, length - 1)[:, None, None]
    terminated = next_state == length - 1
    reward = 1.0 * terminated
    reward[-1] = 0.0
    start = np.full(length, 1 / length)
    return TabularModel(np.ones((length, 1, 1)), next_state, reward, terminated, start)


def test_bonus_by_hand() -> None:
    assert exploration_bonus(0.1, 0) == 0.0
    assert exploration_bonus(0.1, 9) == pytest.approx(0.3)


def test_update_by_hand() -> None:
    # The tried action of state 0 pays 4 and ends. The other, never tried, is thought to lead back.
    config = DynaQPlusConfig(discount=0.5, learning_rate=1.0, learning_rate_decay=0.0)
    learner = DynaQPlus(config)
    memory = learner.make_memory(np.zeros((2, 3)), np.array([[True, True, False]] * 2))
    step = Transition(0, 0, 4.0, 1, -1, True, True, 0.0, 0.0)
    settings = learner.settings._replace(planning_steps=30, bonus_weight=0.25)
    dyna_q_plus_update(memory, settings, learner.rates, step, np.random.default_rng(0))
    # One step ago for the clock, and 0 for the action just taken.
    assert memory.table[0].tolist() == [4.0, 0.25 * 1.0 + 0.5 * 4.0, 0.0]
    assert memory.table[1].tolist() == [0.0, 0.0, 0.0]
    assert memory.last_tried.tolist() == [[1, 0, 0], [0, 0, 0]]
    assert memory.listed.tolist() == [2]


def test_without_bonus_and_without_choice_it_is_dyna_q() -> None:
    curious, plain = DynaQPlus(DynaQPlusConfig(bonus_weight=0.0), 4), DynaQ(DynaQConfig(), 4)
    env, twin = TabularEnv(one_way(), 20), TabularEnv(one_way(), 20)
    assert curious.learn(env, 2_000) == plain.learn(twin, 2_000)
    assert curious.action_values.tobytes() == plain.action_values.tobytes()
    with_bonus = DynaQPlus(DynaQPlusConfig(bonus_weight=0.01), 4)
    with_bonus.learn(TabularEnv(one_way(), 20), 2_000)
    live = slice(0, 4)
    assert (with_bonus.action_values[live] > plain.action_values[live]).all()


def test_the_step_itself_is_learned_without_a_bonus() -> None:
    settings = {"planning_steps": 0, "learning_rate_decay": 0.0}
    curious = DynaQPlus(DynaQPlusConfig(**settings, bonus_weight=9.0), 4)
    plain = DynaQ(DynaQConfig(**settings), 4)
    assert curious.learn(TabularEnv(line(), 9), 500) == plain.learn(TabularEnv(line(), 9), 500)
    assert curious.action_values.tobytes() == plain.action_values.tobytes()


@pytest.mark.uncompiled
def test_every_legal_action_of_a_visited_state_is_considered_once() -> None:
    learner = DynaQPlus(DynaQPlusConfig(), 1)
    learner.learn(TabularEnv(line(), 9), 500)
    memory, legal = learner.memory, line().legal_actions
    listed = memory.pairs[: memory.listed[0]]
    assert sorted(listed) == np.flatnonzero(legal[:3].ravel()).tolist()
    assert (learner.visits[~legal] == 0).all()


@pytest.mark.uncompiled
def test_clock_counts_environment_steps() -> None:
    learner = DynaQPlus(DynaQPlusConfig(), 1)
    learner.learn(TabularEnv(line(), 9), 321)
    assert learner.memory.clock.tolist() == [321] == [learner.memory.last_tried.max()]


@pytest.mark.parametrize("weight", [-0.1, float("nan"), float("inf")])
def test_bonus_weight_out_of_range_is_refused(weight: float) -> None:
    with pytest.raises(ValueError, match=r"bonus_weight must be 0 or more.*, not"):
        DynaQPlusConfig(bonus_weight=weight)


def rewards_in_a_changing_maze(learner_class: type, kind: str, seed: int) -> tuple[int, int]:
    """Return the rewards before and after the maze changes, one for each episode finished."""
    config = learner_class.config_class(
        learning_rate=1.0, learning_rate_decay=0.0, discount=0.95, planning_steps=50,
        exploration_rate=0.1, final_exploration_rate=0.1,
    )  # fmt: skip
    learner, (before, after) = learner_class(config, seed), map(TabularEnv, changing_maze(kind))
    after.reset(seed=seed)
    samples = {"blocking": (1_000, 2_000), "shortcut": (3_000, 3_000)}[kind]
    first, second = (learner.learn(env, n) for env, n in zip((before, after), samples, strict=True))
    return len(first), len(second)


@pytest.mark.parametrize("kind", ["blocking", "shortcut"])
def test_after_a_change_curiosity_gathers_more(kind: str) -> None:
    # Sutton & Barto, figures 8.4 and 8.5; there too the weight of the bonus is ours to choose.
    seeds = range(20)
    plain = np.array([rewards_in_a_changing_maze(DynaQ, kind, seed) for seed in seeds])
    curious = np.array([rewards_in_a_changing_maze(DynaQPlus, kind, seed) for seed in seeds])
    for gain in ((curious - plain)[:, 1], (curious - plain).sum(axis=1)):
        assert gain.mean() > 4 * gain.std(ddof=1) / np.sqrt(len(seeds))


def test_only_curiosity_finds_the_shortcut() -> None:
    # The long way takes 16 steps, the short one 10; exploration makes both a little longer.
    plain = [rewards_in_a_changing_maze(DynaQ, "shortcut", seed)[1] for seed in range(10)]
    curious = [rewards_in_a_changing_maze(DynaQPlus, "shortcut", seed)[1] for seed in range(10)]
    assert max(plain) <= 3_000 / 16 < min(curious)
