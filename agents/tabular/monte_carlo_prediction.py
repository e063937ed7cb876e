"""Monte Carlo prediction: learn what each state is worth to a policy from whole returns.

Differs from Monte Carlo control by the policy, which is given, and by one value for each state; the
update is the same function. An episode that the time limit has cut off ends with the value of the
state in which it stood.

    return = reward + discount * return of the next step, from the last step backwards
    V(state) <- V(state) - learning_rate * (V(state) - return)

Source: Sutton & Barto, 2nd edition, section 5.1.
"""

from __future__ import annotations

from spielfeld.agents.tabular.monte_carlo import MonteCarlo, remember_and_look_back
from spielfeld.agents.tabular.prediction import PredictionLearner
from spielfeld.agents.tabular.rules import PredictionConfig
from spielfeld.settings import settings


@settings
class MonteCarloPredictionConfig(PredictionConfig):
    """Settings of Monte Carlo prediction."""

    every_visit: bool = False
    """Learn from every visit of a state in an episode, not from the first one alone."""


class MonteCarloPrediction(PredictionLearner):
    """Monte Carlo prediction: state values of a fixed policy, from complete returns.

    Args:
        config: Settings; see `MonteCarloPredictionConfig`.
        seed: Of the agent's generator, and of the environment's first reset.
        policy: Probabilities of actions, [states, actions]; random legal actions by default.
    """

    config_class = MonteCarloPredictionConfig
    update = staticmethod(remember_and_look_back)
    on_policy = True
    of_episode = MonteCarlo.of_episode
    settings = MonteCarlo.settings
    make_memory = MonteCarlo.make_memory
    reserve = MonteCarlo.reserve
