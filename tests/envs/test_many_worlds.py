import gymnasium as gym
import numpy as np
import pytest
from gymnasium.spaces import Discrete
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from spielfeld import envs  # noqa: F401
from spielfeld.envs.many_worlds import ManyWorlds, many_worlds

LIMITED = {"id": "spielfeld/CliffWalking-v0", "max_episode_steps": 7}


def walk(worlds, steps, seed=5):
    """Act at random; return what every step led to."""
    generator, actions = np.random.default_rng(seed), worlds.action_space.n
    for _ in range(steps):
        legal = np.ones((worlds.rows, actions)) if worlds.legal is None else worlds.legal
        chosen = np.where(legal, generator.random(legal.shape), -1).argmax(axis=1)
        yield chosen, worlds.observation.copy(), worlds.step(chosen)


@pytest.mark.parametrize("mode", list(AutoresetMode))
def test_every_way_to_reset_tells_the_same_story(mode):
    def make():
        return gym.make(**LIMITED)

    worlds = ManyWorlds(SyncVectorEnv([make] * 3, autoreset_mode=mode))
    worlds.reset(1)
    single = make()
    single.reset(seed=2)  # row 1
    observation, _ = single.reset(seed=2)
    for actions, before, step in walk(worlds, 60):
        if not step.taken[1]:
            assert step.reward[1] == 0 and not step.terminated[1] and not step.truncated[1]
            continue
        assert before[1] == observation
        observation, reward, terminated, truncated, _ = single.step(int(actions[1]))
        assert step.next_observation[1] == observation
        assert (step.reward[1], step.terminated[1], step.truncated[1]) == (
            reward, terminated, truncated,
        )  # fmt: skip
        if terminated or truncated:
            observation, _ = single.reset()
    assert {length for _, length in worlds.finished} == {7}


@pytest.mark.parametrize(
    "name", ["spielfeld/FrozenLake-v0", "spielfeld/ConnectFour-v0", "CartPole-v1", "Acrobot-v1"]
)
def test_restored_worlds_go_on_as_if_nothing_had_happened(name):
    source = gym.make(name)
    one, other = many_worlds(source, 4), many_worlds(source, 4)
    one.reset(3)
    list(walk(one, 30))
    other.restore(one.state(), seed=9)
    for (_, _, first), (_, _, second) in zip(walk(one, 30), walk(other, 30), strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))
    assert one.finished[-1:] == other.finished[-1:]


def test_worlds_whose_state_nobody_can_tell_begin_anew():
    source = gym.make("FrozenLake-v1")
    worlds = many_worlds(source, 2)
    worlds.reset(1)
    assert worlds.state() == {}
    worlds.restore({}, seed=2)
    assert (worlds.observation == 0).all()


def test_a_state_of_another_number_of_rows_is_refused():
    source = gym.make("spielfeld/FrozenLake-v0")
    worlds = many_worlds(source, 2)
    worlds.reset(1)
    with pytest.raises(ValueError, match="Expected the state of 3 rows, not 2"):
        many_worlds(source, 3).restore(worlds.state(), seed=2)


@pytest.mark.parametrize("steps", range(4, 12))
def test_rows_that_wait_for_a_reset_are_still_reset_when_restored(steps):
    def made():
        return ManyWorlds(SyncVectorEnv([lambda: gym.make("CartPole-v1", max_episode_steps=5)] * 2))

    one, other = made(), made()
    one.reset(1)
    list(walk(one, steps))
    other.restore(one.state(), seed=9)
    for _ in range(12):
        (first, second) = (worlds.step(np.zeros(2, np.int64)) for worlds in (one, other))
        assert np.array_equal(first.next_observation, second.next_observation)
        assert np.array_equal(first.taken, second.taken)
    assert one.finished[-4:] == other.finished[-4:]


def test_a_vector_that_overwrites_what_was_seen_is_refused():
    source = SyncVectorEnv([lambda: gym.make("CartPole-v1")] * 2, copy=False)
    with pytest.raises(ValueError, match="use copy=True"):
        ManyWorlds(source)


class Quiet(gym.Env):
    """Tells which actions are legal, but not at the end of an episode."""

    observation_space, action_space = Discrete(1), Discrete(3)

    def __init__(self, steps):
        self.steps = steps

    def reset(self, *, seed=None, options=None):
        self.left = self.steps
        return 0, {"action_mask": np.array([1, 0, 1], np.int8)}

    def step(self, action):
        self.left -= 1
        info = {"action_mask": np.array([0, 1, 1], np.int8)} if self.left else {}
        return 0, 0.0, False, not self.left, info


@pytest.mark.parametrize("mode", [AutoresetMode.DISABLED, AutoresetMode.SAME_STEP])
def test_where_nothing_is_told_of_an_end_all_is_legal_there(mode):
    vector = SyncVectorEnv([lambda: Quiet(1), lambda: Quiet(3)], autoreset_mode=mode)
    worlds = ManyWorlds(vector)
    worlds.reset(1)
    step = worlds.step(np.array([2, 2]))
    assert step.truncated.tolist() == [True, False]
    assert step.next_legal.tolist() == [[True] * 3, [False, True, True]]
    assert worlds.legal.tolist() == [[True, False, True], [False, True, True]]


def test_an_environment_that_nobody_can_copy_is_used_alone():
    source = gym.wrappers.TransformReward(gym.make("CartPole-v1"), lambda reward: 2 * reward)
    worlds = many_worlds(source, 8)
    assert worlds.rows == 1
    worlds.reset(1)
    assert worlds.step(np.array([1])).reward == 2


def test_a_reward_that_is_no_number_is_refused():
    source = gym.wrappers.TransformReward(gym.make("CartPole-v1"), lambda reward: np.nan)
    worlds = many_worlds(source, 8)
    worlds.reset(1)
    with pytest.raises(ValueError, match="row 0 gave the reward nan"):
        worlds.step(np.array([1]))


def test_worlds_that_go_on_keep_their_masks_while_others_begin_anew():
    worlds = many_worlds(gym.make("spielfeld/SelfPlay-v0"), 5)
    worlds.reset(1)
    ends = 0
    for _, _, step in walk(worlds, 200):
        ends += (step.terminated | step.truncated).sum()
        for row, env in enumerate(worlds.vector.envs):
            legal = np.flatnonzero(worlds.legal[row]).tolist()
            assert legal == env.unwrapped.board.legal_actions
    assert ends > 10


def test_boards_tell_what_is_legal_and_a_table_what_it_is():
    worlds = many_worlds(gym.make("spielfeld/ConnectFour-v0", opponent="rule"), 5)
    worlds.reset(1)
    assert worlds.legal.shape == (5, 7) and worlds.observation.shape == (5, 2, 6, 7)
    assert many_worlds(worlds, 9) is worlds
    assert many_worlds(worlds.vector, 9).rows == 5
