"""Worlds to act in. Importing this package registers `spielfeld/...` with Gymnasium."""

from envs.bandit import BanditModel
from envs.board_game import BoardGameEnv, Position
from envs.catalogue import BANDITS, BOARD_GAMES, CATALOGUE, register_environments
from envs.grid_world.env import GridWorldEnv
from envs.grid_world.layout import Layout
from envs.grid_world.layout_error import LayoutError
from envs.grid_world.maze import maze_layout
from envs.tabular import TabularModel
from envs.tabular_env import TabularEnv

__all__ = [
    "BANDITS",
    "BOARD_GAMES",
    "CATALOGUE",
    "BanditModel",
    "BoardGameEnv",
    "GridWorldEnv",
    "Layout",
    "LayoutError",
    "Position",
    "TabularEnv",
    "TabularModel",
    "maze_layout",
    "register_environments",
]

register_environments()
