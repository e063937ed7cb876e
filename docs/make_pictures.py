"""Draws the pictures of these pages and writes gallery and keys: `python docs/make_pictures.py`.

Every picture shows a world, its optimal values and the best actions. `layouts.md` has its pictures
below the layouts that they show. `worlds.md` is written here from the catalogue, and `keys.md` from
the tables of keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spielfeld.agents.planning import best_start_value, random_policy, start_value
from spielfeld.envs.access import time_limit
from spielfeld.envs.catalogue import CATALOGUE, SMALL_WORLDS
from spielfeld.envs.env import TabularEnv
from spielfeld.envs.grid_world.layout_file import WORLDS, read_layout
from spielfeld.envs.grid_world.world import layout_world
from spielfeld.experiments.screen import page

DOCS = Path(__file__).parent
PICTURED = re.compile(r"```toml\n([^`]+)```\n+!\[[^]]*\]\((pictures/[\w-]+\.png)\)")
BOARD = "4544122514114557266622"  # moves of Connect Four
LARGEST = 720  # pixels of the longer side of a map
INTRODUCTION = """# The worlds

These worlds are part of Spielfeld. Colours and numbers show the optimal value of each cell: the
expected return from there under an optimal policy. Value iteration computes it. Arrows show the
optimal actions; if there are several, they are equally good. *Perfect* and *random* are the
expected returns of an episode under an optimal policy and under random actions. They are computed
exactly, with the world's discount and time limit.

The grid worlds come first, then the [small worlds](#small-worlds) of the book. Each grid world is a
text file in [`envs/grid_world/worlds/`](../envs/grid_world/worlds), and
[Your own grid world](layouts.md) explains the format. To train an agent, write
`spielfeld train q-learning` and the id of a world. To walk through the world yourself, write
`spielfeld play` and the id. The command `python docs/make_pictures.py` writes this page.
"""
SMALL_INTRODUCTION = """# Small worlds

These are the other finite worlds of Sutton & Barto's book. A function in
[`envs/small_worlds/`](../envs/small_worlds) returns each `World`, with its `TabularModel`. Planners
can solve it, and compiled learners can act in it. `spielfeld play` with the id of a world
shows the agent on a board, and describes the state in words. Words with `=` are
options, such as `--set heads=0.25`.

The pictures show optimal values at the places that the states have in the book's figures:

- **Blackjack:** the player's sum upwards, the dealer's card to the right. The right half has a
  usable ace. The value at the top belongs to a natural (an ace and a ten).
- **Gambler's problem:** the capital, in four quarters.
- **Jack's car rental:** cars at the first place upwards, cars at the second place to the right.
"""


def main() -> None:
    """Write `keys.md`, `worlds.md` and every picture that the pages show."""
    (DOCS / "keys.md").write_text(page(), encoding="utf-8")
    for name, (layout, _) in CATALOGUE.items():
        print(name)
        write_picture(TabularEnv(layout_world(layout)), DOCS / "pictures" / f"{layout}.png")
    for name, (place, _) in SMALL_WORLDS.items():
        print(name)
        write_picture(TabularEnv(place), DOCS / _small_picture(name))
    (DOCS / "worlds.md").write_text(gallery(), encoding="utf-8")
    print("Connect Four")
    write_board(DOCS / "pictures" / "connect-four.png")
    for text, path in pictured((DOCS / "layouts.md").read_text(encoding="utf-8")):
        print(path)
        write_picture(TabularEnv(layout_world(read_layout(text))), DOCS / path)


def pictured(page: str) -> Iterator[tuple[str, str]]:
    """Yield each layout on a page that a picture follows, and the picture's place."""
    for match in PICTURED.finditer(page):
        yield match[1], match[2]


def gallery() -> str:
    """Return the page that shows every world of the catalogue."""
    small = [SMALL_INTRODUCTION, *(_small_entry(name) for name in SMALL_WORLDS)]
    return "\n".join([INTRODUCTION, *(_entry(name) for name in CATALOGUE), *small])


def _entry(name: str) -> str:
    layout, line = CATALOGUE[name]
    env = TabularEnv(layout_world(layout))
    opening = re.match("(?:# .*\\n)+", (WORLDS / f"{layout}.toml").read_text(encoding="utf-8"))
    story = opening[0].replace("# ", "") if opening else ""
    return f"""## {env.layout.name}

`{name}`: {line}.

{story}
{_facts(env, env.layout.source)}

![{env.layout.name} with optimal values and actions](pictures/{layout}.png)
"""


def _small_entry(name: str) -> str:
    place, line = SMALL_WORLDS[name]
    env = TabularEnv(place)
    return f"""## {env.world.name}

`{name}`: {line}.

{_facts(env, env.world.source)}

![{env.world.name} with optimal values]({_small_picture(name)})
"""


def _small_picture(name: str) -> str:
    """Return where the picture of an id stands: words of small letters, joined by hyphens."""
    words = re.findall("[A-Z][a-z0-9]+", name.removeprefix("spielfeld/").removesuffix("-v0"))
    return f"pictures/{'-'.join(words).lower()}.png"


def _facts(env: Any, source: str) -> str:
    """Return the table of what the planners know about a world."""
    model, limit = env.model, time_limit(env)
    perfect = best_start_value(model, env.discount, limit)
    random = start_value(model, random_policy(model), env.discount, limit)
    perfect, random = round(perfect, 4) + 0.0, round(random, 4) + 0.0  # there is no -0
    steps = f"{limit:,} steps" if limit else "none"
    return f"""| source | discount | time limit | perfect | random |
|---|---|---|---|---|
| {source} | {env.discount:g} | {steps} | {perfect:.4f} | {random:.4f} |"""


def write_picture(env: Any, path: Path) -> None:
    """Solve a world and draw it."""
    from spielfeld.experiments.pictures import View, picture
    from spielfeld.experiments.play import solve

    grid = getattr(env, "layout", None)
    cell = None if grid is None else min(64, LARGEST // max(grid.shape))
    _save(picture(env, solve(env), View(cell=cell), (grid or env.world).name), path)


def write_board(path: Path) -> None:
    """Draw a position of Connect Four with what UCT expects of each move and what is true."""
    from spielfeld.envs.board_game import Position
    from spielfeld.envs.board_game.renderer import draw
    from spielfeld.envs.board_game.uct_players import uct_values
    from spielfeld.experiments.board_play.match import truths

    position = Position.of_moves(BOARD)
    values = uct_values(position, playouts=10_000)
    _save(draw(position, (448, 460), (1, 1), values, truths(position)), path)


def _save(picture: Any, path: Path) -> None:
    """Save a picture with at most 256 colours."""
    from PIL import Image

    from spielfeld.envs.grid_world.renderer import to_array

    image = Image.fromarray(to_array(picture)).quantize(dither=Image.Dither.NONE)
    image.save(path, optimize=True)


if __name__ == "__main__":
    main()
