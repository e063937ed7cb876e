"""Worlds (environments). Importing this package registers `spielfeld/...` with Gymnasium."""

from typing import TYPE_CHECKING

from spielfeld.envs import catalogue
from spielfeld.lazy import lazy

if TYPE_CHECKING:
    from spielfeld.envs.bandit import BanditModel
    from spielfeld.envs.board_game import BoardGameEnv, Position
    from spielfeld.envs.catalogue import BANDITS, BOARD_GAMES, CATALOGUE, register_environments
    from spielfeld.envs.env import TabularEnv, World
    from spielfeld.envs.grid_world.layout import Layout
    from spielfeld.envs.grid_world.layout_error import LayoutError
    from spielfeld.envs.grid_world.layout_file import load_layout, read_layout
    from spielfeld.envs.grid_world.maze import maze_layout
    from spielfeld.envs.grid_world.world import layout_world, maze_world
    from spielfeld.envs.tabular import TabularModel
    from spielfeld.envs.vector import TabularVectorEnv
else:
    __getattr__, __dir__, __all__ = lazy(__name__, __file__)

if __name__ != "spielfeld.envs":
    raise ImportError("Import this package as spielfeld.envs, not as " + __name__ + ".")

catalogue.register_environments()
