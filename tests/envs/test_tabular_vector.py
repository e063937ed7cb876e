import gymnasium as gym
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from spielfeld import envs  # noqa: F401, registers the environments
from spielfeld.envs import TabularEnv, TabularModel
from spielfeld.envs.vector import TabularVectorEnv

WORLDS = ("spielfeld/FrozenLake-v0", "spielfeld/CliffWalking-v0", "spielfeld/KeysAndDoors-v0")


def random_model(seed: int, noise: bool = False, masked: bool = False) -> TabularModel:
    """Make a world of 7 states, 3 actions and 4 outcomes; state 6 ends episodes."""
    generator = np.random.default_rng(seed)
    shape = (7, 3, 4)
    next_state = generator.integers(7, size=shape)
    probability = generator.dirichlet(np.ones(4), size=shape[:2])
    reward = generator.normal(size=shape)
    terminated = next_state == 6
    next_state[6], reward[6], terminated[6] = 6, 0.0, True
    legal = np.ones((7, 3), bool)
    legal[:3, 1] = not masked
    deviation = generator.random(shape) if noise else None
    start = np.append(np.ones(6) / 6, 0)
    return TabularModel(probability, next_state, reward, terminated, start, legal, deviation)


def assert_same_info(ours: dict, theirs: dict) -> None:
    assert set(ours) == set(theirs)
    for key, value in theirs.items():
        if isinstance(value, dict):
            assert_same_info(ours[key], value)
        elif value.dtype == object:
            assert [np.array_equal(a, b) for a, b in zip(ours[key], value, strict=True)]
        else:
            assert np.array_equal(ours[key], value), key


def assert_same(
    model: TabularModel, mode: AutoresetMode, steps: int, rows: int, limit: int
) -> None:
    native = TabularVectorEnv(model, rows, limit, mode)
    single = SyncVectorEnv([lambda: TabularEnv(model, limit)] * rows, autoreset_mode=mode)
    ours, theirs = native.reset(seed=5), single.reset(seed=5)
    assert np.array_equal(ours[0], theirs[0])
    assert_same_info(ours[1], theirs[1])
    generator = np.random.default_rng(0)
    positions = ours[0]
    for _ in range(steps):
        wishes = generator.random((rows, model.actions)) * model.legal_actions[positions]
        actions = wishes.argmax(axis=1)
        ours, theirs = native.step(actions), single.step(actions)
        for mine, other in zip(ours[:4], theirs[:4], strict=True):
            assert np.array_equal(mine, other)
        assert_same_info(ours[4], theirs[4])
        positions = ours[0]


@pytest.mark.uncompiled
@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
@pytest.mark.parametrize("noise", [False, True])
@pytest.mark.parametrize("masked", [False, True])
def test_rows_behave_like_single_environments(
    mode: AutoresetMode, noise: bool, masked: bool
) -> None:
    assert_same(random_model(1, noise, masked), mode, steps=600, rows=3, limit=9)


@pytest.mark.slow
@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
@pytest.mark.parametrize("world", WORLDS)
def test_many_rows_equal_single_environments_over_100_000_steps(
    world: str, mode: AutoresetMode
) -> None:
    model = gym.make(world).unwrapped.model
    assert_same(model, mode, steps=6_250, rows=16, limit=100)


def test_make_vec_uses_the_native_environment_and_its_layouts_limit() -> None:
    native = gym.make_vec("spielfeld/FrozenLake-v0", num_envs=4)
    assert isinstance(native.unwrapped, TabularVectorEnv)
    assert native.unwrapped.max_episode_steps == 100
    assert gym.make_vec("spielfeld/FrozenLake-v0", num_envs=4, max_episode_steps=7).unwrapped
    assert native.metadata["autoreset_mode"] is AutoresetMode.NEXT_STEP


@pytest.mark.parametrize(
    "name", ["spielfeld/FrozenLake-v0", "spielfeld/Blackjack-v0", "spielfeld/TicTacToe-v0"]
)
def test_vectors_show_the_picture_of_each_row(name: str) -> None:
    vector = gym.make_vec(name, 3, "vector_entry_point", render_mode="rgb_array")
    singles = [gym.make(name, render_mode="rgb_array") for _ in range(3)]
    vector.reset(seed=4)
    for row, env in enumerate(singles):
        env.reset(seed=4 + row)
    frames = vector.render()
    assert isinstance(frames, tuple) and len(frames) == 3
    if name != "spielfeld/TicTacToe-v0":  # alone, it also marks the last stone
        assert all(np.array_equal(frames[row], env.render()) for row, env in enumerate(singles))
    assert gym.make_vec(name, 3, "vector_entry_point").render() is None
    with pytest.raises(ValueError, match="this world knows: rgb_array"):
        gym.make_vec(name, 3, "vector_entry_point", render_mode="ansi")


def test_truncation_comes_after_the_limit_and_is_no_end() -> None:
    model = gym.make("spielfeld/CliffWalking-v0").unwrapped.model
    native = TabularVectorEnv(model, 2, max_episode_steps=3)
    native.reset(seed=0)
    results = [native.step(np.zeros(2, int)) for _ in range(4)]
    assert [step[3].tolist() for step in results] == [
        [False] * 2,
        [False] * 2,
        [True] * 2,
        [False] * 2,
    ]
    assert not any(step[2].any() for step in results)
    assert results[3][1].tolist() == [0.0, 0.0]  # the reset row of NEXT_STEP


@pytest.mark.uncompiled
def test_partial_reset_starts_only_the_rows_of_the_mask() -> None:
    native = TabularVectorEnv(random_model(2), 3, 50, AutoresetMode.DISABLED)
    native.reset(seed=1)
    before = native.step(np.zeros(3, int))[0]
    after, _ = native.reset(options={"reset_mask": np.array([False, True, False])})
    assert (after[[0, 2]] == before[[0, 2]]).all()


@pytest.mark.uncompiled
def test_illegal_action_names_row_and_what_is_legal_and_changes_nothing() -> None:
    native, twin = (TabularVectorEnv(random_model(3, masked=True), 2) for _ in range(2))
    native.reset(seed=0)
    twin.reset(seed=0)
    with pytest.raises(ValueError, match=r"Action 3 of row 1 is not legal here; legal are \[0"):
        native.step(np.array([0, 3]))
    with pytest.raises(ValueError, match="Action -1 of row 0"):
        native.step(np.array([-1, 0]))
    assert np.array_equal(native.step(np.array([0, 2]))[0], twin.step(np.array([0, 2]))[0])


@pytest.mark.uncompiled
def test_ended_row_must_be_reset_where_nobody_else_does_it() -> None:
    native = TabularVectorEnv(random_model(4), 2, 1, AutoresetMode.DISABLED)
    with pytest.raises(ValueError, match="Row 0 has no episode under way"):
        native.step(np.zeros(2, int))
    native.reset(seed=0)
    native.step(np.zeros(2, int))
    with pytest.raises(ValueError, match="Row 0 has no episode under way"):
        native.step(np.zeros(2, int))


@pytest.mark.uncompiled
def test_state_restores_the_rest_of_every_rows_random_stream() -> None:
    native = TabularVectorEnv(random_model(5), 3, 20)
    native.reset(seed=3)
    for _ in range(7):
        native.step(np.zeros(3, int))
    saved = native.state()
    rest = [native.step(np.ones(3, int))[0] for _ in range(600)]
    other = TabularVectorEnv(random_model(5), 3, 20)
    other.reset(seed=99)
    other.restore(saved)
    assert all(np.array_equal(other.step(np.ones(3, int))[0], step) for step in rest)


def test_seeds_must_be_as_many_as_rows() -> None:
    with pytest.raises(ValueError, match="2 seeds were given for 3 environments"):
        TabularVectorEnv(random_model(6), 3).reset(seed=[1, 2])
    with pytest.raises(ValueError, match="num_envs must be a whole number from 1"):
        TabularVectorEnv(random_model(6), 0)


def test_returned_arrays_are_fresh() -> None:
    native = TabularVectorEnv(random_model(7, masked=True), 2)
    first, info = native.reset(seed=0)
    kept, mask = first.copy(), info["action_mask"].copy()
    native.step(np.zeros(2, int))
    assert np.array_equal(first, kept) and np.array_equal(info["action_mask"], mask)


@pytest.mark.uncompiled
@pytest.mark.parametrize("actions", [[0], [0, 0, 0], [0.0, 1.5], [[0, 0]]])
def test_actions_must_be_one_integer_a_row(actions: list) -> None:
    native = TabularVectorEnv(random_model(8), 2)
    native.reset(seed=0)
    with pytest.raises(ValueError, match="Actions must be 2 integers, not "):
        native.step(actions)
