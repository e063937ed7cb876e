"""Evaluation of policies: exact if the world has a model, else by playing episodes."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from gymnasium.vector import VectorEnv

from spielfeld.agents.planning import (
    best_start_value,
    compare,
    greedy_policy,
    policy_evaluation,
    random_policy,
    start_value,
    visited_states,
)
from spielfeld.arrays import Floats
from spielfeld.envs.access import is_wrapped, time_limit
from spielfeld.envs.tabular import TabularModel
from spielfeld.experiments.greedy import (
    DIVERGED,
    EPISODES,
    SEED,
    Returns,
    Rows,
    beside_each_other,
    greedy_actor,
    play_in_turn,
    play_together,
)
from spielfeld.protocols import (
    Encodes,
    JudgesPolicy,
    Predicts,
    World,
    discount_of,
    model_of,
    predicts_many,
)

PATIENCE = 10_000  # environment steps, if nothing else limits an episode
QUICK = 300_000_000  # outcomes to add up
STARTS = 100  # first observations, if there is no model
SCORES = 50  # evaluations during a training, if they are quick
PLAYED = 20  # the same, if episodes are played for each


@dataclass(frozen=True)
class Evaluation:
    """The greedy policy of a learner beside perfect and random behaviour.

    Args:
        value: Expected discounted return of an episode.
        discount: Discount of the return; by default that of the world.
        horizon: Limit of an episode in environment steps.
        optimum: Expected return of an optimal policy, or None if it is not known.
        random: Expected return of random actions, or None if it is not known.
        share: (value - random) / (optimum - random), or None.
        gap: optimum - value in units of return, or None.
        episodes: Number of episodes played for `value`; 0 if it was computed exactly.
        deviation: Standard error of `value`; 0 if it was computed exactly.
        error: Root mean squared error of the state values, for a learner that predicts the values
            of a policy. Then `value` is its prediction for the start.
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
        """Return the mean of the returns of played episodes, with its standard error."""
        count = len(returns)
        error = float(returns.std(ddof=1) / np.sqrt(count))
        return cls(float(returns.mean()), discount, horizon, episodes=count, deviation=error)

    def summary(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)

    @property
    def sound(self) -> bool:
        """Whether all values that must be numbers are numbers; a file may contain anything."""
        known = (self.value, self.discount, self.horizon)
        numbers = all(isinstance(number, int | float) for number in known)
        return numbers and all(isinstance(n, int | float | None) for n in asdict(self).values())

    def lines(self) -> list[str]:
        """Return a small table: the score beside those of an optimal and a random policy."""
        if self.error is not None:
            return [
                f"  RMS error         {self.error:12.4f}   of the predicted state values, exact",
                f"  predicted start   {self.value:12.4f}   discount {self.discount:g}",
            ]
        discount = "" if self.discount == 1 else f", discount {self.discount:g}"
        measure = f"expected return of an episode of at most {self.horizon:,} steps{discount}"
        if self.episodes:
            error = f"{self.value:.4f} +- {self.deviation:.4f}"
            words = f"mean return of {self.episodes} episodes and its standard error"
            return [f"  greedy policy     {error} ({words})"]
        if self.optimum is None or self.share is None or self.random is None:
            return [f"  greedy policy     {self.value:12.4f}   {measure}"]
        if math.isclose(self.optimum, self.random, rel_tol=1e-9, abs_tol=1e-12):
            line = f"  any policy        {self.optimum:12.4f}   {measure}, exact"
            return [line, "  Nothing can be learned here: every policy has the same return."]
        return [
            f"  greedy policy     {self.value:12.4f}   {measure}, exact",
            f"  perfect           {self.optimum:12.4f}",
            f"  random            {self.random:12.4f}",
            f"  share of perfect  {self.share:11.2%}    (gap to perfect: {self.gap:.4g})",
        ]


class Evaluator:
    """Evaluates greedy policies in one environment; results for optimal and random are kept.

    Args:
        env: The environment that a learner learns from.
        discount: Replaces the discount of the world.
        many: Whether the learner acts in copies of the environment.
    """

    def __init__(self, env: World, discount: float | None = None, many: bool = False) -> None:
        own = discount_of(env.unwrapped, 1.0)
        self.env, self.discount = env, float(own if discount is None else discount)
        self.horizon = time_limit(env) or PATIENCE
        self._copies: Rows | None = None
        self._many = many

    @property
    def model(self) -> TabularModel | None:
        """The model of the environment, if it has one; a changing world has a new one each time."""
        return model_of(self.env.unwrapped, TabularModel)

    @property
    def quick(self) -> bool:
        """Whether an exact evaluation takes well under a second."""
        model = self.model
        return model is not None and model.probability.size * self.horizon < QUICK

    @property
    def evaluations(self) -> int:
        """Number of evaluations during a training."""
        if self.quick:
            return SCORES
        return PLAYED if self._many and self.model is None and self.playable else 0

    @property
    def slow(self) -> bool:
        """Whether the last evaluation takes so long that the command prints a notice."""
        return self.model is not None and not self.quick

    def row(self, learner: Predicts) -> dict[str, float]:
        """Return a row of scores.csv, without samples and seconds."""
        score = self(learner)
        row = {"value": score.value, "share": score.share, "error": score.error}
        return {name: number for name, number in row.items() if number is not None}

    @property
    def playable(self) -> bool:
        """Whether a hundred episodes at once take seconds, not minutes: no opponent searches."""
        spec = self.env.spec
        native = spec is not None and spec.vector_entry_point is not None
        return not native or isinstance(self._worlds(), VectorEnv)

    @np.errstate(over="ignore", invalid="ignore")  # a diverged learner has the score nan
    def __call__(self, learner: Predicts) -> Evaluation:
        """Evaluate exactly if the environment has a model, else by playing 100 episodes.

        Args:
            learner: Has `predict`, which returns action values. If it has a `judged_policy`, it
                returns state values, which are compared with the exact ones.

        Returns:
            The score; value and share are nan if the learner has diverged and predicts nan.
        """
        if isinstance(learner, JudgesPolicy):
            return self._judge(learner)
        try:
            return self._compare(learner)
        except FloatingPointError:
            share = None if self.model is None else np.nan
            return Evaluation(np.nan, self.discount, self.horizon, share=share)

    def _compare(self, learner: Predicts) -> Evaluation:
        policy, model = tabular_policy(learner, self.env), self.model
        if policy is None or model is None:
            return self.play(learner)
        limits = (self.discount, self.horizon)
        score = compare(start_value(model, policy, *limits), *bounds(model, *limits))
        return Evaluation(discount=self.discount, horizon=self.horizon, **asdict(score))

    @np.errstate(over="ignore", invalid="ignore")
    def play(self, learner: Predicts, episodes: int = EPISODES, seed: int = SEED) -> Evaluation:
        """Evaluate by playing episodes, even if the world has a model."""
        limits = (self.discount, self.horizon)
        if predicts_many(learner):
            returns = play_together(learner, self._worlds(episodes), *limits, seed)
        else:
            act = greedy_actor(learner, self.env)
            returns = play_in_turn(act, self.env, *limits, episodes, seed)
        return Evaluation.of_returns(returns, *limits)

    def _worlds(self, rows: int = EPISODES) -> Rows:
        """Make copies of the world at the first call; of a wrapped world at each call."""
        made = self._copies
        if made is None or made.num_envs != rows or is_wrapped(self.env):
            made = self._copies = beside_each_other(self.env, rows)
        return made

    def _judge(self, learner: Any) -> Evaluation:
        """Compare predicted state values with the exact ones, if there is a model."""
        values, model, error = state_values(learner, self.env), self.model, None
        if values is None or model is None:
            starts = [learner.predict(self.env.reset(seed=SEED + k)[0]) for k in range(STARTS)]
            value = float(np.mean(starts))
        else:
            error = prediction_error(learner, model, values[:, 0])
            value = float(model.start @ values[:, 0])
        return Evaluation(value, learner.config.discount, self.horizon, error=error)


def prediction_error(learner: Any, model: TabularModel, values: Floats) -> float | None:
    """Return the root mean squared error over all states that the policy visits.

    Exact values are those of `policy_evaluation` with the discount of the learner. They have no
    time limit, because values bootstrap through it (Sutton & Barto, example 6.2).

    Returns:
        The error in units of return, with the same weight for each state. None if the returns have
        no limit.
    """
    policy = learner.judged_policy(model)
    try:
        exact = policy_evaluation(model, policy, learner.config.discount)
    except ValueError:  # an episode may have no end, and the discount is 1
        return None
    visited = visited_states(model, policy) & ~model.terminal
    return float(np.sqrt(np.mean((values - exact)[visited] ** 2)))


@lru_cache(maxsize=1)  # a changing world, such as a drifting bandit, has another model
def bounds(model: TabularModel, discount: float, horizon: int) -> tuple[float, float]:
    """Return the expected returns of an optimal and of the random policy."""
    random = start_value(model, random_policy(model), discount, horizon)
    return best_start_value(model, discount, horizon), random


def tabular_policy(learner: Predicts, env: World) -> Floats | None:
    """Return the learner's greedy policy on the model's states, or None if there is no model.

    Raises:
        FloatingPointError: If the learner predicts nan.
    """
    values, model = state_values(learner, env), model_of(env.unwrapped, TabularModel)
    if values is None or model is None:
        return None
    if np.isnan(values).any():
        raise FloatingPointError(DIVERGED)
    return greedy_policy(values, model.legal_actions)


def state_values(learner: Predicts, env: World) -> Floats | None:
    """Return the predictions of the learner in each state of the model, or None without a model.

    A learner that predicts the values of a policy has the same value for each action.

    Raises:
        ValueError: If the predictions are not one number for each state and action.
    """
    world = env.unwrapped
    model = model_of(world, TabularModel)
    if model is None:
        return None
    states = np.arange(model.states)
    seen = world.encode(states) if isinstance(world, Encodes) else states
    values = np.asarray(learner.predict(seen), np.float64)
    expected = (model.states, model.actions)
    if isinstance(learner, JudgesPolicy):
        values = np.repeat(values[:, None], model.actions, axis=1)
    if values.shape != expected:
        raise ValueError(f"predict must return values of shape {expected}, not {values.shape}.")
    return values
