"""Policy gradient methods, from REINFORCE to PPO in small steps."""

from typing import TYPE_CHECKING

from spielfeld.lazy import lazy

if TYPE_CHECKING:  # one line for each learner, in the order of `spielfeld list`
    # isort: off
    from spielfeld.agents.policy_gradient.reinforce import Reinforce, ReinforceConfig
    from spielfeld.agents.policy_gradient.reinforce_with_baseline import (
        ReinforceWithBaseline,
        ReinforceWithBaselineConfig,
    )
    from spielfeld.agents.policy_gradient.a2c import A2C, A2CConfig
    from spielfeld.agents.policy_gradient.ppo import PPO, PPOConfig
else:
    __getattr__, __dir__, __all__ = lazy(__name__, __file__)
