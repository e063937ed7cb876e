import subprocess
import sys
from types import SimpleNamespace

import numpy as np
import pytest

from spielfeld.envs.grid_world import overlay, palette
from spielfeld.envs.grid_world.layout import DIRECTIONS, Layout, Tile
from spielfeld.envs.grid_world.pygame_ce import check_edition, pygame
from spielfeld.envs.grid_world.renderer import draw, to_array
from spielfeld.envs.grid_world.shapes import SHAPES, Sign, sprite
from spielfeld.envs.grid_world.tiles import signs

FLOOR = Tile("floor")


def world(text, rules=None, **legend):
    tiles = {".": FLOOR, "S": Tile("start", start=True), "G": Tile("goal", end=True), **legend}
    return Layout(tuple(text.split()), tiles, **(rules or {}))


def pixels(*arguments, **options):
    return to_array(draw(*arguments, **options))


PLAIN = world("S.. ..G")

TILES = {
    "wall": Tile("wall", wall=True),
    "start": Tile("start", start=True),
    "goal": Tile("goal", end=True, reward=1.0),
    "pit": Tile("pit", end=True),
    "dear end": Tile("end", end=True, reward=-1.0),
    "cliff": Tile("cliff", to="S", reward=-100.0),
    "portal": Tile("ring", to="G"),
    "exit": Tile("spring", exit_to="G", exit_reward=10.0),
    "one-way": Tile("street", exits=("left",)),
    "other way": Tile("street", exits=("left", "up")),
    "key": Tile("key", key="red"),
    "door": Tile("door", door="red"),
    "other door": Tile("door", door="blue"),
    "coin": Tile("coin", reward=5.0),
    "mud": Tile("mud", reward=-5.0),
    "moss": Tile("moss", colour="#2e7a3b"),
}


def test_every_kind_of_tile_looks_different():
    pictures = [pixels(world("S?G", **{"?": tile})) for tile in [FLOOR, *TILES.values()]]
    middles = [picture[:, 64:128].tobytes() for picture in pictures]
    assert len(set(middles)) == len(middles)


def test_same_input_gives_same_pixels_and_changes_nothing():
    values, policy = np.arange(6.0).reshape(2, 3), np.full((2, 3, 4), 0.25)
    given = values.copy(), policy.copy()
    first = draw(PLAIN, (0, 1), (), values, policy, caption="same")
    before = to_array(first)
    first.fill("red")
    assert np.array_equal(pixels(PLAIN, (0, 1), (), values, policy, caption="same"), before)
    assert np.array_equal(values, given[0]) and np.array_equal(policy, given[1])


def test_equal_layouts_give_equal_pixels():
    assert np.array_equal(pixels(world("S.. ..G")), pixels(world("S.. ..G")))


def test_array_is_fresh_writable_and_of_the_size_asked_for():
    picture = draw(PLAIN, size=(500, 301))
    array = to_array(picture)
    assert (array.shape, array.dtype) == ((301, 500, 3), np.uint8)
    assert array.flags.c_contiguous and array.flags.writeable and array.flags.owndata
    array[:] = 0
    assert to_array(picture).any()


def test_array_of_any_surface_keeps_its_colours():
    surface = pygame.Surface((3, 2))
    surface.fill((10, 20, 30))
    surface.set_at((2, 1), (200, 100, 50))
    array = to_array(surface)
    assert array.shape == (2, 3, 3)
    assert array[0, 0].tolist() == [10, 20, 30]
    assert array[1, 2].tolist() == [200, 100, 50]


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (1, 40), (25, 25), (200, 200)])
def test_maps_of_all_sizes_can_be_drawn(rows, columns):
    layout = Layout(("." * columns,) * rows)
    values = np.linspace(-1, 1, rows * columns * 4).reshape(rows, columns, 4)
    shape = pixels(layout, (rows - 1, columns - 1), values=values, policy=values > 0.5).shape
    assert shape[0] >= 8 * rows and shape[1] >= 8 * columns
    assert pixels(layout, values=values[:, :, 0], size=(400, 400)).shape == (400, 400, 3)


def test_the_agent_is_where_it_stands():
    empty = pixels(PLAIN)
    for row, column in [(0, 1), (1, 0), (1, 1)]:
        changed = (pixels(PLAIN, (row, column)) != empty).any(axis=2)
        rows, columns = np.nonzero(changed)
        assert set(rows // 64) == {row} and set(columns // 64) == {column}


def test_keys_held_are_gone_and_their_doors_stand_open():
    layout = world(
        "SkDKEG", k=TILES["key"], D=TILES["door"], K=Tile(key="blue"), E=Tile(door="blue")
    )
    without, with_red = pixels(layout), pixels(layout, keys=["red"])
    changed = (without != with_red).any(axis=(0, 2)).reshape(6, 64).any(axis=1)
    assert changed.tolist() == [False, True, True, False, False, False]


def test_key_and_door_share_letter_and_colour():
    chosen = signs(world("SkDKEG", k=Tile(key="gold"), D=Tile(door="gold"), K=Tile(key="iron")))
    assert chosen["k"][1:] == chosen["D"][1:]
    assert chosen["k"][1:] != chosen["K"][1:]


def test_wind_shows_below_its_columns():
    calm, windy = world("S.. ..G", {"wind": (0, 0, 0)}), world("S.. ..G", {"wind": (0, 1, 2)})
    strip = pixels(windy)[128:]
    assert pixels(calm).shape[0] == 128 and len(strip) > 10
    ink = (strip != 255).any(axis=2).reshape(len(strip), 3, 64).sum(axis=(0, 2))
    assert ink[0] == 0 < ink[1] < ink[2]


def test_values_colour_their_cells_from_low_to_high():
    values = np.array([[0.0, 1, 2], [3, 4, 5]])
    picture = pixels(world("S.. ..."), values=values, size=(300, 226))
    light = palette.luminance(picture[:200].reshape(2, 100, 3, 100, 3)[:, 20, :, 80])
    assert (np.diff(light.ravel()) > 0).all()


def test_nan_and_cells_where_nobody_acts_keep_their_look():
    layout = world("S#G .T.", **{"#": TILES["wall"], "T": TILES["cliff"]})
    values = np.array([[1.0, 2, 3], [np.nan, 4, 5]])
    picture, plain = pixels(layout, values=values), pixels(layout, values=values * np.nan)
    changed = (picture != plain).any(axis=2)[:128, 74:266].reshape(2, 64, 3, 64)
    assert changed.any(axis=(1, 3)).tolist() == [[True, False, False], [False, False, True]]


def test_each_action_has_the_wedge_that_points_its_way():
    names = tuple(DIRECTIONS)
    for actions in (names[:4], names[:8], names):
        which = overlay.wedges(actions, 64)
        for action, name in enumerate(actions):
            down, right = DIRECTIONS[name]
            assert which[31 + 25 * down, 31 + 25 * right] == action
        shares = np.bincount(which.ravel()) / which.size
        assert shares.min() > 0.08


def test_one_wedge_changes_when_one_action_value_does():
    values = np.zeros((1, 2, 4))
    values[0, 0, 0], values[0, 1, 2] = 1.0, -1.0
    first = pixels(world("S."), values=values, size=(200, 126))
    values[0, 0, 1] = 0.5
    changed = (pixels(world("S."), values=values, size=(200, 126)) != first).any(axis=2)
    assert changed[50, 95] and not changed[50, 5] and not changed[5, 50]
    assert not changed[:, 100:].any()


def test_the_likelier_action_has_the_longer_and_darker_arrow():
    sizes = []
    for chance in (0.0, 0.1, 0.5, 1.0):
        policy = np.zeros((1, 1, 4))
        policy[0, 0, 1] = chance
        layout = Layout((".",))
        changed = pixels(layout, policy=policy).astype(int) - pixels(layout)
        sizes.append((np.nonzero(changed)[1].max(initial=0), -changed.min()))
    assert sizes[0] == (0, 0)
    assert (np.diff(np.array(sizes), axis=0) > 0).all()


def test_ties_show_several_arrows_and_staying_is_a_dot():
    layout = Layout((".",), moves="king", stay=True)
    policy = np.zeros((1, 1, 9))
    policy[0, 0, [1, 3]] = 0.5
    both = (pixels(layout, policy=policy) != pixels(layout)).any(axis=2)
    assert both[32, 45] and both[32, 18]
    policy[:] = np.eye(9)[8]
    dot = np.argwhere((pixels(layout, policy=policy) != pixels(layout)).any(axis=2))
    assert abs(dot.mean(axis=0) - 31.5).max() < 1 and np.ptp(dot, axis=0).max() < 20


def test_every_combination_of_actions_values_and_policy_can_be_drawn():
    for moves, stay in [("four", False), ("four", True), ("king", False), ("king", True)]:
        layout = world("S.. ..G", {"moves": moves, "stay": stay, "wind": (0, 1, 0)})
        values = np.random.default_rng(0).normal(size=(2, 3, len(layout.actions)))
        policy = values == values.max(axis=2, keepdims=True)
        drawn = {
            pixels(layout, (0, 0), (), some, chances, size=(400, 300)).tobytes()
            for some in (None, values, values.max(axis=2))
            for chances in (None, policy)
        }
        assert len(drawn) == 6


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (-13, "-13.0"),
        (0.95, ".95"),
        (-65375, "-65375"),
        (0, "0"),
        (0.999, "1.00"),
        (-0.5, "-.50"),
        (9.996, "10.0"),
        (100, "100"),
        (1e-4, "1e-4"),
        (2.5e6, "2e6"),
    ],
)
def test_numbers_are_written_short(value, words):
    assert palette.number(value) == words


def test_numbers_fit_into_their_cells():
    for values in (np.full((1, 3), -65375.0), np.full((1, 3, 4), -13.25)):
        actions = ("up", "right", "down", "left") if values.ndim == 3 else ("up",)
        for cell in (36, 40, 64, 92):
            table = values.reshape(1, 3, -1)
            for picture, (left, top) in overlay.number_blits(table, actions, cell, False):
                assert left // cell == (left + picture.get_width() - 1) // cell
                assert top >= 0 and top + picture.get_height() <= cell + 1


def test_ink_is_easy_to_read_on_every_colour_of_the_ramp():
    for colour in palette.ramp(np.linspace(0, 1, 101)):
        light, ink = palette.luminance(colour), palette.luminance(palette.ink(colour))
        low, high = sorted([light, ink])
        assert (high + 0.05) / (low + 0.05) >= 3.5


def test_lightness_of_the_ramp_rises_evenly():
    light = palette.luminance(palette.ramp(np.linspace(0, 1, 256)))
    assert (np.diff(light[::5]) > 0).all() and light[-1] - light[0] > 0.6


def test_legend_names_lowest_and_highest_value():
    first = pixels(PLAIN, values=np.zeros((2, 3)))
    second = pixels(PLAIN, values=np.full((2, 3), -7.0))
    assert (first[-26:] != second[-26:]).any()


def test_caption_is_shown_and_never_wider_than_the_picture():
    short, long = pixels(PLAIN, caption="a"), pixels(PLAIN, caption="much longer " * 5)
    assert (short[:26] != long[:26]).any()
    assert (long[:, :2] == long[0, 0]).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"values": np.zeros((3, 2))}, r"values must have shape \(2, 3\) or \(2, 3, 4\)"),
        ({"values": np.zeros((2, 3, 5))}, "values must have shape"),
        ({"policy": np.zeros((2, 3))}, r"policy must have shape \(2, 3, 4\)"),
        ({"size": (2, 2)}, "2 x 2 pixels is too small for 3 x 2 cells"),
    ],
)
def test_what_does_not_fit_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        draw(PLAIN, **options)


@pytest.mark.parametrize("kind", SHAPES)
@pytest.mark.parametrize("side", [4, 9, 40, 92])
def test_every_sign_can_be_drawn_at_every_size(kind, side):
    letter = {"wind": "-2", "one-way": "up"}.get(kind, "A")
    picture = sprite(Sign(kind, letter, palette.BLUE), side)
    assert picture.get_size() == (side, side)
    assert pygame.surfarray.array_alpha(picture).any()


def test_the_older_pygame_is_refused_in_a_sentence():
    with pytest.raises(ImportError, match="pip install pygame-ce"):
        check_edition(SimpleNamespace(ver="2.6.1"))


@pytest.mark.whole
def test_drawing_needs_no_display_and_prints_nothing():
    program = (
        "from spielfeld.envs.grid_world.layout import Layout\n"
        "from spielfeld.envs.grid_world.renderer import draw, to_array\n"
        "import pygame\n"
        "assert to_array(draw(Layout(('S.G',)))).shape == (64, 192, 3)\n"
        "assert not pygame.display.get_init() and not pygame.mixer.get_init()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env={}, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
