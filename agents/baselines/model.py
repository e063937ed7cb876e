"""Model of Stable-Baselines3: build it in code for given worlds, train it, and predict with it."""

from __future__ import annotations

import pkgutil
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np
from gymnasium.spaces import Box, Discrete

from spielfeld.agents.baselines.config import BaselineConfig
from spielfeld.agents.baselines.parameters import refuse_infinite
from spielfeld.agents.deep_loop import Source
from spielfeld.arrays import Array

if TYPE_CHECKING:
    from stable_baselines3.common.base_class import BaseAlgorithm

    from spielfeld.agents.baselines.vector import ManyWorldsVecEnv


def make_model(
    place: str, config: BaselineConfig, worlds: ManyWorldsVecEnv, seed: int
) -> BaseAlgorithm:
    """Build the algorithm of "module:Class" in code, on the CPU."""
    from stable_baselines3.common.logger import Logger

    algorithm = pkgutil.resolve_name(place)
    with warnings.catch_warnings():  # a shorter last minibatch is intended
        warnings.filterwarnings("ignore", "You have specified a mini-batch size")
        model = algorithm("MlpPolicy", worlds, seed=seed, device="cpu", **config.translated())
    model.set_logger(Logger(None, []))
    end = config.progress_samples

    def update_progress(samples: int, total: int) -> None:
        """Set the progress of the whole run, not of one call of `learn`."""
        model._current_progress_remaining = max(0.0, 1.0 - samples / end)

    model._update_current_progress_remaining = update_progress
    made: BaseAlgorithm = model
    return made


def learn_on(model: Any, samples: int, masked: bool) -> None:
    """Let a model learn for `samples` more environment steps, if that is more than 0.

    Raises:
        ValueError: If an action was illegal and the model is not `masked`. Also if its
            parameters are no longer finite.
    """
    if samples <= 0:
        return
    try:
        model.learn(samples, reset_num_timesteps=False, log_interval=None)
    except ValueError as error:  # from the first operation that fails with such numbers
        refuse_infinite(model.policy)
        legal = model.env.worlds.legal
        if masked or legal is None or legal.all():
            raise
        raise ValueError(
            "Some actions are illegal there, and this learner has no action masks: "
            "use sb3-maskable-ppo or a learner of this suite."
        ) from error
    refuse_infinite(model.policy)


def prediction(model: Any, inputs: object) -> Array:
    """Return the predictions of a model for observations; see `Baseline.predict`.

    Raises:
        ValueError: If there is no model yet.
    """
    import torch
    from stable_baselines3.dqn.policies import DQNPolicy

    if model is None:
        raise ValueError("This learner has no model yet: call learn first.")
    policy = model.policy
    with torch.no_grad():
        observations, many = policy.obs_to_tensor(np.asarray(inputs))
        if isinstance(policy, DQNPolicy):
            rows = policy.q_net(observations)
        elif isinstance(policy.action_space, Box):
            rows = policy.get_distribution(observations).distribution.mean
        else:
            rows = policy.get_distribution(observations).distribution.probs
    found: Array = rows.numpy()
    if isinstance(policy.action_space, Box):
        found = np.clip(found, policy.action_space.low.ravel(), policy.action_space.high.ravel())
    return found if many else found[0]


def worlds_of(source: Source, rows: int, samples: int, continuous: bool) -> ManyWorldsVecEnv:
    """Return the worlds for a model: see `baseline_worlds` and `refuse_misfit`."""
    from spielfeld.agents.baselines.vector import baseline_worlds  # needs the library

    worlds = baseline_worlds(source, rows, samples)
    refuse_misfit(worlds, continuous)
    return worlds


def refuse_misfit(worlds: ManyWorldsVecEnv, continuous: bool) -> None:
    """Refuse spaces that the networks of Stable-Baselines3 cannot use.

    Raises:
        ValueError: If there is such a space; names the expected ones.
    """
    seen, actions = worlds.observation_space, worlds.action_space
    if not (isinstance(seen, Box) or (isinstance(seen, Discrete) and seen.start == 0)):
        raise ValueError(f"This learner needs observations numbered from 0 or a box, not {seen}.")
    bounded = isinstance(actions, Box) and actions.is_bounded()
    if not (isinstance(actions, Discrete) and actions.start == 0) and not (continuous and bounded):
        also = " or a bounded box" if continuous else ""
        raise ValueError(f"This learner needs actions numbered from 0{also}, not {actions}.")
