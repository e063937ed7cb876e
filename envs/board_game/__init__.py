"""Board games: k in a row, with or without gravity."""

from spielfeld.envs.board_game.env import BoardGameEnv
from spielfeld.envs.board_game.position import Position
from spielfeld.envs.board_game.rules import CONNECT_FOUR, TIC_TAC_TOE, Rules, board_rules

__all__ = ["CONNECT_FOUR", "TIC_TAC_TOE", "BoardGameEnv", "Position", "Rules", "board_rules"]
