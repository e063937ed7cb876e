"""PettingZoo environment of board games: two agents that take turns (its AEC interface).

`TwoPlayerEnv` needs the extra: `pip install 'spielfeld[games]'`.
"""

from __future__ import annotations

from typing import Any, SupportsInt

import numpy as np
from gymnasium.spaces import Box, Dict, Discrete, Space
from pettingzoo import AECEnv

from spielfeld.envs.board_game.observation import Observer
from spielfeld.envs.board_game.position import Position
from spielfeld.envs.board_game.rules import board_rules

AGENTS = ["first", "second"]


class TwoPlayerEnv(AECEnv):  # type: ignore[misc]
    """k in a row for two agents, "first" and "second".

    Observation: a dict. `observation`, int8 [2, rows, columns], has own stones first and row 0 at
    the top. `action_mask`, int8 [actions], is 0 everywhere for the agent that waits. Action: a
    column on a board with gravity, else a cell, counted row by row. Reward: 1 for a win, -1 for a
    loss, otherwise 0.

    Args:
        render_mode: None or "ansi".
        **board: Rows, columns, connect and gravity; see `board_rules`.

    Raises:
        ValueError: If there is no such game. For an illegal action it lists the legal ones.
    """

    metadata: dict[str, Any] = {  # noqa: RUF012
        "render_modes": ["ansi"], "name": "spielfeld_board_game", "is_parallelizable": False,
        "render_fps": 2,
    }  # fmt: skip

    def __init__(self, render_mode: str | None = None, **board: Any) -> None:
        super().__init__()
        if render_mode not in (None, "ansi"):
            raise ValueError(f"render_mode must be None or 'ansi', not {render_mode!r}.")
        self.rules = board_rules(**board)
        self.render_mode = render_mode
        self._observer = Observer(self.rules)
        mask = Box(0, 1, (self.rules.actions,), np.int8)
        spaces = {"observation": self._observer.space, "action_mask": mask}
        self.possible_agents = list(AGENTS)
        self.observation_spaces = {agent: Dict(spaces) for agent in AGENTS}
        self.action_spaces = {agent: Discrete(self.rules.actions) for agent in AGENTS}
        self.board = Position(self.rules)

    def observation_space(self, agent: str) -> Space[Any]:
        """Return the observation space of an agent."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> Space[Any]:
        """Return the action space of an agent."""
        return self.action_spaces[agent]

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> None:
        """Start a game; nothing in it is random, so the seed is not used."""
        self.board = Position(self.rules)
        self.agents = list(AGENTS)
        self.rewards = dict.fromkeys(AGENTS, 0.0)
        self._cumulative_rewards = dict.fromkeys(AGENTS, 0.0)
        self.terminations = dict.fromkeys(AGENTS, False)
        self.truncations = dict.fromkeys(AGENTS, False)
        self.infos: dict[str, dict[str, Any]] = {agent: {} for agent in AGENTS}
        self.agent_selection = AGENTS[0]

    def observe(self, agent: str) -> dict[str, Any]:
        """Return the present observation of an agent."""
        to_move = AGENTS.index(agent) == self.board.mover
        sides = (self.board.own, self.board.other)[:: 1 if to_move else -1]
        mask = np.zeros(self.rules.actions, np.int8)
        if to_move:
            mask[self.board.legal_actions] = 1
        return {"observation": self._observer(*sides), "action_mask": mask}

    def step(self, action: SupportsInt) -> None:
        """Play a stone of the agent whose turn it is; see `pettingzoo.AECEnv.step`."""
        mover = self.agent_selection
        if self.terminations[mover]:
            self._was_dead_step(action)
            return
        self.board = self.board.play(int(action))
        waiting = AGENTS[self.board.mover]
        self._cumulative_rewards[mover] = 0.0
        result = float(self.board.lost)
        self.rewards = {mover: result, waiting: -result}
        self.terminations = dict.fromkeys(AGENTS, self.board.over)
        self.agent_selection = waiting
        self._accumulate_rewards()

    def render(self) -> str | None:
        """Return the board as text in mode "ansi": X is the first player, O the second."""
        return f"{self.board}\n" if self.render_mode == "ansi" else None

    def close(self) -> None:
        """Do nothing: this environment opens no window."""
