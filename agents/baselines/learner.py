"""Algorithm of Stable-Baselines3 as a learner: made in code, restored from plain arrays.

Source: Raffin et al. (2021), "Stable-Baselines3: Reliable Reinforcement Learning Implementations".
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from spielfeld import snapshot
from spielfeld.agents.baselines.config import BaselineConfig
from spielfeld.agents.baselines.luck import OwnLuck
from spielfeld.agents.baselines.model import learn_on, make_model, prediction, worlds_of
from spielfeld.agents.baselines.parameters import flat_parameters, set_parameters
from spielfeld.agents.deep_loop import Source
from spielfeld.arrays import Array
from spielfeld.envs.many_worlds import rows_seed
from spielfeld.history import History
from spielfeld.settings import settings_of
from spielfeld.snapshot import Counter


class Baseline:
    """Learner that uses the algorithm "module:Class", which a subclass names.

    `samples` counts the environment steps that were taken. The algorithm takes whole rollouts, so
    it can take up to one rollout more than asked for. The next call then takes fewer steps.

    Args:
        config: Settings of the subclass's `config_class`, with Spielfeld's names.
        seed: Seed of all random numbers; the generators of the process are not changed.
        **settings: Settings by name; they replace those of `config`.

    Raises:
        ValueError: If there is no such setting, or its value is out of range.
    """

    many: ClassVar[bool] = True  # acts in copies of its world, and predicts for many observations
    resumes: ClassVar[bool] = False  # buffers of unfinished updates are not saved
    continuous: ClassVar[bool] = True  # whether actions may be continuous
    masked: ClassVar[bool] = False  # whether it uses action masks
    saved: ClassVar[tuple[str, ...]] = ("samples",)
    apart: ClassVar[tuple[str, ...]] = ("policy", "optimizer")
    state, restore = snapshot.state, snapshot.restore
    place: ClassVar[str]
    config_class: ClassVar[type[Any]]
    samples: Counter

    def __init__(self, config: object = None, seed: int = 0, **settings: object) -> None:
        self.config: BaselineConfig = settings_of(self.config_class, config, settings)
        self.seed, self.samples, self._asked = seed, 0, 0
        self.model: Any = None
        self._source: Source | None = None
        self._luck = OwnLuck()

    def learn(self, source: Source, samples: int) -> History:
        """Learn for `samples` more environment steps of an environment, or a vector environment.

        Returns:
            One row for each finished episode: samples, episode_return, episode_length.

        Raises:
            ValueError: If the algorithm cannot act there; names its requirement. Also if the
                parameters are no longer finite.
        """
        with self._luck, np.errstate(over="ignore", invalid="ignore"):  # refused later
            if source is not self._source:
                self._connect(source)
            self._asked += samples
            learn_on(self.model, self._asked - self.samples, self.masked)
        self.samples = self.model.num_timesteps
        return self.model.env.recorded()  # type: ignore[no-any-return]

    def predict(self, inputs: object) -> Array:
        """Return probabilities or values [rows, actions], or continuous actions [rows, dimensions].

        For one observation the result has no axis of rows.
        """
        return prediction(self.model, inputs)

    def prepare(self, source: Source) -> None:
        """Build a new model for `source`."""
        with self._luck:
            self._connect(source)

    def told_apart(self) -> snapshot.State | None:
        """Return the parameters by the names of the library; None without a model."""
        return None if self.model is None else dict(flat_parameters(self.model.policy))

    def take_apart(self, state: snapshot.State) -> None:
        """Restore the parameters of the model; raise a ValueError if they do not fit."""
        set_parameters(self.model.policy, state)
        self._asked = self.model.num_timesteps = self.model.env.samples = self.samples

    def _connect(self, source: Source) -> None:
        worlds = worlds_of(source, self.config.num_envs, self.samples, self.continuous)
        if self.model is None:
            self.model = make_model(self.place, self.config, worlds, self.seed)
        else:
            self.model.set_env(worlds)
        # A model gives its rows the seed of the run and the next numbers. Other runs use these
        # seeds too. The first is also the seed of random actions.
        worlds.seed(rows_seed(self.seed, self.samples))
        self._source = source
