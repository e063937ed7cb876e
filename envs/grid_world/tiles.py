"""Signs of tiles: the picture for each tile of a grid world."""

from __future__ import annotations

from collections.abc import Collection

from spielfeld.envs.grid_world.layout import Layout, Tile
from spielfeld.envs.grid_world.palette import (
    BLUE,
    GREEN,
    NAMED,
    PINK,
    RED,
    SIGNS,
    SKY,
    YELLOW,
    Colour,
)
from spielfeld.envs.grid_world.shapes import Sign

TRAPS = ("pit", "hole", "cliff", "lava", "trap", "water")


def signs(layout: Layout, keys: Collection[str] = ()) -> dict[str, Sign]:
    """Return the sign for each character of a map; plain tiles have none.

    Args:
        layout: Layout of the world.
        keys: Names of the keys held. They are not drawn on the map, and their doors are open.
    """
    locks = [name for tile in layout.legend.values() for name in (tile.key, tile.door) if name]
    colours = {
        name: NAMED.get(name, SIGNS[order % len(SIGNS)])
        for order, name in enumerate(dict.fromkeys(locks))
    }
    targets = {name for tile in layout.legend.values() for name in (tile.to, tile.exit_to) if name}
    chosen = {}
    for character, tile in layout.legend.items():
        sign = _lock(tile, colours, keys) or _place(layout, character, tile)
        if sign is None and character in targets:
            sign = Sign("arrival", character.upper(), BLUE)
        if sign is not None:
            chosen[character] = sign
    return chosen


def _lock(tile: Tile, colours: dict[str, Colour], keys: Collection[str]) -> Sign | None:
    if tile.door:
        kind = "open door" if tile.door in keys else "door"
        return Sign(kind, tile.door[0].upper(), colours[tile.door])
    if tile.key and tile.key not in keys:
        return Sign("key", tile.key[0].upper(), colours[tile.key])
    return None


def _place(layout: Layout, character: str, tile: Tile) -> Sign | None:
    if tile.wall:
        return None
    if tile.to or tile.exit_to:
        if tile.to and _is_trap(tile) and layout.legend[tile.to].start:
            return Sign("cliff", "", RED)
        return Sign("portal" if tile.to else "exit", character.upper(), BLUE)
    if tile.end:
        lost = character not in layout.goals or _named_trap(tile)
        return Sign("pit") if lost else Sign("goal", "", GREEN)
    if tile.start:
        return Sign("start", "S", SKY)
    if tile.reward:
        return Sign("reward", f"{tile.reward:+g}", YELLOW if tile.reward > 0 else PINK)
    return None


def _is_trap(tile: Tile) -> bool:
    return tile.reward < 0 if tile.reward else _named_trap(tile)


def _named_trap(tile: Tile) -> bool:
    return any(word in tile.name.lower() for word in TRAPS)
