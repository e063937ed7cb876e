import numpy as np
import pytest

from spielfeld.compiled import compiled
from spielfeld.streams import Streams, next_draw, stream_of


def streams_of(generators: list[np.random.Generator]) -> Streams:
    return np.stack([stream_of(generator) for generator in generators], axis=1)


@compiled
def draw_all(streams: Streams, draws: np.ndarray) -> None:
    for step in range(draws.shape[0]):
        for row in range(draws.shape[1]):
            draws[step, row] = next_draw(streams, row)


@pytest.mark.uncompiled
def test_each_stream_is_that_of_its_generator() -> None:
    generators = [np.random.default_rng(seed) for seed in range(8)]
    streams, draws = streams_of(generators), np.empty((500, 8))
    draw_all(streams, draws)
    assert np.array_equal(draws, np.array([generator.random(500) for generator in generators]).T)
    assert np.array_equal(streams, streams_of(generators))


@pytest.mark.uncompiled
@pytest.mark.parametrize("state", [0, 1, 2**32 - 1, 2**64 - 1, 2**96, 2**127, 2**128 - 1])
@pytest.mark.parametrize("increment", [1, 2**64 + 1, 2**128 - 1])
def test_carries_reach_every_limb(state: int, increment: int) -> None:
    generator = np.random.Generator(np.random.PCG64(0))
    saved = generator.bit_generator.state
    saved["state"] = {"state": state, "inc": increment}
    generator.bit_generator.state = saved
    streams, draws = streams_of([generator]), np.empty((50, 1))
    draw_all(streams, draws)
    assert np.array_equal(draws[:, 0], generator.random(50))
