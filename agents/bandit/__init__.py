"""Bandit learners, for worlds with one state."""

from typing import TYPE_CHECKING

from spielfeld.lazy import lazy

if TYPE_CHECKING:  # one line for each learner, in the order of `spielfeld list`
    # isort: off
    from spielfeld.agents.bandit.greedy import GreedyBandit, GreedyConfig
    from spielfeld.agents.bandit.exploration import ExplorationBandit, ExplorationConfig
    from spielfeld.agents.bandit.optimistic import OptimisticBandit, OptimisticConfig
    from spielfeld.agents.bandit.ucb import UpperConfidenceBandit, UpperConfidenceConfig
    from spielfeld.agents.bandit.gradient import GradientBandit, GradientConfig
    from spielfeld.agents.bandit.thompson import ThompsonBandit, ThompsonConfig
    # isort: on

if TYPE_CHECKING:  # other exports
    from spielfeld.agents.bandit.many_runs import Curves, testbed
else:
    __getattr__, __dir__, __all__ = lazy(__name__, __file__)
