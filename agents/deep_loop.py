"""The one loop of learners with networks: act in many worlds at once, keep, make targets, step.

    for batch in learner.experience(source, samples):  # act, keep, make targets: `deep_loop`
        learner.step(batch)                            # one step of the optimizer

Policy gradients and DQN share these events and their order. A method fills in:

    build()         the function, the loss, and room for the steps that are kept
    policy(...)     the distribution of actions, made of the function's predictions
    keep(acted)     keep one step of every world; are there enough to learn from?
    batches()       the kept steps as batches of inputs and targets
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
    """Copies of the world to act in at once."""
    discount: Share = 0.99
    """Weight of the next state's value, in [0, 1]."""
    learning_rate: Positive = 0.001
    """Step size of Adam, above 0."""
    schedule: ScheduleName = "constant"
    """How the learning rate falls: constant, linear, cosine or step."""
    schedule_samples: Count = 100_000
    """Environment steps until what falls has fallen all the way: to 0, where learning ends, if the
    schedule is linear or cosine."""
    gradient_clip: Amount = 0.5
    """Longest gradient allowed, over all parameters together; 0 for any."""
    network: NetworkName = "numpy"
    """numpy (gradients by hand), torch (by autograd, the same within rounding), or linear."""
    hidden: tuple[Count, ...] = (64, 64)
    """Units of each hidden layer."""
    activation: ActivationName = "tanh"
    """relu, tanh or sigmoid."""

    @property
    def first_update(self) -> int:
        """Environment steps until the first update; 0 where that depends on what happens."""
        return 0


class Policy(Protocol):
    """One distribution over actions for each row of a network's predictions."""

    def draw(self, generator: np.random.Generator) -> Array:
        """Return an action for each row."""

    def best(self) -> Array:
        """Return the answer of `predict` for each row."""


class Acted(NamedTuple):
    """One action in every world: the sight of it, the action, and its outcome."""

    observation: Array  # as the worlds show it [worlds, ...]
    inputs: Array  # as the network sees it [worlds, features]
    legal: Array | None  # [worlds, actions]; None where the worlds do not tell
    prediction: Array  # [worlds, outputs]
    policy: Policy  # the distributions that the actions were drawn from
    action: Array  # counted from 0, or numbers without bounds [worlds, ...]
    step: Step


def deep_loop(learner: DeepLearner, samples: int) -> Iterator[Batch]:
    """Act for `samples` environment steps in all worlds together; yield batches to step on.

    The parameters may change at each `yield`, and only there. Steps that do not fill one of all
    worlds are owed to the next call.
    """
    worlds = learner.worlds
    learner.owed += samples
    while learner.owed >= worlds.rows:
        # Act once in every world, with the parameters as they are now.
        observation, legal = worlds.observation, worlds.legal
        inputs = learner.features.look(worlds)
        prediction = learner.function(inputs)
        policy = learner.policy(prediction, legal)
        action = policy.draw(learner.generator)
        step = worlds.step(in_world(action, worlds.action_space))
        learner.book(step)

        # Keep it, and go on acting until there is enough to learn from.
        acted = Acted(observation, inputs, legal, prediction, policy, action, step)
        if not learner.keep(acted):
            continue

        # Make targets. The caller takes a step on each batch before it asks for the next one.
        yield from learner.batches()
        if learner.latest is not None:
            learner.measured = learner.measure()


class DeepLoss(Protocol[Targets]):
    """A loss, of targets that may be more than an array: actions, advantages, returns."""

    def derivative(self, prediction: Array, target: Targets, weights: Array | float = 1.0) -> Array:
        """Return dJ / d prediction, of the prediction's shape."""
        ...


class DeepLearner:
    """A learner with a network that acts in `num_envs` worlds at once; see the top of this file.

    `learn` continues where the last call stopped: learning 2 x 500 samples is learning 1,000.

    Args:
        config: Settings of the subclass's `config_class`.
        seed: Of the agent's generator, and of the worlds' first reset.
        **settings: Settings by name, in place of those of `config`.

    Raises:
        ValueError: If there is no such setting, or one is out of its range.
    """

    config_class: ClassVar[type[Any]] = NetworkConfig
    measures: ClassVar[tuple[str, ...]] = ()  # numbers about an update, columns of the history
    many: ClassVar[bool] = True
    apart: ClassVar[tuple[str, ...]] = ("worlds",)
    state, restore = snapshot.state, snapshot.restore
    saved: ClassVar[tuple[str, ...]] = (
        "function", "optimizer", "features", "generator", "samples", "owed", "measured",
    )  # fmt: skip
    config: NetworkConfig
    samples: Counter  # environment steps taken
    owed: Counter  # asked for, but not taken yet
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
        self.latest: tuple[Batch, Array] | None = None  # the last step's, to be measured
        self._source: Source | None = None
        self._entered: tuple[Source, ManyWorlds] | None = None  # by the learner it is a twin of
        self._finished: list[tuple[float, ...]] = []

    # A method writes these.

    def build(self) -> None:
        """Make `function`, `loss` and all else that depends on `features` and `worlds`."""
        raise NotImplementedError

    def policy(self, prediction: Array, legal: Array | None = None) -> Policy:
        """Return the distribution over actions for each row of predictions."""
        raise NotImplementedError

    def keep(self, acted: Acted) -> bool:
        """Keep one step of every world; return whether there is enough to learn from."""
        raise NotImplementedError

    def batches(self) -> Iterator[Batch]:
        """Yield batches of the kept steps, with targets made with the parameters of now."""
        raise NotImplementedError

    def forget(self) -> None:
        """Drop the steps of episodes that will not be continued."""

    def require_sound(self) -> None:
        """Raise a ValueError if restored arrays contradict each other or the spaces."""

    def measure(self) -> dict[str, float]:
        """Return numbers about the latest update, just before its step, by their name."""
        raise NotImplementedError

    # Learning.

    def experience(self, source: Source, samples: int) -> Iterator[Batch]:
        """Act for `samples` environment steps in `source`; yield batches, each to step on."""
        samples = guard.whole("samples", samples)
        self.begin(source)
        yield from deep_loop(self, samples)

    def step(self, batch: Batch) -> None:
        """Take one step downhill: parameters <- parameters - learning_rate * gradient."""
        prediction, backward = self.function.forward(batch.inputs, batch.select)
        self.record(batch, prediction)
        upstream = self.loss.derivative(prediction, batch.targets, batch.weights)
        rate = self.falling(self.config.schedule, self.config.learning_rate)
        self.optimizer.step(self.function.parameters, backward(upstream), rate)

    def record(self, batch: Batch, prediction: Array) -> None:
        """Keep a batch and its predictions just before the step, to be measured."""
        self.latest = batch, prediction

    def falling(self, schedule: str, first: float) -> float:
        """Return the value that a schedule, which starts at `first`, has fallen to by now."""
        return SCHEDULES[schedule](self.samples, self.config.schedule_samples, first)

    def learn(self, source: Source, samples: int) -> History:
        """Act for `samples` more environment steps, and learn from them.

        Args:
            source: An environment, of which copies are made, or a vector environment.
            samples: Environment steps, of all worlds together.

        Returns:
            A row for each episode that ended.

        Raises:
            ValueError: If there is no learning in this environment, or the parameters grow beyond
                all numbers; says why.
        """
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):  # the optimizer tells
            for batch in self.experience(source, samples):
                self.step(batch)
        if not all(np.isfinite(each).all() for each in self.function.parameters.values()):
            raise ValueError(
                "What is learned has grown beyond all numbers; a smaller learning_rate helps."
            )
        return self.recorded()

    # Answers.

    def predict(self, inputs: object) -> Array:
        """Return the action values, or action probabilities, or the action if it is numbers.

        Args:
            inputs: Observations of many rows, or one, for which there is one row less.
        """
        best = self.policy(self.function(self.features(inputs))).best()
        if isinstance(self.worlds.action_space, Box):
            best = in_world(best, self.worlds.action_space)
        return best[0] if np.asarray(inputs).ndim == self.features.dimensions else best

    def act(self, observation: object, action_mask: Array | None = None) -> int | Array:
        """Draw an action for one observation, as while learning.

        Args:
            observation: One observation of the environment that was learned from.
            action_mask: Which actions are legal, all by default. Shape [actions].
        """
        legal = None if action_mask is None else np.asarray(action_mask, bool)[None]
        policy = self.policy(self.function(self.features(observation)), legal)
        space = self.worlds.action_space
        action = in_world(policy.draw(self.generator), space)[0]
        return int(action) if isinstance(space, Discrete) else action

    # In the worlds.

    def book(self, step: Step) -> None:
        """Count the environment steps of one action in every world, and note finished episodes."""
        taken = int(step.taken.sum())
        self.samples += taken
        self.owed -= taken
        latest = self.measured.values()
        self._finished += [(self.samples, *episode, *latest) for episode in self.worlds.finished]
        self.worlds.finished.clear()

    def recorded(self) -> History:
        """Return the episodes finished since the last call, a row each."""
        columns = (*EPISODE, *self.measures)
        table = np.array(self._finished, np.float64).reshape(-1, len(columns))
        self._finished = []
        return History(**dict(zip(columns, table.T, strict=True)))

    def begin(self, source: Source) -> None:
        """Prepare for a source; another one than last time begins new episodes there."""
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
            raise ValueError("The new environment has other spaces than the one learned from.")
        self.worlds = worlds
        if entered is None:
            worlds.reset(rows_seed(self.seed, self.samples))
        if self._source is None:
            self.features, self.optimizer = features, make_adam(self.config)
            self.build()
            self.optimizer.prepare(self.function.parameters)
        self.forget()
        self._source = source

    # Saving: `snapshot.restore` restores into a twin, which takes over if all fits.

    def twin(self) -> DeepLearner:
        """Return a new learner of the same settings and seed, which sees the worlds as they stand.

        A reset of these would disturb this learner, and some environments cannot be copied.
        """
        twin = type(self)(self.config, self.seed)
        if self._source is not None:
            twin._entered = self._source, self.worlds.seen_again()
        return twin

    def prepare(self, source: Source) -> None:
        """Make the worlds, and all arrays that depend on them."""
        self.begin(source)

    def told_apart(self) -> snapshot.State | None:
        """Return where the worlds stand, of which other authors' have a form of their own."""
        return None if self._source is None else prefixed("worlds", self.worlds.state())

    def take_apart(self, state: snapshot.State) -> None:
        """Put the worlds where they stood; where that is not known, they begin anew."""
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
        inputs: Features of an observation.
        outputs: Numbers to predict.
        generator: Draws the weights at the start: rotations, layer by layer.
        scale: Of the weights to the outputs; a small one begins with outputs near 0, such as
            actions that are all equally likely.
    """
    hidden = () if config.network == "linear" else config.hidden
    network = Network(
        (inputs, *hidden, outputs), generator, config.activation, "orthogonal", np.float32
    )
    network.parameters[f"weights{len(hidden)}"] *= scale / np.sqrt(2)  # the gain it began with
    if config.network != "torch":
        return network
    from spielfeld.learning.torch_function import torch_twin

    return torch_twin(network, "network torch")


def make_adam(config: NetworkConfig) -> OneVector:
    """Return a fresh optimizer: Adam on clipped gradients.

    What keeps Adam from dividing by 0 is larger than the 1e-8 of its paper, as in the A2C and PPO
    that OpenAI published: where gradients have become tiny, steps become small too.
    """
    return OneVector(Adam(config.learning_rate, stability=1e-5), config.gradient_clip)
