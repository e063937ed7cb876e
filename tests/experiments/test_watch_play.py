"""Watching learners whose knowledge fits no map."""

import gymnasium as gym
import numpy as np
import pytest
from PIL import Image

from spielfeld import envs  # noqa: F401, registers the environments
from spielfeld.agents.tabular import QLearning
from spielfeld.experiments.pictures import DEFAULT_VIEW, View
from spielfeld.experiments.watch import (
    PICTURES,
    PlayShow,
    WorldShow,
    show_of,
    watch,
    watch_window,
)
from spielfeld.history import History
from tests.experiments.many_learner import Search


def board() -> gym.Env:
    return gym.make("spielfeld/TicTacToe-v0", opponent="rule")


def test_policies_play_where_no_values_belong_on_a_map() -> None:
    assert isinstance(show_of(Search(), gym.make("CartPole-v1")), PlayShow)
    assert isinstance(show_of(Search(), board()), PlayShow)
    lake = gym.make("spielfeld/FrozenLake-v0")
    assert isinstance(show_of(QLearning(), lake), WorldShow)


def test_each_picture_is_a_step_further_until_the_end() -> None:
    show = show_of(Search(), gym.make("CartPole-v1", max_episode_steps=4))
    seen = [show.frame(DEFAULT_VIEW).get_view("2").raw for _ in range(4)]
    assert len(set(seen)) == 4
    for _ in range(12):  # the end stays for a while, and is followed by another episode
        show.frame(DEFAULT_VIEW)
    assert show._episode == 2 and show._steps <= 1


def test_learning_is_not_touched_by_what_is_shown() -> None:
    watched, alone = Search(seed=4), Search(seed=4)
    show = show_of(watched, board())
    for _ in range(5):
        show.advance(40)
        show.frame(DEFAULT_VIEW)
        show.pictures(DEFAULT_VIEW)
    alone.learn(board(), 200)
    assert np.array_equal(watched.best, alone.best) and show.samples == watched.samples == 200


def test_board_shows_what_is_expected_of_each_move_unless_that_is_switched_off() -> None:
    show = show_of(Search(seed=1), board())
    shown, plain = (show._drawn(view).get_view("2").raw for view in (View(), View(policy=False)))
    assert shown != plain


def test_moving_picture_tells_of_episodes(tmp_path, monkeypatch) -> None:
    path = tmp_path / "learning.gif"
    env = gym.make("CartPole-v1", max_episode_steps=20)
    history = watch(Search(), env, 400, path, window=False)
    with Image.open(path) as image:
        assert image.n_frames > PICTURES and image.info["duration"] == 60
    assert history["samples"][-1] <= 400


def test_play_goes_on_in_the_window_when_learning_is_over(monkeypatch) -> None:
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    show = show_of(Search(), board())
    drawn, frame = [], show.frame
    monkeypatch.setattr(show, "frame", lambda view: drawn.append(view) or frame(view))
    watch_window(show, 100, hold=0.2)
    assert show.samples == 100 and len(drawn) >= 6


class Blind(gym.Env):
    """A world without pictures."""

    observation_space, action_space = gym.spaces.Discrete(1), gym.spaces.Discrete(2)


class Still:
    """Learns nothing, and has no table."""

    def learn(self, source: gym.Env, samples: int) -> History:
        return History()


def test_world_that_cannot_draw_itself_is_named() -> None:
    with pytest.raises(ValueError, match="this world cannot draw itself"):
        show_of(Still(), Blind())
