"""Keys and words: the same for windows and terminals, for grids and boards, and on a page."""

import io
import sys
import threading
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest

from spielfeld import envs  # noqa: F401  (registers the worlds)
from spielfeld.envs.board_game import TIC_TAC_TOE
from spielfeld.envs.grid_world.pygame_ce import pygame
from spielfeld.envs.grid_world.renderer import to_array
from spielfeld.envs.grid_world.window import Window
from spielfeld.experiments import play as playing
from spielfeld.experiments import screen
from spielfeld.experiments.board_play.match import Match, Player
from spielfeld.experiments.board_play.table import BoardScene
from spielfeld.experiments.play import Game, Hint, WorldScene
from spielfeld.experiments.screen import TABLES, page, run_text, run_window, send

KEYS_PAGE = Path(__file__).resolve().parents[2] / "docs" / "keys.md"
FIRST_FREE = Player("first free", lambda position: position.legal_actions[0])
KINDS = ("grid", "run", "board", "watched board")


def scene_of(kind):
    if kind.endswith("board"):
        return BoardScene(Match(TIC_TAC_TOE, FIRST_FREE, watching=kind != "board"))
    env = gym.make("spielfeld/CliffWalking-v0")
    return WorldScene(Game(env, None if kind == "grid" else lambda state, info: 0, seed=1))


def table_of(kind):
    names = {"grid": "You act in a world", "run": "A run acts in a world"}
    return TABLES[names.get(kind, "A board")]


def pressed(name):
    """Return the event of a key by pygame's name for it."""
    typed = name if name in ("+", "-", "?") else ""
    code = getattr(pygame, f"K_{name.upper() if len(name) > 1 else name}", pygame.K_0)
    return pygame.event.Event(pygame.KEYDOWN, key=code, unicode=typed, mod=0, scancode=0)


def typed(monkeypatch, lines, scene):
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
    run_text(scene)
    return scene


def standing(scene):
    """Return all that a command can change."""
    if isinstance(scene, BoardScene):
        match = scene.match
        return match.moves, match.seat, match.watching, scene.shown, scene.ended
    game, hint = scene.game, scene.hint
    return game.env.unwrapped.position, game.steps, hint and hint.title, scene.ended


def settled(scene):
    """Let the opponent reply, as it does in a window by and by."""
    scene.settle()
    return standing(scene)


def test_the_page_lists_the_keys_and_words_that_there_are():
    assert KEYS_PAGE.read_text(encoding="utf-8") == page(), "run `python docs/make_pictures.py`"


@pytest.mark.parametrize("kind", KINDS)
def test_a_scene_lists_its_commands_and_obeys_each(kind):
    scene, table = scene_of(kind), table_of(kind)
    listed = [key for key in scene.table if key not in screen.MOVE_KEYS]
    assert [key._replace(does="") for key in listed] == [
        key._replace(does="") for key in table if key not in screen.MOVE_KEYS
    ]
    obeyed = {(key.words, key.keys) for key in scene.actions}
    pointed = {(key.words, key.keys) for key in (screen.CLICK, screen.ARROWS)}
    watching = {(key.words, key.keys) for key in screen.RUNNING} if kind == "board" else set()
    assert {(key.words, key.keys) for key in listed} - pointed - watching == obeyed


def test_a_word_has_the_same_keys_in_grids_and_boards():
    played = [table for title, table in TABLES.items() if "learner" not in title]
    for word in ("new", "hints", "help", "quit", ""):
        keys = [set(key.keys) for table in played for key in table if word in key.words]
        assert len(keys) >= 2 and set.intersection(*keys)
    letters = {}
    for key in (key for table in played for key in table if key not in screen.MOVE_KEYS):
        for name in key.keys:
            if key.words and len(name) == 1:
                assert letters.setdefault(name, key.words[0]) == key.words[0]


@pytest.mark.parametrize("kind", KINDS)
def test_a_key_in_a_window_and_its_word_in_a_terminal_do_the_same(kind, monkeypatch, capsys):
    for key in scene_of(kind).actions:
        if not key.words or key in (screen.STEP, screen.HELP):
            continue
        for word in [*key.words, *(name for name in key.keys if len(name) == 1)]:
            start = ["up"] * 2 if kind == "grid" else ["5"] if kind == "board" else []
            window = scene_of(kind)
            if kind != "watched board":
                window.settle()
            for name in start:
                send(window, pressed(name))
                window.settle()
            send(window, pressed(key.keys[0]))
            text = typed(monkeypatch, "\n".join([*start, word]) + "\n", scene_of(kind))
            assert standing(text) == (standing(window) if window.ended else settled(window)), word


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_mark_lists_all_keys_in_a_window_and_hides_them_again(kind, monkeypatch):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    looks, shown, show = iter(range(9)), [], Window.show
    script = {1: [pressed("?")], 2: [pressed("?")], 3: [pygame.event.Event(pygame.QUIT)]}
    monkeypatch.setattr(Window, "events", lambda window: script.get(next(looks), []))
    monkeypatch.setattr(
        Window, "show", lambda window, what: shown.append(to_array(what)) or show(window, what)
    )

    run_window(scene_of(kind))
    plain, before, listed, after, *_ = shown
    assert (plain == before).all() and (listed != before).any() and (after == before).all()
    assert (listed > 250).all(axis=-1).mean() > 0.1  # a sheet of paper with the list


@pytest.mark.parametrize("kind", KINDS)
def test_a_question_mark_lists_all_words_in_a_terminal(kind, monkeypatch, capsys):
    typed(monkeypatch, "?\n", scene_of(kind))
    shown = capsys.readouterr().out
    for key in (key for key in scene_of(kind).table if key.words):
        assert any((word or "Enter") in shown for word in key.words) and key.does in shown


def test_a_hint_says_that_it_is_being_computed_and_which_values_it_shows(monkeypatch):
    may_go_on, solve = threading.Event(), playing.solve
    monkeypatch.setattr(playing, "solve", lambda env: may_go_on.wait(60) and solve(env))
    scene = scene_of("grid")
    plain = to_array(scene.picture(None))
    send(scene, pressed("h"))
    assert scene._hint_words() == "solving ..." and scene._known() is None
    assert (to_array(scene.picture(None)) != plain).any()
    may_go_on.set()
    assert scene._values["perfect values"].result(60)[0].max() == -14
    assert scene._hint_words() == "perfect values"


def test_hints_of_a_run_are_what_it_learned_then_perfect_then_none(monkeypatch, capsys):
    env = gym.make("spielfeld/CliffWalking-v0")
    learned = np.tile([0.5, 4.0, 3.0, 2.0], (env.unwrapped.model.states, 1))
    game = Game(env, lambda state, info: 0, seed=1)
    scene = WorldScene(game, Hint("values learned by q-learning", lambda: learned))
    typed(monkeypatch, "h\nh\nh\n", scene)
    shown = capsys.readouterr().out.split("> ")
    assert "values learned by q-learning: right 4   down 3   left 2   up 0.5" in shown[1]
    assert "perfect values: up -13" in shown[2]
    assert "values" not in shown[3]


def test_enter_takes_the_next_step_of_a_policy_in_window_and_terminal(monkeypatch, capsys):
    window = scene_of("run")
    send(window, pressed("return"))
    window.wait(0.01)
    window.wait(10)  # paused from now on
    text = typed(monkeypatch, "\n", scene_of("run"))
    assert text.game.steps == window.game.steps == 1 and window.pace.paused


def test_actions_without_keys_of_their_own_have_numbers():
    scene = WorldScene(Game(gym.make("spielfeld/Blackjack-v0"), seed=1))
    names = {key.words[0]: key.keys for key in scene._moves}
    assert all(keys == (str(k),) for k, keys in enumerate(names.values())) and len(names) == 2
