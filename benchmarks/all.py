"""List of all comparisons of `spielfeld benchmark`, in the order in which it measures them."""

from spielfeld.benchmarks import (
    board_games,
    board_solver,
    deep,
    large_maze,
    q_learning,
    q_learning_c,
    sb3_worlds,
    single_env,
    supervised,
    tabular,
    testbed,
    unsupervised,
    value_iteration,
)
from spielfeld.benchmarks import vector_env as vector

COMPARISONS = (
    *single_env.COMPARISONS,
    *vector.COMPARISONS,
    q_learning.COMPARISON,
    q_learning_c.COMPARISON,
    *tabular.COMPARISONS,
    testbed.COMPARISON,
    *board_games.COMPARISONS,
    value_iteration.COMPARISON,
    large_maze.COMPARISON,
    *supervised.COMPARISONS,
    *unsupervised.COMPARISONS,
    *board_solver.COMPARISONS,
    *deep.COMPARISONS,
    *sb3_worlds.COMPARISONS,
)
