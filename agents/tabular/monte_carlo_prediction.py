"""Monte Carlo prediction: state values of a fixed policy, from complete returns.

Differs from Monte Carlo control by the given policy, and by one value for each state. Both use the
same function as update. The return of a truncated episode ends with the value of its last state.

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
    """Learn from every visit of a state in an episode, not only from the first visit."""


class MonteCarloPrediction(PredictionLearner):
    """Monte Carlo prediction: state values of a fixed policy, from complete returns.

    Args:
        config: Settings; see `MonteCarloPredictionConfig`.
        seed: Seed of the agent and of the first reset of the environment.
        policy: Probabilities of actions, [states, actions]; random legal actions by default.
    """

    config_class = MonteCarloPredictionConfig
    update = staticmethod(remember_and_look_back)
    on_policy = True
    of_episode = MonteCarlo.of_episode
    settings = MonteCarlo.settings
    make_memory = MonteCarlo.make_memory
    reserve = MonteCarlo.reserve
