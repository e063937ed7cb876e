"""Protocols: everything that the experiments may ask of a learner, an environment or rows of data.

`Learner`, `Agent`, `World` and `DataSource` say which members each of them has. Every other
protocol names one optional capability, and `isinstance(thing, HasModel)` tells whether a thing has
it: type checkers know its members from there on. From Python 3.12 on, `isinstance` does not read a
property, so that one without a value gives None and raises no AttributeError. The functions at the
end give a default where a capability is missing. No other file asks an object for an attribute by
its name, except `snapshot.py`, `lazy.py` and one adapter for environments from elsewhere.

A capability of an environment is asked of `env.unwrapped`, since wrappers do not pass it on. The
flags of learners (`many`, `one_shot`, `resumes`, `tasks`) may be asked of the class as well.
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
        """Learn from `samples` more environment steps, or rows of data.

        Learning 2 x 500 samples is learning 1,000, unless the learner is `OneShot`.

        Args:
            source: An environment, or a `Split` or `DataSet` of rows.
            samples: How many; with 0 the learner only makes its arrays.

        Returns:
            The rows recorded meanwhile, the first column "samples"; None for none.
        """
        ...


@runtime_checkable
class Predicts(Protocol):
    """An object that predicts, and so can be scored."""

    def predict(self, inputs: Any) -> Array:
        """Return the predictions for inputs, and change nothing.

        Args:
            inputs: One observation or several; for a learner with `many`, and on data, always
                several. Shape [rows, ...].

        Returns:
            Action values or probabilities [rows, actions], continuous actions [rows, dimensions],
            or the outputs of a task on data [rows, outputs].
        """
        ...


@runtime_checkable
class Learner(Learns, Predicts, Protocol):
    """A learner: it learns from a source, and predicts."""


@runtime_checkable
class Agent(Learner, Protocol):
    """A learner that acts in an environment."""

    @property
    def samples(self) -> int:
        """Environment steps taken so far."""
        ...

    def act(self, observation: object) -> object:
        """Return an action, exploring as during learning."""
        ...


@runtime_checkable
class Resumable(Protocol):
    """A learner whose state can be saved, and restored in a new object."""

    def state(self) -> dict[str, Any]:
        """Return all that its predictions, and its further learning, depend on."""
        ...

    def restore(self, state: dict[str, Any], source: Any) -> None:
        """Take over a saved state; raise a ValueError if it does not fit."""
        ...


@runtime_checkable
class MayResume(Protocol):
    """A learner that says whether learning can go on from a saved state; by default it can."""

    @property
    def resumes(self) -> bool:
        """Whether it can. A state without this serves to predict only."""
        ...


@runtime_checkable
class OneShot(Protocol):
    """A learner that says whether it takes its whole budget in one call; by default it does not."""

    @property
    def one_shot(self) -> bool:
        """Whether it does."""
        ...


@runtime_checkable
class ManyRows(Protocol):
    """A learner that says whether it acts in copies of its environment and predicts in batches."""

    @property
    def many(self) -> bool:
        """Whether it does; by default it acts in one environment."""
        ...


@runtime_checkable
class OnData(Protocol):
    """A learner from rows of data."""

    @property
    def tasks(self) -> tuple[str, ...]:
        """The tasks that it can be scored by, such as "classification"; the main one first."""
        ...


@runtime_checkable
class HasSamples(Protocol):
    """A learner that counts the samples it has really taken."""

    @property
    def samples(self) -> int:
        """Environment steps, or rows drawn."""
        ...


@runtime_checkable
class HasConfig(Protocol):
    """A learner made by `Class(config, seed)`; others are made by `Class(seed=seed)`."""

    @property
    def config(self) -> object:
        """Its settings, a frozen dataclass."""
        ...


@runtime_checkable
class HasConfigClass(Protocol):
    """A learner class that names the dataclass of its settings."""

    @property
    def config_class(self) -> type[Any]:
        """The dataclass."""
        ...


@runtime_checkable
class JudgesPolicy(Protocol):
    """A learner of state values, under a policy that it does not choose."""

    def judged_policy(self, model: Any) -> Array:
        """Return that policy in a `TabularModel`. Shape [states, actions]."""
        ...


@runtime_checkable
class HasActionValues(Protocol):
    """A learner with a table of action values."""

    @property
    def action_values(self) -> Array:
        """The table. Shape [states, actions], or [tiles, actions] for a `Tiled` learner."""
        ...


@runtime_checkable
class Tiled(Protocol):
    """A tabular learner that says whether its rows are tiles instead of states."""

    @property
    def tiled(self) -> bool:
        """Whether they are."""
        ...


@runtime_checkable
class Named(Protocol):
    """An object with a name for titles and reports."""

    @property
    def name(self) -> str:
        """The name."""
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
        """Discount of one environment step."""
        ...


@runtime_checkable
class InBatches(Protocol):
    """Settings with a size of mini-batches."""

    @property
    def batch_size(self) -> int:
        """Rows of one step of the optimizer."""
        ...


@runtime_checkable
class Waits(Protocol):
    """Settings that tell when the first update comes."""

    @property
    def first_update(self) -> int:
        """Samples before the first update."""
        ...


# Environments


class World(Protocol):
    """An environment as Gymnasium defines it, from anywhere and however wrapped."""

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
        """Among others "render_modes"."""
        ...

    @property
    def render_mode(self) -> str | None:
        """How it renders; None for not at all."""
        ...

    @property
    def spec(self) -> EnvSpec | None:
        """What it was made from; None without `gymnasium.make`."""
        ...

    @property
    def unwrapped(self) -> World:
        """The environment itself, which is asked for capabilities."""
        ...

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Any, dict[str, Any]]:
        """Begin an episode; return observation and info."""
        ...

    def step(self, action: Any) -> tuple[Any, SupportsFloat, bool, bool, dict[str, Any]]:
        """Return observation, reward, terminated, truncated and info."""
        ...

    def render(self) -> object:
        """Return a picture or a text, as `render_mode` says."""
        ...

    def close(self) -> None:
        """Give back windows and files."""
        ...


@runtime_checkable
class HasModel(Protocol):
    """An environment that may be exactly a `TabularModel`; `model_of` tells whether it is."""

    @property
    def model(self) -> object:
        """The model, or None."""
        ...


@runtime_checkable
class MayChange(Protocol):
    """An environment that says whether its model changes from step to step."""

    @property
    def changing(self) -> bool:
        """Whether it does; by default it does not."""
        ...


@runtime_checkable
class Encodes(Protocol):
    """An environment whose observations are not the states' numbers."""

    def encode(self, states: Array) -> Array:
        """Return the observations of states of its model. Shape [rows, ...]."""
        ...


@runtime_checkable
class HasLimit(Protocol):
    """An environment with a time limit of its own."""

    @property
    def max_episode_steps(self) -> int | None:
        """Environment steps after which an episode is truncated; None for never."""
        ...


@runtime_checkable
class SavesItself(Protocol):
    """An environment that saves and restores its episode and its generator."""

    def state(self) -> dict[str, Any]:
        """Return all that the rest of an episode depends on, as JSON values."""
        ...

    def restore(self, state: dict[str, Any]) -> None:
        """Take over a saved state; raise a ValueError, and change nothing, if it does not fit."""
        ...


@runtime_checkable
class HasPosition(Protocol):
    """An environment that tells its state's number."""

    @property
    def position(self) -> int:
        """Number of the state; negative before the first reset."""
        ...


@runtime_checkable
class OnMap(Protocol):
    """A grid world, which has a map."""

    @property
    def layout(self) -> Any:
        """Its `Layout`."""
        ...

    @property
    def grid_states(self) -> Any:
        """Its `GridStates`: row, column and keys of each state."""
        ...

    @property
    def position(self) -> int:
        """Number of the state; negative before the first reset."""
        ...


@runtime_checkable
class HasLayout(Protocol):
    """An environment that was made from a layout."""

    @property
    def layout(self) -> object:
        """The `Layout`."""
        ...


@runtime_checkable
class HasBoard(Protocol):
    """An environment with a board: a `Position` of a game, or the places of states in a picture."""

    @property
    def board(self) -> object:
        """The board."""
        ...


@runtime_checkable
class HasRules(Protocol):
    """A board game."""

    @property
    def rules(self) -> object:
        """Its `Rules`."""
        ...


@runtime_checkable
class HasObserver(Protocol):
    """A board game that tells how a learner sees a position."""

    @property
    def observer(self) -> object:
        """Its `Observer`."""
        ...


@runtime_checkable
class HasBandit(Protocol):
    """An environment of one state with arms."""

    @property
    def bandit(self) -> object:
        """Its `BanditModel`."""
        ...


@runtime_checkable
class NamesActions(Protocol):
    """An environment whose actions have names."""

    @property
    def action_names(self) -> Sequence[str]:
        """The names by number."""
        ...


@runtime_checkable
class HasTable(Protocol):
    """A toy world of Gymnasium, which carries its table of transitions."""

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
        """Name for reports."""
        ...

    @property
    def kind(self) -> str:
        """What there is to predict: "regression", "classification", "ratings", "unlabelled"."""
        ...

    @property
    def inputs(self) -> Array:
        """Shape [rows, features]."""
        ...

    @property
    def targets(self) -> Array | None:
        """Shape [rows]; None without targets."""
        ...

    @property
    def class_names(self) -> tuple[str, ...]:
        """Name of each class; empty without classes."""
        ...

    def __len__(self) -> int: ...


class DataSource(Protocol):
    """Rows of data, divided, such as a `Split`."""

    @property
    def train(self) -> Rows:
        """Training rows."""
        ...

    @property
    def validation(self) -> Rows | None:
        """Validation rows, which score a learner while it learns; None for none."""
        ...

    @property
    def test(self) -> Rows:
        """Test rows, which score a learner in the end."""
        ...


# Players


@runtime_checkable
class Chooses(Protocol):
    """A player of board games that has a set of equally good moves in each position."""

    def moves(self, rules: Any, own: int, other: int) -> int:
        """Return these moves, one bit each."""
        ...


# Questions with a default


def predicts_many(learner: object) -> bool:
    """Tell whether a learner, or its class, acts in many worlds and predicts in batches."""
    return isinstance(learner, ManyRows) and learner.many


def is_one_shot(learner: object) -> bool:
    """Tell whether a learner, or its class, takes its whole budget in one call."""
    return isinstance(learner, OneShot) and learner.one_shot


def resumes(learner: object) -> bool:
    """Tell whether a learner, or its class, can go on from a saved state."""
    return isinstance(learner, Resumable) and (
        not isinstance(learner, MayResume) or learner.resumes
    )


def judges(learner: object) -> bool:
    """Tell whether a learner, or its class, predicts values of states under a given policy."""
    return isinstance(learner, JudgesPolicy)


def tasks_of(learner: object) -> tuple[str, ...] | None:
    """Return the tasks of a learner on data, or of its class; None for an agent."""
    return learner.tasks if isinstance(learner, OnData) else None


def config_class_of(learner: object) -> type[Any] | None:
    """Return the dataclass of settings of a learner, or of its class; None if it has none."""
    return learner.config_class if isinstance(learner, HasConfigClass) else None


def name_of(learner: object) -> str:
    """Return the name of a learner for titles: its own, or that of its class."""
    return learner.name if isinstance(learner, Named) else type(learner).__name__


def samples_of(learner: object, default: int = 0) -> int:
    """Return the samples that a learner has taken, by its own count if it has one."""
    return int(learner.samples) if isinstance(learner, HasSamples) else default


def batch_size_of(learner: object) -> int:
    """Return the rows of one step of the optimizer; 0 if the settings name none."""
    batched = isinstance(learner, HasConfig) and isinstance(learner.config, InBatches)
    return learner.config.batch_size if batched else 0  # type: ignore[attr-defined]


def first_update_of(config: object) -> int:
    """Return the samples before the first update, as far as settings tell; 0 otherwise."""
    return int(config.first_update) if isinstance(config, Waits) else 0


def discount_of(thing: object, default: Default) -> float | Default:
    """Return the discount of an unwrapped environment or of settings, or the default."""
    return float(thing.discount) if isinstance(thing, Discounted) else default


def changes(world: object) -> bool:
    """Tell whether the model of an unwrapped environment changes from step to step."""
    return isinstance(world, MayChange) and world.changing


def model_of(world: object, kind: type[Kind]) -> Kind | None:
    """Return the model of an unwrapped environment, if it has one of this kind."""
    model = world.model if isinstance(world, HasModel) else None
    return model if isinstance(model, kind) else None


def layout_of(world: object, kind: type[Kind]) -> Kind | None:
    """Return the layout of an unwrapped environment, if it has one of this kind."""
    layout = world.layout if isinstance(world, HasLayout) else None
    return layout if isinstance(layout, kind) else None


def board_of(world: object, kind: type[Kind]) -> Kind | None:
    """Return the board of an unwrapped environment, if it has one of this kind."""
    board = world.board if isinstance(world, HasBoard) else None
    return board if isinstance(board, kind) else None


def rules_of(world: object, kind: type[Kind]) -> Kind | None:
    """Return the rules of an unwrapped environment, if it is a game of this kind."""
    rules = world.rules if isinstance(world, HasRules) else None
    return rules if isinstance(rules, kind) else None


def observer_of(world: object, kind: type[Kind]) -> Kind | None:
    """Return how an unwrapped board game shows a position, if it tells so by this kind."""
    observer = world.observer if isinstance(world, HasObserver) else None
    return observer if isinstance(observer, kind) else None


def bandit_of(world: object, kind: type[Kind]) -> Kind | None:
    """Return the arms of an unwrapped environment, if it is a bandit of this kind."""
    bandit = world.bandit if isinstance(world, HasBandit) else None
    return bandit if isinstance(bandit, kind) else None
