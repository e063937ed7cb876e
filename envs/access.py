"""What a compiled loop and a resumed run need from an environment, whatever wraps it."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from gymnasium.spaces import Discrete
from gymnasium.wrappers import OrderEnforcing, PassiveEnvChecker, TimeLimit

from spielfeld import guard
from spielfeld.envs.plain_state import lacks, plain_state, require_plain, restore_plain
from spielfeld.envs.tabular import TabularModel

TRANSPARENT = (OrderEnforcing, PassiveEnvChecker, TimeLimit)
NO_MEMORY = ("env", "_saved_kwargs")  # what a wrapper was made with


def plain_model(env: Any) -> TabularModel | None:
    """Return the model by which `env` behaves exactly, or None.

    None if there is no model or a changing one, if a wrapper may change rewards or observations, if
    observations are not the states' indices, or if every step must be drawn in a window.
    """
    model = getattr(env.unwrapped, "model", None)
    if not isinstance(model, TabularModel) or getattr(env.unwrapped, "changing", False):
        return None
    indexed = env.observation_space == Discrete(model.states)
    return model if is_plain(env) and indexed else None


def is_plain(env: Any) -> bool:
    """Return whether no wrapper may change rewards or observations, and no window shows them."""
    transparent = all(isinstance(wrapper, TRANSPARENT) for wrapper in _wrappers(env))
    return transparent and env.unwrapped.render_mode != "human"


def is_wrapped(env: Any) -> bool:
    """Return whether somebody has put a wrapper around `env` since `gymnasium.make` made it."""
    return env.spec is not None and bool(env.spec.additional_wrappers)


def time_limit(env: Any) -> int | None:
    """Return after how many environment steps an episode is truncated; None for never."""
    limits = [wrapper._max_episode_steps for wrapper in _wrappers(env, TimeLimit)]
    own = getattr(env.unwrapped, "max_episode_steps", None)
    return guard.steps(min([*limits, own] if own else limits, default=None))


def place(env: Any, position: int, elapsed: int) -> None:
    """Put a `TabularEnv` into a state of its model, `elapsed` steps into an episode."""
    env.unwrapped.position, env.unwrapped.elapsed = position, elapsed
    for wrapper in _wrappers(env, TimeLimit):
        wrapper._elapsed_steps = elapsed


def state(env: Any) -> dict[str, Any] | None:
    """Return all that the rest of an episode depends on, or None if it cannot be told.

    Our own worlds know it. Of others, and of wrappers, it is what `plain_state` finds.
    """
    remembered = [plain_state(wrapper, NO_MEMORY) for wrapper in _coloured(env)]
    if None in remembered:
        return None
    around = {"wrappers": remembered} if remembered else {}
    world = env.unwrapped
    if callable(getattr(world, "state", None)) and hasattr(world, "restore"):
        return {**world.state(), **around}
    plain = plain_state(world)
    limits = [wrapper._elapsed_steps for wrapper in _wrappers(env, TimeLimit)]
    return None if plain is None else {"plain": plain, "elapsed": limits, **around}


def restore(env: Any, state: dict[str, Any]) -> None:
    """Restore `env.unwrapped` from its `state()`, and the time limits and wrappers around it.

    Raises:
        ValueError: If it is no state of this environment. Then our own worlds have not changed.
    """
    if "plain" not in guard.table("The saved state", state):
        ours = callable(getattr(env.unwrapped, "restore", None))
        guard.require(ours, "The saved state has no 'plain', which holds the environment's values.")
        env.unwrapped.restore(state)  # which refuses what does not fit, before anything changes
    limits = _saved_limits(env, state) if "plain" in state else []
    around = state.get("wrappers", [])
    guard.require(isinstance(around, list), "The saved 'wrappers' must be a list.")
    told = list(zip(_coloured(env), around, strict=False))
    told += [(env.unwrapped, state["plain"])] if "plain" in state else []
    for one in told:
        if not lacks(*one):
            require_plain(*one)
    env.reset()
    if any(lacks(*one) for one in told):
        _take_a_step(env)
    for world, remembered in told:
        restore_plain(world, remembered)
    if "plain" in state:
        for wrapper, elapsed in limits:
            wrapper._elapsed_steps = elapsed
        return
    env.unwrapped.restore(state)
    place(env, env.unwrapped.position, env.unwrapped.elapsed)


def _saved_limits(env: Any, state: Mapping[str, Any]) -> list[tuple[Any, int | None]]:
    """Return the time limits around an environment, each with the steps that were saved for it."""
    limits, saved = list(_wrappers(env, TimeLimit)), guard.entry(state, "elapsed")
    fits = isinstance(saved, list | tuple) and len(saved) == len(limits)
    guard.require(fits, f"elapsed must be {len(limits)} numbers of steps, not {saved!r:.60}.")
    for elapsed in saved:
        if not (elapsed is None or (type(elapsed) is int and 0 <= elapsed < guard.MOST)):
            raise ValueError(f"elapsed must be steps of an episode, not {elapsed!r:.60}.")
    return list(zip(limits, saved, strict=True))


def _take_a_step(env: Any) -> None:
    """Let a world make what attributes it makes in its first step; their values come next."""
    actions = copy.deepcopy(env.action_space)
    actions.seed(0)
    env.step(actions.sample())


def _coloured(env: Any) -> list[Any]:
    """Return the wrappers that may remember more than how long an episode is."""
    return [wrapper for wrapper in _wrappers(env) if not isinstance(wrapper, TRANSPARENT)]


def _wrappers(env: Any, kind: type | None = None) -> Iterator[Any]:
    while env is not env.unwrapped:
        if kind is None or isinstance(env, kind):
            yield env
        env = env.env
