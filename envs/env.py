"""Gymnasium environment for all finite worlds.

A world is a function that returns a `World`: a `TabularModel`, with descriptions and pictures of
its states. `TabularEnv` acts in a world, and `vector.py` in many copies of it at once.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Protocol, SupportsInt, TypeVar

import gymnasium as gym
import numpy as np
import numpy.typing as npt
from gymnasium.envs.registration import load_env_creator
from gymnasium.spaces import Discrete, Space

from spielfeld import guard, snapshot
from spielfeld.arrays import Array, Booleans, Bytes
from spielfeld.envs.catalogue import MAKERS
from spielfeld.envs.tabular import TabularModel, noisy_reward, sample_start
from spielfeld.snapshot import Counter, Index

if TYPE_CHECKING:
    from spielfeld.envs.grid_world.dynamics import GridStates
    from spielfeld.envs.grid_world.layout import Layout
    from spielfeld.envs.grid_world.pygame_ce import Surface
    from spielfeld.envs.grid_world.window import Window

States = int | npt.NDArray[np.integer[Any]]
Observed = int | Array
Info = dict[str, Array]
Kind = TypeVar("Kind")
Row = tuple[list[float], list[tuple[int, float, bool]]]


class Observation(Protocol):
    """Turns states into observations of `space`; always returns new arrays."""

    @property
    def space(self) -> Space[Any]:
        """Space that contains every observation."""
        ...

    def __call__(self, states: States) -> Observed:
        """Return the observation of one state (int) or of several (integers [n])."""
        ...


@dataclass(frozen=True, eq=False)
class TableObservation:
    """Observation that a table lists for each state.

    Args:
        space: Space that contains every row of `table`.
        table: Integers, one row for each state. Shape [states] or [states, digits].
    """

    space: Space[Any]
    table: npt.NDArray[np.int64]

    def __call__(self, states: States) -> Observed:
        """Return the observation of one state (int) or of several (integers [n])."""
        seen = np.array(self.table[states])
        return int(seen) if seen.ndim == 0 else seen


@dataclass(frozen=True, eq=False)
class World:
    """A finite world, with descriptions and pictures of its states.

    Args:
        name: Title of the world.
        source: Book or paper that the world comes from.
        model: Probabilities, next states and rewards.
        actions: Name of each action: one word or number.
        tell: Function that describes a state, given by its number, in words or characters.
        board: State that a picture shows at each place; -1 for none. Shape [rows, columns]. By
            default a board of all states in the order of their numbers, or the layout.
        discount: Discount of the world's returns.
        max_episode_steps: Time limit in environment steps; None for no limit.
        observation: The agent's observation; None for the number of the state.
        layout: Layout of a grid world, which pictures show.
        states: Meaning of the states of a grid world.
    """

    name: str
    source: str
    model: TabularModel
    actions: tuple[str, ...]
    tell: Callable[[int], str]
    board: npt.NDArray[np.int64] | None = None
    discount: float = 1.0
    max_episode_steps: int | None = None
    observation: Observation | None = None
    layout: Layout | None = None
    states: GridStates | None = None

    def limit(self, time_limit: int | None, max_episode_steps: int | None = None) -> int | None:
        """Return the time limit in environment steps; None for no limit.

        Args:
            time_limit: Replaces the limit of the world; 0 means no limit.
            max_episode_steps: A second limit; the shorter one applies.

        Raises:
            ValueError: If an argument is no whole number of steps.
        """
        if time_limit is not None and not (isinstance(time_limit, int) and time_limit >= 0):
            raise ValueError(f"time_limit must be 0 (none) or more steps, not {time_limit!r}.")
        own = self.max_episode_steps if time_limit is None else time_limit
        return min(filter(None, (own, guard.steps(max_episode_steps))), default=None)

    @cached_property
    def told(self) -> tuple[str, ...]:
        """The description of every state."""
        return tuple(map(self.tell, range(self.model.states)))

    def draw(self, state: int) -> Surface:
        """Return a new picture of the world with the agent in a state."""
        from spielfeld.envs.grid_world import renderer

        if self.layout is not None and self.states is not None:
            row, column = self.states.cells[state].tolist()
            keys = self.states.held_at(state)
            return renderer.draw(self.layout, position=(row, column), keys=keys)
        board = folded(self.model.states) if self.board is None else self.board
        ends = tuple(np.flatnonzero(self.model.terminal).tolist())
        return renderer.draw_board(board, ends, state, self.told)


def tabular_world(model: TabularModel, discount: float = 1.0) -> World:
    """Return a world that consists of a model only.

    Args:
        model: The model.
        discount: Discount of the world's returns.
    """
    actions = tuple(map(str, range(model.actions)))
    return World("Finite world", "", model, actions, "state {}\n".format, discount=discount)


def folded(states: int) -> npt.NDArray[np.int64]:
    """Return a board of all states in the order of their numbers, with width about 2 * height."""
    width = math.ceil(math.sqrt(2 * states))
    board = np.arange(math.ceil(states / width) * width)
    return np.where(board < states, board, -1).reshape(-1, width)


Made = World | TabularModel | Callable[..., World] | str


def make_world(world: Made, options: dict[str, Any]) -> World:
    """Return a world, made from a model, a function or the name of a function.

    Args:
        world: A `World`; a model; a function that returns a `World`; or the "module:function" of
            a world of Spielfeld.
        options: Arguments of the function.

    Raises:
        ValueError: If Spielfeld has no such function. The name may come from a file, so no
            other function is called.
    """
    if isinstance(world, World):
        if options:
            raise ValueError(f"The world is already made, so {', '.join(options)} has no effect.")
        return world
    if isinstance(world, TabularModel):
        return tabular_world(world, **options)
    if isinstance(world, str):
        return made_by(world, World, options)
    return world(**options)


def made_by(place: str, kind: type[Kind], options: dict[str, Any]) -> Kind:
    """Return the object that a function of Spielfeld makes.

    Args:
        place: "module:function".
        kind: Class of the object.
        options: Arguments of the function.

    Raises:
        ValueError: If Spielfeld has no such function. The name may come from a file, so no other
            function is called.
    """
    made = load_env_creator(place)(**options) if place in MAKERS else None
    if not isinstance(made, kind):
        raise ValueError(f"{place!r} is no world of Spielfeld: pass the function itself.")
    return made


class TabularEnv(gym.Env[Observed, int]):
    """Environment of a finite world; its model gives every probability and reward.

    | card        | kind                                                                     |
    |-------------|--------------------------------------------------------------------------|
    | observation | `Discrete(states)`, int, unless the world has another observation        |
    | action      | `Discrete(actions)`; `info["action_mask"]` (int8) if some are illegal    |
    | reward      | float, from the model                                                    |
    | end         | `terminated` from the model; `truncated` only by the time limit          |
    | state       | `state()`: dict of position (int), elapsed (int), np_random (dict)       |

    Each reset and each step draws exactly one `np_random.random()`. In mode "human" a window shows
    every step.

    >>> import gymnasium, spielfeld.envs
    >>> env = gymnasium.make("spielfeld/CliffWalking-v0", render_mode="ansi")
    >>> observation, info = env.reset(seed=1)
    >>> env.step(1)
    (36, -100.0, False, False, {})
    >>> env.render().splitlines()[3]
    '@CCCCCCCCCCG'

    Args:
        world: A `TabularModel`, a `World`, or a function that returns one.
        max_episode_steps: Time limit in environment steps, in addition to that of the world.
        time_limit: Time limit that replaces the world's limit; 0 for no limit.
            `gymnasium.make(..., max_episode_steps=...)` can only shorten it.
        render_mode: None, "ansi" (text), "rgb_array" (uint8 [height, width, 3]) or "human".
        **options: Arguments of the function.

    Raises:
        ValueError: If an option does not fit, or the render mode is unknown. Also if an action is
            illegal in the present state.
    """

    metadata: dict[str, Any] = {  # noqa: RUF012
        "render_modes": ["ansi", "rgb_array", "human"],
        "render_fps": 10,
    }
    saved: ClassVar = ("position", "elapsed", "np_random")
    state, restore = snapshot.state, snapshot.restore
    observation_space: Space[Any]
    action_space: Discrete[Any]
    position: Annotated[int, Index("states", none=True)]
    elapsed: Counter
    board: npt.NDArray[np.int64]  # only in small worlds
    layout: Layout  # only in grid worlds
    grid_states: GridStates  # only in grid worlds

    def __init__(
        self,
        world: Made,
        max_episode_steps: int | None = None,
        time_limit: int | None = None,
        render_mode: str | None = None,
        **options: object,
    ) -> None:
        require_render_mode(render_mode, self.metadata["render_modes"])
        self.world = world = make_world(world, options)
        self.model, self.discount, self.render_mode = world.model, world.discount, render_mode
        self.action_names, self.encode = world.actions, world.observation
        if world.board is not None:
            self.board = world.board
        if world.layout is not None and world.states is not None:
            self.layout, self.grid_states = world.layout, world.states
        self.max_episode_steps = world.limit(time_limit, max_episode_steps)
        self._limit = self.max_episode_steps or math.inf
        self._masked = not bool(world.model.legal_actions.all())
        self._noisy = world.model.reward_deviation is not None
        self.observation_space = space_of(world)
        actions = self.model.actions
        self.action_space = LegalActions(self) if self._masked else Discrete(actions)
        self._rows: dict[int, dict[int, Row]] = {}
        self._window: Window | None = None
        self.position, self.elapsed = -1, 0

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observed, Info]:
        """Start an episode; see `gymnasium.Env.reset`."""
        super().reset(seed=seed)
        self.elapsed = 0
        self.position = sample_start(self.model.arrays, self.np_random.random())
        if self.render_mode == "human":
            self.render()
        return self._observe(), self._info()

    def step(self, action: SupportsInt) -> tuple[Observed, float, bool, bool, Info]:
        """Take an action; see `gymnasium.Env.step`."""
        try:
            cumulative, outcomes = self._rows[self.position][action]  # type: ignore[index]
        except (KeyError, TypeError):
            action = self._legal(action)
            cumulative, outcomes = self._row(action)
        draw = self.np_random.random()
        outcome = bisect_right(cumulative, draw)
        before = self.position
        self.position, reward, terminated = outcomes[outcome]
        if self._noisy:
            reward = float(noisy_reward(self.model.arrays, before, int(action), outcome, draw))
        self.elapsed += 1
        if self.render_mode == "human":
            self.render()
        return self._observe(), reward, terminated, self.elapsed >= self._limit, self._info()

    def render(self) -> str | Bytes | None:
        """Return the world as text or as pixels, or show it in a window."""
        if self.render_mode is None:
            return None
        if self.render_mode == "ansi":
            return self.world.tell(self.position)
        picture, pace = self.world.draw(self.position), self.metadata["render_fps"]
        return rendered(self, picture, self.world.name, pace)

    def close(self) -> None:
        """Close the window, if there is one."""
        close_window(self)

    def index_bounds(self) -> dict[str, int]:
        """Return the bounds of the indices in a saved state."""
        return {"states": self.model.states}

    def _observe(self) -> Observed:
        return self.position if self.encode is None else self.encode(self.position)

    def _info(self) -> Info:
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
        """Copy one row of the model into plain lists, which are the fastest to sample from."""
        model, place = self.model, (self.position, action)
        count = int(np.flatnonzero(model.probability[place]).max()) + 1
        columns = (model.next_state, model.reward, model.terminated)
        outcomes = zip(*(column[place][:count].tolist() for column in columns), strict=True)
        row = model.arrays.cumulative[place][:count].tolist(), list(outcomes)
        self._rows.setdefault(self.position, {})[action] = row
        return row


class Windowed(Protocol):
    """An environment that draws itself, and owns a window in mode "human"."""

    render_mode: str | None
    _window: Window | None


def rendered(env: Windowed, picture: Surface, title: str, frames_per_second: float) -> Bytes | None:
    """Return a picture as pixels in mode "rgb_array"; otherwise show it in the window.

    Args:
        env: The environment that draws itself.
        picture: Its picture.
        title: Title of the window.
        frames_per_second: Most pictures that the window shows in a second.
    """
    from spielfeld.envs.grid_world.renderer import to_array
    from spielfeld.envs.grid_world.window import Window

    if env.render_mode == "rgb_array":
        return to_array(picture)
    if env._window is None:
        env._window = Window(title, picture.get_size(), frames_per_second)
    env._window.show(picture)
    return None


def close_window(env: Windowed) -> None:
    """Close the window of an environment, if there is one."""
    if env._window is not None:
        env._window.close()
    env._window = None


class LegalActions(Discrete[np.int64]):
    """Actions of a world in which some are illegal in some states; samples legal actions."""

    def __init__(self, env: TabularEnv) -> None:
        super().__init__(env.model.actions)
        self._env = env

    def sample(self, mask: Array | None = None, probability: Array | None = None) -> np.int64:
        """Return a random action, by default one that is legal in the present state.

        Before the first episode and after the end of an episode, it is legal in every start state.
        """
        if mask is None and probability is None:
            mask = self._legal().astype(np.int8)
        return super().sample(mask, probability)

    def _legal(self) -> Booleans:
        model, position = self._env.model, self._env.position
        ended = position < 0 or model.terminal[position]
        states = model.start > 0 if ended else [position]
        legal: Booleans = np.logical_and.reduce(model.legal_actions[states], axis=0)
        return legal


def space_of(world: World) -> Space[Any]:
    """Return the space of a world's observations."""
    return Discrete(world.model.states) if world.observation is None else world.observation.space


def require_render_mode(render_mode: str | None, known: list[str]) -> None:
    """Check that a render mode is known.

    Raises:
        ValueError: If it is not; the message names the known ones.
    """
    if render_mode is not None and render_mode not in known:
        modes = ", ".join(known)
        raise ValueError(f"Unknown render mode {render_mode!r}; this world has: {modes}.")
