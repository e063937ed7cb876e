"""What the documents say about layouts and worlds is what the code does."""

import importlib.util
import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

from spielfeld.agents.baselines.config import WORDS
from spielfeld.agents.deep_loop import EPISODE
from spielfeld.envs.catalogue import CATALOGUE
from spielfeld.envs.grid_world.dynamics import grid_model
from spielfeld.envs.grid_world.layout import Layout, Slip, Tile
from spielfeld.envs.grid_world.layout_error import LayoutError
from spielfeld.envs.grid_world.layout_file import read_layout
from spielfeld.envs.grid_world.layout_values import RULES, TILE_KEYS, TOP
from spielfeld.experiments.command_line import COMMANDS
from spielfeld.experiments.registry import LEARNERS, find_learner
from spielfeld.tutorials.figures.command import find as find_figure

DOCS = Path(__file__).resolve().parents[1] / "docs"
GUIDE = (DOCS / "layouts.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```toml( mistake)?\n(.*?)^```\n(?:\n```\nError: ([^\n]*)\n```)?", re.M | re.S)
BLOCKS = [
    pytest.param(*block.groups(), id=f"{page.stem}-{number}")
    for page in sorted(DOCS.glob("*.md"))
    for number, block in enumerate(BLOCK.finditer(page.read_text(encoding="utf-8")))
]


@pytest.fixture(scope="module")
def pictures() -> ModuleType:
    """`docs/make_pictures.py`, which is no package's."""
    spec = importlib.util.spec_from_file_location("make_pictures", DOCS / "make_pictures.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("mistake", "text", "answer"), BLOCKS)
def test_every_layout_in_the_documents_is_a_world_or_the_mistake_it_is_called(
    mistake: str | None, text: str, answer: str | None
) -> None:
    if mistake is None:
        grid_model(read_layout(text))
        return
    with pytest.raises(LayoutError) as error:
        grid_model(read_layout(text, "my_maze.toml"))
    assert str(error.value) == answer


def keys_table(heading: str) -> dict[str, str]:
    """Return the keys in the table below a heading, and their defaults as they are written."""
    table = GUIDE.partition(heading)[2].partition("\n\n|")[2].partition("\n\n")[0]
    rows = [re.split(r" ?\| ?", row) for row in table.splitlines() if row.startswith("| `")]
    return {row[1].strip("`"): row[3].strip('` "') for row in rows}


def written(default: object) -> str:
    """Write a default as the tables do."""
    if default in (None, (), "", Slip()):
        return "none"
    return str(default).lower() if isinstance(default, bool | str) else f"{default:g}"


@pytest.mark.parametrize(
    ("heading", "readers"),
    [
        ("\nAt the top", TOP),
        ("\nUnder `[rules]`", RULES),
        ("\nIn the table of `slip`", Slip._fields),
        ("\nUnder `[legend]`", TILE_KEYS),
    ],
)
def test_tables_name_exactly_the_keys_that_a_file_may_hold(
    heading: str, readers: Mapping[str, object]
) -> None:
    assert list(keys_table(heading)) == list(readers)


def test_tables_name_the_defaults() -> None:
    rules = {rule.name: written(rule.default) for rule in fields(Layout) if rule.name in RULES}
    assert keys_table("\nUnder `[rules]`") == rules
    tiles = {tile.name: written(tile.default) for tile in fields(Tile)}
    assert keys_table("\nUnder `[legend]`") == tiles


def test_gallery_shows_the_catalogue_as_the_planner_solves_it(pictures: ModuleType) -> None:
    page = (DOCS / "worlds.md").read_text(encoding="utf-8")
    assert page == pictures.gallery(), "run `python docs/make_pictures.py`"
    assert all(f"`{name}`" in page for name in CATALOGUE)


def test_pictures_of_the_guide_show_the_layout_above_them(pictures: ModuleType) -> None:
    assert GUIDE.count("](pictures/") == len(list(pictures.pictured(GUIDE))) > 0


def test_pictures_are_small_and_all_in_use() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in DOCS.rglob("*.md"))
    used = set(re.findall(r"\((?:\.\./)?(pictures/[^)]+)\)", text))
    there = (DOCS / "pictures").rglob("*.*")
    assert used == {path.relative_to(DOCS).as_posix() for path in there}
    for path in used:
        assert (DOCS / path).stat().st_size < 60_000
        with Image.open(DOCS / path) as picture:
            assert max(picture.size) < 900


@pytest.mark.slow
def test_pictures_are_made_by_the_command_that_the_page_names(
    pictures: ModuleType, tmp_path: Path
) -> None:
    from spielfeld.envs import TabularEnv, layout_world

    pictures.write_picture(TabularEnv(layout_world("frozen-lake")), tmp_path / "made.png")
    with (
        Image.open(tmp_path / "made.png") as made,
        Image.open(DOCS / "pictures" / "frozen-lake.png") as shown,
    ):
        assert made.size == shown.size


NETWORKS = ("spielfeld.agents.policy_gradient.", "spielfeld.agents.value_based.")
DEEP = [name for name, one in LEARNERS.items() if one.place.startswith(NETWORKS)]
SB3 = [name for name, one in LEARNERS.items() if one.place.startswith("spielfeld.agents.baselines")]


def page(name: str) -> str:
    """Read the page of an algorithm."""
    return (DOCS / "algorithms" / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", DEEP)
def test_every_logged_number_is_explained_on_the_page_or_on_one_that_it_builds_on(
    name: str,
) -> None:
    read, to_read = "", {name}
    done: set[str] = set()
    while to_read - done:
        done.add(one := min(to_read - done))
        read += page(one)
        to_read |= set(re.findall(r"\]\(([\w-]+)\.md#logged-values", page(one)))
    for column in (*EPISODE, *find_learner(name).measures):
        assert f"\n| `{column}` |" in read, column


@pytest.mark.parametrize("name", [*DEEP, "baselines"])
def test_pages_name_options_that_there_are(name: str) -> None:
    learners = SB3 if name == "baselines" else [name]
    configs = [find_learner(one).config_class for one in learners]
    settings = {field.name for config in configs for field in fields(config)}
    named = re.findall(r"--([a-z][a-z-]*)", page(name))
    of_commands = {"source", "only", "samples", "repeats"}
    assert {option.replace("-", "_") for option in named} <= settings | of_commands


@pytest.mark.parametrize("name", [*DEEP, "baselines"])
def test_pages_name_commands_learners_and_figures_that_there_are(name: str) -> None:
    commands = re.findall(r"`spielfeld (\w+) ([^`]*)`", page(name))
    assert commands
    for command, words in commands:
        assert command in COMMANDS
        if command == "figures":
            assert find_figure(words)
        for learner in re.findall(r"^[\w -]+?(?= --| [A-Z])", words):
            assert command == "benchmark" or set(learner.split()) <= set(LEARNERS), words


def test_translation_of_settings_is_the_one_that_the_baselines_use() -> None:
    rows = [re.findall(r"`(\w+)`", row) for row in page("baselines").splitlines() if "| " in row]
    for ours, theirs in WORDS.items():
        assert any(ours in row and (theirs in row or ours == theirs) for row in rows), ours


def test_every_learner_of_networks_has_a_page_that_the_overview_links_to() -> None:
    overview = (DOCS / "learners.md").read_text(encoding="utf-8")
    for name in (*DEEP, "baselines"):
        assert f"](algorithms/{name}.md)" in overview
        assert "## Comparison with Stable-Baselines3" in page(name)
    assert all(f"`{name}`" in page("baselines") for name in SB3)
