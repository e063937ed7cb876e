"""Learners of Stable-Baselines3, with the functions, worlds and files of Spielfeld."""

from typing import TYPE_CHECKING

from spielfeld.lazy import lazy

if TYPE_CHECKING:  # one line for each learner, in the order of `spielfeld list`
    # isort: off
    from spielfeld.agents.baselines.algorithms import SB3PPO, SB3A2C, SB3DQN, SB3MaskablePPO
    # isort: on

if TYPE_CHECKING:  # other exports
    from spielfeld.agents.baselines.config import (
        SB3A2CConfig,
        SB3DQNConfig,
        SB3MaskablePPOConfig,
        SB3PPOConfig,
    )
    from spielfeld.agents.baselines.learner import Baseline
else:
    __getattr__, __dir__, __all__ = lazy(__name__, __file__)
