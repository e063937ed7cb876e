"""Continuous observations: the function changes, the learner does not.

Where a table has one row for each state, tile coding has one for each tile, and adds up those that
an observation is active in. What acts, makes targets and steps downhill is the same code for both;
here is all that has to know which it is.

Source: Sutton & Barto, 2nd edition, sections 9.5.4 and 10.1.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from gymnasium.spaces import Box

from spielfeld.agents.tabular.config import TileConfig
from spielfeld.agents.tabular.learner import TabularLearner
from spielfeld.agents.tabular.spaces import DiscreteCode, tile_coder
from spielfeld.arrays import Array
from spielfeld.learning.tile_coding import TileSum


class TiledLearner(TabularLearner):
    """A tabular learner that takes continuous observations too, if it learns by its `function`.

    A state is then not a number but a list: the active tiles.

    Args:
        config: Settings of the subclass's `config_class`.
        seed: Of the agent's generator, and of the environment's first reset.
    """

    @property
    def tiled(self) -> bool:
        """Whether the table has a row for each tile, not for each state."""
        return isinstance(self.function, TileSum)

    def values_at(self, state: Any) -> Array:
        """Return the action values of a state or of active tiles. Shape [actions]."""
        values: Array = self.function(state)
        return values

    def legal_at(self, state: Any) -> Array:
        """Return which actions are known to be legal there. Shape [actions]."""
        legal: Array = self.memory.legal[self._legal_row(state)]
        return legal

    def _measure(self, source: Any) -> None:
        """Make a table for discrete observations, and tiles for continuous ones."""
        config, space = self.config, source.observation_space
        if not (isinstance(config, TileConfig) and isinstance(space, Box)):
            return super()._measure(source)
        self.observations = tile_coder(space, config.tilings, config.tiles, config.tile_limit)
        self.actions = DiscreteCode(source.action_space, "actions")
        # Each tile brings its share of the value at the start, so that they add up to all of it.
        share = config.initial_value / config.tilings
        self.function = TileSum(self.observations.size, self.actions.size, share)
        self.memory = self.make_memory(self.action_values, np.ones((1, self.actions.size), bool))
        self._episode = self._episode._replace(state=np.full(config.tilings, -1))

    def _pick(self, memory: Any, state: Any, rate: float) -> int:
        """Show the rule a table of one row: what the function says of this observation."""
        if self.tiled:
            memory, state = memory._replace(table=self.function(state)[None]), 0
        return super()._pick(memory, state, rate)

    def _allow(self, state: Any, info: dict[str, Any]) -> None:
        super()._allow(self._legal_row(state), info)

    def _legal_row(self, state: Any) -> int:
        """Return the state's own row, or the only one, which is of the latest observation."""
        row: int = 0 if self.tiled else state
        return row
