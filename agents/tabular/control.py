"""What one-step tabular control methods share: settings, acting, and the two loops.

The readable loop, `experience`, walks through any Gymnasium environment with discrete spaces. Where
the environment is nothing but a `TabularModel`, `learn` runs the compiled loop instead; both call
the same functions on the same random streams and end with the same table, bit for bit.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import numpy as np

from agents.tabular.config import ControlConfig
from agents.tabular.exploration import choose_action, decayed_rate
from agents.tabular.loop import Episode, Episodes, Rates, control_loop, exploration
from agents.tabular.spaces import DiscreteCode
from envs.access import place, plain_model, time_limit
from envs.compiled import compiled
from envs.sampling import noisy_reward
from envs.tabular import TabularModel
from learning.batch import Array, Batch
from learning.function import Table
from learning.history import History
from learning.learner import GradientLearner
from learning.loss import SquaredError
from learning.optimizer import SGD

CHUNK = 1 << 16  # environment steps between two looks at the keyboard
NEVER = 2**62  # environment steps


class ControlLearner(GradientLearner):
    """A table of action values, and an agent that acts by it; subclasses name their target.

    Args:
        config: Settings of the subclass's `config_class`.
        seed: Of the agent's generator, and of the environment's first reset.
    """

    config_class: ClassVar[type[ControlConfig]] = ControlConfig
    target: ClassVar[Callable[..., float]]
    on_policy: ClassVar[bool] = False  # whether the next action is picked before the update
    loop: ClassVar[Callable[..., int]]
    noisy_loop: ClassVar[Callable[..., int]]
    function: Table

    def __init_subclass__(cls) -> None:
        """Compile the loop with the subclass's own target, for models without and with noise."""
        cls.loop = staticmethod(compiled(control_loop, target=cls.target))
        cls.noisy_loop = staticmethod(
            compiled(control_loop, target=cls.target, mean_reward=noisy_reward)
        )

    def __init__(self, config: ControlConfig | None = None, seed: int = 0) -> None:
        self.config = config or self.config_class()
        self.seed = seed
        self.loss, self.optimizer = SquaredError(), SGD(self.config.learning_rate)
        self.generator = np.random.default_rng([seed, 1])  # the world's is seeded with seed alone
        self.samples = 0
        self._rates = Rates(
            self.config.learning_rate,
            self.config.learning_rate_decay,
            self.config.discount,
            self.config.exploration_rate,
            self.config.final_exploration_rate,
            self.config.exploration_samples,
            NEVER,
            self.on_policy,
        )
        self._source: Any = None
        self._legal: Array = np.ones(0, bool)
        self._episode = Episode(np.full(1, -1), np.full(1, -1), np.zeros(1, np.int64), np.zeros(1))
        self._finished: list[tuple[float, float, float]] = []

    @property
    def action_values(self) -> Array:
        """The table itself. Shape [states, actions]."""
        return self.function.parameters["table"]

    def predict(self, inputs: Any) -> Array:
        """Return action values, [actions] for one observation or [rows, actions] for many."""
        return self.function(self.observations.encode(inputs))

    def act(self, observation: Any, action_mask: Array | None = None) -> Any:
        """Pick an action for the environment, exploring at the current rate.

        Args:
            observation: One observation of the environment that was learned from.
            action_mask: Which actions are legal, all by default. Shape [actions].
        """
        state = int(self.observations.encode(observation))
        legal = np.ones(self.actions.size, bool) if action_mask is None else action_mask
        return self.actions.decode(self._choose(state, legal, self.samples))

    def experience(self, source: Any, samples: int) -> Iterator[Batch]:
        """Act for `samples` environment steps; yield each as one cell and its target."""
        self._connect(source)
        episode, table = self._episode, self.action_values
        for _ in range(samples):
            if episode.state[0] < 0:
                self._begin_episode(source)
            state = int(episode.state[0])
            action = int(episode.action[0])
            if action < 0:
                action = self._choose(state, self._legal, self.samples)
            observation, reward, terminated, truncated, info = source.step(
                self.actions.decode(action)
            )
            if not math.isfinite(reward):
                raise ValueError(f"The environment paid {reward} for action {action}.")
            next_state, legal = int(self.observations.encode(observation)), self._mask(info)
            next_action = -1
            if self.on_policy and not terminated:
                next_action = self._choose(next_state, legal, self.samples + 1)
            # A truncated step keeps its bootstrap: only `terminated` cuts the future off.
            aim = type(self).target(
                reward, self.config.discount, terminated, table[next_state], legal,
                next_action, exploration(self._rates, self.samples + 1),
            )  # fmt: skip
            self._legal = legal
            self._move(next_state, next_action, float(reward), terminated or truncated)
            self.visits[state, action] += 1
            yield Batch(np.array([state]), np.array([aim]), select=np.array([action]))

    def step_size(self, batch: Batch) -> Array:
        """Return each cell's own step size, which shrinks with its visits if it decays."""
        visits = self.visits[batch.inputs, batch.select].tolist()
        rate, decay = self.config.learning_rate, self.config.learning_rate_decay
        return np.array([decayed_rate(rate, decay, count) for count in visits])

    def learn(self, source: Any, samples: int) -> History:
        """Learn for `samples` more environment steps, compiled if `source` is a plain model.

        Returns:
            One row for each episode finished meanwhile: samples, episode_return, episode_length.
        """
        model = plain_model(source)
        if model is None:
            return super().learn(source, samples)
        self._connect(source)
        while samples > 0:
            self._run_loop(source, model, min(samples, CHUNK))
            samples -= CHUNK
        return self.recorded()

    def recorded(self) -> History:
        """Hand over the episodes finished since the last call."""
        columns = np.array(self._finished, np.float64).reshape(-1, 3)
        self._finished = []
        names = ("samples", "episode_return", "episode_length")
        return History(**{name: columns[:, k] for k, name in enumerate(names)})

    def state(self) -> dict[str, Any]:
        """Return everything that learning depends on, as arrays and JSON values."""
        episode = {name: array.item() for name, array in self._episode._asdict().items()}
        return {
            "table": self.action_values.copy(),
            "visits": self.visits.copy(),
            "samples": self.samples,
            "episode": episode,
            "legal": self._legal.tolist() if episode["state"] >= 0 else None,
            "generator": self.generator.bit_generator.state,
        }

    def restore(self, state: dict[str, Any], source: Any) -> None:
        """Continue from what `state()` returned, in `source`, which stands where it stood then.

        Raises:
            ValueError: If the table does not fit the spaces of `source`.
        """
        self._measure(source)
        if state["table"].shape != self.action_values.shape:
            raise ValueError(
                f"The saved table has shape {state['table'].shape}, but this environment needs "
                f"{self.action_values.shape}."
            )
        self.action_values[...], self.visits[...] = state["table"], state["visits"]
        self.samples, self._source = int(state["samples"]), source
        self.generator.bit_generator.state = state["generator"]
        for name, array in self._episode._asdict().items():
            array[0] = state["episode"][name]
        if state["legal"] is not None:
            self._legal = np.array(state["legal"], bool)

    def _connect(self, source: Any) -> None:
        """Prepare for a source; another one than last time begins a new episode."""
        if source is self._source:
            return
        if self._source is None and not hasattr(self, "function"):
            self._measure(source)
            source.reset(seed=self.seed)
        self._source = source
        self._episode.state[0], self._episode.action[0] = -1, -1

    def _measure(self, source: Any) -> None:
        """Make a table of the size that the spaces of `source` ask for."""
        self.observations = DiscreteCode(source.observation_space, "observations")
        self.actions = DiscreteCode(source.action_space, "actions")
        shape = (self.observations.size, self.actions.size)
        self.function = Table(*shape, self.config.initial_value)
        self.visits = np.zeros(shape, np.int64)
        self._legal = np.ones(self.actions.size, bool)

    def _begin_episode(self, source: Any) -> None:
        observation, info = source.reset()
        self._legal = self._mask(info)
        self._episode.state[0] = self.observations.encode(observation)
        self._episode.length[0], self._episode.total[0] = 0, 0.0

    def _mask(self, info: dict[str, Any]) -> Array:
        return np.asarray(info.get("action_mask", np.ones(self.actions.size)), bool)

    def _choose(self, state: int, legal: Array, sample: int) -> int:
        draws = self.generator.random(), self.generator.random()
        rate = exploration(self._rates, sample)
        return choose_action(self.action_values[state], legal, rate, *draws)

    def _move(self, next_state: int, next_action: int, reward: float, over: bool) -> None:
        """Book a step before its batch is handed out, so that a checkpoint misses nothing."""
        episode = self._episode
        self.samples += 1
        episode.length[0] += 1
        episode.total[0] += reward
        episode.state[0], episode.action[0] = next_state, next_action
        if over:
            self._finished.append((self.samples, episode.total.item(), episode.length.item()))
            episode.state[0], episode.action[0] = -1, -1

    def _run_loop(self, source: Any, model: TabularModel, samples: int) -> None:
        """Run the compiled loop on the environment's own generator, and leave it where it ends."""
        episode, rates = self._episode, self._rates._replace(time_limit=time_limit(source) or NEVER)
        finished = Episodes(*np.empty((3, samples)))
        loop = self.loop if model.reward_deviation is None else self.noisy_loop
        count = loop(
            model.arrays, rates, self.action_values, self.visits, episode, finished,
            source.unwrapped.np_random, self.generator, self.samples, samples,
        )  # fmt: skip
        self.samples += samples
        self._finished += zip(*(column[:count].tolist() for column in finished), strict=True)
        if episode.state[0] >= 0:
            self._legal = model.legal_actions[episode.state[0]]
            place(source, int(episode.state[0]), int(episode.length[0]))
