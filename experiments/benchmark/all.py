"""Every comparison that `spielfeld benchmark` knows, in the order in which it makes them."""

from spielfeld.experiments.benchmark import (
    board_games,
    board_solver,
    deep,
    drawing,
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
from spielfeld.experiments.benchmark import vector_env as vector

COMPARISONS = (
    single_env.COMPARISON,
    *vector.COMPARISONS,
    q_learning.COMPARISON,
    q_learning_c.COMPARISON,
    *tabular.COMPARISONS,
    testbed.COMPARISON,
    *board_games.COMPARISONS,
    drawing.COMPARISON,
    value_iteration.COMPARISON,
    large_maze.COMPARISON,
    *supervised.COMPARISONS,
    *unsupervised.COMPARISONS,
    *board_solver.COMPARISONS,
    *deep.COMPARISONS,
    *sb3_worlds.COMPARISONS,
)
