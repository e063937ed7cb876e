import numpy as np
import pytest

from spielfeld.agents.policy_gradient.rollout import Rollout


def filled(masked: bool = False) -> Rollout:
    """Three steps of two worlds: 0 is cut off after two, 1 terminates and is reset in the third."""
    rollout = Rollout(3, 2, features=1, action=np.zeros(2, int), actions=3 if masked else 0)
    for step in range(3):
        rollout.add(
            inputs=[[step], [10 + step]], action=[step, 0], log_probability=[-step, -1],
            value=[1.0, 2.0], reward=[8.0, 4.0], taken=[True, step != 2],
            ended=[step == 1, step == 1], end_value=[6.0 * (step == 1), 0],
            **({"legal": [[1, 1, 0], [0, 1, 1]]} if masked else {}),
        )  # fmt: skip
    return rollout


def test_lessons_by_hand() -> None:
    rollout = filled()
    assert rollout.full
    inputs, targets = rollout.lessons(np.array([4.0, 9.0]), discount=0.5, trace_decay=1.0)
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
    rollout = filled()
    kept = rollout.arrays["inputs"]
    inputs, _ = rollout.lessons(np.zeros(2), 0.5, 1.0)
    assert not rollout.full and rollout.arrays["inputs"] is kept
    rollout.add(inputs=[[70], [80]])
    assert kept[0].tolist() == [[70], [80]]
    assert inputs.max() < 70  # lessons are copies


def test_what_is_legal_comes_with_each_row() -> None:
    _, targets = filled(masked=True).lessons(np.zeros(2), 0.5, 1.0)
    assert targets.legal.tolist()[:2] == [[True, True, False], [False, True, True]]
    assert targets.rows(np.array([1, 1])).legal.shape == (2, 3)


def test_some_rows_of_targets_are_those_rows() -> None:
    _, targets = filled().lessons(np.array([4.0, 9.0]), 0.5, 1.0)
    some = targets.rows(np.array([4, 0]))
    assert some.returns.tolist() == [10, 13.5] and some.legal is None


@pytest.mark.parametrize("shape", [(2,), (2, 3)])
def test_actions_keep_their_shape_and_dtype(shape: tuple[int, ...]) -> None:
    rollout = Rollout(4, 2, 1, np.zeros(shape, np.float32), 0)
    assert rollout.arrays["action"].shape == (4, *shape)
    assert rollout.arrays["action"].dtype == np.float32
