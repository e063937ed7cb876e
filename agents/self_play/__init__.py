"""Self-play learners, which play both sides of a board game and learn from every move."""

from typing import TYPE_CHECKING

from spielfeld.lazy import lazy

if TYPE_CHECKING:  # one line for each learner, in the order of `spielfeld list`
    # isort: off
    from spielfeld.agents.self_play.afterstates import AfterstateLearner
    from spielfeld.agents.self_play.q_learning import SelfPlayQLearning
    # isort: on

if TYPE_CHECKING:  # other exports
    from spielfeld.agents.self_play.config import SelfPlayConfig
    from spielfeld.agents.self_play.learner import SelfPlayLearner
else:
    __getattr__, __dir__, __all__ = lazy(__name__, __file__)
