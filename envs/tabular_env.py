"""A Gymnasium environment over any `TabularModel`."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any, SupportsInt

import gymnasium as gym
import numpy as np
from gymnasium.spaces import Discrete, Space

from spielfeld import guard
from spielfeld.envs.sampling import noisy_reward, sample_start
from spielfeld.envs.tabular import TabularModel

Row = tuple[list[float], list[tuple[int, float, bool]]]


class TabularEnv(gym.Env[Any, Any]):
    """Acts in a finite world; the table decides everything.

    Observation: index of the state, `Discrete(states)`, a Python int. Action: `Discrete(actions)`.
    Reward, end and next state come from the model; `truncated` from the time limit alone. Each
    reset and each step draws exactly one `np_random.random()`.

    Args:
        model: The world.
        max_episode_steps: Time limit in environment steps, none by default.
        discount: The discount by which the world measures returns; evaluation uses it.
        render_mode: None or "ansi".

    Raises:
        ValueError: If an action is not legal in the current state, the render mode is unknown, or
            `max_episode_steps` is no whole number of 1 or more.
    """

    metadata: dict[str, Any] = {"render_modes": ["ansi"], "render_fps": 10}  # noqa: RUF012
    observation_space: Space[Any]
    action_space: Space[Any]

    def __init__(
        self,
        model: TabularModel,
        max_episode_steps: int | None = None,
        discount: float = 1.0,
        render_mode: str | None = None,
    ) -> None:
        if render_mode is not None and render_mode not in self.metadata["render_modes"]:
            known = ", ".join(self.metadata["render_modes"])
            raise ValueError(f"Unknown render mode {render_mode!r}; this world knows: {known}.")
        self.model, self.discount, self.render_mode = model, discount, render_mode
        self.max_episode_steps = guard.steps(max_episode_steps)
        self.observation_space = Discrete(model.states)
        self.action_space = Discrete(model.actions)
        self._rows: dict[int, dict[int, Row]] = {}
        self._masked = not bool(model.legal_actions.all())
        self._noisy = model.reward_deviation is not None
        self.position = -1
        self.elapsed = 0

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Start an episode; see `gymnasium.Env.reset`."""
        super().reset(seed=seed)
        self._draw = self.np_random.random
        self._limit = self.max_episode_steps or float("inf")
        self.elapsed = 0
        self.position = sample_start(self.model.arrays, self._draw())
        if self.render_mode == "human":
            self.render()
        return self.observe(), self._info()

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        """Act once; see `gymnasium.Env.step`."""
        try:
            cumulative, outcomes = self._rows[self.position][action]
        except (KeyError, TypeError):
            action = self._legal(action)
            cumulative, outcomes = self._row(action)
        draw = self._draw()
        outcome = bisect_right(cumulative, draw)
        before = self.position
        self.position, reward, terminated = outcomes[outcome]
        if self._noisy:
            reward = float(noisy_reward(self.model.arrays, before, int(action), outcome, draw))
        self.elapsed += 1
        if self.render_mode == "human":
            self.render()
        truncated = self.elapsed >= self._limit
        return self.observe(), reward, terminated, truncated, self._info()

    def observe(self) -> Any:
        """Return what the agent sees of the current state."""
        return self.position

    def render(self) -> Any:
        """Return a line of text in mode "ansi"."""
        return f"state {self.position}\n" if self.render_mode == "ansi" else None

    def state(self) -> dict[str, Any]:
        """Return everything that the next step depends on, as JSON values."""
        generator = self.np_random.bit_generator.state
        return {"position": self.position, "elapsed": self.elapsed, "generator": generator}

    def restore(self, state: dict[str, Any]) -> None:
        """Continue from what `state()` returned.

        Raises:
            ValueError: If it is no state of this world; then nothing has changed.
        """
        position = guard.whole(
            "The saved position", guard.entry(state, "position"), -1, self.model.states
        )
        elapsed = guard.whole("The saved elapsed", guard.entry(state, "elapsed"))
        generator = guard.generator_of(self.np_random, state)
        self.reset()
        self.np_random.bit_generator.state = generator
        self.position, self.elapsed = position, elapsed

    def _info(self) -> dict[str, Any]:
        if not self._masked:
            return {}
        return {"action_mask": self.model.legal_actions[self.position].astype(np.int8)}

    def _legal(self, action: SupportsInt) -> int:
        if self.position < 0:
            raise gym.error.ResetNeeded("Call reset() before the first step().")
        legal = np.flatnonzero(self.model.legal_actions[self.position]).tolist()
        try:
            number = int(action)
        except (TypeError, ValueError):
            number = -1
        if number not in legal or number != action:
            raise ValueError(f"Action {action} is not legal here; legal are {legal}.")
        return number

    def _row(self, action: int) -> Row:
        """Read one row of the model into plain lists, which are the fastest to sample from."""
        model, place = self.model, (self.position, action)
        count = int(np.flatnonzero(model.probability[place]).max()) + 1
        columns = (model.next_state, model.reward, model.terminated)
        outcomes = zip(*(column[place][:count].tolist() for column in columns), strict=True)
        row = model.arrays.cumulative[place][:count].tolist(), list(outcomes)
        self._rows.setdefault(self.position, {})[action] = row
        return row
