"""A game: one episode after the other, acted by a player or a policy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gymnasium.spaces import Discrete

from spielfeld.experiments.events import what_happened
from spielfeld.experiments.pictures import has_map

Policy = Callable[[Any], Any]

KEYS = {
    "up": ("up", "w", "[8]"),
    "right": ("right", "d", "[6]"),
    "down": ("down", "s", "[2]"),
    "left": ("left", "a", "[4]"),
    "up-right": ("e", "[9]"),
    "down-right": ("c", "[3]"),
    "down-left": ("y", "z", "[1]"),
    "up-left": ("q", "[7]"),
    "stay": (".", "space", "[5]"),
}


@dataclass
class Game:
    """One episode after the other, and what there is to say about them."""

    env: Any
    policy: Policy | None = None
    seed: int | None = None
    total: float = 0.0
    steps: int = 0
    reward: float = 0.0
    over: bool = False
    event: str = ""
    observation: Any = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.restart(self.seed)

    def restart(self, seed: int | None = None) -> None:
        """Begin an episode."""
        self.observation, _ = self.env.reset(seed=seed)
        self.total, self.steps, self.reward, self.over = 0.0, 0, 0.0, False
        self.event = "a new episode"

    def act(self, action: Any) -> None:
        """Take one step, unless the episode is over or the action is not legal now."""
        if self.over or not self.allows(action):
            return
        before = getattr(self.env.unwrapped, "position", None)
        self.observation, reward, terminated, truncated, _ = self.env.step(action)
        self.reward, self.total, self.steps = reward, self.total + reward, self.steps + 1
        self.over = terminated or truncated
        self.event = what_happened(self.env.unwrapped, before, action, reward, terminated)
        if truncated and not terminated:
            self.event = "the time is up"

    def allows(self, action: Any) -> bool:
        """Whether an action is legal now, as far as the world says."""
        mask = legal_now(self.env).get("action_mask")
        return mask is None or bool(mask[action])

    def follow(self) -> None:
        """Let the policy act, or begin the next episode."""
        if self.over:
            self.restart()
        elif self.policy is not None:
            self.act(self.policy(self.observation))

    def status(self) -> str:
        """Return the numbers of this episode."""
        return f"steps {self.steps}   reward {self.reward:g}   return {self.total:g}"

    def news(self) -> str:
        """Return what happened last."""
        return f"{self.event}: return {self.total:g}; press R" if self.over else self.event


def legal_now(env: Any) -> dict[str, Any]:
    """Return the mask of legal actions where the environment stands, as its `info` does."""
    model = getattr(env.unwrapped, "model", None)
    return {} if model is None else {"action_mask": model.legal_actions[env.unwrapped.position]}


def action_keys(world: Any) -> dict[str, int]:
    """Return which action each key or word stands for; numbers where actions have no names.

    None where actions are not numbered.
    """
    if not isinstance(world.action_space, Discrete):
        return {}
    if not has_map(world):
        names = getattr(world, "action_names", None) or map(str, range(world.action_space.n))
        return {name: action for action, name in enumerate(names)}
    names = enumerate(world.layout.actions)
    return {key: action for action, name in names for key in KEYS[name]}
