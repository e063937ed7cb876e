"""Protocols: everything that the experiments may ask of a learner, an environment or rows of data.

`Learner`, `Agent`, `World` and `DataSource` list the members that each such object must have. Every
other protocol names one optional capability. `isinstance(thing, HasModel)` is true for an object
with this capability, and type checkers then know its members. From Python 3.12 on, `isinstance`
does not read a property. So a property without a value returns None and raises no AttributeError.
The functions at the end return a default if a capability is missing. Other files do not ask an
object for an attribute by its name. Only `snapshot.py`, `lazy.py` and the adapter for foreign
environments do so.

Test `env.unwrapped` for a capability of an environment, because wrappers do not pass it on. The
flags of learners (`many`, `one_shot`, `resumes`, `tasks`) also work on the class.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, SupportsFloat, TypeVar, runtime_checkable

from spielfeld.arrays import Array
from spielfeld.history import History

if TYPE_CHECKING:
    import numpy as np
    from gymnasium import Space
    from gymnasium.envs.registration import EnvSpec

Kind = TypeVar("Kind")
Default = TypeVar("Default")


# Learners


@runtime_checkable
class Learns(Protocol):
    """An object that learns from a source."""

    def learn(self, source: Any, samples: int) -> History | None:
        """Learn from `samples` more environment steps or rows of data.

        Two calls with 500 samples have the same result as one call with 1,000, unless the learner
        is `OneShot`.

        Args:
            source: An environment, or a `Split` or `DataSet` of rows.
            samples: Number of samples; with 0 the learner only makes its arrays.

        Returns:
            The new rows of the history, with "samples" as the first column; None if there are none.
        """
        ...


@runtime_checkable
class Predicts(Protocol):
    """An object that predicts and can therefore be scored."""

    def predict(self, inputs: Any) -> Array:
        """Return the predictions for inputs, without any change to the object.

        Args:
            inputs: One observation or several. Learners with `many` and learners on data always get
                several. Shape [rows, ...].

        Returns:
            Action values or probabilities [rows, actions], continuous actions [rows, dimensions],
            or the outputs of a task on data [rows, outputs].
        """
        ...


@runtime_checkable
class Learner(Learns, Predicts, Protocol):
    """A learner: an object that learns from a source and predicts."""


@runtime_checkable
class Agent(Learner, Protocol):
    """A learner that acts in an environment."""

    @property
    def samples(self) -> int:
        """Number of environment steps so far."""
        ...

    def act(self, observation: object) -> object:
        """Return an action, with the exploration of learning."""
        ...


@runtime_checkable
class Resumable(Protocol):
    """A learner whose state can be saved and restored in a new object."""

    def state(self) -> dict[str, Any]:
        """Return everything on which predictions and further learning depend."""
        ...

    def restore(self, state: dict[str, Any], source: Any) -> None:
        """Restore a saved state; raise a ValueError if it does not fit."""
        ...


@runtime_checkable
class MayResume(Protocol):
    """A learner that states whether it can resume from a saved state; by default it can."""

    @property
    def resumes(self) -> bool:
        """Whether learning can continue from a saved state; if not, the state only predicts."""
        ...


@runtime_checkable
class OneShot(Protocol):
    """A learner that states whether it takes all samples in one call; by default it does not."""

    @property
    def one_shot(self) -> bool:
        """Whether the learner takes all its samples in one call."""
        ...


@runtime_checkable
class ManyRows(Protocol):
    """A learner that states whether it acts in many worlds and predicts in batches."""

    @property
    def many(self) -> bool:
        """Whether the learner acts in many worlds; by default it acts in one."""
        ...


@runtime_checkable
class OnData(Protocol):
    """A learner from rows of data."""

    @property
    def tasks(self) -> tuple[str, ...]:
        """Names of its tasks, such as "classification"; the main task first."""
        ...


@runtime_checkable
class HasSamples(Protocol):
    """A learner that counts its samples."""

    @property
    def samples(self) -> int:
        """Number of environment steps, or of rows drawn."""
        ...


@runtime_checkable
class HasConfig(Protocol):
    """A learner that is made by `Class(config, seed)`; others are made by `Class(seed=seed)`."""

    @property
    def config(self) -> object:
        """Settings of the learner, a frozen dataclass."""
        ...


@runtime_checkable
class HasConfigClass(Protocol):
    """A learner class that names the dataclass of its settings."""

    @property
    def config_class(self) -> type[Any]:
        """The dataclass of the settings."""
        ...


@runtime_checkable
class JudgesPolicy(Protocol):
    """A learner that estimates state values under a given policy."""

    def judged_policy(self, model: Any) -> Array:
        """Return the given policy in a `TabularModel`. Shape [states, actions]."""
        ...


@runtime_checkable
class HasActionValues(Protocol):
    """A learner with a table of action values."""

    @property
    def action_values(self) -> Array:
        """Table of action values. Shape [states, actions], or [tiles, actions] if `Tiled`."""
        ...


@runtime_checkable
class Tiled(Protocol):
    """A tabular learner that states whether its rows are tiles instead of states."""

    @property
    def tiled(self) -> bool:
        """Whether the rows of the table are tiles."""
        ...


@runtime_checkable
class Named(Protocol):
    """An object with a name for titles and reports."""

    @property
    def name(self) -> str:
        """Name of the object."""
        ...


@runtime_checkable
class Clusters(Protocol):
    """A learner with the task "clustering"."""

    def assign(self, inputs: Array) -> Array:
        """Return the index of each row's cluster. Shape [rows]."""
        ...


@runtime_checkable
class HasDensity(Protocol):
    """A learner with the task "density"."""

    def log_likelihood(self, inputs: Array) -> Array:
        """Return the log-density of each row, in nats. Shape [rows]."""
        ...


@runtime_checkable
class Generates(Protocol):
    """A learner with the task "generation"."""

    def sample(self, count: int, generator: np.random.Generator) -> Array:
        """Draw new rows. Shape [count, features]."""
        ...


@runtime_checkable
class Discounted(Protocol):
    """Settings of a learner, or an environment, with a discount."""

    @property
    def discount(self) -> float:
        """Discount for one environment step."""
        ...


@runtime_checkable
class InBatches(Protocol):
    """Settings with a batch size."""

    @property
    def batch_size(self) -> int:
        """Rows in one step of the optimizer."""
        ...


@runtime_checkable
class Waits(Protocol):
    """Settings with the time of the first update."""

    @property
    def first_update(self) -> int:
        """Number of samples before the first update."""
        ...


# Environments


class World(Protocol):
    """An environment as Gymnasium defines it, from any library and with any wrappers."""

    @property
    def observation_space(self) -> Space[Any]:
        """Space of the observations."""
        ...

    @property
    def action_space(self) -> Space[Any]:
        """Space of the actions."""
        ...

    @property
    def metadata(self) -> dict[str, Any]:
        """Facts about the environment, among them "render_modes"."""
        ...

    @property
    def render_mode(self) -> str | None:
        """Form of the picture; None for no picture."""
        ...

    @property
    def spec(self) -> EnvSpec | None:
        """Specification that `gymnasium.make` used; None without it."""
        ...

    @property
    def unwrapped(self) -> World:
        """The environment without wrappers; test this object for capabilities."""
        ...

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Start an episode; return observation and info."""
        ...

    def step(self, action: Any) -> tuple[Any, SupportsFloat, bool, bool, dict[str, Any]]:
        """Take one step; return observation, reward, terminated, truncated and info."""
        ...

    def render(self) -> object:
        """Return a picture or a text; `render_mode` decides which."""
        ...

    def close(self) -> None:
        """Close windows and files."""
        ...


@runtime_checkable
class HasModel(Protocol):
    """An environment that may have an exact model, a `TabularModel`; `model_of` returns it."""

    @property
    def model(self) -> object:
        """The model of the environment, or None."""
        ...


@runtime_checkable
class MayChange(Protocol):
    """An environment that states whether its model changes from step to step."""

    @property
    def changing(self) -> bool:
        """Whether the model changes; by default it does not."""
        ...


@runtime_checkable
class Encodes(Protocol):
    """An environment whose observations are not the numbers of the states."""

    def encode(self, states: Array) -> Array:
        """Return the observations for states of the model. Shape [rows, ...]."""
        ...


@runtime_checkable
class HasLimit(Protocol):
    """An environment with its own time limit."""

    @property
    def max_episode_steps(self) -> int | None:
        """Environment steps until an episode is truncated; None for no limit."""
        ...


@runtime_checkable
class SavesItself(Protocol):
    """An environment that saves and restores its episode and its random generator."""

    def state(self) -> dict[str, Any]:
        """Return everything on which the rest of the episode depends, as JSON values."""
        ...

    def restore(self, state: dict[str, Any]) -> None:
        """Restore a saved state; if it does not fit, raise a ValueError and change nothing."""
        ...


@runtime_checkable
class HasPosition(Protocol):
    """An environment that gives the number of its state."""

    @property
    def position(self) -> int:
        """Number of the state; negative before the first reset."""
        ...


@runtime_checkable
class OnMap(Protocol):
    """A grid world with a map."""

    @property
    def layout(self) -> Any:
        """The `Layout` of the map."""
        ...

    @property
    def grid_states(self) -> Any:
        """The `GridStates`: row, column and keys of each state."""
        ...

    @property
    def position(self) -> int:
        """Number of the state; negative before the first reset."""
        ...


@runtime_checkable
class HasLayout(Protocol):
    """An environment that is made from a layout."""

    @property
    def layout(self) -> object:
        """The `Layout` of the environment."""
        ...


@runtime_checkable
class HasBoard(Protocol):
    """An environment with a board: a `Position` of a game, or places for states in a picture."""

    @property
    def board(self) -> object:
        """The board of the environment."""
        ...


@runtime_checkable
class HasRules(Protocol):
    """A board game with rules."""

    @property
    def rules(self) -> object:
        """The `Rules` of the game."""
        ...


@runtime_checkable
class HasObserver(Protocol):
    """A board game that turns positions into observations."""

    @property
    def observer(self) -> object:
        """The `Observer` that makes an observation from a position."""
        ...


@runtime_checkable
class HasBandit(Protocol):
    """A bandit: an environment with one state and several arms."""

    @property
    def bandit(self) -> object:
        """The `BanditModel` of the environment."""
        ...


@runtime_checkable
class NamesActions(Protocol):
    """An environment whose actions have names."""

    @property
    def action_names(self) -> Sequence[str]:
        """Names of the actions, in the order of their numbers."""
        ...


@runtime_checkable
class HasTable(Protocol):
    """A toy world of Gymnasium with its table of transitions."""

    @property
    def P(self) -> Mapping[int, Mapping[int, list[Any]]]:
        """Outcomes (probability, next state, reward, terminated) by state and action."""
        ...

    @property
    def initial_state_distrib(self) -> Array:
        """Distribution of the first state. Shape [states]."""
        ...


# Data


class Rows(Protocol):
    """Rows of data, such as a `DataSet`."""

    @property
    def name(self) -> str:
        """Name of the rows, for reports."""
        ...

    @property
    def kind(self) -> str:
        """Kind of the targets: "regression", "classification", "ratings" or "unlabelled"."""
        ...

    @property
    def inputs(self) -> Array:
        """Features of the rows. Shape [rows, features]."""
        ...

    @property
    def targets(self) -> Array | None:
        """Targets of the rows. Shape [rows]; None without targets."""
        ...

    @property
    def class_names(self) -> tuple[str, ...]:
        """Names of the classes; empty without classes."""
        ...

    def __len__(self) -> int: ...


class DataSource(Protocol):
    """Rows of data in separate parts, such as a `Split`."""

    @property
    def train(self) -> Rows:
        """Training rows."""
        ...

    @property
    def validation(self) -> Rows | None:
        """Validation rows, which score a learner during learning; None for none."""
        ...

    @property
    def test(self) -> Rows:
        """Test rows, which score a learner at the end."""
        ...


# Players


@runtime_checkable
class Chooses(Protocol):
    """A player of board games with a set of equally good moves in each position."""

    def moves(self, rules: Any, own: int, other: int) -> int:
        """Return the equally good moves, one bit for each move."""
        ...


# Questions with a default


def predicts_many(learner: object) -> bool:
    """Return whether a learner or its class acts in many worlds and predicts in batches."""
    return isinstance(learner, ManyRows) and learner.many


def is_one_shot(learner: object) -> bool:
    """Return whether a learner or its class takes all its samples in one call."""
    return isinstance(learner, OneShot) and learner.one_shot


def resumes(learner: object) -> bool:
    """Return whether a learner or its class can continue learning from a saved state."""
    return isinstance(learner, Resumable) and (
        not isinstance(learner, MayResume) or learner.resumes
    )


def judges(learner: object) -> bool:
    """Return whether a learner or its class estimates state values under a given policy."""
    return isinstance(learner, JudgesPolicy)


def tasks_of(learner: object) -> tuple[str, ...] | None:
    """Return the tasks of a learner on data or of its class; None for an agent."""
    return learner.tasks if isinstance(learner, OnData) else None


def config_class_of(learner: object) -> type[Any] | None:
    """Return the dataclass of the settings of a learner or its class; None if there is none."""
    return learner.config_class if isinstance(learner, HasConfigClass) else None


def name_of(learner: object) -> str:
    """Return the name of a learner for titles: its `name`, or the name of its class."""
    return learner.name if isinstance(learner, Named) else type(learner).__name__


def samples_of(learner: object, default: int = 0) -> int:
    """Return the number of samples that a learner has counted; the default if it does not count."""
    return int(learner.samples) if isinstance(learner, HasSamples) else default


def batch_size_of(learner: object) -> int:
    """Return the rows in one step of the optimizer; 0 if there is no such setting."""
    batched = isinstance(learner, HasConfig) and isinstance(learner.config, InBatches)
    return learner.config.batch_size if batched else 0  # type: ignore[attr-defined]


def first_update_of(config: object) -> int:
    """Return the number of samples before the first update; 0 if there is no such setting."""
    return int(config.first_update) if isinstance(config, Waits) else 0


def discount_of(thing: object, default: Default) -> float | Default:
    """Return the discount of an unwrapped environment or of settings, or the default."""
    return float(thing.discount) if isinstance(thing, Discounted) else default


def changes(world: object) -> bool:
    """Return whether the model of an unwrapped environment changes from step to step."""
    return isinstance(world, MayChange) and world.changing


def model_of(world: object, kind: type[Kind]) -> Kind | None:
    """Return the model of an unwrapped environment if it is of this kind; else None."""
    model = world.model if isinstance(world, HasModel) else None
    return model if isinstance(model, kind) else None


def layout_of(world: object, kind: type[Kind]) -> Kind | None:
    """Return the layout of an unwrapped environment if it is of this kind; else None."""
    layout = world.layout if isinstance(world, HasLayout) else None
    return layout if isinstance(layout, kind) else None


def board_of(world: object, kind: type[Kind]) -> Kind | None:
    """Return the board of an unwrapped environment if it is of this kind; else None."""
    board = world.board if isinstance(world, HasBoard) else None
    return board if isinstance(board, kind) else None


def rules_of(world: object, kind: type[Kind]) -> Kind | None:
    """Return the rules of an unwrapped environment if they are of this kind; else None."""
    rules = world.rules if isinstance(world, HasRules) else None
    return rules if isinstance(rules, kind) else None


def observer_of(world: object, kind: type[Kind]) -> Kind | None:
    """Return the observer of an unwrapped board game if it is of this kind; else None."""
    observer = world.observer if isinstance(world, HasObserver) else None
    return observer if isinstance(observer, kind) else None


def bandit_of(world: object, kind: type[Kind]) -> Kind | None:
    """Return the bandit of an unwrapped environment if it is of this kind; else None."""
    bandit = world.bandit if isinstance(world, HasBandit) else None
    return bandit if isinstance(bandit, kind) else None
