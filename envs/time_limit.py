"""Time limits of an environment, whether its own or those of Gymnasium's `TimeLimit` around it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gymnasium.wrappers import TimeLimit


def time_limit(env: Any) -> int | None:
    """Return after how many environment steps an episode is truncated; None for never."""
    limits = [limit._max_episode_steps for limit in _limits(env)]
    own = getattr(env.unwrapped, "max_episode_steps", None)
    return min([*limits, own] if own else limits, default=None)


def place(env: Any, position: int, elapsed: int) -> None:
    """Put a `TabularEnv` into a state of its model, `elapsed` steps into an episode."""
    env.unwrapped.position, env.unwrapped.elapsed = position, elapsed
    for limit in _limits(env):
        limit._elapsed_steps = elapsed


def restore(env: Any, state: dict[str, Any]) -> None:
    """Restore `env.unwrapped` from its `state()`, and the time limits around it."""
    env.reset()
    env.unwrapped.restore(state)
    place(env, env.unwrapped.position, env.unwrapped.elapsed)


def _limits(env: Any) -> Iterator[Any]:
    while env is not env.unwrapped:
        if isinstance(env, TimeLimit):
            yield env
        env = env.env
