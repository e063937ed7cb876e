"""Each recipe of CONTRIBUTING is followed to the letter in a copy of the checkout, and works."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
# "Write `FILE`:", "Add one line to `FILE`, above (or below) `LINE`:" or "Run:", and a code block.
STEP = re.compile(
    r"^(?:Write `(?P<new>[^`]+)`|Add one line to `(?P<file>[^`]+)`, (?P<side>above|below) "
    r"`(?P<mark>[^`]+)`|Run):\n\n```\w*\n(?P<block>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
RECIPES = {
    "A new tabular learner": (1, 1),
    "A new grid world": (1, 1),
    "A new world that is a function": (1, 1),
    "A new figure": (1, 0),
}
PROGRAMS = {
    "spielfeld": [sys.executable, "-m", "spielfeld.experiments.command_line"],
    "pytest": [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"],
    "python": [sys.executable],
}
HOUSE = "arrows or circle or protocols or exports or loads or links or gymnasium_classes"
pytestmark = [pytest.mark.slow, pytest.mark.whole]


class Followed(NamedTuple):
    """A copy in which a recipe was followed, with the output of the commands."""

    folder: Path
    files: list[str]
    lines: list[str]
    printed: str


def steps(title: str) -> list[re.Match[str]]:
    (section,) = re.findall(rf"^### {title}\n(.*?)(?=^##+ |\Z)", TEXT, re.MULTILINE | re.DOTALL)
    return list(STEP.finditer(section))


def run(folder: Path, command: str) -> str:
    """Run a command as a person would in the folder, and return what it printed."""
    program, *words = shlex.split(command)
    place = {"PYTHONPATH": str(folder), "SDL_VIDEODRIVER": "dummy", "COLUMNS": "160"}
    done = subprocess.run(
        [*PROGRAMS[program], *words],
        env={**os.environ, **place, "NUMBA_CACHE_DIR": str(folder / "cache")},
        cwd=folder, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def insert(path: Path, mark: str, side: str, line: str) -> None:
    """Insert a line beside the first line with the mark."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    place = next(k for k, text in enumerate(lines) if mark == text.strip())
    lines.insert(place + (side == "below"), line)
    path.write_text("".join(lines), encoding="utf-8")


def follow(title: str, folder: Path) -> Followed:
    left_out = shutil.ignore_patterns(".*", "__pycache__", "runs", "*.egg-info", "build", "dist")
    shutil.copytree(ROOT, folder, symlinks=True, ignore=left_out)
    files, lines, printed = [], [], ""
    for step in steps(title):
        if step["new"]:
            assert not (folder / step["new"]).exists()
            (folder / step["new"]).write_text(step["block"], encoding="utf-8")
            files.append(step["new"])
        elif step["file"]:
            insert(folder / step["file"], step["mark"], step["side"], step["block"])
            lines.append(step["file"])
        else:
            printed += "".join(run(folder, command) for command in step["block"].splitlines())
    for path in {*files, *lines}:
        if path.endswith(".py"):
            run(folder, f"python -m ruff check --no-cache {path}")
            run(folder, f"python -m ruff format --no-cache --check {path}")
    printed += run(folder, f"pytest tests/test_house.py -k '{HOUSE}'")
    return Followed(folder, files, lines, printed)


@pytest.mark.parametrize(("title", "files", "lines"), [(k, *v) for k, v in RECIPES.items()])
def test_a_recipe_is_one_file_and_at_most_one_line(title: str, files: int, lines: int) -> None:
    found = steps(title)
    assert sum(step["new"] is not None for step in found) == files
    added = [step["block"] for step in found if step["file"]]
    assert len(added) == lines and all(block.count("\n") == 1 for block in added)
    assert sum(step[0].startswith("Run") for step in found) == 1


def test_recipe_of_a_learner_gives_its_export_its_name_and_its_line(tmp_path: Path) -> None:
    done = follow("A new tabular learner", tmp_path / "copy")
    (learner,) = re.findall(r"^class (\w+)\(TabularLearner", TEXT, re.MULTILINE)
    (line,) = re.findall(rf'^class {learner}.*\n    """(.*)\.\n', TEXT, re.MULTILINE)
    assert re.search(rf"^  pessimistic-q +{re.escape(line)}$", done.printed, re.MULTILINE)
    assert "share of perfect" in done.printed
    typed = f"from spielfeld.agents import {learner}; from spielfeld import agents; "
    typed += f"assert {{'{learner}', '{learner}Config'}} <= set(agents.__all__)"
    run(done.folder, f'python -c "{typed}"')
    assert re.search(r"\d\d passed", done.printed)


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("A new grid world", "spielfeld/TwoGoals-v0"),
        ("A new world that is a function", "spielfeld/Ladder-v0"),
    ],
)
def test_recipe_of_a_world_gives_an_id_and_a_page(title: str, name: str, tmp_path: Path) -> None:
    done = follow(title, tmp_path / "copy")
    assert f"  {name} " in done.printed and "share of perfect" in done.printed
    assert f"`{name}`" in (done.folder / "docs" / "worlds.md").read_text(encoding="utf-8")


def test_recipe_of_a_figure_gives_a_name_and_a_place_in_the_gallery(tmp_path: Path) -> None:
    done = follow("A new figure", tmp_path / "copy")
    (file,) = done.files
    name = Path(file).stem.replace("_", "-")
    assert f"{name}: " in done.printed and "yes" in done.printed
    assert f"## {name}\n" in (done.folder / "docs" / "gallery.md").read_text(encoding="utf-8")
    assert (done.folder / "docs" / "pictures" / "gallery" / f"{name}.png").exists()


def test_types_know_what_a_package_exports(tmp_path: Path) -> None:
    """A name that `import *` takes over is a class to mypy, and a wrong name is an error."""
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(settings.replace('packages = ["spielfeld"]', ""))
    lines = ["from spielfeld.agents import PPO, QLearning, NoSuchLearner", "reveal_type(PPO)"]
    (tmp_path / "mine.py").write_text("\n".join([*lines, "reveal_type(QLearning)", ""]))
    place = ["--config-file", str(tmp_path / "pyproject.toml"), "--cache-dir", str(tmp_path)]
    command = [sys.executable, "-m", "mypy", *place, str(tmp_path / "mine.py")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 1 and done.stdout.count("error:") == 1, done.stdout + done.stderr
    assert 'has no attribute "NoSuchLearner"' in done.stdout
    assert re.findall(r"agents\.\w+\.\w+\.(\w+)\"", done.stdout) == ["PPO", "QLearning"]
