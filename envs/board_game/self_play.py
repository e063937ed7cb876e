"""Self-play in a board game: one learner plays both sides, and each step is one ply."""

from __future__ import annotations

from typing import Any, SupportsInt

import gymnasium as gym

from spielfeld.envs.board_game.dynamics import AHEAD, EITHER, result
from spielfeld.envs.board_game.env import BoardGameEnv
from spielfeld.envs.board_game.position import Position
from spielfeld.envs.env import Info, Observed


class SelfPlayEnv(BoardGameEnv):
    """k in a row with one learner for both sides; see `BoardGameEnv` for boards and observations.

    Observation: always seen by the side to move, own stones first, also after the end. Reward:
    1 for a win, otherwise 0, for the side that has just moved. The next observation belongs to the
    other side, so its value has the opposite sign:

        target = reward - max over answers of Q(next observation, answer)

    >>> import gymnasium, spielfeld.envs
    >>> env = gymnasium.make("spielfeld/SelfPlay-v0", rows=3, columns=3, connect=3)
    >>> _ = env.reset(seed=1)
    >>> [env.step(action)[1] for action in (0, 1, 0, 1, 0)]
    [0.0, 0.0, 0.0, 0.0, 1.0]

    Args:
        **options: Arguments of `BoardGameEnv`, without `opponent` and `seat`.

    Raises:
        ValueError: If an opponent or a seat is given, or an argument does not fit.
    """

    def __init__(self, **options: Any) -> None:
        for name in ("opponent", "seat"):
            if name in options:
                raise ValueError(f"Self-play has no {name}: the learner moves for both sides.")
        super().__init__(**options, seat="first")

    @property
    def board(self) -> Position:
        """The position, seen by the side to move."""
        return Position(self.rules, self.own, self.other)

    @property
    def model(self) -> None:
        """There is no model: the other side chooses the reply, not the world."""
        return None

    def _ahead(self, player: int) -> tuple[int, ...]:
        """Return by how many stones either side can be ahead: the learner plays both sides."""
        return AHEAD[EITHER]

    def step(self, action: SupportsInt) -> tuple[Observed, float, bool, bool, Info]:
        """Play a stone of the side to move; see `gymnasium.Env.step`."""
        if self.over:
            raise gym.error.ResetNeeded("The game is over: call reset() before the next step().")
        move = self._move(action)
        self.elapsed += 1
        reward, self.over = -1.0, True
        if move:
            stones = self.own | move
            reward, self.over = result(self.rules, stones, self.other)
            self.own, self.other = self.other, stones
        return self.observer(self.own, self.other), reward, self.over, False, self._info()
