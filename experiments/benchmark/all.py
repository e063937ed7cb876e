"""Every comparison that `spielfeld benchmark` knows, in the order in which it makes them."""

from experiments.benchmark import (
    drawing,
    large_maze,
    q_learning,
    single_env,
    testbed,
    value_iteration,
)
from experiments.benchmark import vector_env as vector

COMPARISONS = (
    single_env.COMPARISON,
    *vector.COMPARISONS,
    q_learning.COMPARISON,
    testbed.COMPARISON,
    drawing.COMPARISON,
    value_iteration.COMPARISON,
    large_maze.COMPARISON,
)
