"""TD(lambda): learn what each state is worth to a policy, crediting all states of the way.

Differs from TD(0) by traces: an error moves every state that was visited lately, each by its trace.
Differs from SARSA(lambda) by the policy, which is given, and by one value for each state; the
update is the same function, and with Dutch traces it is "true online TD(lambda)".

    error = reward + discount * V(next state) - V(state)
    V <- V + error * trace, everywhere; see `sarsa_lambda` for what a visit does to a trace

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
    """What is left of a trace after a step, besides the discount: lambda, in [0, 1]."""
    traces: Literal["accumulating", "replacing", "dutch"] = "dutch"
    """What a visit does to its trace."""


class TDLambda(PredictionLearner):
    """TD(lambda) prediction: TD with eligibility traces.

    Args:
        config: Settings; see `TDLambdaConfig`.
        seed: Of the agent's generator, and of the environment's first reset.
        policy: Probabilities of actions, [states, actions]; random legal actions by default.
    """

    config_class = TDLambdaConfig
    update = staticmethod(credit_all)
    on_policy = True
    of_episode = SarsaLambda.of_episode
    settings = SarsaLambda.settings
    make_memory = SarsaLambda.make_memory
