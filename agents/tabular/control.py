"""One-step control as gradient descent: methods that differ in nothing but their target."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import numpy as np

from spielfeld.agents.tabular.config import GradientConfig
from spielfeld.agents.tabular.exploration import decayed_rate
from spielfeld.agents.tabular.tiled import TiledLearner
from spielfeld.agents.tabular.walk import Rates, Transition
from spielfeld.arrays import Array
from spielfeld.history import History
from spielfeld.learning.batch import Batch
from spielfeld.learning.learner import GradientLearner
from spielfeld.learning.loss import SquaredError, squared_error_derivative
from spielfeld.learning.optimizer import SGD, descend


def target(
    reward: float,
    discount: float,
    terminated: bool,
    next_values: Array,
    next_legal: Array,
    next_action: int,
    exploration_rate: float,
) -> float:
    """Stand in for the method's target, which `compiled(walk, target=...)` sets."""
    raise NotImplementedError


def descend_to_target(
    memory: Any, settings: Any, rates: Rates, transition: Transition, agent: np.random.Generator
) -> None:
    """Move the cell of the action just taken one step towards its target."""
    aim = target(
        transition.reward,
        rates.discount,
        transition.terminated,  # a truncated step keeps its bootstrap: only this cuts it off
        memory.table[transition.next_state],
        memory.legal[transition.next_state],
        transition.next_action,
        transition.next_exploration_rate,
    )
    move(memory.table, memory.visits, rates, transition.state, transition.action, aim)


def move(table: Array, visits: Array, rates: Rates, state: int, action: int, aim: float) -> None:
    """Take one step of gradient descent on the squared error of one cell.

    Args:
        table: Changed in place. Shape [states, actions].
        visits: Updates of each cell, changed in place. Shape [states, actions].
        rates: Step size and its decay.
        state: Row of the cell.
        action: Column of the cell.
        aim: What the cell is compared with, held constant.
    """
    visits[state, action] += 1
    rate = decayed_rate(rates.learning_rate, rates.learning_rate_decay, visits[state, action])
    slope = squared_error_derivative(table[state, action], aim)
    table[state, action] = descend(table[state, action], slope, rate)


class ControlLearner(TiledLearner, GradientLearner):
    """One-step control; subclasses name their `target`, and whether it needs the next action.

    Args:
        config: Settings of the subclass's `config_class`.
        seed: Of the agent's generator, and of the environment's first reset.
    """

    config_class: ClassVar[type[Any]] = GradientConfig
    update = staticmethod(descend_to_target)
    target: ClassVar[Callable[..., float]]

    def __init_subclass__(cls) -> None:
        """Compile the walk with the subclass's own target."""
        if hasattr(cls, "target"):
            cls.rules = {**cls.rules, "target": cls.target}
            super().__init_subclass__()

    def __init__(self, config: Any = None, seed: int = 0) -> None:
        super().__init__(config, seed)
        self.loss, self.optimizer = SquaredError(), SGD(self.config.learning_rate)

    def experience(self, source: Any, samples: int) -> Iterator[Batch]:
        """Act for `samples` environment steps; yield each as one cell and its target."""
        for transition in self.transitions(source, samples):
            aim = type(self).target(
                transition.reward, self.config.discount, transition.terminated,
                self.values_at(transition.next_state), self.legal_at(transition.next_state),
                transition.next_action, transition.next_exploration_rate,
            )  # fmt: skip
            self.visits[transition.state, transition.action] += 1
            state, action = np.array([transition.state]), np.array([transition.action])
            yield Batch(state, np.array([aim]), select=action)

    def step_size(self, batch: Batch) -> Array:
        """Return each cell's own step size, which shrinks with its visits if it decays.

        The cells that a prediction is the sum of share a step (Sutton & Barto, section 9.6).
        """
        visits = self.visits[self.function.cells(batch.inputs, batch.select)].tolist()
        rate, decay = self.config.learning_rate, self.config.learning_rate_decay
        rates = np.array([decayed_rate(rate, decay, count) for count in visits])
        return rates * (len(batch) / len(rates))

    def learn_readably(self, source: Any, samples: int) -> History:
        """Learn by the loop that all gradient methods share: one step for each batch."""
        return GradientLearner.learn(self, source, samples)
