"""A small learner that acts in many worlds at once, for tests of what is built around such."""

from __future__ import annotations

from dataclasses import dataclass

import gymnasium as gym
import numpy as np

from spielfeld.history import History


@dataclass(frozen=True)
class SearchConfig:
    """Settings of the search."""

    num_envs: int = 4
    """Worlds acted in at once."""
    noise: float = 1.0
    """Of the weights that are tried."""


class Search:
    """Random search for linear weights: what has earned more in an episode is kept."""

    many, config_class = True, SearchConfig

    def __init__(self, config: SearchConfig | None = None, seed: int = 0) -> None:
        self.config, self.seed = config or SearchConfig(), seed
        self.generator = np.random.default_rng([seed, 1])
        self.samples = self.owed = 0
        self.worlds = None

    def _begin(self, source):
        if self.worlds is not None:
            return
        spec, rows = source.spec, self.config.num_envs
        self.continuous = not hasattr(source.action_space, "n")
        self.worlds = gym.make_vec(spec, rows)
        self.seen, self.info = self.worlds.reset(seed=self.seed)
        inputs = self._features(self.seen).shape[1]
        space = source.action_space
        outputs = int(np.prod(space.shape)) if self.continuous else int(space.n)
        self.best, self.record = np.zeros((inputs, outputs)), -np.inf
        self.tried = np.repeat(self.best[None], rows, axis=0)
        self.returns, self.lengths = np.zeros(rows), np.zeros(rows)
        self.fresh = np.zeros(rows, bool)

    def _features(self, observations):
        given = np.asarray(observations, np.float64)
        if given.ndim == 1:  # indices of states
            return (given[:, None] == np.arange(self.worlds.single_observation_space.n)) * 1.0
        return np.column_stack([given.reshape(len(given), -1), np.ones(len(given))])

    def predict(self, observations):
        assert len(observations) > 0
        return self._features(observations) @ self.best

    def learn(self, source, samples: int) -> History:
        self._begin(source)
        rows, finished = self.config.num_envs, []
        steps, self.owed = divmod(self.owed + samples, rows)
        for _ in range(steps):
            values = np.einsum("ri,rio->ro", self._features(self.seen), self.tried)
            if not self.continuous:
                values = np.where(self.info.get("action_mask", 1), values, -np.inf).argmax(axis=1)
            self.seen, reward, terminated, truncated, self.info = self.worlds.step(values)
            self.samples += rows
            self.returns += reward
            self.lengths += ~self.fresh
            self.fresh = terminated | truncated
            for row in np.flatnonzero(self.fresh):
                finished.append((self.samples, self.returns[row], self.lengths[row], self.record))
                self._try(row)
        table = np.array(finished, np.float64).reshape(-1, 4)
        names = ("samples", "episode_return", "episode_length", "policy_loss")
        table[~np.isfinite(table)] = np.nan
        return History(**{name: table[:, k] for k, name in enumerate(names)})

    def _try(self, row):
        if self.returns[row] > self.record:
            self.record, self.best = self.returns[row], self.tried[row].copy()
        noise = self.generator.normal(0, self.config.noise, self.best.shape)
        self.tried[row] = self.best + noise
        self.returns[row] = self.lengths[row] = 0

    def state(self):
        names = ("best", "tried", "returns", "lengths", "fresh", "seen")
        return {name: np.array(getattr(self, name)) for name in names} | {
            "record": float(self.record), "samples": self.samples, "owed": self.owed,
            "generator": self.generator.bit_generator.state,
            **{f"worlds.{name}": array for name, array in self._worlds_state().items()},
        }  # fmt: skip

    def _worlds_state(self):
        return self.worlds.state() if hasattr(self.worlds, "restore") else {}

    def restore(self, state, source):
        self._begin(source)
        for name in ("best", "tried", "returns", "lengths", "fresh", "seen"):
            setattr(self, name, state[name])
        self.record, self.samples, self.owed = state["record"], state["samples"], state["owed"]
        self.generator.bit_generator.state = state["generator"]
        worlds = {k.removeprefix("worlds."): v for k, v in state.items() if k.startswith("worlds.")}
        if worlds:
            self.worlds.restore(worlds)
