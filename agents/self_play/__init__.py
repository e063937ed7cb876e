"""Learners that play both sides of a board game, and learn from every move of either."""

from spielfeld.agents.self_play.afterstates import AfterstateLearner
from spielfeld.agents.self_play.config import SelfPlayConfig
from spielfeld.agents.self_play.learner import SelfPlayLearner
from spielfeld.agents.self_play.q_learning import SelfPlayQLearning

__all__ = ["AfterstateLearner", "SelfPlayConfig", "SelfPlayLearner", "SelfPlayQLearning"]
