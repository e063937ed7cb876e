"""An algorithm of Stable-Baselines3 as a `Learner`: made in code, restored from plain arrays.

Source: Raffin et al. (2021), "Stable-Baselines3: Reliable Reinforcement Learning Implementations".
"""

from __future__ import annotations

import importlib
import warnings
from typing import Any, ClassVar

import numpy as np
from gymnasium.spaces import Box, Discrete

from agents.baselines.config import BaselineConfig
from agents.baselines.luck import OwnLuck
from agents.baselines.parameters import flat_parameters, refuse_infinite, set_parameters
from learning.batch import Array
from learning.history import History


class Baseline:
    """Learns by the algorithm, "module:Class", that a subclass names.

    `samples` are the environment steps really taken: whole rollouts, so that up to one rollout more
    than was asked for is taken, and counted against what is asked for next.

    Args:
        config: Settings of the subclass's `config_class`, in our words.
        seed: Of everything that is random; the generators of the process are left alone.
    """

    many: ClassVar[bool] = True  # acts in copies of its world, and predicts for many observations
    resumes: ClassVar[bool] = False  # what is half learned lives in buffers that are not saved
    continuous: ClassVar[bool] = True  # whether actions may be
    masked: ClassVar[bool] = False  # whether it keeps to legal actions
    place: ClassVar[str]
    config_class: ClassVar[type[BaselineConfig]]

    def __init__(self, config: Any = None, seed: int = 0) -> None:
        self.config: Any = self.config_class() if config is None else config
        self.seed, self.samples, self._asked = seed, 0, 0
        self.model: Any = None
        self._source: Any = None
        self._luck = OwnLuck()

    def learn(self, source: Any, samples: int) -> History:
        """Learn for `samples` more environment steps of an environment, or a vector environment.

        Returns:
            One row for each episode finished meanwhile: samples, episode_return, episode_length.

        Raises:
            ValueError: If the algorithm cannot act there, and says what it needs; or if what it
                learns grows beyond all numbers.
        """
        with self._luck, np.errstate(over="ignore", invalid="ignore"):  # what grows so is refused
            if source is not self._source:
                self._connect(source)
            self._asked += samples
            if self._asked > self.samples:
                self._learn_on(self._asked - self.samples)
        self.samples = self.model.num_timesteps
        history: History = self.model.env.recorded()
        return history

    def _learn_on(self, samples: int) -> None:
        try:
            self.model.learn(samples, reset_num_timesteps=False, log_interval=None)
        except ValueError as error:  # by the first thing that cannot be done with such numbers
            refuse_infinite(self.model.policy)
            legal = self.model.env.worlds.legal
            if self.masked or legal is None or legal.all():
                raise
            raise ValueError(
                "Not every action is legal there, and this learner knows no masks: "
                "sb3-maskable-ppo does, and so do all learners of this suite."
            ) from error
        refuse_infinite(self.model.policy)

    def predict(self, inputs: Any) -> Array:
        """Return probabilities or values [rows, actions], or continuous actions [rows, dimensions].

        For one observation there is one row less, in other words none.
        """
        if self.model is None:
            raise ValueError("There is nothing to predict with yet: call learn first.")
        return prediction(self.model.policy, inputs)

    def state(self) -> dict[str, Any]:
        """Return what was learned, as arrays and JSON values."""
        return {"samples": self.samples, **flat_parameters(self.model.policy)}

    def restore(self, state: dict[str, Any], source: Any) -> None:
        """Build the model anew for `source`, and put into it what `state()` returned.

        Raises:
            ValueError: If it does not fit.
        """
        with self._luck:
            self._connect(source)
        arrays = {name: value for name, value in state.items() if name != "samples"}
        set_parameters(self.model.policy, arrays)
        self.samples = self._asked = self.model.num_timesteps = int(state["samples"])

    def _connect(self, source: Any) -> None:
        from agents.baselines.vector import baseline_worlds

        worlds = baseline_worlds(source, self.config.num_envs, self.samples)
        if self.model is None:
            refuse_misfit(worlds, self.continuous)
            self.model = make_model(self.place, self.config, worlds, self.seed)
        else:
            self.model.set_env(worlds)
        self._source = source


def make_model(place: str, config: BaselineConfig, worlds: Any, seed: int) -> Any:
    """Build the algorithm of "module:Class" in code, on the CPU."""
    from stable_baselines3.common.logger import Logger

    module, _, name = place.partition(":")
    algorithm = getattr(importlib.import_module(module), name)
    with warnings.catch_warnings():  # a last minibatch that is shorter is what was asked for
        warnings.filterwarnings("ignore", "You have specified a mini-batch size")
        model = algorithm("MlpPolicy", worlds, seed=seed, device="cpu", **config.translated())
    model.set_logger(Logger(None, []))
    end = config.progress_samples

    def update_progress(samples: int, total: int) -> None:
        """Go by the whole run, not by the part of it that one call of `learn` is."""
        model._current_progress_remaining = max(0.0, 1.0 - samples / end)

    model._update_current_progress_remaining = update_progress
    return model


def prediction(policy: Any, inputs: Any) -> Array:
    """Return what a policy says of observations: see `Baseline.predict`."""
    import torch

    with torch.no_grad():
        observations, many = policy.obs_to_tensor(np.asarray(inputs))
        if hasattr(policy, "q_net"):
            rows = policy.q_net(observations)
        elif isinstance(policy.action_space, Box):
            rows = policy.get_distribution(observations).distribution.mean
        else:
            rows = policy.get_distribution(observations).distribution.probs
    found: Array = rows.numpy()
    if isinstance(policy.action_space, Box):
        found = np.clip(found, policy.action_space.low.ravel(), policy.action_space.high.ravel())
    return found if many else found[0]


def refuse_misfit(worlds: Any, continuous: bool) -> None:
    """Refuse spaces that Stable-Baselines3's networks cannot take or give.

    Raises:
        ValueError: If so; says what was expected.
    """
    seen, actions = worlds.observation_space, worlds.action_space
    if not (isinstance(seen, Box) or (isinstance(seen, Discrete) and seen.start == 0)):
        raise ValueError(f"This learner needs observations numbered from 0 or a box, not {seen}.")
    bounded = isinstance(actions, Box) and actions.is_bounded()
    if not (isinstance(actions, Discrete) and actions.start == 0) and not (continuous and bounded):
        also = " or a bounded box" if continuous else ""
        raise ValueError(f"This learner needs actions numbered from 0{also}, not {actions}.")
