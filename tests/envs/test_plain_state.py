import gymnasium as gym
import numpy as np
import pytest

from envs import TabularEnv, TabularModel  # registers the environments
from envs.access import restore, state
from envs.plain_state import plain_state


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
