"""Playing a world: you at the keyboard, or a trained policy, in a window or in a terminal."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from spielfeld.experiments.game import Game, Policy, action_keys
from spielfeld.experiments.pictures import View, below, has_map, map_size, picture
from spielfeld.experiments.play_text import play_text

FRAMES_PER_SECOND = 30
PACES = (0.5, 1, 2, 4, 8, 15, 30)  # actions a second of a policy
YOURS = "arrows or WASD: move     R: restart     H: hints     Escape: end"
DIAGONAL = "arrows or WASD, Q E Y C: move     R: restart     H: hints     Escape: end"
ITS = "+ -: speed     space: pause     R: restart     H: hints     Escape: end"
HINTS, PLAIN = View("states", policy=True), View("none", policy=False)


def play(
    env: Any, policy: Policy | None = None, text: bool = False, seed: int | None = None
) -> None:
    """Play until the player has had enough.

    Args:
        env: A Gymnasium environment; a window needs a grid world or render mode "rgb_array".
        policy: Chooses the actions from observations; None lets you choose.
        text: Play in the terminal, which is also done if there is no display.
        seed: Of the first reset.

    Raises:
        ValueError: If you are to choose, and the actions of the environment are not numbered.
    """
    from gymnasium.spaces import Discrete

    if policy is None and not isinstance(env.action_space, Discrete):
        raise ValueError(
            f"Only worlds with numbered actions can be played, not {env.action_space}; "
            "`play --run RUN` shows a run that has learned."
        )
    game = Game(env, policy, seed)
    if text or not (has_map(env.unwrapped) or env.render_mode == "rgb_array"):
        return play_text(game)
    from spielfeld.envs.grid_world.window import NoDisplayError, require_display

    try:
        require_display()  # before a foreign world draws itself, at which SDL would complain
        _play_window(game)
    except NoDisplayError as error:
        print(f"{error} Playing in the terminal.")
        play_text(game)


@dataclass
class Table:
    """A game in a window: what the keys have asked for so far."""

    game: Game
    hints: bool = False
    paused: bool = False
    pace: int = 2
    ended: bool = False
    waiting: float = 0.0
    _plan: Any = field(default=None, repr=False)

    def press(self, event: Any) -> None:
        """Do what the key of a pygame event stands for."""
        from spielfeld.envs.grid_world.pygame_ce import pygame

        if event.type == pygame.QUIT:
            self.ended = True
        if event.type != pygame.KEYDOWN:
            return
        name = event.unicode if event.unicode in ("+", "-") else pygame.key.name(event.key)
        if name == "escape":
            self.ended = True
        elif name == "r":
            self.game.restart()
        elif name == "h":
            self.hints = not self.hints
        elif self.game.policy is not None:
            self._set_pace(name)
        else:
            self._move(name)

    def _set_pace(self, name: str) -> None:
        if name == "space":
            self.paused = not self.paused
        faster = {"+": 1, "=": 1, "up": 1, "[+]": 1, "-": -1, "down": -1, "[-]": -1}.get(name, 0)
        self.pace = min(len(PACES) - 1, max(0, self.pace + faster))

    def _move(self, name: str) -> None:
        action = action_keys(self.game.env.unwrapped).get(name)
        if action is not None:
            self.game.act(action)

    def wait(self, seconds: float) -> None:
        """Let time go by, and the policy act in it."""
        self.waiting += 0.0 if self.paused or self.game.policy is None else seconds
        pause = 2.0 if self.game.over else 1 / PACES[self.pace]
        if self.waiting >= pause:
            self.waiting = 0.0
            self.game.follow()

    def picture(self) -> Any:
        """Draw the world, the hints if they are asked for, and what happened."""
        game, world = self.game, self.game.env.unwrapped
        keys = ITS if game.policy is not None else YOURS
        if keys is YOURS and has_map(world) and world.layout.moves == "king":
            keys = DIAGONAL
        if not has_map(world):
            return below(_surface(game.env.render()), [game.status(), game.news(), keys])
        values = self._solved() if self.hints else None
        shown = picture(game.env, values, HINTS if self.hints else PLAIN, game.status())
        return below(shown, [game.news(), keys], map_size(world.layout, None)[1])

    def _solved(self) -> Any:
        """Return the optimal action values, computed when they are first asked for."""
        if self._plan is None:
            self._plan = solve(self.game.env)
        return self._plan


def solve(env: Any) -> Any:
    """Return the optimal action values of an environment's model. Shape [states, actions]."""
    from spielfeld.agents.planning import value_iteration

    world = env.unwrapped
    try:
        return value_iteration(world.model, world.discount).action_values
    except ValueError:  # a world without an end has no values without a discount
        return value_iteration(world.model, 0.99).action_values


def _surface(pixels: Any) -> Any:
    from spielfeld.envs.grid_world.pygame_ce import pygame

    return pygame.surfarray.make_surface(pixels.swapaxes(0, 1))


def _play_window(game: Game) -> None:
    from spielfeld.envs.grid_world.window import Window

    table, layout = Table(game), getattr(game.env.unwrapped, "layout", None)
    first = table.picture()
    title = layout.name if layout and layout.name else "Spielfeld"
    window = Window(title, first.get_size(), FRAMES_PER_SECOND, ends_program=False)
    try:
        window.show(first)
        while not table.ended:
            for event in window.events():
                table.press(event)
            table.wait(1 / FRAMES_PER_SECOND)
            window.show(table.picture())
    finally:
        window.close()
