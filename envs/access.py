"""Adapter for environments of other projects: their model, time limit, wrappers and state.

Compiled loops and resumed runs use environments through this module, with or without wrappers.
Our own worlds save their state themselves. Gymnasium's Mountain Car, Cart Pole, Acrobot and
blackjack keep a few numbers in attributes, and `plain_state` returns these. A simulator that keeps
other objects in its attributes has no plain state; its state cannot be saved.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from types import FunctionType
from typing import Any, Protocol, TypeAlias, runtime_checkable

import gymnasium as gym
import numpy as np
from gymnasium.envs.registration import EnvSpec
from gymnasium.spaces import Discrete, Space
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.wrappers import OrderEnforcing, PassiveEnvChecker, TimeLimit

from spielfeld import guard
from spielfeld.arrays import Booleans
from spielfeld.envs.tabular import TabularModel
from spielfeld.protocols import World
from spielfeld.snapshot import restored

ForeignEnv: TypeAlias = World
ForeignWrapper: TypeAlias = gym.Wrapper[Any, Any, Any, Any]
ForeignVector: TypeAlias = VectorEnv[Any, Any, Any]
State = dict[str, Any]

TRANSPARENT = (OrderEnforcing, PassiveEnvChecker, TimeLimit)
NO_MEMORY = ("env", "_saved_kwargs")  # the arguments of a wrapper
FIXED = (Space, EnvSpec, FunctionType, type)  # types that no step changes
FIXED_NAMES = ("render_mode",)
LISTS = (list, tuple)
ARRAY = {"array", "dtype"}
MOST_BYTES = 4096  # of one number or word in an array
ROWS = "vector."  # prefix of each name in the saved state of our vector environments


@runtime_checkable
class Saves(Protocol):
    """An environment that can save and restore its state, as ours can."""

    def state(self) -> State:
        """Return everything that the next step depends on."""
        ...

    def restore(self, state: Mapping[str, Any]) -> None:
        """Restore a state that `state()` returned."""
        ...


@runtime_checkable
class Placed(Protocol):
    """An environment with a state index of its model, such as `TabularEnv`."""

    position: int
    elapsed: int


@runtime_checkable
class Several(Protocol):
    """A vector environment made of single ones, such as Gymnasium's `SyncVectorEnv`."""

    envs: Sequence[ForeignEnv]


def plain_model(env: ForeignEnv) -> TabularModel | None:
    """Return the model that describes `env` exactly, or None.

    It is None if there is no model, or if the model changes. It is also None if a wrapper may
    change rewards or observations, or if observations are not state indices. And it is None if a
    window must show every step.
    """
    model = getattr(env.unwrapped, "model", None)
    if not isinstance(model, TabularModel) or getattr(env.unwrapped, "changing", False):
        return None
    indexed = env.observation_space == Discrete(model.states)
    return model if is_plain(env) and indexed else None


def is_plain(env: ForeignEnv) -> bool:
    """Return whether no wrapper may change rewards or observations, and there is no window."""
    transparent = all(isinstance(wrapper, TRANSPARENT) for wrapper in _wrappers(env))
    return transparent and env.unwrapped.render_mode != "human"


def is_wrapped(env: ForeignEnv) -> bool:
    """Return whether a wrapper was added around `env` after `gymnasium.make` made it."""
    return env.spec is not None and bool(env.spec.additional_wrappers)


def time_limit(env: ForeignEnv) -> int | None:
    """Return the time limit of an episode in environment steps; None for no limit."""
    limits = [wrapper._max_episode_steps for wrapper in _time_limits(env)]
    own = getattr(env.unwrapped, "max_episode_steps", None)
    return guard.steps(min([*limits, own] if own else limits, default=None))


def place(env: ForeignEnv, position: int, elapsed: int) -> None:
    """Put a `TabularEnv` into a state of its model, `elapsed` steps into an episode."""
    world = env.unwrapped
    if isinstance(world, Placed):
        world.position, world.elapsed = position, elapsed
    for wrapper in _time_limits(env):
        wrapper._elapsed_steps = elapsed  # type: ignore[assignment]


def state(env: ForeignEnv) -> State | None:
    """Return all that the rest of an episode depends on, or None if it cannot be found.

    Our own worlds return it themselves. For other worlds and for wrappers, it is `plain_state`.
    """
    remembered = [plain_state(wrapper, NO_MEMORY) for wrapper in _coloured(env)]
    if None in remembered:
        return None
    around = {"wrappers": remembered} if remembered else {}
    world = env.unwrapped
    if isinstance(world, Saves):
        return {**{name: _listed(leaf) for name, leaf in world.state().items()}, **around}
    plain = plain_state(world)
    limits = [wrapper._elapsed_steps for wrapper in _time_limits(env)]
    return None if plain is None else {"plain": plain, "elapsed": limits, **around}


def restore(env: ForeignEnv, state: State) -> None:
    """Restore `env.unwrapped` from its `state()`, and the time limits and wrappers around it.

    Raises:
        ValueError: If it is no state of this environment. Our own worlds are then unchanged.
    """
    world = env.unwrapped
    around = guard.table("The saved state", state).get("wrappers", [])
    guard.require(isinstance(around, list), "The saved 'wrappers' must be a list.")
    told: list[tuple[object, object]] = list(zip(_coloured(env), around, strict=False))
    limits: list[tuple[TimeLimit[Any, Any], int | None]] = []
    own = {name: _own(leaf) for name, leaf in state.items() if name != "wrappers"}
    if isinstance(world, Saves):
        world.restore(own)  # which refuses a state that does not fit, before anything changes
    else:
        told.append((world, guard.entry(state, "plain")))
        limits = _saved_limits(env, state)
    for one in told:
        if not lacks(*one):
            require_plain(*one)
    env.reset()
    if any(lacks(*one) for one in told):
        _take_a_step(env)
    for each, remembered in told:
        restore_plain(each, remembered)
    for wrapper, elapsed in limits:
        wrapper._elapsed_steps = elapsed  # type: ignore[assignment]
    if isinstance(world, Saves):
        world.restore(own)
    if isinstance(world, Saves) and isinstance(world, Placed):
        place(env, world.position, world.elapsed)


def vector_state(vector: ForeignVector) -> State | None:
    """Return the state that a vector environment's next step depends on; None if unknown."""
    if isinstance(vector, Saves):
        return {f"{ROWS}{name}": array for name, array in vector.state().items()}
    if not isinstance(vector, Several):
        plain = plain_state(vector)
        return None if plain is None else {"vector": plain}
    told = [state(env) for env in vector.envs]
    return None if None in told else {"vector": told}


def restore_vector(
    vector: ForeignVector, state: Mapping[str, Any], waiting: Booleans, seed: int
) -> None:
    """Restore a vector environment from its `vector_state()`.

    Args:
        vector: A vector environment with as many rows as the saved one.
        state: The saved state; other names in it are ignored.
        waiting: Rows that only reset in the next step. Shape [rows].
        seed: Seed of the reset before the environments of other projects are restored.

    Raises:
        ValueError: If it is no state of this environment. Our own worlds are then unchanged.
    """
    if isinstance(vector, Saves):
        own = {k.removeprefix(ROWS): v for k, v in state.items() if k.startswith(ROWS)}
        vector.restore(own)
        return
    told = guard.entry(state, "vector")
    vector.reset(seed=seed)
    if not isinstance(vector, Several):
        restore_plain(vector, told)
        return
    kind = isinstance(told, list) and len(told) == vector.num_envs
    guard.require(kind, f"The saved 'vector' must be a list of {vector.num_envs} states.")
    for env, one in zip(vector.envs, told, strict=True):
        restore(env, one)
    if autoreset_mode(vector) is AutoresetMode.NEXT_STEP:
        # Gymnasium's name for the rows that are reset in the next step
        vector._autoreset_envs = waiting.copy()  # type: ignore[attr-defined]


def autoreset_mode(vector: ForeignVector) -> AutoresetMode:
    """Return how a vector environment starts episodes again."""
    return AutoresetMode(vector.metadata.get("autoreset_mode", AutoresetMode.NEXT_STEP))


def overwrites(vector: ForeignVector) -> bool:
    """Return whether the next step of a vector environment overwrites its last observations."""
    return getattr(vector, "copy", True) is False


def _saved_limits(
    env: ForeignEnv, state: Mapping[str, Any]
) -> list[tuple[TimeLimit[Any, Any], int | None]]:
    """Return the time limits around an environment, each with its saved number of steps."""
    limits, saved = list(_time_limits(env)), guard.entry(state, "elapsed")
    fits = isinstance(saved, list | tuple) and len(saved) == len(limits)
    guard.require(fits, f"elapsed must be {len(limits)} numbers of steps, not {saved!r:.60}.")
    for elapsed in saved:
        if not (elapsed is None or (type(elapsed) is int and 0 <= elapsed < guard.MOST)):
            raise ValueError(f"elapsed must be steps of an episode, not {elapsed!r:.60}.")
    return list(zip(limits, saved, strict=True))


def _take_a_step(env: ForeignEnv) -> None:
    """Take a step, because some worlds make attributes only in their first step."""
    actions = copy.deepcopy(env.action_space)
    actions.seed(0)
    env.step(actions.sample())


def _coloured(env: ForeignEnv) -> list[ForeignWrapper]:
    """Return the wrappers that may store more than the number of steps."""
    return [wrapper for wrapper in _wrappers(env) if not isinstance(wrapper, TRANSPARENT)]


def _wrappers(env: ForeignEnv) -> Iterator[ForeignWrapper]:
    while isinstance(env, gym.Wrapper):
        yield env
        env = env.env


def _time_limits(env: ForeignEnv) -> Iterator[TimeLimit[Any, Any]]:
    return (wrapper for wrapper in _wrappers(env) if isinstance(wrapper, TimeLimit))


def plain_state(world: object, fixed: tuple[str, ...] = ()) -> State | None:
    """Return a world's attributes as JSON values, with the state of its random generator.

    Args:
        world: An environment, or a wrapper.
        fixed: Names of attributes that no step changes.

    Returns:
        None if an attribute is not a number, a text, an array or a list of these.
    """
    state: State = {}
    for name, value in vars(world).items():
        if name in fixed:
            continue
        if isinstance(value, np.random.Generator):
            state[name] = value.bit_generator.state
        elif _is_plain(value):
            state[name] = _listed(value)
        elif not isinstance(value, FIXED):
            return None
    return state


def lacks(world: object, state: object) -> bool:
    """Return whether a state names attributes that the world has not made yet."""
    return isinstance(state, dict) and not vars(world).keys() >= state.keys()


def restore_plain(world: object, state: object) -> None:
    """Set a world's attributes to the values that `plain_state` returned; arrays stay arrays.

    A state comes from a file, and the file may come from another person. Restoring it changes
    numbers and words that the world already has, and nothing else.

    Args:
        world: A world like that of the state, at any step of an episode.
        state: Values by the names of the world's attributes.

    Raises:
        ValueError: If the world has no such attribute, or its value is of another kind.
    """
    for name, value in require_plain(world, state).items():
        now = vars(world)[name]
        if isinstance(now, np.random.Generator):
            now.bit_generator.state = value
        else:
            setattr(world, name, value)


def require_plain(world: object, state: object) -> State:
    """Return the values of a world's attributes in a saved state, without any change.

    Raises:
        ValueError: As `restore_plain`.
    """
    if not isinstance(state, dict):
        raise ValueError(
            f"the state of {type(world).__name__} must be a table, not {str(state)[:60]!r}"
        )
    if "_np_random" in state and isinstance(world, gym.Env | VectorEnv):
        _ = world.np_random  # Gymnasium makes the generator at its first use
    return {name: _told(world, name, value) for name, value in state.items()}


def _told(world: object, name: str, told: object) -> object:
    """Return the new value of an attribute, if its kind is that of the present value."""
    if name not in vars(world):
        raise ValueError(f"{type(world).__name__} keeps nothing in {name!r}")
    now = vars(world)[name]
    if isinstance(now, np.random.Generator):
        kind = now.bit_generator.state["bit_generator"]
        if isinstance(told, dict) and told.get("bit_generator") == kind:
            restored({name: copy.deepcopy(now)}, {name: told})  # refuses numbers that are no state
            return told
    elif not _is_plain(now):
        if told is None:  # for example a space that is made at its first use
            return now
    else:
        value = _unlisted(told)
        if _alike(now, value) and (name not in FIXED_NAMES or value == now):
            return value
    raise ValueError(f"{name} of {type(world).__name__} cannot be {str(told)[:60]!r}")


def _alike(now: object, value: object) -> bool:
    """Return whether two values are of one kind; None fits any kind, and lists may grow."""
    if now is None or value is None:
        return True
    if isinstance(now, LISTS) and isinstance(value, LISTS):
        return True
    shapes = np.asarray(now).shape, np.asarray(value).shape
    return shapes[0] == shapes[1] and _kind(now) == _kind(value)


def _kind(value: object) -> type:
    """Return the kind of a value: bool, str, float for any number, else object."""
    if isinstance(value, int) and not isinstance(value, bool):
        return float  # an int may be larger than any integer of NumPy, for example a seed
    kind = np.asarray(value).dtype.kind
    return {"b": bool, "i": float, "u": float, "f": float, "U": str}.get(kind, object)


def _unlisted(value: object) -> object:
    """Undo `_listed`; a tuple stays a list."""
    if isinstance(value, list):
        return [_unlisted(item) for item in value]
    if not isinstance(value, dict):
        return value
    try:
        kind = np.dtype(str(value["dtype"]))
        if kind.kind in "biufU" and kind.itemsize <= MOST_BYTES:
            return np.array(value["array"], kind)
    except (TypeError, ValueError, LookupError, OverflowError):
        pass
    raise ValueError(f"a state holds no array such as {str(value)[:60]!r}")


def _is_plain(value: object) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    numbers = isinstance(value, np.ndarray) and value.dtype != object
    return numbers or value is None or isinstance(value, bool | int | float | str | np.generic)


def _own(leaf: object) -> object:
    """Return a part of our own state in the form that it had before `_listed`."""
    return _unlisted(leaf) if isinstance(leaf, dict) and leaf.keys() == ARRAY else leaf


def _listed(value: object) -> object:
    if isinstance(value, list | tuple):
        return [_listed(item) for item in value]
    if isinstance(value, np.ndarray):
        return {"array": value.tolist(), "dtype": str(value.dtype)}
    return value.item() if isinstance(value, np.generic) else value
