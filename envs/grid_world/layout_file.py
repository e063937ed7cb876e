"""Layout files: reads a grid world from a short text file.

A layout file is TOML: a map in characters, the meaning of the characters, and a few rules.

    name = "A pond"
    map = '''
    #####
    #S.G#
    #####
    '''
    [rules]
    slip = 0.2          # every fifth step moves to the left or to the right instead
    [legend]
    G = { reward = 1 }  # the other properties of G stay: G ends the episode

Built in are # wall, . floor, S start, G goal and P pit. The keys under [rules] are those of
`Layout`, and the keys of a legend entry are those of `Tile`.
"""

from __future__ import annotations

import dataclasses
import re
import tomllib
from pathlib import Path
from typing import Any, NoReturn

from spielfeld.envs.grid_world.layout import BUILT_IN_TILES, Layout, Tile
from spielfeld.envs.grid_world.layout_check import check_layout
from spielfeld.envs.grid_world.layout_error import LayoutError, Origin, suggestion
from spielfeld.envs.grid_world.layout_values import (
    RULES,
    TILE_KEYS,
    TOP,
    is_visible,
    misplaced,
    read_table,
    show,
)

WORLDS = Path(__file__).parent / "worlds"
UNREADABLE: dict[type[Exception], str] = {
    IsADirectoryError: "a directory",
    PermissionError: "a file without permission to read",
}


def shipped_worlds() -> list[str]:
    """Return the names of Spielfeld's layouts."""
    return sorted(path.stem for path in WORLDS.glob("*.toml"))


def load_layout(name_or_path: str | Path) -> Layout:
    """Read a layout of Spielfeld by its name, or any other layout by its path.

    Args:
        name_or_path: For example "four-rooms" or "my/pond.toml".

    Raises:
        LayoutError: If there is no such layout, or there is an error in it.
    """
    shipped = shipped_worlds()
    given = str(name_or_path)
    path = WORLDS / f"{given}.toml" if given in shipped else Path(name_or_path)
    try:
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        stood = UNREADABLE.get(type(error), "no such file and no layout of this name")
        known = suggestion(path.stem, shipped)
        raise LayoutError(f"{given}:1:1: found {stood}, {known}") from None
    return read_layout(_decode(data, given), given)


def read_layout(text: str, file: str = "<text>") -> Layout:
    """Read a layout from the text of a layout file.

    Args:
        text: TOML, as the docstring of this module describes it.
        file: Name of the file in errors.

    Returns:
        A layout that is complete and consistent.

    Raises:
        LayoutError: `FILE:LINE:COLUMN: what was found, what was expected.`
    """
    origin = Origin(file, text.removeprefix("\ufeff").replace("\r\n", "\n"))
    values = read_table(origin, (), _parse(origin), TOP)
    rules = read_table(origin, ("rules",), values.pop("rules", {}), RULES)
    legend = _read_legend(origin, values.pop("legend", {}))
    if "map" not in values:  # also not below [rules] or [legend], where `read_table` refuses it
        origin.refuse_at(0, "There is no map, expected map = ''' followed by rows of characters.")
    rows = tuple(_rows(values.pop("map")))
    layout = Layout(rows=rows, legend=legend, origin=origin, **values, **rules)
    check_layout(layout)
    return layout


def _decode(data: bytes, file: str) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        byte = data[error.start]
        message = f"found the byte {byte}, which is not text, expected a text file in UTF-8."
        Origin(file, before).refuse_at(len(before), message)


def _rows(text: str) -> list[str]:
    lines = text.split("\n")
    return lines if lines[-1].strip() else lines[:-1]


def _read_legend(origin: Origin, table: dict[str, Any]) -> dict[str, Tile]:
    legend = dict(BUILT_IN_TILES)
    for sign, entry in table.items():
        path = ("legend", sign)
        if len(sign) != 1 or not is_visible(sign):
            message = f"found {sign!r} as a legend, expected one visible character."
            origin.refuse(path, misplaced(path[:1], sign, entry) or message, key=True)
        if not isinstance(entry, dict):
            origin.refuse(path, f"found {show(entry)}, expected a table such as {{ reward = -1 }}.")
        values = read_table(origin, path, entry, TILE_KEYS)
        legend[sign] = dataclasses.replace(legend.get(sign, Tile()), **values)
    return legend


def _parse(origin: Origin) -> dict[str, Any]:
    try:
        return tomllib.loads(origin.text)
    except RecursionError:
        origin.refuse_at(0, "found too many values inside values, expected a plain layout file.")
    except ValueError as error:
        _refuse_syntax(origin, str(error))


def _refuse_syntax(origin: Origin, problem: str) -> NoReturn:
    """Raise the error of wrong TOML; the message of `tomllib` contains the place."""
    place = re.search(r" \(at line (\d+), column (\d+)\)", problem)
    offset = len(origin.text.rstrip()) if "(at end" in problem else 0
    if place:
        line, column = map(int, place.groups())
        offset = sum(len(row) + 1 for row in origin.text.split("\n")[: line - 1]) + column - 1
    said = " ".join(re.sub(r" \(at .*\)$", "", problem).split()).rstrip(".")
    if re.search("twice|overwrite|mutate|Duplicate", said):
        _refuse_second(origin, said, offset)
    stood = origin.text[offset : offset + 1].strip("\n")
    found = repr(stood) if stood else "the end of the line"
    origin.refuse_at(
        offset,
        f"found {found} ({said}), expected TOML such as slip = 0.2, "
        'with quotes around words and signs: "~" = { name = "mud" }.',
    )


def _refuse_second(origin: Origin, problem: str, offset: int) -> NoReturn:
    """Raise the error of a name that occurs twice; `tomllib` gives the place after it."""
    offset = _opening(origin.text, offset)
    start = origin.text.rfind("\n", 0, offset) + 1
    named = re.search(r"key '(.+)'$", problem)
    key = re.escape(named.group(1)) if named else r"[^\s\"'\[\]=]+"
    found = list(re.finditer(rf"""["']?({key})["']?\s*[=\].]""", origin.text[start:offset] + "="))
    place = found[-1 if named else 0] if found else None
    word = place.group(1) if place else "this"
    offset = start + place.start() if place else offset
    origin.refuse_at(offset, f"found {word!r} a second time, expected each name only once.")


def _opening(text: str, end: int) -> int:
    """Return the start of a value over several lines; for other values their end."""
    for opening, closing in (("'''", "'''"), ('"""', '"""'), ("[", "]")):
        if text.endswith(closing, 0, end):
            return text.rfind(opening, 0, end - len(closing))
    return end
