"""Learners whose function is a table: one value for each state, or for each state and action.

Each file is one method: its purpose, its update, and its difference from a similar method. Read
the files in this order; an arrow marks a small change.

    prediction: the state values of a given policy
        monte_carlo_prediction   complete returns, after the end of the episode
     -> temporal_difference      one reward and the value of the next state, after each step
     -> n_step_td                n rewards and a state value
     -> td_lambda                returns of all n at once, by eligibility traces

    control: action values, and from them a good policy
        monte_carlo              complete returns of the policy that acts
     -> off_policy_monte_carlo   weighted returns, which estimate those of the greedy policy
        monte_carlo
     -> sarsa                    one reward and the value of the next action that is taken
     -> expected_sarsa           in place of that value, its mean under the policy
     -> q_learning               in place of that mean, the maximum
     -> double_q_learning        two tables: one selects the best action, the other gives its value
        sarsa
     -> n_step_sarsa             n rewards and then the action value
     -> tree_backup              off-policy: the values of actions that were not taken count too
        sarsa
     -> sarsa_lambda             returns of all n at once, by eligibility traces

    planning: learning from a learned model, too
        q_learning
     -> dyna_q                   updates from a learned model of the world
     -> dyna_q_plus              with a bonus for actions that were not tried for a long time
        dyna_q
     -> prioritized_sweeping     with the largest changes first

Methods of prediction use the updates in the files of control.

All methods share the loop in `agents/loop.py` and these files:

    rules      = arrays, settings, and the rule that picks an action
    descent    = one step of gradient descent on one value
    learner    = the class that puts the rules into the loop
    worlds     = the rules of a model, and those of any Gymnasium environment
    prediction = acting by a given policy
    spaces     = the row of the table for an observation

The methods of planning also use `remembered_world` and `priority_queue`.
"""

from typing import TYPE_CHECKING

from spielfeld.lazy import lazy

if TYPE_CHECKING:  # one line for each learner, in the order of `spielfeld list`
    # isort: off
    from spielfeld.agents.tabular.monte_carlo_prediction import (
        MonteCarloPrediction,
        MonteCarloPredictionConfig,
    )
    from spielfeld.agents.tabular.temporal_difference import (
        TemporalDifference,
        TemporalDifferenceConfig,
    )
    from spielfeld.agents.tabular.n_step_td import NStepTD, NStepTDConfig
    from spielfeld.agents.tabular.td_lambda import TDLambda, TDLambdaConfig
    from spielfeld.agents.tabular.monte_carlo import MonteCarlo, MonteCarloConfig
    from spielfeld.agents.tabular.off_policy_monte_carlo import (
        OffPolicyMonteCarlo,
        OffPolicyMonteCarloConfig,
    )
    from spielfeld.agents.tabular.sarsa import Sarsa, SarsaConfig
    from spielfeld.agents.tabular.expected_sarsa import ExpectedSarsa, ExpectedSarsaConfig
    from spielfeld.agents.tabular.q_learning import QLearning, QLearningConfig
    from spielfeld.agents.tabular.double_q_learning import DoubleQLearning, DoubleQLearningConfig
    from spielfeld.agents.tabular.n_step_sarsa import NStepSarsa, NStepSarsaConfig
    from spielfeld.agents.tabular.tree_backup import TreeBackup, TreeBackupConfig
    from spielfeld.agents.tabular.sarsa_lambda import SarsaLambda, SarsaLambdaConfig
    from spielfeld.agents.tabular.dyna_q import DynaQ, DynaQConfig
    from spielfeld.agents.tabular.dyna_q_plus import DynaQPlus, DynaQPlusConfig
    from spielfeld.agents.tabular.prioritized_sweeping import (
        PrioritizedSweeping,
        PrioritizedSweepingConfig,
    )
    # isort: on

if TYPE_CHECKING:  # other exports
    from spielfeld.agents.tabular.descent import Next
    from spielfeld.agents.tabular.learner import TabularLearner
else:
    __getattr__, __dir__, __all__ = lazy(__name__, __file__)
