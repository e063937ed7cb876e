"""Perfect play by exact search, for every board that is small enough for it."""

from spielfeld.envs.board_game.solver.solver import Solver, action_scores, perfect_moves, solve

__all__ = ["Solver", "action_scores", "perfect_moves", "solve"]
