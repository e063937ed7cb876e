"""Benchmark of compiled Q-learning against a C loop; both tables are equal to the last bit."""

from __future__ import annotations

import ctypes
import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import gymnasium as gym
import numpy as np

from spielfeld.agents.tabular import QLearning
from spielfeld.arrays import Array
from spielfeld.benchmarks.comparison import Comparison, Side, Sides, rate
from spielfeld.benchmarks.q_learning import SETTINGS
from spielfeld.envs import TabularEnv
from spielfeld.envs.access import time_limit

WORLD = "spielfeld/FrozenLake8x8-v0"
SOURCE = Path(__file__).with_suffix(".c")
FLAGS = ("-O3", "-ffp-contract=off", "-shared", "-fPIC")  # fused operations round differently


def compiler() -> str:
    """Return the command of a C compiler, or an empty string."""
    names = (os.environ.get("CC", ""), "cc", "gcc", "clang")
    return next((name for name in names if name and shutil.which(shlex.split(name)[0])), "")


def prepare(quick: bool) -> Sides:
    """Prepare both learners with the same random numbers."""
    samples = 2_000 if quick else 10_000_000
    env, in_c = gym.make(WORLD), compile_c()
    return Sides(
        Side("QLearning().learn", rate(lambda: QLearning(SETTINGS).learn(env, samples), samples)),
        Side("C with -O3", rate(lambda: in_c(0, samples), samples)),
    )


def compile_c() -> Callable[[int, int], Array]:
    """Compile the C loop; return a function from (seed, samples) to its table.

    Raises:
        RuntimeError: If the compiler fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "q_learning.so"
        command = [*shlex.split(compiler()), *FLAGS, "-o", str(library), str(SOURCE)]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode:
            raise RuntimeError(f"{shlex.join(command)} failed: {result.stderr.strip()}")
        function = ctypes.CDLL(str(library)).q_learning
    function.restype = None
    return lambda seed, samples: run_c(function, seed, samples)


def run_c(function: Callable[..., None], seed: int, samples: int) -> Array:
    """Learn from the tables of the world, with the random numbers of the Python learner's seed."""
    env, config = gym.make(WORLD), SETTINGS
    world_of = env.unwrapped
    assert isinstance(world_of, TabularEnv)
    arrays = world_of.model.arrays
    states, actions, outcomes = arrays.cumulative.shape
    table, visits = (
        np.full((states, actions), config.initial_value),
        np.zeros((states, actions), np.int64),
    )
    env.reset(seed=seed)
    world, agent = words(world_of.np_random), words(np.random.default_rng([seed, 1]))
    tables: tuple[Array, ...] = (
        arrays.cumulative, arrays.next_state, arrays.reward, arrays.terminated,
    )  # fmt: skip
    function(
        *map(ctypes.c_int, (actions, outcomes)),
        *map(pointer, tables),
        ctypes.c_int(states), pointer(arrays.start_cumulative),
        *map(ctypes.c_double, (config.learning_rate, config.learning_rate_decay, config.discount)),
        *map(ctypes.c_double, (config.exploration_rate, config.final_exploration_rate)),
        *map(ctypes.c_int64, (config.exploration_samples, time_limit(env) or 2**62)),
        *map(pointer, (table, visits, world, agent)), ctypes.c_int64(samples),
    )  # fmt: skip
    return table


def pointer(array: Array) -> ctypes.c_void_p:
    """Return the address of an array's numbers."""
    return ctypes.c_void_p(array.ctypes.data)


def words(generator: np.random.Generator) -> Array:
    """Return state and increment of a PCG64 generator as two words each, the lower word first."""
    state: dict[str, int] = generator.bit_generator.state["state"]
    numbers = [number >> shift & 2**64 - 1 for number in (state["state"], state["inc"])
               for shift in (0, 64)]  # fmt: skip
    return np.array(numbers, np.uint64)


COMPARISON = Comparison(
    "q-learning-c",
    "Q-learning on a frozen lake",
    "steps/s",
    0.4,
    prepare,
    unavailable=lambda: "" if compiler() else "there is no C compiler: install gcc or clang",
)
