"""The rollout: what is written into it, and what is made of it."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete

from spielfeld.agents.continuous import Gaussian
from spielfeld.agents.deep_loop import Acted
from spielfeld.agents.policy_gradient.parts import Categorical, Rollout
from spielfeld.envs.many_worlds import Step

SETTINGS = {"steps": 3, "discount": 0.5, "trace_decay": 1.0, "normalise_returns": False}


def learner(actions: Any, legal: Any = None, **settings: Any) -> Any:
    """Return a stand-in for a learner in two worlds with one feature, which is also the value."""
    discrete = isinstance(actions, Discrete)
    outputs = int(actions.n) if discrete else 2 * int(actions.shape[0])

    def function(inputs: np.ndarray) -> np.ndarray:
        return np.column_stack([np.zeros((len(inputs), outputs), np.float32), inputs])

    observation = np.array([[4], [9]], np.float32)
    return SimpleNamespace(
        config=SimpleNamespace(**{**SETTINGS, **settings}),
        worlds=SimpleNamespace(rows=2, legal=legal, observation=observation),
        features=lambda observation: observation,
        function=function,
        policy=lambda prediction: (Categorical if discrete else Gaussian)(prediction[:, :-1]),
        generator=np.random.default_rng(0),
    )


def acted(step: int, inputs: Any, masked: bool = False) -> Acted:
    """One step of two worlds: world 0 is cut off after two, 1 ends then and is reset in the third.

    Actions are counted from the step on, and are the less probable the later.
    """
    now = step == 1
    outcome = Step(
        np.array([8.0, 4.0]), np.array([False, now]), np.array([now, False]),
        np.array([[6.0], [7.0]], np.float32), np.array([True, step != 2]),
    )  # fmt: skip
    policy = Categorical(np.zeros((2, 2)))
    policy.log_probability = lambda action: np.array([-step, -1])  # type: ignore[method-assign]
    legal = np.array([[1, 1, 0], [0, 1, 1]], bool) if masked else None
    prediction = np.array([[0, 1.0], [0, 2.0]])
    return Acted(None, np.array(inputs), legal, prediction, policy, np.array([step, 0]), outcome)


def filled(masked: bool = False, **settings: Any) -> tuple[Rollout, Any]:
    """Return a rollout of three steps, and its learner."""
    who = learner(Discrete(3), np.ones((2, 3), bool) if masked else None, **settings)
    rollout = Rollout(who)
    full = [rollout.add(who, acted(step, [[step], [10 + step]], masked)) for step in range(3)]
    assert full == [False, False, True]
    return rollout, who


def test_lessons_by_hand() -> None:
    rollout, who = filled()
    inputs, targets = rollout.lessons(who)
    # world 0: step 1 was cut off where things are worth 6: 8 + .5 * 6 = 11 in all;
    #          step 0 pays 8 + .5 * 11 = 13.5; step 2, of the next episode, 8 + .5 * 4 = 10
    # world 1: step 1 terminates: 4; step 0 pays 4 + .5 * 4 = 6; step 2 was only a reset
    assert inputs.ravel().tolist() == [0, 10, 1, 11, 2]
    assert targets.returns.tolist() == [13.5, 6, 11, 4, 10]
    assert targets.advantage.tolist() == [12.5, 4, 10, 2, 9]
    assert targets.action.tolist() == [0, 0, 1, 0, 2]
    assert targets.log_probability.tolist() == [0, -1, -1, -1, -2]
    assert targets.legal is None


def test_a_read_rollout_is_empty_and_can_be_filled_again() -> None:
    rollout, who = filled()
    kept = rollout.arrays["inputs"]
    inputs, _ = rollout.lessons(who)
    assert rollout.filled == 0 and rollout.arrays["inputs"] is kept
    assert not rollout.add(who, acted(0, [[70], [80]]))
    assert kept[0].tolist() == [[70], [80]]
    assert inputs.max() < 70  # lessons are copies


def test_what_is_legal_comes_with_each_row() -> None:
    rollout, who = filled(masked=True)
    _, targets = rollout.lessons(who)
    assert targets.legal.tolist()[:2] == [[True, True, False], [False, True, True]]
    assert targets.rows(np.array([1, 1])).legal.shape == (2, 3)


def test_some_rows_of_targets_are_those_rows() -> None:
    rollout, who = filled()
    _, targets = rollout.lessons(who)
    some = targets.rows(np.array([4, 0]))
    assert some.returns.tolist() == [10, 13.5] and some.legal is None


@pytest.mark.parametrize(
    ("actions", "shape", "kind"), [(Discrete(3), (), "i"), (Box(-1, 1, (3,)), (3,), "f")]
)
def test_actions_keep_their_shape_and_dtype(actions: Any, shape: tuple, kind: str) -> None:
    kept = Rollout(learner(actions, steps=4)).arrays["action"]
    assert kept.shape == (4, 2, *shape) and kept.dtype.kind == kind


def test_rewards_are_scaled_as_they_come_where_the_settings_say_so() -> None:
    plain, scaled = (
        filled(normalise_returns=scales)[0].arrays["reward"] for scales in (False, True)
    )
    assert plain.tolist() == [[8, 4]] * 3
    # after the first step: returns 8 and 4, whose deviation is 2
    assert scaled[0] == pytest.approx([4, 2]) and (scaled[1:] != plain[1:]).all()
