import io
import sys

import gymnasium as gym
import numpy as np
import pytest

from spielfeld import envs  # noqa: F401  (registers the worlds)
from spielfeld.envs import Layout
from spielfeld.envs.grid_world.layout import Tile
from spielfeld.envs.grid_world.pygame_ce import pygame
from spielfeld.envs.grid_world.window import Window
from spielfeld.experiments.play import Game, WorldScene, play
from spielfeld.experiments.screen import send


def cliff(**options):
    return gym.make("spielfeld/CliffWalking-v0", **options)


def world(text, **legend):
    return gym.make("spielfeld/GridWorld-v0", layout=Layout(tuple(text.split()), legend))


FLOOR, START, GOAL = Tile("floor"), Tile("start", start=True), Tile("goal", end=True)


def key(name, letter=""):
    code = getattr(pygame, f"K_{name.upper() if len(name) > 1 else name}")
    return pygame.event.Event(pygame.KEYDOWN, key=code, unicode=letter, mod=0, scancode=0)


def typed(monkeypatch, lines):
    monkeypatch.setattr(sys, "stdin", io.StringIO(lines))


def solved(scene):
    """Wait for the hints that are computed, and return the last ones."""
    return [future.result(60) for future in scene._values.values()][-1]


def test_every_event_has_its_words():
    game = Game(cliff())
    game.act(3)
    assert game.event == "bumped"
    game.act(0)
    assert game.event == "up"
    game.act(1)
    game.act(2)
    assert game.event == "fell (cliff): back to the start"
    for action in [0, *[1] * 11, 2]:
        game.act(action)
    assert game.news() == "reached the goal: return -116; press N"


def test_falling_beside_the_start_is_not_a_bump():
    game = Game(cliff())
    game.act(1)
    assert game.event == "fell (cliff): back to the start"


def test_nothing_moves_after_the_end_until_a_restart():
    game = Game(world("SG", S=START, G=GOAL))
    game.act(1)
    steps, position = game.steps, game.env.unwrapped.position
    game.act(3)
    assert (game.steps, game.env.unwrapped.position) == (steps, position) == (1, 1)
    game.restart()
    assert (game.steps, game.over) == (0, False)


def test_keys_pits_portals_exits_and_time_are_told():
    keys = {"k": Tile("red key", key="red"), "D": Tile("red door", door="red")}
    game = Game(world("SkDG", S=START, G=GOAL, **keys))
    game.act(1)
    assert game.event == "took the red key"
    game = Game(world("PSG", S=START, G=GOAL, P=Tile("pit", end=True)))
    game.act(3)
    assert game.event == "fell into the pit"
    floor = {".": FLOOR}
    tiles = {"T": Tile("ring", to="t"), "t": Tile("glade")}
    game = Game(world("ST..tG", S=START, G=GOAL, **tiles, **floor))
    game.act(1)
    assert game.event == "ring: on to t"
    game = Game(gym.make("spielfeld/CliffWalking-v0", max_episode_steps=1))
    game.act(0)
    assert game.event == "the time is up"
    game = Game(world("SA.aG", S=START, G=GOAL, A=Tile("spring", exit_to="a"), a=FLOOR, **floor))
    game.act(1)
    game.act(1)
    assert game.event == "spring: on to a"


def test_text_mode_obeys_its_lines_and_ends_at_the_end_of_input(monkeypatch, capsys):
    typed(monkeypatch, "w\nd\nnonsense\nr\n")
    play(cliff(render_mode="ansi"), text=True, seed=1)
    shown = capsys.readouterr().out
    assert ".@.........." in shown
    assert "return -2" in shown
    assert "'nonsense' is no move here" in shown
    assert shown.count("@CCCCCCCCCCG") == 2
    assert shown.endswith("> \n")


def test_text_mode_asks_for_numbers_where_actions_have_no_names(monkeypatch, capsys):
    typed(monkeypatch, "2\nquit\nnever read\n")
    play(gym.make("FrozenLake-v1", is_slippery=False), text=True)
    shown = capsys.readouterr().out
    assert "Moves: 0 1 2 3" in shown
    assert "observation 1" in shown
    assert sys.stdin.readline() == "never read\n"


@pytest.mark.parametrize("name", ["Blackjack-v1", "CartPole-v1"])
def test_text_mode_shows_the_observation_where_a_world_has_no_text(name, monkeypatch, capsys):
    typed(monkeypatch, "")
    play(gym.make(name), text=True, seed=1)
    observation, _ = gym.make(name).reset(seed=1)
    assert f"\nobservation {observation}\n" in capsys.readouterr().out


def test_enter_alone_shows_the_moves_and_does_nothing(monkeypatch, capsys):
    typed(monkeypatch, "\n\n")
    play(cliff(), text=True)
    shown = capsys.readouterr().out
    assert shown.count("Moves: ") == 3
    assert shown.count("steps 0") == 1
    assert "is no move" not in shown


def test_text_mode_lets_a_policy_act_line_by_line(monkeypatch, capsys):
    typed(monkeypatch, "\n\n\n")
    play(world("SG", S=START, G=GOAL), policy=lambda observation: 1, text=True)
    shown = capsys.readouterr().out
    assert "reached the goal" in shown
    assert shown.count("a new episode") == 2


@pytest.fixture
def no_display(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")


def test_without_a_display_the_game_goes_to_the_terminal(no_display, monkeypatch, capsys):
    typed(monkeypatch, "")
    play(cliff())
    assert "No window can be opened here" in capsys.readouterr().out


def test_without_a_display_a_world_is_not_asked_for_pictures(no_display, monkeypatch, capsys):
    typed(monkeypatch, "1\n")
    env = gym.make("FrozenLake-v1", render_mode="rgb_array", is_slippery=False)
    monkeypatch.setattr(env.unwrapped, "render", lambda: pytest.fail("asked for a picture"))
    play(env)
    assert "observation 4" in capsys.readouterr().out


def test_a_policy_may_act_where_actions_are_no_numbers(monkeypatch, capsys):
    typed(monkeypatch, "\n\n")
    play(gym.make("Pendulum-v1"), policy=lambda observation: np.zeros(1), text=True, seed=1)
    assert "steps 2" in capsys.readouterr().out


def test_only_numbered_actions_can_be_played():
    with pytest.raises(ValueError, match="numbered actions"):
        play(gym.make("Pendulum-v1"), text=True)


def test_window_keys_move_restart_hint_and_end():
    scene = WorldScene(Game(cliff()))
    send(scene, key("up"))
    send(scene, key("d"))
    assert scene.game.steps == 2
    plain = pygame.image.tobytes(scene.picture(None), "RGB")
    send(scene, key("h"))
    solved(scene)
    assert pygame.image.tobytes(scene.picture(None), "RGB") != plain
    send(scene, key("r"))
    assert scene.game.steps == 0
    assert not scene.ended
    send(scene, key("escape"))
    assert scene.ended


def test_hints_do_not_change_the_size_of_the_picture():
    scene = WorldScene(Game(cliff()))
    size = scene.picture(None).get_size()
    for shown in ("solving ...", "perfect values"):
        send(scene, key("h"))
        solved(scene)
        assert scene.picture(None).get_size() == size, shown


def test_hints_exist_for_worlds_without_an_end():
    scene = WorldScene(Game(gym.make("spielfeld/JumpGridWorld-v0")))
    send(scene, key("h"))
    assert np.isclose(solved(scene).max(), 24.419, atol=5e-4)


def test_a_world_without_a_map_is_played_in_the_pictures_it_draws(monkeypatch):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    env = gym.make("FrozenLake-v1", render_mode="rgb_array", is_slippery=False)
    env.reset()
    ends = [pygame.event.Event(pygame.QUIT)]
    monkeypatch.setattr(Window, "events", lambda window: [key("1"), *ends])
    play(env)
    assert env.unwrapped.s == 4
    assert not pygame.display.get_init()


def test_the_keys_for_diagonals_are_named_where_there_are_any():
    plain = WorldScene(Game(world("S.G", S=START, G=GOAL, **{".": FLOOR}))).picture(None)
    tiles = {"S": START, "G": GOAL, ".": FLOOR}
    kings = gym.make("spielfeld/GridWorld-v0", layout=Layout(("S.G",), tiles, moves="king"))
    scene = WorldScene(Game(kings))
    assert pygame.image.tobytes(scene.picture(None), "RGB") != pygame.image.tobytes(plain, "RGB")
    send(scene, key("d"))
    assert scene.game.steps == 1


def test_a_policy_plays_at_its_pace_and_can_be_paused():
    scene = WorldScene(Game(world("S.G", S=START, G=GOAL, **{".": FLOOR}), lambda state, info: 1))
    send(scene, key("space"))
    scene.wait(10)
    assert scene.game.steps == 0
    send(scene, key("space"))
    send(scene, key("equals", "+"))
    assert scene.pace.number == 3
    scene.wait(0.2)
    assert scene.game.steps == 0
    scene.wait(0.1)
    assert scene.game.steps == 1
    send(scene, key("up"))
    assert scene.game.steps == 1
    scene.wait(10)
    scene.wait(1)
    assert scene.game.over
    scene.wait(1.5)
    assert scene.game.steps == 0


PROGRAM = """
import gymnasium as gym, spielfeld.envs
from spielfeld.experiments.play import Game, WorldScene, play
from spielfeld.experiments.screen import send
env = gym.make("spielfeld/CliffWalking-v0")
play(env)
print(env.unwrapped.grid_states.cells[env.unwrapped.position].tolist(), env.unwrapped.elapsed)
"""


def test_in_a_real_window_keys_move_the_agent_and_closing_ends_the_program(display):
    with display.running(PROGRAM) as (program, window):
        display.press("Up", "Up", "d")
        display.close_window(window)
        out, errors = program.communicate(timeout=600)
    assert (out, program.returncode) == ("[1, 1] 3\n", 0), errors
