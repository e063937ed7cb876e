"""n-step TD prediction: the target is n rewards and the value of the state after them.

Differs from TD(0) by n: the target has n rewards before the estimated value. Differs from n-step
SARSA by the given policy, and by one value for each state. Both use the same function as update.

    return = reward 1 + discount * reward 2 + ... + discount^n * V(state n)
    V(state) <- V(state) - learning_rate * (V(state) - return)

Source: Sutton & Barto, 2nd edition, section 7.1, equations 7.1 and 7.2.
"""

from __future__ import annotations

from spielfeld.agents.tabular.n_step_sarsa import NStepSarsa, Steps, learn_n_steps_late
from spielfeld.agents.tabular.prediction import PredictionLearner
from spielfeld.agents.tabular.rules import PredictionConfig
from spielfeld.settings import settings


@settings
class NStepTDConfig(PredictionConfig):
    """Settings of n-step TD."""

    steps: Steps = 4
    """Number of rewards before the estimated value: n, 1 or more."""


class NStepTD(PredictionLearner):
    """n-step TD prediction: the target is n rewards and the value of the state after them.

    Args:
        config: Settings; see `NStepTDConfig`.
        seed: Seed of the agent and of the first reset of the environment.
        policy: Probabilities of actions, [states, actions]; random legal actions by default.
    """

    config_class = NStepTDConfig
    update = staticmethod(learn_n_steps_late)
    on_policy = True
    of_episode = NStepSarsa.of_episode
    make_memory = NStepSarsa.make_memory
