import gymnasium as gym
import numpy as np
from gymnasium.spaces import Discrete

from experiments.evaluation import greedy_actor, play_episodes


class Shifted(gym.Env):
    """A step long; actions are numbered from 3, and 4 pays 1."""

    observation_space, action_space = Discrete(1), Discrete(2, start=3)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return 0, {}

    def step(self, action):
        assert action in (3, 4)
        return 0, float(action == 4), True, False, {}


class Knows:
    def predict(self, inputs):
        return np.array([0.0, 1.0])


def test_actors_and_episodes_number_actions_as_the_environment_does() -> None:
    env = Shifted()
    act = greedy_actor(Knows(), env)
    assert act(0, {}) == 4
    assert play_episodes(act, env, 1.0, 10, episodes=3).value == 1.0


def test_actor_respects_the_mask() -> None:
    assert greedy_actor(Knows(), Shifted())(0, {"action_mask": np.array([1, 0], np.int8)}) == 3
