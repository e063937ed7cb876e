"""What can be watched of a learner whose knowledge fits no map: its greedy policy at play."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from spielfeld.envs.board_game.position import Position
from spielfeld.experiments.episodes import copy_of
from spielfeld.experiments.greedy import greedy_actor, predict_one
from spielfeld.experiments.pictures import View, below
from spielfeld.experiments.show import DataShow, Learn, Show, WorldShow, shown_values
from spielfeld.learning.data_sets.data_set import DataSet, Split
from spielfeld.protocols import board_of, name_of, predicts_many

PICTURES, PLAYED = 24, 48  # of an episode in a GIF, and how many of its steps they tell of


class PlayShow(Show):
    """A learner, and a copy of its world in which its greedy policy plays meanwhile.

    Args:
        learner: Has `predict`.
        source: Its environment, which can render "rgb_array".

    Raises:
        ValueError: If the world cannot be drawn.
    """

    keys = "P play"
    help = "P: what the policy expects of each move, on boards"
    speed, frames, milliseconds, moving = 2, 9, 60, True

    def __init__(
        self, learner: Any, source: Any, learn: Learn | None = None, title: str = ""
    ) -> None:
        self.world = drawable(source)
        if self.world is None:
            name, spec = title or name_of(learner), source.unwrapped.spec
            world = spec.id if spec else "this world"
            raise ValueError(
                f"{name} has no action_values to be shown here, and {world} cannot draw itself."
            )
        super().__init__(learner, source, learn, title)
        self._act = greedy_actor(learner, self.world)
        self._seen: Any = None
        self._info: dict[str, Any] = {}
        self._over, self._waited, self._episode, self._return, self._steps = True, 0, 0, 0.0, 0
        self._begin()

    @property
    def name(self) -> str:
        """The world's name."""
        return str(self.source.spec.id)

    def play(self) -> None:
        """Take a step of the greedy policy, or a new start a while after an end."""
        if self._over:
            self._waited += 1
            if self._waited > 10:
                self._begin()
            return
        action = self._act(self._seen, self._info)
        self._seen, reward, terminated, truncated, self._info = self.world.step(action)
        self._return += float(reward)
        self._steps += 1
        self._over = bool(terminated or truncated)

    def frame(self, view: View) -> Any:
        """Play a step and draw it."""
        shown = self._drawn(view)
        self.play()
        return shown

    def pictures(self, view: View) -> list[Any]:
        """Draw the beginning of an episode, as it would be played now."""
        self._begin()
        shown: list[Any] = []
        while len(shown) < PICTURES:
            shown.append(self._drawn(view))
            for _ in range(PLAYED // PICTURES):
                if not self._over:
                    self.play()
        return shown

    def _begin(self) -> None:
        self._episode += 1
        self._seen, self._info = self.world.reset(seed=self._episode)
        self._over, self._waited, self._return, self._steps = False, 0, 0.0, 0

    def _drawn(self, view: View) -> Any:
        learned = f"{self.samples:,} steps"
        if len(self.history):
            learned += f"   return {self.history['episode_return'][-20:].mean():.4g} exploring"
        greedy = f"greedy: return {self._return:.4g} after {self._steps:,} steps"
        return below(self._scene(view), [learned, greedy + "   the end" * self._over])

    def _scene(self, view: View) -> Any:
        board = board_of(self.world.unwrapped, Position)
        if board is not None:
            return self._of_board(board, view)
        from spielfeld.envs.grid_world.pygame_ce import pygame

        return pygame.surfarray.make_surface(np.asarray(self.world.render()).swapaxes(0, 1))

    def _of_board(self, board: Position, view: View) -> Any:
        from spielfeld.envs.board_game.renderer import draw

        if self._over or not view.policy:
            return draw(board)
        predicted = predict_one(self.learner, self._seen)
        return draw(board, values=np.where(self._info["action_mask"], predicted, np.nan))


def drawable(source: Any) -> Any:
    """Return a copy of an environment that draws itself, or None if it cannot."""
    if source.spec is None or "rgb_array" not in source.metadata.get("render_modes", ()):
        return None
    return copy_of(source, render_mode="rgb_array")


def shown_at_play(learner: Any, source: Any, learn: Learn) -> bool:
    """Whether a learner's knowledge is seen at play alone: no values belong on a map."""
    if predicts_many(learner) and board_of(source.unwrapped, Position) is not None:
        return True
    try:
        learn(0)  # makes what would be shown
        return shown_values(learner, source) is None
    except ValueError:
        return True


def show_of(learner: Any, source: Any, learn: Learn | None = None, title: str = "") -> Show:
    """Return what shows a learner on such a source."""
    if isinstance(source, DataSet | Split):
        return DataShow(learner, source, learn, title)
    at_play = shown_at_play(learner, source, learn or partial(learner.learn, source))
    return (PlayShow if at_play else WorldShow)(learner, source, learn, title)
