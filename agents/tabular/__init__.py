"""Learners whose function is a table: one value for each state, or for each state and action.

Each file is one method: what it learns, its update, and how it differs from its neighbour. They are
meant to be read in this order; an arrow is a small step.

    prediction: what is each state worth to a policy that is given?
        monte_carlo_prediction   whole returns, once the episode has ended
     -> temporal_difference      one reward and a guess of the rest, at once
     -> n_step_td                n rewards and a guess of the rest
     -> td_lambda                all n at once, by traces that fade

    control: what is each action worth, and so, what is best?
        monte_carlo              whole returns of the agent's own behaviour
     -> off_policy_monte_carlo   weighted, so that they are those of the greedy policy
        monte_carlo
     -> sarsa                    one reward and the value of the action that is taken next
     -> expected_sarsa           in place of that value, its mean over what the agent may do
     -> q_learning               in place of that mean, the maximum
     -> double_q_learning        of two tables, one names the best action, the other its value
        sarsa
     -> n_step_sarsa             n rewards and then the value
     -> tree_backup              off-policy: actions that were not taken count by their values
        sarsa
     -> sarsa_lambda             all n at once, by traces that fade

    planning: learning from what is remembered, too
        q_learning
     -> dyna_q                   the world is remembered, and updates are made from memory
     -> dyna_q_plus              with curiosity about what was not tried for long
        dyna_q
     -> prioritized_sweeping     with the most urgent updates first

Prediction and control share their updates, which stand in the files of control.

What all share: the loop in `agents/loop.py`, `rules` (arrays, settings, picking an action),
`descent` (moving a value), `learner` (which fills the loop with them), `worlds` (a model, and any
Gymnasium environment), `prediction` (acting by a given policy), and `spaces` (from observations to
rows of the table); the planners also `remembered_world` and `priority_queue`.
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
