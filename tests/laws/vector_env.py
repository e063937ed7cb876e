"""Laws of every vector environment: its rows are single environments, in each mode of resetting.

A subclass of `VectorEnvLaws` names `make`, which takes a number of rows and an autoreset mode and
returns a new vector environment, and `single`, which returns a new environment that each row is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, SyncVectorEnv

from tests.laws.learner import assert_sentence

ROWS = 3
MODES = pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])


@dataclass(frozen=True)
class VectorEnvCase:
    """A vector environment to examine.

    Args:
        make: Takes a number of rows and an autoreset mode, and returns a new vector environment.
        single: Returns a new environment.
        steps: To compare; enough for episodes to end.
        lenient: Whether an illegal action is accepted, and loses.
    """

    make: Callable[[int, AutoresetMode], Any]
    single: Callable[[], Any]
    steps: int = 150
    lenient: bool = False


class VectorEnvLaws:
    """All laws of vector environments."""

    make: Callable[[int, AutoresetMode], Any]
    single: Callable[[], Any]
    steps = 150
    lenient = False

    @pytest.fixture
    def case(self) -> Any:
        """The class itself, whose attributes are those of a `VectorEnvCase`."""
        return self

    @pytest.mark.uncompiled
    @MODES
    def test_rows_are_single_environments(self, case: Any, mode: AutoresetMode) -> None:
        native = case.make(ROWS, mode)
        loop = SyncVectorEnv([case.single] * ROWS, autoreset_mode=mode)
        ours, theirs = native.reset(seed=5), loop.reset(seed=5)
        assert_same(ours, theirs)
        choices, ends = np.random.default_rng(0), 0
        for _ in range(case.steps):
            actions = random_actions(native, ours[-1], choices)
            ours, theirs = native.step(actions), loop.step(actions)
            assert_same(ours, theirs)
            assert native.observation_space.contains(ours[0])
            ends += int((ours[2] | ours[3]).sum())
        assert ends > 0

    @pytest.mark.uncompiled
    def test_without_autoreset_a_mask_names_the_rows_that_begin_anew(self, case: Any) -> None:
        native = case.make(ROWS, AutoresetMode.DISABLED)
        loop = SyncVectorEnv([case.single] * ROWS, autoreset_mode=AutoresetMode.DISABLED)
        ours, theirs = native.reset(seed=5), loop.reset(seed=5)
        choices, ended = np.random.default_rng(0), np.zeros(ROWS, bool)
        for step in range(case.steps):
            if ended.any() or step == 4:
                mask = ended | (np.arange(ROWS) == step % ROWS)
                if ended.any():
                    with pytest.raises(ValueError, match="no running"):
                        native.step(random_actions(native, ours[-1], choices))
                ours, theirs = (one.reset(options={"reset_mask": mask}) for one in (native, loop))
                assert_same(ours[:1], theirs[:1])
            actions = random_actions(native, ours[-1], choices)
            ours, theirs = native.step(actions), loop.step(actions)
            assert_same(ours[:4], theirs[:4])
            ended = ours[2] | ours[3]

    @pytest.mark.uncompiled
    def test_restored_vector_goes_on_alike(self, case: Any) -> None:
        one, other = (case.make(ROWS, AutoresetMode.NEXT_STEP) for _ in range(2))
        _, info = one.reset(seed=3)
        choices = np.random.default_rng(0)
        for _ in range(7):
            info = one.step(random_actions(one, info, choices))[-1]
        saved = {name: np.copy(array) for name, array in one.state().items()}
        other.reset(seed=99)
        other.restore(saved)
        for _ in range(60):
            actions = random_actions(one, info, choices)
            first, second = one.step(actions), other.step(actions)
            assert_same(first, second)
            info = first[-1]

    @pytest.mark.uncompiled
    def test_an_illegal_action_names_its_row_and_changes_nothing(self, case: Any) -> None:
        if case.lenient:
            pytest.skip("lets an illegal action lose")
        native = case.make(2, AutoresetMode.NEXT_STEP)
        _, info = native.reset(seed=0)
        good = random_actions(native, info, np.random.default_rng(0))
        before = {name: np.copy(array) for name, array in native.state().items()}
        for row, action in ((1, native.single_action_space.n), (0, -1)):
            wild = good.copy()
            wild[row] = action
            with pytest.raises(ValueError, match=f"Action {action} of row {row} is") as error:
                native.step(wild)
            assert_sentence(error.value)
        assert all(np.array_equal(before[name], array) for name, array in native.state().items())

    @pytest.mark.uncompiled
    def test_actions_are_one_integer_a_row_and_seeds_as_many(self, case: Any) -> None:
        native = case.make(2, AutoresetMode.NEXT_STEP)
        native.reset(seed=0)
        for actions in ([0], [0, 0, 0], [0.0, 1.5], [[0, 0]]):
            with pytest.raises(ValueError, match="Actions must be 2 integers, not "):
                native.step(actions)
        with pytest.raises(ValueError, match="3 seeds were given for 2 environments"):
            native.reset(seed=[1, 2, 3])
        with pytest.raises(ValueError, match="num_envs must be a whole number from 1"):
            case.make(0, AutoresetMode.NEXT_STEP)

    @pytest.mark.uncompiled
    def test_returned_arrays_are_fresh(self, case: Any) -> None:
        native = case.make(2, AutoresetMode.NEXT_STEP)
        seen = native.reset(seed=0)
        kept = [np.copy(part) for part in leaves(seen)]
        native.step(random_actions(native, seen[-1], np.random.default_rng(0)))
        assert all(np.array_equal(a, b) for a, b in zip(leaves(seen), kept, strict=True))


def random_actions(vector: Any, info: dict[str, Any], choices: np.random.Generator) -> Any:
    """Draw a legal action for each row."""
    everything = np.ones((vector.num_envs, vector.single_action_space.n), np.int8)
    legal = info.get("action_mask", everything)
    return (choices.random(legal.shape) * legal).argmax(axis=1)


def leaves(parts: Any) -> list[Any]:
    found = []
    for part in parts.values() if isinstance(parts, dict) else parts:
        found += leaves(part) if isinstance(part, dict) else [part]
    return found


def assert_same(ours: tuple[Any, ...], theirs: tuple[Any, ...]) -> None:
    """Compare what two vector environments return, infos too."""
    for one, other in zip(ours, theirs, strict=True):
        if isinstance(one, dict):
            assert_same_info(one, other)
        else:
            assert np.array_equal(one, other)


def assert_same_info(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    assert set(ours) == set(theirs)
    for key, value in theirs.items():
        if isinstance(value, dict):
            assert_same_info(ours[key], value)
        elif value.dtype == object:
            pairs = zip(ours[key], value, strict=True)
            assert all(np.array_equal(one, other) for one, other in pairs), key
        else:
            assert np.array_equal(ours[key], value), key
