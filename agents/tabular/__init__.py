"""Learners whose function is a table: one value for each state, or for each state and action.

Each file is one method and says how it differs from its neighbour. Read them in this order:

    prediction    monte_carlo_prediction -> temporal_difference -> n_step_td -> td_lambda
    control       monte_carlo -> off_policy_monte_carlo, sarsa -> expected_sarsa -> q_learning ->
                  double_q_learning, n_step_sarsa -> tree_backup, sarsa_lambda
    planning      q_learning -> dyna_q -> dyna_q_plus, prioritized_sweeping

What they share: `walk` (acting, compiled), `learner` (acting, readable), `control` (one step of
gradient descent on one cell), `prediction`, `remembered_world`, `priority_queue`,
`exploration`, `config`, `spaces`.
"""

from agents.tabular.double_q_learning import DoubleQLearning, DoubleQLearningConfig
from agents.tabular.dyna_q import DynaQ, DynaQConfig
from agents.tabular.dyna_q_plus import DynaQPlus, DynaQPlusConfig
from agents.tabular.expected_sarsa import ExpectedSarsa, ExpectedSarsaConfig
from agents.tabular.monte_carlo import MonteCarlo, MonteCarloConfig
from agents.tabular.monte_carlo_prediction import MonteCarloPrediction, MonteCarloPredictionConfig
from agents.tabular.n_step_sarsa import NStepSarsa, NStepSarsaConfig
from agents.tabular.n_step_td import NStepTD, NStepTDConfig
from agents.tabular.off_policy_monte_carlo import OffPolicyMonteCarlo, OffPolicyMonteCarloConfig
from agents.tabular.prioritized_sweeping import PrioritizedSweeping, PrioritizedSweepingConfig
from agents.tabular.q_learning import QLearning, QLearningConfig
from agents.tabular.sarsa import Sarsa, SarsaConfig
from agents.tabular.sarsa_lambda import SarsaLambda, SarsaLambdaConfig
from agents.tabular.td_lambda import TDLambda, TDLambdaConfig
from agents.tabular.temporal_difference import TemporalDifference, TemporalDifferenceConfig
from agents.tabular.tree_backup import TreeBackup, TreeBackupConfig

__all__ = [
    "DoubleQLearning",
    "DoubleQLearningConfig",
    "DynaQ",
    "DynaQConfig",
    "DynaQPlus",
    "DynaQPlusConfig",
    "ExpectedSarsa",
    "ExpectedSarsaConfig",
    "MonteCarlo",
    "MonteCarloConfig",
    "MonteCarloPrediction",
    "MonteCarloPredictionConfig",
    "NStepSarsa",
    "NStepSarsaConfig",
    "NStepTD",
    "NStepTDConfig",
    "OffPolicyMonteCarlo",
    "OffPolicyMonteCarloConfig",
    "PrioritizedSweeping",
    "PrioritizedSweepingConfig",
    "QLearning",
    "QLearningConfig",
    "Sarsa",
    "SarsaConfig",
    "SarsaLambda",
    "SarsaLambdaConfig",
    "TDLambda",
    "TDLambdaConfig",
    "TemporalDifference",
    "TemporalDifferenceConfig",
    "TreeBackup",
    "TreeBackupConfig",
]
