"""What every learner in many worlds promises: counts, seeds, memory, and sentences."""

import ast
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import gymnasium as gym
import numpy as np
import pytest
from gymnasium.spaces import Box, Dict, Discrete, MultiDiscrete
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from spielfeld import envs  # noqa: F401, registers the environments
from spielfeld.agents import baselines, deep_loop, policy_gradient, value_based
from spielfeld.agents.deep_loop import DeepLearner
from spielfeld.agents.policy_gradient.a2c import A2C
from spielfeld.agents.policy_gradient.ppo import PPO
from spielfeld.agents.policy_gradient.reinforce import Reinforce
from spielfeld.agents.value_based.n_step_dqn import NStepDQN
from spielfeld.agents.value_based.prioritized_dqn import PrioritizedDQN
from tests.agents.known_answers import KNOWN_ANSWERS

SMALL = {"num_envs": 6, "steps": 5, "hidden": (8,), "normalise_observations": True,
         "normalise_returns": True}  # fmt: skip
AGENTS = {
    "a2c": (A2C, SMALL),
    "ppo": (PPO, {**SMALL, "batch_size": 10, "epochs": 2, "schedule": "linear",
                  "clip_schedule": "linear", "kl_limit": 0.05}),
}  # fmt: skip
WORLDS: dict[str, Callable[[], Any]] = {
    "ice": lambda: gym.make("spielfeld/FrozenLake-v0"),
    "pole": lambda: gym.make("CartPole-v1"),
    "masks": KNOWN_ANSWERS["masked actions"].make,
    "numbers": KNOWN_ANSWERS["continuous"].make,
}
MORE: dict[str, Callable[[], DeepLearner]] = {
    **{
        name: partial(kind, kind.config_class(**usual), 3) for name, (kind, usual) in AGENTS.items()
    },
    "reinforce": partial(Reinforce, num_envs=6, seed=3),
    "n-step": partial(NStepDQN, num_envs=6, buffer_size=64, seed=3),
    "prioritized": partial(PrioritizedDQN, num_envs=6, buffer_size=64, seed=3),
}
FOLDER = Path(deep_loop.__file__).parent
FAMILY = [
    FOLDER / "deep_loop.py",
    *(FOLDER / "policy_gradient").glob("*.py"), *(FOLDER / "value_based").glob("*.py"),
]  # fmt: skip
KINDS = [
    getattr(module, name)
    for module in (policy_gradient, value_based, baselines)
    for name in module.__all__
]
FAMILY_CLASSES = [kind for kind in KINDS if isinstance(kind, type)]
EVERY = pytest.mark.parametrize("agent", AGENTS)
EVERYWHERE = pytest.mark.parametrize("world", WORLDS)


def make(agent: str, seed: int = 3, **settings: Any) -> DeepLearner:
    learner_class, usual = AGENTS[agent]
    return learner_class(learner_class.config_class(**{**usual, **settings}), seed)


@EVERY
def test_one_observation_is_predicted_as_among_many(agent: str) -> None:
    learner = make(agent)
    learner.learn(WORLDS["ice"](), 50)
    many = learner.predict(np.arange(16))
    assert many.shape == (16, 4)
    assert learner.predict(3) == pytest.approx(many[3], abs=1e-6)


@EVERY
def test_episodes_are_told_with_when_they_ended(agent: str) -> None:
    learner = make(agent, num_envs=2)
    history = learner.learn(WORLDS["masks"](), 12)  # episodes of one step, in two worlds
    assert history["samples"].tolist() == [2, 2, 4, 4, 6, 6, 8, 8, 10, 10, 12, 12]
    assert history["episode_length"].tolist() == [1] * 12
    assert set(history["episode_return"]) <= {0.5, 1.0}
    assert list(history.columns)[3:] == list(learner.measures)
    entropy = history["entropy"]
    assert np.isnan(entropy[:10]).all() and not np.isnan(entropy[10:]).any()  # from 5 steps on


@EVERY
@pytest.mark.parametrize("mode", list(AutoresetMode))
def test_steps_that_only_reset_are_not_counted_nor_learned_from(
    agent: str, mode: AutoresetMode
) -> None:
    source = SyncVectorEnv([KNOWN_ANSWERS["one step"].make] * 6, autoreset_mode=mode)
    learner = make(agent)
    history = learner.learn(source, 61)
    assert learner.samples == len(history) == 60
    assert set(history["episode_length"]) == {1}


@EVERY
def test_another_source_begins_new_episodes_and_a_new_rollout(agent: str) -> None:
    learner = make(agent)
    learner.learn(WORLDS["ice"](), 12)  # two steps of five
    next(learner.experience(gym.make("spielfeld/FrozenLake-v0", time_limit=2), 100))
    assert learner.samples == 12 + 5 * 6
    assert set(learner.recorded()["episode_length"]) <= {1, 2}


@EVERY
def test_what_is_seen_last_before_a_reset_is_not_on_the_scale_of_observations(agent: str) -> None:
    scales = []
    for mode in (AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP):
        source = SyncVectorEnv([KNOWN_ANSWERS["one step"].make] * 6, autoreset_mode=mode)
        learner = make(agent)
        learner.learn(source, 60)
        scales.append(learner.state()["features.scale.arrays.count"].item())
    assert scales == [60, 60]


@EVERY
def test_rollouts_of_nothing_but_resets_teach_nothing(agent: str) -> None:
    source = SyncVectorEnv([KNOWN_ANSWERS["one step"].make] * 6)  # every other step is a reset
    learner = make(agent, steps=1)
    learner.learn(source, 60)
    assert learner.samples == 60 and learner.optimizer.state()["optimizer.steps"] > 0


@EVERY
def test_where_a_world_cannot_tell_where_it_stands_no_episode_goes_on(agent: str) -> None:
    source = Odd(Box(-1, 1, (2,)), Discrete(2), 1.0)
    source.secret = object()  # a part of its state that nobody can write down
    learner, other = make(agent), make(agent)
    learner.learn(source, 12)  # two steps of five
    state = learner.state()
    assert not any(name.startswith("worlds.") for name in state)
    other.restore(state, source)
    assert other.rollout.filled == 0 < learner.rollout.filled


class Odd(gym.Env):
    """A world with any spaces, that pays any reward."""

    def __init__(self, observations: Any, actions: Any, reward: float = 0.0) -> None:
        self.observation_space, self.action_space, self.reward = observations, actions, reward

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        return self.observation_space.sample(), {}

    def step(self, action):
        return self.observation_space.sample(), self.reward, False, False, {}


@EVERY
@pytest.mark.parametrize(
    ("world", "message"),
    [
        (Odd(Dict(a=Discrete(2)), Discrete(2)), "needs observations that are numbers"),
        (Odd(Discrete(2), MultiDiscrete([2, 2])), "Expected Discrete actions, or a Box with one"),
        (Odd(Discrete(2), Box(0, 1, (2, 2))), "Expected Discrete actions, or a Box with one"),
        (Odd(Discrete(2), Discrete(2), np.nan), "The environment of row 0 gave the reward nan"),
        (Odd(Discrete(2), Discrete(2), -np.inf), "The environment of row 0 gave the reward -inf"),
    ],
)
def test_worlds_that_cannot_be_learned_in_are_refused_in_a_sentence(
    agent: str, world: gym.Env, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        make(agent).learn(world, 30)


@EVERY
@EVERYWHERE
@pytest.mark.parametrize("limit", [0.0, 0.5])
def test_a_learning_rate_far_too_large_is_named(agent: str, world: str, limit: float) -> None:
    learner = make(agent, learning_rate=1e30, gradient_clip=limit, schedule="constant")
    with pytest.raises(ValueError, match="no longer finite; choose a smaller learning_rate"):
        learner.learn(WORLDS[world](), 1_000)


@EVERY
@pytest.mark.parametrize(
    ("settings", "name", "shapes"),
    [
        ({"hidden": (9,)}, "function.parameters.policy.weights0", "(16, 8), but (16, 9)"),
        ({"steps": 7}, "rollout.arrays.inputs", "(5, 6, 16), but (7, 6, 16)"),
        ({"num_envs": 3}, "rollout.arrays.inputs", "(5, 6, 16), but (5, 3, 16)"),
    ],
)
def test_a_state_of_other_settings_is_refused(
    agent: str, settings: dict, name: str, shapes: str
) -> None:
    learner = make(agent)
    learner.learn(WORLDS["ice"](), 40)
    said = re.escape(f"The saved '{name}' has shape {shapes} is needed here.")
    with pytest.raises(ValueError, match=said):
        make(agent, **settings).restore(learner.state(), WORLDS["ice"]())


def test_what_every_subclass_must_write_is_asked_for() -> None:
    learner: Any = DeepLearner()
    for rule in (learner.build, learner.batches, lambda: learner.keep(None)):
        with pytest.raises(NotImplementedError):
            rule()


@pytest.mark.parametrize(
    ("agent", "name", "wild"),
    [
        ("a2c", "function.parameters.value.bias0", np.nan),
        ("a2c", "features.scale.arrays.mean", np.inf),
        ("ppo", "rollout.filled", 5),
        ("ppo", "samples", -1),
        ("reinforce", "episodes.log.world", 6),
        ("reinforce", "episodes.log.reward", np.nan),
        ("n-step", "replay.columns.action", 4),
        ("n-step", "lookout.following", 64),
        ("prioritized", "sampler.tree", -1.0),
    ],
)
def test_a_saved_number_out_of_its_range_is_refused_by_name(
    agent: str, name: str, wild: float
) -> None:
    source, learner = WORLDS["ice"](), MORE[agent]()
    learner.learn(source, 60)
    state = learner.state()
    if isinstance(state[name], np.ndarray):
        state[name].flat[:1] = wild
    else:
        state[name] = wild
    with pytest.raises(ValueError, match=f"The saved '{name}' must be"):
        MORE[agent]().restore(state, source)


def test_worlds_are_stepped_at_one_place_in_all_files() -> None:
    """So that there is one loop over samples, which the methods fill."""
    places = []
    for path in FAMILY:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Attribute) and called.attr == "step":
                places.append((path.name, ast.unparse(called.value)))
    assert [place for place in places if "worlds" in place[1]] == [("deep_loop.py", "worlds")]
    assert {place for place in places if "optimizer" in place[1]} == {
        ("deep_loop.py", "self.optimizer")
    }


@pytest.mark.parametrize("made", FAMILY_CLASSES, ids=lambda made: made.__name__)
def test_learners_and_settings_have_at_most_two_ancestors_of_ours(made: type) -> None:
    ours = [base for base in made.__mro__[1:] if base.__module__.startswith("spielfeld")]
    assert len([base for base in ours if Protocol not in base.__bases__]) <= 2


@EVERY
@pytest.mark.parametrize("name", ["spielfeld/FrozenLake-v0", "CartPole-v1", "FrozenLake-v1"])
def test_a_refused_state_leaves_a_vector_environment_where_it_stands(agent: str, name: str) -> None:
    sources = [gym.make_vec(name, 6) for _ in range(2)]
    learner, witness = make(agent), make(agent)
    for each, source in zip((learner, witness), sources, strict=True):
        each.learn(source, 50)
    state = learner.state()
    for missing in state:
        with pytest.raises(ValueError, match=re.escape(missing.rsplit(".", 1)[-1])):
            learner.restore({k: v for k, v in state.items() if k != missing}, sources[0])
    first, second = learner.learn(sources[0], 100), witness.learn(sources[1], 100)
    assert first.to_csv() == second.to_csv()
    learned, expected = learner.state(), witness.state()
    assert all(np.array_equal(learned[each], expected[each]) for each in expected)


@EVERY
def test_a_restored_learner_begins_anew_where_it_comes_back_to(agent: str) -> None:
    learners = make(agent), make(agent)
    sources = WORLDS["ice"](), WORLDS["ice"]()
    other = WORLDS["ice"]()
    for each in learners:
        each.learn(sources[0] if each is learners[0] else sources[1], 50)
    learners[0].restore(learners[0].state(), sources[0])
    told = [
        [each.learn(place, 60).to_csv() for place in (other, source, other)]
        for each, source in zip(learners, sources, strict=True)
    ]
    assert told[0] == told[1]
