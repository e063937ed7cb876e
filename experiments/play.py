"""Playing a world: you at the keyboard, or a trained policy, in a window or in a terminal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from gymnasium.spaces import Discrete

from spielfeld.arrays import Floats
from spielfeld.envs.grid_world.layout import Layout, Tile
from spielfeld.envs.tabular import TabularModel
from spielfeld.experiments.pictures import View, map_size, picture
from spielfeld.experiments.screen import (
    HELP,
    HINTS,
    MOVES,
    NEW,
    QUIT,
    RUNNING,
    Key,
    Pace,
    Scene,
    Size,
    below,
    in_background,
    keys_line,
    patiently,
    run_text,
    run_window,
)
from spielfeld.protocols import HasPosition, NamesActions, OnMap, World, discount_of, model_of

if TYPE_CHECKING:
    from pygame import Surface

Policy = Callable[[Any], Any]
Actor = Callable[[Any, dict[str, Any]], Any]
SOLVING = "solving ..."
REST = 2.0  # seconds for which the end of an episode stays


class Hint(NamedTuple):
    """Values that a key shows.

    Args:
        title: Name of the values.
        compute: Returns the values; it may take long. Shape [states, actions].
    """

    title: str
    compute: Callable[[], Floats]


def play(
    env: World,
    policy: Policy | None = None,
    text: bool = False,
    seed: int | None = None,
    learned: Hint | None = None,
) -> None:
    """Play until the player quits.

    Args:
        env: A Gymnasium environment; a window needs a grid world or render mode "rgb_array".
        policy: Chooses the actions from observations; None lets you choose.
        text: Play in the terminal, which is also done if there is no display.
        seed: Seed of the first reset.
        learned: Values that were learned, as a hint.

    Raises:
        ValueError: If you are to choose, and the actions of the environment are not numbered.
    """
    actor = None if policy is None else lambda observation, info: policy(observation)
    play_by(env, actor, text, seed, learned)


def play_by(
    env: World, actor: Actor | None, text: bool, seed: int | None, learned: Hint | None = None
) -> None:
    """Play as `play` does; an actor chooses the actions from observations and infos."""
    if actor is None and not isinstance(env.action_space, Discrete):
        raise ValueError(
            f"Only worlds with numbered actions can be played, not {env.action_space}; "
            "`play --run RUN` shows a run that has learned."
        )
    scene = WorldScene(Game(env, actor, seed), learned)
    if text or not (isinstance(env.unwrapped, OnMap) or env.render_mode == "rgb_array"):
        return run_text(scene)
    from spielfeld.envs.grid_world.window import NoDisplayError, require_display

    try:
        require_display()  # before a foreign world draws itself, at which SDL would complain
        run_window(scene)
    except NoDisplayError as error:
        print(f"{error} Playing in the terminal.")
        run_text(scene)


@dataclass
class Game:
    """One episode after the other, acted by a player or a policy."""

    env: World
    actor: Actor | None = None
    seed: int | None = None
    total: float = 0.0
    steps: int = 0
    reward: float = 0.0
    over: bool = False
    event: str = ""
    observation: object = field(default=None, repr=False)
    info: dict[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self.restart(self.seed)

    def restart(self, seed: int | None = None) -> None:
        """Begin an episode."""
        self.observation, self.info = self.env.reset(seed=seed)
        self.total, self.steps, self.reward, self.over = 0.0, 0, 0.0, False
        self.event = "a new episode"

    def act(self, action: int) -> None:
        """Take one step, unless the episode is over or the action is not legal now."""
        if self.over or not self.allows(action):
            return
        world = self.env.unwrapped
        before = world.position if isinstance(world, OnMap) else None
        self.observation, reward, terminated, truncated, self.info = self.env.step(action)
        self.reward, self.total, self.steps = (
            float(reward),
            self.total + float(reward),
            self.steps + 1,
        )
        self.over = terminated or truncated
        self.event = "the end" if terminated else ""
        if isinstance(world, OnMap) and before is not None:
            self.event = what_happened(world, before, action, self.reward, terminated)
        if truncated and not terminated:
            self.event = "the time is up"

    def allows(self, action: int) -> bool:
        """Whether an action is legal now, if the world has an action mask."""
        mask = self.info.get("action_mask")
        return mask is None or bool(mask[action])

    def follow(self) -> None:
        """Let the policy act, or begin the next episode."""
        if self.over:
            self.restart()
        elif self.actor is not None:
            self.act(self.actor(self.observation, self.info))

    def status(self) -> str:
        """Return the numbers of this episode."""
        return f"steps {self.steps}   reward {self.reward:g}   return {self.total:g}"

    def news(self) -> str:
        """Return the last event in words."""
        return f"{self.event}: return {self.total:g}; press N" if self.over else self.event


class WorldScene(Scene):
    """A game in a world.

    Args:
        game: The game.
        learned: Values that were learned, which the first hint shows.
    """

    def __init__(self, game: Game, learned: Hint | None = None) -> None:
        self.game, self.pace = game, Pace()
        world = game.env.unwrapped
        self.layout = world.layout if isinstance(world, OnMap) else None
        self.title = self.layout.name if self.layout and self.layout.name else "Spielfeld"
        self.hints = [learned] if learned else []
        if model_of(world, TabularModel) is not None:
            self.hints.append(Hint("perfect values", partial(solve, game.env)))
        self.hint: Hint | None = None
        self._values: dict[str, Future[Floats]] = {}
        self._moves = {} if game.actor else move_keys(world)
        self.actions = {
            **(self.pace.commands() if game.actor else {}),
            NEW: self._restart, HINTS: self._next_hint, HELP: self.help, QUIT: self.quit,
        }  # fmt: skip
        if not self.hints:
            del self.actions[HINTS]
        self.table = (*self._moves, *self.actions)

    @property
    def moves(self) -> str:
        """Words for the moves: letters where there are some, else names."""
        words = [_letters(key) if self.layout else key.words[0] for key in self._moves]
        if len(words) > 12:
            words[3:-1] = ["..."]
        return " ".join(words)

    def press(self, name: str) -> bool:
        """Take the step of a key."""
        for key, action in self._moves.items():
            if name in key.keys:
                self.game.act(action)
                return True
        return False

    def write(self, word: str) -> str | None:
        """Take the step of a word, if it is legal; after Enter the step of the policy."""
        if self.game.actor and word == "":
            self.game.follow()
            return ""
        for key, action in self._moves.items():
            if word in (*key.words, *key.keys) and self.game.allows(action):
                self.game.act(action)
                return ""
        return None

    def wait(self, seconds: float) -> None:
        """Let time go by, and the policy act in it."""
        if self.game.actor and self.pace.due(seconds, REST if self.game.over else None):
            self.pace.acted()
            self.game.follow()

    def _restart(self) -> str:
        self.game.restart()
        return ""

    def _next_hint(self) -> str:
        """Show the next values, or none."""
        place = self.hints.index(self.hint) + 1 if self.hint else 0
        self.hint = self.hints[place] if place < len(self.hints) else None
        if self.hint and self.hint.title not in self._values:
            self._values[self.hint.title] = in_background(self.hint.compute)
        return ""

    def picture(self, size: Size | None) -> Surface:
        """Draw the world, the hints if they are on, and the last events."""
        game = self.game
        keys = keys_line([key for key in (*self.actions,) if key not in RUNNING[:1]])
        if self._moves:
            keys = f"{self._how_to_move()}: move    {keys}"
        lines = [game.news() + (f"     ({self._hint_words()})" if self.hint else ""), keys]
        if self.layout is None:
            return below(_surface(game.env.render()), [game.status(), *lines])
        values = self._known()
        view = View("none" if values is None else "states", policy=values is not None)
        shown = picture(game.env, values, view, game.status())
        return below(shown, lines, map_size(self.layout, None)[1])

    def _how_to_move(self) -> str:
        if self.layout is None:
            return f"{self.moves}"
        return "arrows, Q E Y C" if self.layout.moves == "king" else "arrows or WASD"

    def _known(self) -> Floats | None:
        """Return the values to show, if they are already computed."""
        future = self._values.get(self.hint.title) if self.hint else None
        return future.result() if future and future.done() else None

    def _hint_words(self) -> str:
        assert self.hint is not None
        return self.hint.title if self._known() is not None else SOLVING

    def text(self) -> str:
        """Return the world in characters, the last event, and the best actions if shown."""
        lines = ["", self._world(), f"{self.game.status()}   {self.game.news()}"]
        world = self.game.env.unwrapped
        if self.hint and isinstance(world, HasPosition):
            values = patiently(self._values[self.hint.title].result, SOLVING)
            lines.append(f"{self.hint.title}: {self._best(values[world.position])}")
        return "\n".join(lines)

    def _best(self, values: Floats) -> str:
        """Write the values of the actions of a state, from the best on."""
        if self.game.over:
            return "the episode is over"
        world = self.game.env.unwrapped
        names = [key.words[0] for key in self._moves or move_keys(world)]
        order = np.argsort(-values, kind="stable")
        legal = [action for action in order.tolist() if np.isfinite(values[action])]
        return "   ".join(f"{names[action]} {values[action]:.4g}" for action in legal)

    def _world(self) -> str:
        """Return the world in characters, or else its observation."""
        env, world = self.game.env, self.game.env.unwrapped
        if env.render_mode == "ansi":
            return str(env.render()).rstrip()
        if not isinstance(world, OnMap):
            return f"observation {self.game.observation}"
        row, column = world.grid_states.cells[world.position].tolist()
        rows = list(world.layout.rows)
        rows[row] = f"{rows[row][:column]}@{rows[row][column + 1 :]}"
        return "\n".join(rows)


def _letters(key: Key) -> str:
    return next((name for name in key.keys if len(name) == 1), key.words[0])


def move_keys(world: World) -> Mapping[Key, int]:
    """Return the action of each key; numbers where actions have no names.

    Empty where actions are not numbered.
    """
    if not isinstance(world.action_space, Discrete):
        return {}
    if isinstance(world, OnMap):
        return {MOVES[name]: action for action, name in enumerate(world.layout.actions)}
    names = world.action_names if isinstance(world, NamesActions) else ()
    names = names or tuple(map(str, range(int(world.action_space.n))))
    numbered = any(name.isdecimal() for name in names)
    keys = [name if len(name) == 1 or numbered else str(k) for k, name in enumerate(names)]
    return {
        Key((name,), (key,), f"action {name}"): action
        for action, (name, key) in enumerate(zip(names, keys, strict=True))
    }


def solve(env: World) -> Floats:
    """Return the optimal action values of an environment's model. Shape [states, actions].

    Raises:
        ValueError: If the world has no model.
    """
    from spielfeld.agents.planning import value_iteration

    world = env.unwrapped
    model = model_of(world, TabularModel)
    if model is None:
        raise ValueError("This world has no model, so it cannot be solved.")
    try:
        return value_iteration(model, discount_of(world, 1.0)).action_values
    except ValueError:  # a world without an end has no values without a discount
        return value_iteration(model, 0.99).action_values


def _surface(pixels: object) -> Surface:
    from spielfeld.envs.grid_world.pygame_ce import pygame

    return pygame.surfarray.make_surface(np.asarray(pixels).swapaxes(0, 1))


def what_happened(world: OnMap, before: int, action: int, reward: float, end: bool) -> str:
    """Return the effect of a step in a grid world, in words.

    Args:
        world: After the step.
        before: The state before the step.
        action: Number of the action taken.
        reward: Paid for the step.
        end: Whether the step ended the episode.
    """
    layout, states, after = world.layout, world.grid_states, world.position
    (row, column), old = states.cells[after].tolist(), states.cells[before].tolist()
    character, left = layout.rows[row][column], layout.tile(*old)
    if end:
        name = layout.legend[character].name or character
        return f"reached the {name}" if character in layout.goals else f"fell into the {name}"
    taken = set(states.held_at(after)) - set(states.held_at(before))
    if taken:
        return f"took the {taken.pop()} key"
    if left.exit_to is not None:
        return f"{left.name or 'carried'}: on to {character}"
    passed = _passed(layout, character, reward, [row, column], old)
    if passed is not None:
        return _moved_on(layout, passed)
    return _moved(layout, action, [row, column], old)


def _passed(
    layout: Layout, character: str, reward: float, here: list[int], old: list[int]
) -> Tile | None:
    """Return the tile that moved the agent on, if that explains place and reward of the step."""
    far = np.abs(np.subtract(here, old)).sum() > 1
    for tile in layout.legend.values():
        paid = layout.step_reward if tile.reward is None else tile.reward
        if tile.to == character and reward == paid and (far or paid != layout.step_reward):
            return tile
    return None


def _moved_on(layout: Layout, tile: Tile) -> str:
    if tile.to is not None and layout.legend[tile.to].start:
        return f"fell ({tile.name}): back to the start" if tile.name else "back to the start"
    return f"{tile.name or 'portal'}: on to {tile.to}"


def _moved(layout: Layout, action: int, here: list[int], old: list[int]) -> str:
    name = layout.actions[action]
    if here == old:
        return "stayed" if name == "stay" else "bumped"
    return name
