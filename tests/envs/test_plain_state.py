import gymnasium as gym
import numpy as np
import pytest

from spielfeld.envs import TabularEnv, TabularModel  # registers the environments
from spielfeld.envs.access import plain_state, restore, restore_plain, state


def walk(env: gym.Env, steps: int) -> list:
    """Take random steps, episode after episode; return all that was seen."""
    generator, seen = np.random.default_rng(steps), []
    for _ in range(steps):
        observation, reward, terminated, truncated, _ = env.step(
            int(generator.integers(env.action_space.n))
        )
        if terminated or truncated:
            observation, _ = env.reset()
        seen.append((np.asarray(observation).tolist(), reward, terminated, truncated))
    return seen


@pytest.mark.parametrize("world", ["MountainCar-v0", "CartPole-v1", "Acrobot-v1", "Blackjack-v1"])
@pytest.mark.parametrize("steps", [0, 1, 37])
def test_a_restored_world_goes_on_bit_for_bit(world: str, steps: int) -> None:
    env, twin = gym.make(world), gym.make(world)
    env.reset(seed=3)
    walk(env, steps)
    restore(twin, state(env))
    assert walk(env, 300) == walk(twin, 300)


def test_a_world_of_ones_own_tells_its_state_itself() -> None:
    ends = np.ones((1, 1, 1), bool)
    model = TabularModel(np.ones((1, 1, 1)), np.zeros((1, 1, 1), int), np.zeros((1, 1, 1)), ends,
                         np.ones(1))  # fmt: skip
    env = TabularEnv(model)
    assert state(env) == env.state()


@pytest.mark.parametrize("world", ["CartPole-v1", "spielfeld/FrozenLake-v0"])
def test_what_plain_wrappers_remember_is_told_and_restored(world: str) -> None:
    class Bonus(gym.RewardWrapper):
        def __init__(self, env: gym.Env) -> None:
            super().__init__(env)
            self.bonus = 0.0

        def reward(self, reward: float) -> float:
            self.bonus += 0.5
            return reward + self.bonus

    def made() -> gym.Env:
        return gym.wrappers.TransformReward(Bonus(gym.make(world)), lambda reward: 2 * reward)

    env, twin = made(), made()
    env.reset(seed=3)
    walk(env, 20)
    restore(twin, state(env))
    assert walk(env, 50) == walk(twin, 50)


def test_a_wrapper_that_remembers_in_objects_of_its_own_is_left() -> None:
    for wrapper in (gym.wrappers.FrameStackObservation, gym.wrappers.NormalizeObservation):
        arguments = (4,) if wrapper is gym.wrappers.FrameStackObservation else ()
        assert state(wrapper(gym.make("CartPole-v1"), *arguments)) is None


def test_a_world_with_objects_of_its_own_is_left() -> None:
    class Simulator(gym.Env):
        def __init__(self) -> None:
            self.engine = object()

    assert plain_state(Simulator()) is None is state(Simulator())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("step", 3),
        ("model", "x"),
        ("discount", 0.5),
        ("__class__", "x"),
        ("__dict__", {"array": [], "dtype": "float64"}),
        ("np_random", 3),
        ("_np_random", 3),
        ("_np_random", {"bit_generator": "MT19937", "state": {}}),
        ("action_space", 3),
        ("spec", "x"),
        ("render_mode", "human"),
        ("gravity", "x"),
        ("gravity", [1.0]),
        ("gravity", True),
        ("kinematics_integrator", 3),
        ("state", [1.0, 2.0]),
        ("state", {"array": [0.0] * 5, "dtype": "float64"}),
        ("state", {"array": [0.0] * 4, "dtype": "object"}),
        ("state", {"array": ["a"] * 4, "dtype": "<U1"}),
    ],
)
def test_a_file_sets_only_what_the_world_keeps(name: str, value: object) -> None:
    env = gym.make("CartPole-v1")
    env.reset(seed=3)
    told = state(env)
    before = vars(env.unwrapped).copy()
    told["plain"][name] = value
    with pytest.raises(ValueError, match=f"{name} of CartPoleEnv|keeps nothing in|no array"):
        restore_plain(env.unwrapped, told["plain"])
    assert vars(env.unwrapped).keys() == before.keys()
    assert env.unwrapped.gravity == before["gravity"]


def test_what_is_no_table_of_attributes_is_refused_in_a_sentence() -> None:
    env = gym.make("CartPole-v1")
    env.reset(seed=3)
    with pytest.raises(ValueError, match="the state of CartPoleEnv must be a table, not '7'"):
        restore(env, {"plain": 7, "elapsed": [0]})
    with pytest.raises(ValueError, match="elapsed must be steps of an episode, not 'x'"):
        restore(env, {**state(env), "elapsed": ["x"]})


def test_what_a_world_first_keeps_in_a_step_is_restored() -> None:
    class Counter(gym.Env):
        action_space = gym.spaces.Discrete(2)
        observation_space = gym.spaces.Discrete(100)

        def reset(self, *, seed=None, options=None):
            super().reset(seed=seed)
            return 0, {}

        def step(self, action):
            self.seen = [*getattr(self, "seen", []), (np.arange(2), self.np_random.random())]
            self.steps = getattr(self, "steps", 0) + 1
            return self.steps, self.seen[-1][1], False, False, {}

    env, twin = Counter(), Counter()
    env.reset(seed=3)
    walk(env, 7)
    restore(twin, state(env))
    assert isinstance(twin.seen[0][0], np.ndarray)
    assert walk(env, 20) == walk(twin, 20)
