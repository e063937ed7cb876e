"""Checks of a layout before a model is made of it."""

from __future__ import annotations

from spielfeld.envs.grid_world.layout import Layout, Tile
from spielfeld.envs.grid_world.layout_error import refuse, suggestion
from spielfeld.envs.grid_world.layout_values import is_visible

MOST_KEYS = 12


def check_layout(layout: Layout) -> None:
    """Check that a layout is complete and consistent.

    `grid_model` checks later whether a goal can be reached, because that needs the dynamics.

    Raises:
        LayoutError: If it is not; it names the place, the error and the expected value.
    """
    _check_rows(layout)
    _check_signs(layout)
    for sign in layout.legend:
        _check_tile(layout, sign)
    _check_purpose(layout)
    _check_rules(layout)
    _check_keys(layout)
    if not layout.open_border:
        _check_border(layout)


def find(layout: Layout, sign: str) -> tuple[int, int]:
    """Return the first cell, row by row, that holds a character of the map."""
    row = next(index for index, text in enumerate(layout.rows) if sign in text)
    return row, layout.rows[row].index(sign)


def _check_rows(layout: Layout) -> None:
    if not layout.rows or not layout.rows[0]:
        refuse(layout.origin, ("map", 0, 0), "found an empty row, expected characters.")
    width = len(layout.rows[0])
    for row, text in enumerate(layout.rows):
        if len(text) != width:
            column = min(len(text), width)
            message = (
                f"found a row of {len(text)} characters, expected {width} as in the first row."
            )
            refuse(layout.origin, ("map", row, column), message)


def _check_signs(layout: Layout) -> None:
    signs = set().union(*layout.rows)
    strange = {sign for sign in signs if sign not in layout.legend or not is_visible(sign)}
    if not strange:
        return
    sign = min(strange, key=lambda sign: find(layout, sign))
    known = " ".join(sorted(layout.legend))
    expected = f"expected one of {known} or a legend for it"
    if not is_visible(sign):
        expected = "expected a visible character; floor is '.'"
    refuse(layout.origin, ("map", *find(layout, sign)), f"found {sign!r}, {expected}.")


def _check_tile(layout: Layout, sign: str) -> None:
    tile, path = layout.legend[sign], ("legend", sign)
    said = {"wall": tile.wall, "end": tile.end, "to": tile.to, "exit_to": tile.exit_to}
    kinds = [kind for kind, given in said.items() if given]
    if tile.start:
        kinds += ["start"] * bool(tile.wall or tile.end or tile.to)
        kinds += ["door", "start"] * (tile.door is not None)
    if len(kinds) > 1:
        both = " and ".join(kinds)
        refuse(
            layout.origin, path, f"found {sign!r} as {both} at once, expected one of them.", True
        )
    for key, target in (("to", tile.to), ("exit_to", tile.exit_to)):
        if target is not None:
            _check_target(layout, (*path, key), target)


def _check_target(layout: Layout, path: tuple[str, ...], target: str) -> None:
    signs = set().union(*layout.rows)
    if target not in signs:
        hint = suggestion(target, signs)
        refuse(layout.origin, path, f"found {target!r}, which is not on the map, {hint}")
    tile = layout.legend[target]
    if tile.wall or tile.to is not None:
        kind = "a wall" if tile.wall else "a 'to' tile itself"
        expected = "expected the character of a cell that the agent can enter."
        refuse(layout.origin, path, f"found {target!r}, which is {kind}, {expected}")


def _check_purpose(layout: Layout) -> None:
    signs = set().union(*layout.rows)
    tiles = [layout.legend[sign] for sign in signs]
    if layout.start_anywhere:
        if not any(can_start(tile) for tile in tiles):
            refuse(layout.origin, ("map",), "found no cell to start on, expected a floor '.'.")
    elif not any(tile.start for tile in tiles):
        refuse(
            layout.origin, ("map",), "found no start, expected an 'S' (or start_anywhere = true)."
        )
    if not layout.continuing and not layout.goals:
        refuse(layout.origin, ("map",), "found no goal, expected a 'G' (or continuing = true).")


def can_start(tile: Tile) -> bool:
    """Return whether an episode can begin on a tile."""
    return not (tile.wall or tile.end or tile.to is not None or tile.door is not None)


def _check_rules(layout: Layout) -> None:
    columns = len(layout.rows[0])
    if layout.wind and len(layout.wind) != columns:
        message = f"found {len(layout.wind)} numbers, expected {columns}, one for each column."
        refuse(layout.origin, ("rules", "wind"), message)
    if abs(sum(layout.slip) - 1) > 1e-9 or min(layout.slip) < 0:
        shares = ", ".join(f"{share:g}" for share in layout.slip)
        message = f"found probabilities {shares}, expected none below 0 and a sum of 1."
        refuse(layout.origin, ("rules", "slip"), message)
    if layout.moves not in ("four", "king"):
        message = f"found {layout.moves!r}, {suggestion(layout.moves, ('four', 'king'))}"
        refuse(layout.origin, ("rules", "moves"), message)


def _check_keys(layout: Layout) -> None:
    signs = set().union(*layout.rows)
    keys = layout.key_names
    if len(keys) > MOST_KEYS:
        message = f"found {len(keys)} keys, expected at most {MOST_KEYS}."
        refuse(layout.origin, ("legend",), message, key=True)
    for sign in sorted(signs):
        door = layout.legend[sign].door
        if door is not None and door not in keys:
            message = f"found a door for the key {door!r}, which is not on the map"
            expected = suggestion(door, keys) if keys else f"expected a tile with key = {door!r}."
            refuse(layout.origin, ("legend", sign, "door"), f"{message}, {expected}")


def _check_border(layout: Layout) -> None:
    """Check the outer wall: a gap in it is probably a mistake, but a map without it is allowed."""
    last_row, last_column = (length - 1 for length in layout.shape)
    border = [(row, column) for row in range(last_row + 1) for column in (0, last_column)]
    border += [(row, column) for row in (0, last_row) for column in range(1, last_column)]
    walls = sum(layout.tile(*cell).wall for cell in border)
    corners = [(row, column) for row in (0, last_row) for column in (0, last_column)]
    if not all(layout.tile(*cell).wall for cell in corners) or 2 * walls <= len(border):
        return
    for row, column in sorted(border):
        tile = layout.tile(row, column)
        if can_start(tile) and not tile.start and tile.exit_to is None:
            stood = f"found {layout.rows[row][column]!r}, a gap in the outer wall"
            expected = "expected a wall '#' (or open_border = true under [rules])."
            refuse(layout.origin, ("map", row, column), f"{stood}, {expected}")
