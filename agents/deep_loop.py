"""The loop of learners with networks: act in many worlds at once, keep steps, make targets, learn.

    for batch in learner.experience(source, samples):  # act, keep, make targets: `deep_loop`
        learner.step(batch)                            # one step of the optimizer

Policy gradient methods and DQN share these events and their order. A method provides:

    build()     = make the function, the loss, and room for the steps that are kept
    policy(...) = return the distribution of actions for the predictions of the function
    keep(acted) = keep one step of every world; return whether there are enough
    batches()   = yield the kept steps as batches of inputs and targets
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, Literal, NamedTuple, Protocol, TypeVar

import numpy as np
from gymnasium import Env
from gymnasium.spaces import Box, Discrete
from gymnasium.vector import VectorEnv

from spielfeld import guard, snapshot
from spielfeld.agents.features import Features, in_world, require_actions
from spielfeld.arrays import Array
from spielfeld.envs.many_worlds import ManyWorlds, Step, many_worlds, rows_seed
from spielfeld.history import History
from spielfeld.learning.batch import Batch
from spielfeld.learning.function import Function, prefixed
from spielfeld.learning.network import ActivationName, Network
from spielfeld.learning.optimizer import SCHEDULES, Adam, OneVector, Optimizer, ScheduleName
from spielfeld.settings import Amount, Count, Positive, Share, settings, settings_of
from spielfeld.snapshot import Counter

Source = Env[Any, Any] | VectorEnv[Any, Any, Any]
Targets = TypeVar("Targets", contravariant=True)
EPISODE = ("samples", "episode_return", "episode_length")
NetworkName = Literal["numpy", "torch", "linear"]


@settings
class NetworkConfig:
    """Settings of agents with networks."""

    num_envs: Count = 16
    """Number of copies of the world that act at once."""
    discount: Share = 0.99
    """Discount: weight of the next state's value, in [0, 1]."""
    learning_rate: Positive = 0.001
    """Step size of Adam, above 0."""
    schedule: ScheduleName = "constant"
    """Schedule of the learning rate: constant, linear, cosine or step."""
    schedule_samples: Count = 100_000
    """Environment steps until the final learning rate, which is 0 with linear and cosine."""
    gradient_clip: Amount = 0.5
    """Longest gradient of all parameters together; 0 turns gradient clipping off."""
    network: NetworkName = "numpy"
    """numpy (gradients by hand), torch (by autograd, equal except for rounding), or linear."""
    hidden: tuple[Count, ...] = (64, 64)
    """Units of each hidden layer."""
    activation: ActivationName = "tanh"
    """Activation function: relu, tanh or sigmoid."""

    @property
    def first_update(self) -> int:
        """Environment steps until the first update; 0 if the number is not known before."""
        return 0


class Policy(Protocol):
    """One distribution over actions for each row of a network's predictions."""

    def draw(self, generator: np.random.Generator) -> Array:
        """Return an action for each row, drawn from its distribution."""

    def best(self) -> Array:
        """Return the answer of `predict` for each row."""


class Acted(NamedTuple):
    """One action in every world: the observation before it, the action, and its result."""

    observation: Array  # as the worlds return it [worlds, ...]
    inputs: Array  # the observation as the network takes it [worlds, features]
    legal: Array | None  # [worlds, actions]; None if the worlds have no action mask
    prediction: Array  # [worlds, outputs]
    policy: Policy  # distributions from which the actions were drawn
    action: Array  # action numbers from 0, or continuous actions without bounds [worlds, ...]
    step: Step


def deep_loop(learner: DeepLearner, samples: int) -> Iterator[Batch]:
    """Act for `samples` environment steps in all worlds together; yield batches to learn from.

    The parameters may change at each `yield`, and only there. One step acts in all worlds. Samples
    that are too few for such a step are added to the next call.
    """
    worlds = learner.worlds
    learner.owed += samples
    while learner.owed >= worlds.rows:
        # Act once in every world, with the current parameters.
        observation, legal = worlds.observation, worlds.legal
        inputs = learner.features.look(worlds)
        prediction = learner.function(inputs)
        policy = learner.policy(prediction, legal)
        action = policy.draw(learner.generator)
        step = worlds.step(in_world(action, worlds.action_space))
        learner.book(step)

        # Keep the step, and act until there is enough to learn from.
        acted = Acted(observation, inputs, legal, prediction, policy, action, step)
        if not learner.keep(acted):
            continue

        # Make targets. The caller takes a step on each batch before it asks for the next one.
        yield from learner.batches()
        if learner.latest is not None:
            learner.measured = learner.measure()


class DeepLoss(Protocol[Targets]):
    """Loss whose targets may be more than one array: actions, advantages, returns."""

    def derivative(self, prediction: Array, target: Targets, weights: Array | float = 1.0) -> Array:
        """Return dJ / d prediction, with the shape of the prediction."""
        ...


class DeepLearner:
    """Learner with a network that acts in `num_envs` worlds at once; see the top of this file.

    `learn` continues after the last call: learning 2 x 500 samples equals learning 1,000 samples.

    Args:
        config: Settings of the subclass's `config_class`.
        seed: Seed of the agent's random numbers and of the first reset of the worlds.
        **settings: Settings by name; they replace those of `config`.

    Raises:
        ValueError: If there is no such setting, or its value is out of range.
    """

    config_class: ClassVar[type[Any]] = NetworkConfig
    measures: ClassVar[tuple[str, ...]] = ()  # columns of the history
    many: ClassVar[bool] = True
    apart: ClassVar[tuple[str, ...]] = ("worlds",)
    state, restore = snapshot.state, snapshot.restore
    saved: ClassVar[tuple[str, ...]] = (
        "function", "optimizer", "features", "generator", "samples", "owed", "measured",
    )  # fmt: skip
    config: NetworkConfig
    samples: Counter  # environment steps taken
    owed: Counter  # samples asked for, but not taken yet
    function: Function
    loss: DeepLoss[Any]
    optimizer: Optimizer
    worlds: ManyWorlds
    features: Features

    def __init__(self, config: object = None, seed: int = 0, **settings: object) -> None:
        self.config = settings_of(self.config_class, config, settings)
        self.seed = seed
        self.generator = np.random.default_rng([seed, 1])
        self.samples = self.owed = 0
        self.measured: dict[str, float] = dict.fromkeys(self.measures, np.nan)
        self.latest: tuple[Batch, Array] | None = None  # of the last step, for `measure`
        self._source: Source | None = None
        self._entered: tuple[Source, ManyWorlds] | None = None  # of the original
        self._finished: list[tuple[float, ...]] = []

    # A method provides these functions.

    def build(self) -> None:
        """Make `function`, `loss` and all other parts that depend on `features` and `worlds`."""
        raise NotImplementedError

    def policy(self, prediction: Array, legal: Array | None = None) -> Policy:
        """Return the distribution over actions for each row of predictions."""
        raise NotImplementedError

    def keep(self, acted: Acted) -> bool:
        """Keep one step of every world; return whether there are enough steps to learn from."""
        raise NotImplementedError

    def batches(self) -> Iterator[Batch]:
        """Yield batches of the kept steps, with targets from the current parameters."""
        raise NotImplementedError

    def forget(self) -> None:
        """Delete the kept steps of episodes that will not be continued."""

    def require_sound(self) -> None:
        """Raise a ValueError if restored arrays contradict each other or the spaces."""

    def measure(self) -> dict[str, float]:
        """Return numbers that describe the latest update, just before its step, by their name."""
        raise NotImplementedError

    # Learning.

    def experience(self, source: Source, samples: int) -> Iterator[Batch]:
        """Act for `samples` environment steps in `source`; yield batches for `step`."""
        samples = guard.whole("samples", samples)
        self.begin(source)
        yield from deep_loop(self, samples)

    def step(self, batch: Batch) -> None:
        """Take one step of the optimizer: parameters <- parameters - learning_rate * gradient."""
        prediction, backward = self.function.forward(batch.inputs, batch.select)
        self.record(batch, prediction)
        upstream = self.loss.derivative(prediction, batch.targets, batch.weights)
        rate = self.falling(self.config.schedule, self.config.learning_rate)
        self.optimizer.step(self.function.parameters, backward(upstream), rate)

    def record(self, batch: Batch, prediction: Array) -> None:
        """Keep a batch and its predictions just before the step, for `measure`."""
        self.latest = batch, prediction

    def falling(self, schedule: str, first: float) -> float:
        """Return the current value of a schedule that starts at `first`."""
        return SCHEDULES[schedule](self.samples, self.config.schedule_samples, first)

    def learn(self, source: Source, samples: int) -> History:
        """Act for `samples` more environment steps, and learn from them.

        Args:
            source: An environment, which is copied, or a vector environment.
            samples: Environment steps of all worlds together.

        Returns:
            One row for each episode that ended.

        Raises:
            ValueError: If the learner cannot learn in this environment, or the parameters
                are no longer finite. The message names the reason.
        """
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            for batch in self.experience(source, samples):
                self.step(batch)
        if not all(np.isfinite(each).all() for each in self.function.parameters.values()):
            raise ValueError("The parameters are no longer finite; choose a smaller learning_rate.")
        return self.recorded()

    # Predictions and actions.

    def predict(self, inputs: object) -> Array:
        """Return the action values, the action probabilities, or the continuous actions.

        Args:
            inputs: Observations, [rows, ...] or one without the axis of rows.
        """
        best = self.policy(self.function(self.features(inputs))).best()
        if isinstance(self.worlds.action_space, Box):
            best = in_world(best, self.worlds.action_space)
        return best[0] if np.asarray(inputs).ndim == self.features.dimensions else best

    def act(self, observation: object, action_mask: Array | None = None) -> int | Array:
        """Draw an action for one observation, as during learning.

        Args:
            observation: One observation of the environment of the last `learn`.
            action_mask: Legal actions; all actions by default. Shape [actions].
        """
        legal = None if action_mask is None else np.asarray(action_mask, bool)[None]
        policy = self.policy(self.function(self.features(observation)), legal)
        space = self.worlds.action_space
        action = in_world(policy.draw(self.generator), space)[0]
        return int(action) if isinstance(space, Discrete) else action

    # Worlds and episodes.

    def book(self, step: Step) -> None:
        """Count the environment steps of one action in every world; record finished episodes."""
        taken = int(step.taken.sum())
        self.samples += taken
        self.owed -= taken
        latest = self.measured.values()
        self._finished += [(self.samples, *episode, *latest) for episode in self.worlds.finished]
        self.worlds.finished.clear()

    def recorded(self) -> History:
        """Return the episodes that ended since the last call, one row each."""
        columns = (*EPISODE, *self.measures)
        table = np.array(self._finished, np.float64).reshape(-1, len(columns))
        self._finished = []
        return History(**dict(zip(columns, table.T, strict=True)))

    def begin(self, source: Source) -> None:
        """Prepare for a source; a new source starts new episodes."""
        if source is self._source:
            return
        entered, self._entered = self._entered, None
        if entered is not None and entered[0] is source:
            worlds = entered[1]
        else:
            worlds, entered = many_worlds(source, self.config.num_envs), None
        features = Features(worlds.observation_space)
        if self._source is None:
            require_actions(worlds.action_space)
        elif (features.size, worlds.action_space, worlds.rows) != (
            self.features.size, self.worlds.action_space, self.worlds.rows,
        ):  # fmt: skip
            raise ValueError("The spaces of the new environment differ from those of the first.")
        self.worlds = worlds
        if entered is None:
            worlds.reset(rows_seed(self.seed, self.samples))
        if self._source is None:
            self.features, self.optimizer = features, make_adam(self.config)
            self.build()
            self.optimizer.prepare(self.function.parameters)
        self.forget()
        self._source = source

    # Saving: `snapshot.restore` writes into a twin; this learner takes its arrays if all are valid.

    def twin(self) -> DeepLearner:
        """Return a new learner with the same settings, seed and worlds.

        A reset of the worlds would disturb this learner, and some environments cannot be copied.
        """
        twin = type(self)(self.config, self.seed)
        if self._source is not None:
            twin._entered = self._source, self.worlds.seen_again()
        return twin

    def prepare(self, source: Source) -> None:
        """Make the worlds, and all arrays that depend on them."""
        self.begin(source)

    def told_apart(self) -> snapshot.State | None:
        """Return the states of the worlds; environments of other projects have their own form."""
        return None if self._source is None else prefixed("worlds", self.worlds.state())

    def take_apart(self, state: snapshot.State) -> None:
        """Restore the states of the worlds; a world without a saved state starts a new episode."""
        worlds = {name.removeprefix("worlds."): leaf for name, leaf in state.items()}
        self.worlds.restore(worlds, rows_seed(self.seed, self.samples))
        if not worlds:
            self.forget()


def make_network(
    config: NetworkConfig, inputs: int, outputs: int, generator: np.random.Generator, scale: float
) -> Function:
    """Return a float32 network of the kind that `config` names.

    Args:
        config: Settings such as `NetworkConfig`.
        inputs: Number of features of an observation.
        outputs: Number of predictions.
        generator: Draws the first weights, an orthogonal matrix for each layer.
        scale: Scale of the weights to the outputs. With a small scale all outputs begin near 0,
            so that all actions are about equally likely.
    """
    hidden = () if config.network == "linear" else config.hidden
    network = Network(
        (inputs, *hidden, outputs), generator, config.activation, "orthogonal", np.float32
    )
    network.parameters[f"weights{len(hidden)}"] *= scale / np.sqrt(2)  # the first scale
    if config.network != "torch":
        return network
    from spielfeld.learning.torch_function import torch_twin

    return torch_twin(network, "network torch")


def make_adam(config: NetworkConfig) -> OneVector:
    """Return a new optimizer: Adam on clipped gradients.

    Adam adds a small number to avoid a division by 0. Here it is larger than the 1e-8 of the paper,
    as in the published A2C and PPO of OpenAI. So steps become small when gradients become tiny.
    """
    return OneVector(Adam(config.learning_rate, stability=1e-5), config.gradient_clip)
