from typing import Any

import numpy as np
import pytest
from gymnasium.spaces import (
    Box,
    Dict,
    Discrete,
    Graph,
    MultiBinary,
    MultiDiscrete,
    Sequence,
    Space,
    Text,
    Tuple,
    utils,
)

from spielfeld.agents.features import Features

SPACES = [
    Box(-1, 1, (3,)),
    Box(0, 255, (2, 3, 4), np.uint8),
    Box(-1, 1, ()),
    Discrete(5),
    Discrete(5, start=-2),
    MultiBinary(4),
    MultiBinary((2, 3)),
    MultiDiscrete([3, 1, 4]),
    MultiDiscrete([[2, 3], [4, 2]], start=[[1, 0], [-3, 5]]),
]
EVERY = pytest.mark.parametrize("space", SPACES, ids=str)


@EVERY
def test_rows_are_what_gymnasium_flattens_observations_to(space: Space[Any]) -> None:
    space.seed(0)
    observations = [space.sample() for _ in range(6)]
    found = Features(space)(np.stack(observations))
    expected = np.stack([utils.flatten(space, observation) for observation in observations])
    assert found.dtype == np.float32 and np.array_equal(found, expected.reshape(6, -1))
    assert found.shape == (6, Features(space).size)


@EVERY
def test_one_observation_is_a_row_of_its_own(space: Space[Any]) -> None:
    space.seed(1)
    observation, features = space.sample(), Features(space)
    one = features(observation)
    assert np.array_equal(one, features(np.stack([observation]))) and len(one) == 1


def test_states_that_are_names_become_one_column_each() -> None:
    assert Features(Discrete(3, start=4))([6, 4]).tolist() == [[0, 0, 1], [1, 0, 0]]
    assert Features(MultiDiscrete([2, 3]))([[1, 0]]).tolist() == [[0, 1, 1, 0, 0]]


def test_features_are_the_networks_own() -> None:
    observations = np.zeros((2, 3), np.float32)
    Features(Box(-1, 1, (3,)))(observations)[:] = 7
    assert not observations.any()


@pytest.mark.parametrize(
    "space",
    [
        Dict(place=Discrete(3)), Tuple([Discrete(3)]), Text(4), Sequence(Discrete(2)),
        Graph(Discrete(2), None),
    ],
    ids=lambda space: type(space).__name__,
)  # fmt: skip
def test_other_spaces_are_refused_with_advice(space: Space[Any]) -> None:
    with pytest.raises(ValueError, match=r"needs observations that are numbers.*has .* may help"):
        Features(space)
