"""Every mistake in a layout file is answered with its file, line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from spielfeld.envs.grid_world.layout import Layout, Slip, Tile
from spielfeld.envs.grid_world.layout_error import LayoutError
from spielfeld.envs.grid_world.layout_file import load_layout, read_layout, shipped_worlds
from spielfeld.envs.grid_world.toml_positions import positions

GOOD = '''\
name = "Pond"
map = """
######
#S.~G#
######
"""
[rules]
slip = 0.2
wind = [0, 0, 1, 0, 0, 0]  # cells
[legend]
"~" = { name = "mud", reward = -5 }
G = { reward = 1 }
'''


def refusal(text: str) -> str:
    with pytest.raises(LayoutError) as caught:
        read_layout(text, "pond.toml")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_layout_says_what_its_file_says() -> None:
    layout = read_layout(GOOD)
    assert layout.rows == ("######", "#S.~G#", "######")
    assert layout.legend["~"] == Tile("mud", reward=-5.0)
    assert layout.legend["G"] == Tile("goal", end=True, reward=1.0)
    assert layout.slip == Slip(0.8, 0.1, 0.1)
    assert layout.wind == (0, 0, 1, 0, 0, 0)
    assert layout.name == "Pond"


# What is replaced in the good file, by what; line and column; words of the answer.
MISTAKES = [
    # the TOML itself
    ("slip = 0.2", "slip 0.2", 8, 6, "found '0' (Expected '='"),
    ('"~" = {', "~ = {", 11, 1, "with quotes around words and signs"),
    ("G = { reward = 1 }\n", "G = { reward = 1", 12, 17, "found the end of the line"),
    ("slip = 0.2", "slip = 0.2\nslip = 0.3", 9, 1, "'slip' a second time"),
    ("G = {", '"~" = {', 12, 1, "'~' a second time"),
    ("G = { reward = 1 }", "G = { end = true, end = true }", 12, 19, "'end' a second time"),
    ("[rules]", 'map = """\nSG\n"""\n[rules]', 7, 1, "'map' a second time"),
    ("[rules]", "map = '''S\nG'''\n[rules]", 7, 1, "'map' a second time"),
    ("[legend]", "wind = [\n0, 0,\n]\n[legend]", 10, 1, "'wind' a second time"),
    ("[legend]", "[legend]\n[legend]", 11, 2, "'legend' a second time"),
    ("slip = 0.2", "slip = " + "[" * 2000, 1, 1, "found too many values inside values"),
    # keys and values
    ("slip = 0.2", "slip = 0x" + "f" * 5000, 8, 8, "found a very long int, expected a number"),
    ("{ reward = 1 }", "[0x" + "f" * 5000 + "]", 12, 5, "found a very long list, expected a table"),
    ("slip = 0.2", "slipp = 0.2", 8, 1, "did you mean 'slip'?"),
    ("[rules]", "[rule]", 7, 1, "did you mean 'rules'?"),
    ("reward = -5", "rewards = -5", 11, 23, "did you mean 'reward'?"),
    ("[rules]", "[rules]\nmoves = 'kings'", 8, 9, "found 'kings'"),
    ("[rules]", "[rules]\nmoves = 'kings'", 8, 9, "did you mean 'king'?"),
    ("[rules]", "[rules]\nstay = 1", 8, 8, "found 1, expected true or false."),
    (
        "[rules]",
        "[rules]\nstep_reward = true",
        8,
        15,
        "found true, expected a number from -1e15 to 1e15.",
    ),
    ("[rules]", "[rules]\nstep_reward = nan", 8, 15, "found nan, expected a number from -1e15 to"),
    ("[rules]", "[rules]\nbump_reward = -inf", 8, 15, "found -inf, expected a number from -1e15"),
    (
        "[rules]",
        "[rules]\nstep_reward = 1e300",
        8,
        15,
        "found 1e+300, expected a number from -1e15",
    ),
    ("[rules]", "[rules]\ndiscount = 0", 8, 12, "a number above 0 and at most 1."),
    ("[rules]", "[rules]\ndiscount = 1.5", 8, 12, "a number above 0 and at most 1."),
    (
        "[rules]",
        "[rules]\nmax_episode_steps = 0",
        8,
        21,
        "a whole number of steps from 1 to 2147483647.",
    ),
    (
        "[rules]",
        "[rules]\nmax_episode_steps = 9.5",
        8,
        21,
        "a whole number of steps from 1 to 2147483647.",
    ),
    ("1, 0, 0, 0]", "true, 0, 0, 0]", 9, 15, "found true, expected a whole number of cells"),
    ("1, 0, 0, 0]", "-1, 0, 0, 0]", 9, 15, "found -1, expected a whole number of cells"),
    ("[0, 0, 1, 0, 0, 0]", "1", 9, 8, "found 1, expected a list with a number for each column"),
    ("0, 0, 0]", "0, 0]", 9, 8, "found 5 numbers, expected 6, one for each column."),
    ("slip = 0.2", "slip = 1.2", 8, 8, "found 1.2, expected a number from 0 to 1"),
    ("slip = 0.2", "slip = '4/3'", 8, 8, "found '4/3', expected a number from 0 to 1"),
    ("slip = 0.2", "slip = '1/0'", 8, 8, "found '1/0', expected a number from 0 to 1"),
    ("slip = 0.2", "slip = { left = 0.5 }", 8, 8, "found probabilities that sum to 0.5"),
    ("slip = 0.2", "slip = { lefft = 0.5 }", 8, 10, "did you mean 'left'?"),
    ("slip = 0.2", "slip = { left = -1 }", 8, 17, "found -1, expected a number from 0 to 1"),
    ('name = "Pond"', "name = 3", 1, 8, "found 3, expected a text in quotes."),
    ('"mud"', "['mud']", 11, 16, "found ['mud'], expected a text in quotes."),
    ("reward = 1", "exits = ['upp']", 12, 16, "did you mean 'up'?"),
    ("reward = 1", "exits = 'up'", 12, 15, "expected a list of directions"),
    ("reward = 1", "colour = 'red'", 12, 16, "expected a colour such as"),
    ("reward = 1", "key = ' '", 12, 13, "expected a word in quotes."),
    ("reward = 1", "to = 'SS'", 12, 12, "expected one character of the map"),
    ("{ reward = 1 }", "1", 12, 5, "found 1, expected a table such as { reward = -1 }."),
    ("G = {", "GG = {", 12, 1, "found 'GG' as a legend, expected one visible character"),
    ("G = {", '" " = {', 12, 1, "found ' ' as a legend, expected one visible character."),
    # keys in another place
    (
        "[rules]",
        "step_reward = -1\n[rules]",
        7,
        1,
        "'step_reward' at the top, but it belongs under",
    ),
    (
        "[legend]",
        "[legend]\nslip = 0.1",
        11,
        1,
        "'slip' under [legend], but it belongs under [rules].",
    ),
    ("reward = 1", "step_reward = 1", 12, 7, "under [legend], but it belongs under [rules]."),
    (
        "[rules]",
        "[rules]\nsource = 'me'",
        8,
        1,
        "'source' under [rules], but it belongs at the top,",
    ),
    (
        "[legend]",
        "[legend]\nname = 'me'",
        11,
        1,
        "it belongs at the top, before [rules] and [legend].",
    ),
    (
        "[rules]",
        "end = true\n[rules]",
        7,
        1,
        "it belongs to a character of the legend, such as G =",
    ),
    ("[legend]", "G = { reward = 2 }\n[legend]", 10, 1, "'G' under [rules], but it belongs under"),
    # the map
    (GOOD[GOOD.index("map") : GOOD.index("[rules]")], "", 1, 1, "There is no map"),
    ("#S.~G#", "#S.~#", 4, 6, "found a row of 5 characters, expected 6 as in the first row."),
    ("#S.~G#", "#S.~G##", 4, 7, "found a row of 7 characters, expected 6 as in the first row."),
    ("#S.~G#", "#S ~G#", 4, 3, "found ' ', expected a visible character"),
    ("#S.~G#", "#S.~H#", 4, 5, "found 'H', expected one of # . G P S ~ or a legend for it."),
    ("#S.~G#", "#..~G#", 2, 7, "found no start, expected an 'S' (or start_anywhere = true)."),
    ("#S.~G#", "#S.~.#", 2, 7, "found no goal, expected a 'G' (or continuing = true)."),
    ("#S.~G#", "#S.~P#", 2, 7, "found no goal, expected a 'G' (or continuing = true)."),
    ("#S.~G#", "#S.~G.", 4, 6, "found '.', a gap in the outer wall, expected a wall '#'"),
    ('######\n"""', '#.####\n"""', 5, 2, "found '.', a gap in the outer wall"),
    # what does not fit together
    ("reward = 1", "to = 'Q'", 12, 1, "found 'G' as end and to at once, expected one of them."),
    ("reward = -5", "to = 'Q'", 11, 28, "found 'Q', which is not on the map"),
    ("reward = -5", "to = '#'", 11, 28, "found '#', which is a wall"),
    ("reward = -5", "to = '~'", 11, 28, "found '~', which is a 'to' tile itself"),
    ("reward = -5", "exit_to = '#'", 11, 33, "found '#', which is a wall"),
    ("G = {", "S = { wall = true }\nG = {", 12, 1, "found 'S' as wall and start at once"),
    ("G = {", "S = { end = true }\nG = {", 12, 1, "found 'S' as end and start at once"),
    ("G = {", "S = { to = '.' }\nG = {", 12, 1, "found 'S' as to and start at once"),
    ("G = {", "S = { door = 'red' }\nG = {", 12, 1, "found 'S' as door and start at once"),
    ("reward = -5", "door = 'red'", 11, 30, "found a door for the key 'red', which is not on"),
]


@pytest.mark.parametrize(("before", "after", "line", "column", "words"), MISTAKES)
def test_mistake_is_answered_with_its_place(
    before: str, after: str, line: int, column: int, words: str
) -> None:
    assert before in GOOD
    answer = refusal(GOOD.replace(before, after, 1))
    assert answer.startswith(f"pond.toml:{line}:{column}: ")
    assert words in answer


@pytest.mark.parametrize("quotes", ["'''\n", '"""\n', "'''", '"""'])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_map_is_located_however_it_is_quoted(quotes: str, end: str) -> None:
    text = f"map = {quotes}S..G\n.X..\n{quotes.strip()}".replace("\n", end)
    line, column = (3, 2) if quotes.endswith("\n") else (2, 2)
    assert refusal(text).startswith(f"pond.toml:{line}:{column}: found 'X'")


@pytest.mark.parametrize("section", ["rules", "legend"])
def test_map_below_a_section_is_not_called_missing(section: str) -> None:
    answer = refusal(f"[{section}]\nmap = 'S.G'\n")
    home = "at the top, before [rules] and [legend]"
    assert answer == f"pond.toml:2:1: found 'map' under [{section}], but it belongs {home}."


def test_escaped_map_is_located_at_its_beginning() -> None:
    assert refusal('map = "S.G\\nX.."').startswith("pond.toml:1:7: found 'X'")


def test_deep_brackets_are_refused_at_any_depth() -> None:
    answers = set()
    for depth in range(300, 520):
        text = f'map = "SG"\n[rules]\nstay = {"[" * depth}{"]" * depth}'
        answers.add(refusal(text).split(": ")[0])
    assert {"pond.toml:1:1", "pond.toml:3:8"} <= answers


def test_section_for_one_character_is_located() -> None:
    text = 'map = "SG"\n[legend.G]\n# lots\n  colour = "blue"\n'
    assert refusal(text).startswith("pond.toml:4:12: found 'blue'")
    assert refusal('map = "SG"\nlegend.G.door = "red"').startswith("pond.toml:2:17: found a door")


def test_more_keys_than_a_state_can_hold_are_refused() -> None:
    signs = "abcdefghijklm"
    legend = "\n".join(f'{sign} = {{ key = "{sign}" }}' for sign in signs)
    answer = refusal(f'map = "S{signs}G"\n[legend]\n{legend}')
    assert answer == "pond.toml:2:1: found 13 keys, expected at most 12."


def test_misspelt_door_gets_a_hint() -> None:
    text = 'map = "SkDG"\n[legend]\nk = { key = "red" }\nD = { door = "rad" }\n'
    answer = refusal(text)
    assert answer.startswith("pond.toml:4:14: ")
    assert answer.endswith("did you mean 'red'?")


def test_gap_in_the_wall_may_be_meant() -> None:
    text = GOOD.replace("#S.~G#", "#S.~G.").replace("[rules]", "[rules]\nopen_border = true")
    assert read_layout(text).open_border


@pytest.mark.parametrize("row", ["SS.~GG", "#S.~GG", "SS.~G#"])
def test_starts_and_ends_in_the_wall_are_no_gaps(row: str) -> None:
    assert read_layout(GOOD.replace("#S.~G#", row)).rows[1] == row


def test_fractions_are_exact() -> None:
    text = GOOD.replace("0.2", '{ forward = "1/3", left = "1/3", right = "1/3" }')
    assert read_layout(text).slip == Slip(1 / 3, 1 / 3, 1 / 3)
    assert read_layout(GOOD.replace("0.2", '"2/3"')).slip == Slip(1 / 3, 1 / 3, 1 / 3)


def test_built_in_character_keeps_what_is_not_said() -> None:
    text = GOOD.replace("G = { reward = 1 }", "P = { end = false, reward = -9 }")
    assert read_layout(text).legend["P"] == Tile("pit", end=False, reward=-9.0)


def test_misspelt_name_gets_a_hint() -> None:
    with pytest.raises(
        LayoutError, match=r"^four-romms:1:1: found .* did you mean 'four-rooms'\?$"
    ):
        load_layout("four-romms")


def test_directory_and_bytes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LayoutError, match=":1:1: found a directory"):
        load_layout(tmp_path)
    (tmp_path / "picture.toml").write_bytes(b'name = "a"\nmap = "\xff\xd8"')
    with pytest.raises(LayoutError, match=r"picture.toml:2:8: found the byte 255, which is not"):
        load_layout(tmp_path / "picture.toml")


def test_layout_is_read_from_a_path(tmp_path: Path) -> None:
    (tmp_path / "pond.toml").write_text("\ufeff" + GOOD, encoding="utf-8")
    assert load_layout(tmp_path / "pond.toml") == read_layout(GOOD)


@pytest.mark.parametrize("name", shipped_worlds())
def test_shipped_layout_tells_its_name_and_source(name: str) -> None:
    layout = load_layout(name)
    assert layout.name
    assert layout.source


def test_mistake_in_a_layout_without_file_names_the_place() -> None:
    from spielfeld.envs.grid_world.layout_check import check_layout

    with pytest.raises(LayoutError, match=r"^Layout, map row 1, column 0 \(from 0\): found 'X'"):
        check_layout(Layout(("SG", "X.")))
    with pytest.raises(LayoutError, match=r"^Layout, rules.wind: found 1 numbers, expected 2"):
        check_layout(Layout(("SG",), wind=(1,)))
    with pytest.raises(LayoutError, match=r"^Layout, rules.slip: found probabilities 0.5, 0, 0"):
        check_layout(Layout(("SG",), slip=Slip(0.5)))
    with pytest.raises(LayoutError, match=r"^Layout, rules.moves: found 'five', expected one of"):
        check_layout(Layout(("SG",), moves="five"))
    with pytest.raises(LayoutError, match="found an empty row"):
        check_layout(Layout(()))


def test_changed_copy_of_a_layout_is_answered_at_the_nearest_place() -> None:
    from dataclasses import replace

    from spielfeld.envs.grid_world.layout_check import check_layout

    layout = replace(read_layout(GOOD, "pond.toml"), moves="five")
    with pytest.raises(LayoutError, match=r"^pond.toml:7:1: found 'five', expected one of"):
        check_layout(layout)


def test_positions_cover_all_of_toml() -> None:
    text = (
        'a."b c" = [1, { d = "}]" }, """x"""]  # e = 1\n[[f]]\ng=\'#\'\n[[f]]\nh = 2000-01-01 00:00'
    )
    found = {path: text[span.value : span.end] for path, span in positions(text).items()}
    assert found["a", "b c", 0] == "1"
    assert found["a", "b c", 1, "d"] == '"}]"'
    assert found["a", "b c", 2] == '"""x"""'
    assert found["f", "g"] == "'#'"
    assert found["f", "h"] == "2000-01-01 00:00"
    assert "e" not in found
