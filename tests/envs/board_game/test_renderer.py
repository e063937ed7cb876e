import gymnasium as gym
import numpy as np
import pytest

from spielfeld import envs  # noqa: F401, registers the worlds
from spielfeld.envs.board_game import CONNECT_FOUR, TIC_TAC_TOE, Position, board_rules
from spielfeld.envs.board_game.frame import arrange, fitting_size
from spielfeld.envs.board_game.renderer import draw
from spielfeld.envs.board_game.stones import COLOURS, stone
from spielfeld.envs.grid_world import palette
from spielfeld.envs.grid_world.pygame_ce import pygame
from spielfeld.envs.grid_world.renderer import to_array
from spielfeld.envs.grid_world.window import Window

GAMES = [CONNECT_FOUR, TIC_TAC_TOE, board_rules(15, 15, 5, False), board_rules(4, 5, 3, True)]


def pixels(*arguments, **options):
    return to_array(draw(*arguments, **options))


def changed_cells(one, other, frame):
    """Cells in which two pictures differ."""
    board = frame.board
    part = (one != other).any(axis=2)[board.top : board.bottom, board.left : board.right]
    rows, columns, cell = frame.rules.rows, frame.rules.columns, frame.cell
    return set(map(tuple, np.argwhere(part.reshape(rows, cell, columns, cell).any(axis=(1, 3)))))


@pytest.mark.parametrize("rules", GAMES)
@pytest.mark.parametrize("size", [(320, 320), (1000, 1000), (333, 700), (900, 301)])
def test_pictures_have_the_size_asked_for_and_hold_the_whole_board(rules, size):
    frame = arrange(rules, size)
    whole = pygame.Rect((0, 0), size)
    boxes = [frame.note_box(action) for action in range(rules.actions)]
    assert whole.contains(frame.board) and all(whole.contains(box) for box in boxes)
    assert max(frame.board.width / size[0], (frame.board.height + frame.strip) / size[1]) > 0.9
    assert pixels(Position(rules), size).shape == (size[1], size[0], 3)


def test_row_0_is_on_top_and_a_stone_is_where_it_lies():
    for rules, moves, cell in [(CONNECT_FOUR, "1", (5, 0)), (TIC_TAC_TOE, "3", (0, 2))]:
        frame = arrange(rules, fitting_size(rules))
        empty, one = (pixels(Position.of_moves(words, rules)) for words in ("", moves))
        assert changed_cells(one, empty, frame) == {cell}


def test_stones_differ_in_shape_hue_and_lightness():
    for disc in (True, False):
        first, second = (to_array(on_paper(stone(player, 60, disc))) for player in (0, 1))
        dark = [palette.luminance(picture) < 0.3 for picture in (first, second)]
        assert (dark[0] != dark[1]).mean() > 0.05  # in grey as well
    light, dark = sorted(palette.luminance(COLOURS).tolist(), reverse=True)
    assert (light + 0.05) / (dark + 0.05) > 2


def on_paper(sprite):
    paper = pygame.Surface(sprite.get_size())
    paper.fill(palette.PAPER)
    paper.blit(sprite, (0, 0))
    return paper


@pytest.mark.parametrize("rules", [CONNECT_FOUR, TIC_TAC_TOE])
def test_the_last_move_is_marked(rules):
    position, frame = Position.of_moves("1", rules), arrange(rules, fitting_size(rules))
    cell = (5, 0) if rules.gravity else (0, 0)
    assert changed_cells(pixels(position, last=cell), pixels(position), frame) == {cell}


def test_the_winning_line_is_struck_through_from_end_to_end():
    frame = arrange(TIC_TAC_TOE, fitting_size(TIC_TAC_TOE))
    first, last = frame.box(0, 0).center, frame.box(0, 2).center
    for moves, struck in [("14253", True), ("1425", False)]:
        picture = pixels(Position.of_moves(moves, TIC_TAC_TOE))
        assert (picture[first[1], first[0] : last[0]] == palette.WHITE).all() == struck


def test_hovering_shows_the_stone_where_it_would_fall():
    position, frame = Position.of_moves("44"), arrange(CONNECT_FOUR, fitting_size(CONNECT_FOUR))
    plain = pixels(position)
    assert changed_cells(pixels(position, hovered=3), plain, frame) == {(3, 3)}
    assert changed_cells(pixels(position, hovered=0), plain, frame) == {(5, 0)}
    full = Position.of_moves("444444")
    assert np.array_equal(pixels(full, hovered=3), pixels(full))


@pytest.mark.parametrize("rules", GAMES)
@pytest.mark.parametrize("side", [100, 320, 1000])
@pytest.mark.parametrize("kind", ["values", "truths"])
def test_what_is_thought_of_a_move_stands_with_it_alone(rules, side, kind):
    position, frame = Position(rules), arrange(rules, (side, side))
    plain = pixels(position, (side, side))
    for action in range(0, rules.actions, 1 + rules.actions // 9):
        thoughts = np.full(rules.actions, np.nan)
        thoughts[action] = -1
        changed = (pixels(position, (side, side), **{kind: thoughts}) != plain).any(axis=2)
        box = frame.note_box(action)
        changed[box.top : box.bottom, box.left : box.right] = False
        assert not changed.any()


def test_high_values_are_light_and_low_ones_dark():
    frame, low_high = arrange(CONNECT_FOUR, (700, 700)), []
    for value in (-1, 0, 1):
        picture, box = pixels(Position(), (700, 700), values=[value] * 7), frame.note_box(0)
        low_high.append(palette.luminance(picture[box.top : box.bottom, box.left + 9]).min())
    assert low_high == sorted(low_high) and len(set(low_high)) == 3


@pytest.mark.parametrize("size", [(60, 60), (140, 140), (320, 320), (1000, 1000)])
@pytest.mark.parametrize("rules", GAMES)
def test_thoughts_of_any_length_can_be_drawn_at_any_size(rules, size):
    values = np.linspace(-65375, 1, rules.actions)
    truths = np.arange(rules.actions) - rules.actions // 2
    drawn = pixels(Position(rules), size, values=values, truths=truths)
    room = not rules.gravity or arrange(rules, size).strip > 0
    assert np.array_equal(drawn, pixels(Position(rules), size)) != room


def test_same_input_gives_same_pixels_and_changes_nothing():
    values = np.linspace(-1, 1, 7)
    options = {"last": (5, 3), "values": values, "truths": [1, 2, 3, 0, -1, -2, np.nan]}
    first = draw(Position.of_moves("4"), hovered=2, **options)
    before = to_array(first)
    first.fill("red")
    assert np.array_equal(pixels(Position.of_moves("4"), hovered=2, **options), before)
    assert np.array_equal(values, np.linspace(-1, 1, 7))


def test_points_stand_for_the_moves_below_them():
    frame = arrange(TIC_TAC_TOE, (340, 300))
    for action in range(9):
        assert frame.action_at(frame.note_box(action).center) == action
    assert frame.action_at((5, 150)) is None
    frame = arrange(CONNECT_FOUR, (350, 400))
    assert [frame.action_at((25 + 50 * column, 5)) for column in range(7)] == list(range(7))
    assert arrange(TIC_TAC_TOE, (300, 340)).action_at((150, 5)) is None


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"values": np.zeros(6)}, r"values must have shape \(7,\), not \(6,\)"),
        ({"truths": np.zeros((7, 1))}, r"truths must have shape \(7,\), not \(7, 1\)"),
        ({"size": (6, 90)}, "6 x 90 pixels is too small for 7 x 6 cells"),
    ],
)
def test_what_does_not_fit_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        draw(Position(), **options)


def test_lines_of_one_stone_can_be_drawn():
    assert pixels(Position.of_moves("1", board_rules(2, 2, 1))).any()


@pytest.mark.parametrize("name", ["spielfeld/ConnectFour-v0", "spielfeld/TicTacToe-v0"])
def test_worlds_draw_what_stands_there_and_mark_the_answer(name):
    env = gym.make(name, render_mode="rgb_array", seat="first", opponent="rule")
    env.reset(seed=1)
    assert np.array_equal(env.render(), pixels(env.unwrapped.board))
    env.step(4)
    position = env.unwrapped.board
    answer = tuple(np.argwhere(position.cells == 2)[0].tolist())
    assert np.array_equal(env.render(), pixels(position, last=answer))
    env.unwrapped.restore(env.unwrapped.state())
    assert np.array_equal(env.render(), pixels(position, last=answer))
    assert gym.make(name).unwrapped.render() is None


def test_worlds_open_a_window_and_close_it(monkeypatch):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    env = gym.make("spielfeld/TicTacToe-v0", render_mode="human").unwrapped
    env.metadata = {**env.metadata, "render_fps": None}
    env.reset(seed=1)
    assert env.render() is None and env.render() is None
    assert isinstance(env._window, Window) and env._window.area == fitting_size(TIC_TAC_TOE)
    env.close()
    env.close()
    assert not pygame.display.get_init()
