"""TD(lambda) prediction: TD with eligibility traces.

Differs from TD(0) by the traces: a TD error changes all recently visited states, in proportion to
their traces. Differs from SARSA(lambda) by the given policy, and by one value for each state. Both
use the same function as update. With Dutch traces it is "true online TD(lambda)".

    error = reward + discount * V(next state) - V(state)
    V <- V + error * trace, everywhere; `sarsa_lambda` has the equations of the traces

Source: Sutton (1988); Sutton & Barto, 2nd edition, sections 12.2 and 12.5.
"""

from __future__ import annotations

from typing import Literal

from spielfeld.agents.tabular.prediction import PredictionLearner
from spielfeld.agents.tabular.rules import PredictionConfig
from spielfeld.agents.tabular.sarsa_lambda import SarsaLambda, credit_all
from spielfeld.settings import Share, settings


@settings
class TDLambdaConfig(PredictionConfig):
    """Settings of TD(lambda)."""

    trace_decay: Share = 0.9
    """Factor of every trace in each step, besides the discount: lambda, in [0, 1]."""
    traces: Literal["accumulating", "replacing", "dutch"] = "dutch"
    """Change of the trace of a visited state."""


class TDLambda(PredictionLearner):
    """TD(lambda) prediction: TD with eligibility traces.

    Args:
        config: Settings; see `TDLambdaConfig`.
        seed: Seed of the agent and of the first reset of the environment.
        policy: Probabilities of actions, [states, actions]; random legal actions by default.
    """

    config_class = TDLambdaConfig
    update = staticmethod(credit_all)
    on_policy = True
    of_episode = SarsaLambda.of_episode
    settings = SarsaLambda.settings
    make_memory = SarsaLambda.make_memory
