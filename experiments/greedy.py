"""Greedy policies: actions in one world or in many, played episodes, and a board game player."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium.spaces import Box, Discrete, Space
from gymnasium.vector import VectorEnv
from gymnasium.vector.utils import concatenate, create_empty_array

from spielfeld.arrays import Array
from spielfeld.envs.access import is_wrapped
from spielfeld.envs.board_game.observation import Observer
from spielfeld.envs.board_game.outcome import Numbers
from spielfeld.envs.board_game.position import Position
from spielfeld.envs.board_game.rules import Rules, move_of
from spielfeld.experiments.sources import Source
from spielfeld.learning.data_sets.data_set import Split
from spielfeld.protocols import Predicts, World, judges, observer_of, predicts_many, rules_of

DIVERGED = "The learner predicts nan: it has diverged. A smaller learning_rate or step_size helps."
Actor = Callable[[object, dict[str, Any]], object]  # observation, info -> action


def predict_one(learner: Predicts, observation: object) -> Array:
    """Return the prediction of a learner for a single observation. Shape [outputs]."""
    many = predicts_many(learner)
    given = learner.predict(np.asarray(observation)[None] if many else observation)
    return np.asarray(given, np.float64).ravel()


def greedy_actions(
    predicted: Array, space: Space[Any], mask: Array | None, generator: np.random.Generator
) -> Array:
    """Return the best legal action of each row, ties broken at random.

    Args:
        predicted: Action values or probabilities [rows, actions]; the largest is the best. For
            continuous actions, the actions themselves [rows, dimensions].
        space: The action space of a row.
        mask: Which actions are legal, [rows, actions]; None if all are.
        generator: Breaks ties.

    Raises:
        FloatingPointError: If the learner predicts nan.
        ValueError: If the action space is neither `Discrete` nor a `Box`.
    """
    if isinstance(space, Box):
        _refuse_nan(predicted)
        shaped = np.reshape(predicted, (len(predicted), *space.shape))
        bounded: Array = np.clip(shaped, space.low, space.high).astype(space.dtype)
        return bounded
    if not isinstance(space, Discrete):
        raise ValueError(f"The action space must be Discrete or a Box, not {space}.")
    best = best_actions(predicted, mask)
    lots = np.where(best, generator.random(best.shape), -1.0)
    chosen: Array = lots.argmax(axis=-1) + int(space.start)
    return chosen


def best_actions(predicted: Array, mask: Array | None) -> Array:
    """Return which legal actions are the best of their row, ties included, bool [rows, actions].

    Raises:
        FloatingPointError: If the learner predicts nan.
    """
    legal = np.ones(predicted.shape, bool) if mask is None else np.asarray(mask, bool)
    values = np.where(legal, predicted, -np.inf)
    best = values.max(axis=-1, keepdims=True)
    _refuse_nan(best)
    found: Array = values == best
    return found


def _refuse_nan(numbers: Array) -> None:
    if np.isnan(numbers).any():
        raise FloatingPointError(DIVERGED)


def require_choice(learner: Predicts) -> None:
    """Refuse learners that predict the values of a policy.

    Raises:
        ValueError: If the learner has no action values.
    """
    if judges(learner):
        name = type(learner).__name__
        raise ValueError(f"{name} predicts state values of a policy; it cannot choose actions.")


def greedy_actor(learner: Predicts, env: World, seed: int = 0) -> Actor:
    """Return a player of `env` that takes the best legal action, ties broken at random.

    Raises:
        ValueError: If the learner has nothing to choose by.
    """
    require_choice(learner)
    generator, space = np.random.default_rng(seed), env.action_space

    def act(observation: object, info: dict[str, Any]) -> object:
        predicted, mask = predict_one(learner, observation)[None], info.get("action_mask")
        action = greedy_actions(
            predicted, space, None if mask is None else np.asarray(mask)[None], generator
        )[0]
        return int(action) if isinstance(space, Discrete) else action

    return act


EPISODES, SEED = 100, 1_000_003  # of an evaluation; its seeds differ from those of training
Returns = npt.NDArray[np.float64]


def play_in_turn(
    act: Actor,
    env: World,
    discount: float,
    horizon: int,
    episodes: int = EPISODES,
    seed: int = SEED,
) -> Returns:
    """Return the discounted return of each episode, played one after another."""
    returns = np.empty(episodes)
    for episode in range(episodes):
        observation, info = env.reset(seed=seed + episode)
        total, weight = 0.0, 1.0
        for _ in range(horizon):
            observation, reward, terminated, truncated, info = env.step(act(observation, info))
            total, weight = total + weight * float(reward), weight * discount
            if terminated or truncated:
                break
        returns[episode] = total
    return returns


def play_together(
    learner: Predicts, worlds: Rows, discount: float, horizon: int, seed: int = SEED
) -> Returns:
    """Return the discounted return of each row's first episode, all of them played at once.

    Args:
        learner: Predicts for many observations at once.
        worlds: Copies of a world, as `beside_each_other` makes them.
        discount: Discount of the returns.
        horizon: Limit of an episode in environment steps.
        seed: Seed of the first row; row i has seed + i if each row has its own generator.
    """
    generator, weight = np.random.default_rng(0), 1.0
    observations, info = worlds.reset(seed=seed)
    returns, playing = np.zeros(worlds.num_envs), np.ones(worlds.num_envs, bool)
    for _ in range(horizon):
        predicted = np.asarray(learner.predict(observations), np.float64)
        mask = info.get("action_mask")
        actions = greedy_actions(predicted, worlds.single_action_space, mask, generator)
        observations, reward, terminated, truncated, info = worlds.step(actions)
        returns[playing] += weight * np.asarray(reward, np.float64)[playing]
        weight *= discount
        playing &= ~(terminated | truncated)  # only the first episode of a row counts
        if not playing.any():
            break
    return returns


def beside_each_other(env: World, rows: int = EPISODES) -> Rows:
    """Return copies of an environment that take their steps together.

    They are a native vector environment if there is one and the single environment has no
    wrapper, else `Copies`.
    """
    return native_rows(env, rows) or Copies(env, rows)


def native_rows(env: World, rows: int) -> VectorEnv[Any, Any, Any] | None:
    """Return a native vector environment of the same kind, or None if there is none."""
    spec = env.spec
    if spec is None or spec.vector_entry_point is None or is_wrapped(env):
        return None
    try:
        return gym.make_vec(spec, rows, vectorization_mode="vector_entry_point")
    except ValueError:  # one that cannot be compiled, such as an opponent that searches
        return None


class Copies:
    """Copies of an environment; each of them acts until its first episode has ended.

    Gymnasium's `SyncVectorEnv` would step ended copies too. This class does not, which saves most
    of the time if episodes differ in length.

    Args:
        env: The environment to copy; it is not changed.
        rows: How many copies.

    Raises:
        ValueError: If it cannot be copied, since it holds a file, a generator or the like.
    """

    def __init__(self, env: World, rows: int) -> None:
        copied = copy.deepcopy if is_wrapped(env) else copy_of  # wrappers may have learned
        try:
            self.envs, self.num_envs = [copied(env) for _ in range(rows)], rows
        except TypeError as error:
            raise ValueError(f"The evaluation needs copies of the environment: {error}.") from error
        self.single_action_space = env.action_space
        self._space = env.observation_space

    def reset(self, seed: int) -> tuple[object, dict[str, Any]]:
        """Start an episode in each row."""
        begun = [env.reset(seed=seed + row) for row, env in enumerate(self.envs)]
        self._seen, self._infos = ([each[k] for each in begun] for k in (0, 1))
        self._masks: dict[int, Any] = {}  # the latest mask of each row
        self._reward, self._ended = np.zeros(self.num_envs), np.zeros((2, self.num_envs), bool)
        return self._observed()

    def step(self, actions: Array) -> tuple[object, Returns, Array, Array, dict[str, Any]]:
        """Act once in each row that has not ended."""
        for row in np.flatnonzero(~self._ended.any(axis=0)).tolist():
            action = actions[row] if actions.ndim > 1 else int(actions[row])
            self._seen[row], reward, *ended, self._infos[row] = self.envs[row].step(action)
            self._reward[row], self._ended[:, row] = float(reward), ended
        observations, info = self._observed()
        return observations, self._reward, *self._ended.copy(), info

    def _observed(self) -> tuple[object, dict[str, Any]]:
        out = create_empty_array(self._space, self.num_envs)
        for row, told in enumerate(self._infos):
            if "action_mask" in told:
                self._masks[row] = told["action_mask"]
        masks = [self._masks.get(row, 1) for row in range(self.num_envs)]
        info = {"action_mask": np.stack(np.broadcast_arrays(*masks))} if self._masks else {}
        return concatenate(self._space, self._seen, out), info  # type: ignore[arg-type]


def copy_of(env: World, render_mode: str | None = None) -> World:
    """Make the same environment again, without Gymnasium's checks of every step.

    An environment that is not registered is copied.

    Args:
        env: The environment to copy.
        render_mode: Render mode of the copy.
    """
    if env.spec is None or env.spec.entry_point is None:
        return copy.deepcopy(env)
    spec = copy.deepcopy(env.spec)
    spec.kwargs.pop("render_mode", None)
    options: dict[str, Any] = {} if render_mode is None else {"render_mode": render_mode}
    return gym.make(spec, disable_env_checker=True, **options)


Rows = VectorEnv[Any, Any, Any] | Copies


class Graduate:
    """A trained learner as an opponent: a `Chooser` among its best moves.

    Args:
        learner: Predicts a value for each action.
        learned: The game that it has learned.
        rules: Rules of the game to play.
        name: Name of the player.
        source: Name of `learned`.

    Raises:
        ValueError: If the learner learned another game, or has no action values.
    """

    def __init__(
        self, learner: Predicts, learned: Source, rules: Rules, name: str, source: str
    ) -> None:
        world = None if isinstance(learned, Split) else learned.unwrapped
        observer = observer_of(world, Observer)
        if observer is None or rules_of(world, Rules) != rules:
            raise ValueError(f"The run learned {source}, which is another game than this.")
        require_choice(learner)
        self.learner, self.name, self._observer = learner, name, observer

    def moves(self, rules: Rules, own: int, other: int) -> int:
        """Return the moves with the highest value, ties included, one bit each."""
        stones, predicted = own | other, predict_one(self.learner, self._observer(own, other))
        best = best_actions(predicted, self._observer.legal(stones))
        return sum(move_of(rules, stones, action) for action in np.flatnonzero(best).tolist())

    def think(self, position: Position) -> Numbers:
        """Return the value of each action. Shape [actions]."""
        return predict_one(self.learner, self._observer(position.own, position.other))
