"""DQN and its variants: action values from a network and a replay buffer."""

from typing import TYPE_CHECKING

from spielfeld.lazy import lazy

if TYPE_CHECKING:  # one line for each learner, in the order of `spielfeld list`
    # isort: off
    from spielfeld.agents.value_based.dqn import DQN, DQNConfig
    from spielfeld.agents.value_based.double_dqn import DoubleDQN, DoubleDQNConfig
    from spielfeld.agents.value_based.dueling_dqn import DuelingDQN, DuelingDQNConfig
    from spielfeld.agents.value_based.n_step_dqn import NStepDQN, NStepDQNConfig
    from spielfeld.agents.value_based.prioritized_dqn import PrioritizedDQN, PrioritizedDQNConfig
else:
    __getattr__, __dir__, __all__ = lazy(__name__, __file__)
