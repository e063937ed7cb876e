"""How good a learner has become: exactly where the world is a table, by playing elsewhere."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from gymnasium.vector import VectorEnv

from spielfeld.agents.planning import (
    best_start_value,
    compare,
    greedy_policy,
    random_policy,
    start_value,
)
from spielfeld.arrays import Floats
from spielfeld.envs.access import is_wrapped, time_limit
from spielfeld.envs.tabular import TabularModel
from spielfeld.experiments.episodes import (
    EPISODES,
    SEED,
    Returns,
    beside_each_other,
    play_in_turn,
    play_together,
)
from spielfeld.experiments.greedy import DIVERGED, greedy_actor, predicts_many
from spielfeld.experiments.judgement import judges, predicted_start, prediction_error

PATIENCE = 10_000  # environment steps, where nothing else limits an episode
QUICK = 300_000_000  # outcomes to add up


@dataclass(frozen=True)
class Evaluation:
    """The greedy policy of a learner beside perfect and random behaviour.

    Args:
        value: Expected discounted return of an episode.
        discount: By which the return is measured: the world's own, unless told otherwise.
        horizon: Limit of an episode in environment steps.
        optimum: What the best policy earns, or None where nobody knows.
        random: What random actions earn, or None.
        share: (value - random) / (optimum - random), or None.
        gap: optimum - value in units of return, or None.
        episodes: How many were played for `value`; 0 if it was computed exactly.
        deviation: Standard error of `value`; 0 if it was computed exactly.
        error: Of a learner that judges a policy: root mean squared error of its state values; its
            `value` is what it predicts for the start.
    """

    value: float
    discount: float
    horizon: int
    optimum: float | None = None
    random: float | None = None
    share: float | None = None
    gap: float | None = None
    episodes: int = 0
    deviation: float = 0.0
    error: float | None = None

    @classmethod
    def of_returns(cls, returns: Returns, discount: float, horizon: int) -> Evaluation:
        """Average the returns of episodes that were played."""
        count = len(returns)
        error = float(returns.std(ddof=1) / np.sqrt(count))
        return cls(float(returns.mean()), discount, horizon, episodes=count, deviation=error)

    def summary(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)

    @property
    def sound(self) -> bool:
        """Whether it holds numbers where there have to be some: a file may say anything."""
        known = (self.value, self.discount, self.horizon)
        numbers = all(isinstance(number, int | float) for number in known)
        return numbers and all(isinstance(n, int | float | None) for n in asdict(self).values())


class Evaluator:
    """Evaluates greedy policies in one environment; what does not depend on them is kept.

    Args:
        env: The environment that a learner learns from.
        discount: In place of the world's own.
    """

    def __init__(self, env: Any, discount: float | None = None) -> None:
        own = getattr(env.unwrapped, "discount", 1.0)
        self.env, self.discount = env, float(own if discount is None else discount)
        self.horizon = time_limit(env) or PATIENCE
        self._copies: Any = None

    @property
    def quick(self) -> bool:
        """Whether an exact evaluation takes well under a second."""
        model = getattr(self.env.unwrapped, "model", None)
        return model is not None and model.probability.size * self.horizon < QUICK

    @property
    def playable(self) -> bool:
        """Whether a hundred episodes at once take seconds, not minutes: no opponent searches."""
        spec = self.env.spec
        native = spec is not None and spec.vector_entry_point is not None
        return not native or isinstance(self._worlds(), VectorEnv)

    @np.errstate(over="ignore", invalid="ignore")  # what has diverged is told by its score
    def __call__(self, learner: Any) -> Evaluation:
        """Evaluate exactly if the environment is a model of its states, else by 100 episodes.

        Args:
            learner: Anything with `predict` that returns action values; or state values, if it has
                a `judged_policy`: then those are compared with the exact ones.

        Returns:
            The score; value and share are nan if the learner predicts nan, having diverged.
        """
        if judges(learner):
            return self._judge(learner)
        try:
            return self._compare(learner)
        except FloatingPointError:
            known = hasattr(self.env.unwrapped, "model")
            return Evaluation(np.nan, self.discount, self.horizon, share=np.nan if known else None)

    def _compare(self, learner: Any) -> Evaluation:
        policy = tabular_policy(learner, self.env)
        if policy is None:
            return self.play(learner)
        model = self.env.unwrapped.model
        limits = (self.discount, self.horizon)
        score = compare(start_value(model, policy, *limits), *bounds(model, *limits))
        return Evaluation(discount=self.discount, horizon=self.horizon, **asdict(score))

    @np.errstate(over="ignore", invalid="ignore")
    def play(self, learner: Any, episodes: int = EPISODES, seed: int = SEED) -> Evaluation:
        """Evaluate by playing, whether or not the world is a table."""
        limits = (self.discount, self.horizon)
        if predicts_many(learner):
            returns = play_together(learner, self._worlds(episodes), *limits, seed)
        else:
            act = greedy_actor(learner, self.env)
            returns = play_in_turn(act, self.env, *limits, episodes, seed)
        return Evaluation.of_returns(returns, *limits)

    def _worlds(self, rows: int = EPISODES) -> Any:
        """Make copies of the world when they are first needed; of a wrapped one each time."""
        stale = self._copies is None or self._copies.num_envs != rows
        if stale or is_wrapped(self.env):
            self._copies = beside_each_other(self.env, rows)
        return self._copies

    def _judge(self, learner: Any) -> Evaluation:
        values, error = state_values(learner, self.env), None
        if values is not None:
            values = values[:, 0]
            error = prediction_error(learner, self.env.unwrapped.model, values)
        value = predicted_start(learner, self.env, values)
        return Evaluation(value, learner.config.discount, self.horizon, error=error)


@lru_cache(maxsize=1)  # a world that changes, such as a drifting bandit, hands out another model
def bounds(model: TabularModel, *limits: Any) -> tuple[float, float]:
    """Return what the best and what random behaviour earn, with a discount and a horizon."""
    return best_start_value(model, *limits), start_value(model, random_policy(model), *limits)


def tabular_policy(learner: Any, env: Any) -> Floats | None:
    """Return the learner's greedy policy on the model's states, or None if there is no model.

    Raises:
        FloatingPointError: If the learner predicts nan.
    """
    values = state_values(learner, env)
    if values is not None and np.isnan(values).any():
        raise FloatingPointError(DIVERGED)
    return None if values is None else greedy_policy(values, env.unwrapped.model.legal_actions)


def state_values(learner: Any, env: Any) -> Floats | None:
    """Return what the learner predicts in each of the model's states, or None without a model.

    A learner that judges a policy predicts the same whatever action comes next.

    Raises:
        ValueError: If that is not one number for each state and action.
    """
    model = getattr(env.unwrapped, "model", None)
    if not isinstance(model, TabularModel):
        return None
    encode = getattr(env.unwrapped, "encode", None)
    states = np.arange(model.states)
    values = np.asarray(learner.predict(states if encode is None else encode(states)), np.float64)
    expected = (model.states, model.actions)
    if judges(learner):
        values = np.repeat(values[:, None], model.actions, axis=1)
    if values.shape != expected:
        raise ValueError(f"predict must return values of shape {expected}, not {values.shape}.")
    return values
