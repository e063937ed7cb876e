"""One import name, `spielfeld`, whatever files of the same names as our folders lie around."""

import json
import os
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
FOLDERS = ("agents", "envs", "experiments", "learning", "tutorials")  # of the wheel
LINKS = (*FOLDERS, "benchmarks")
CLIFF = "spielfeld/CliffWalking-v0"
TRAIN = ["train", "q-learning", CLIFF, "--samples", "500", "--seed", "1"]
LOADED = "LOADED BY ACCIDENT"
SCRIPT = """
import json, sys
from pathlib import Path
from spielfeld.agents import QLearning
import spielfeld.envs, spielfeld.learning, spielfeld.experiments.sources
files = {}
for name, module in list(sys.modules.items()):
    if getattr(module, "__file__", None):
        files.setdefault(str(Path(module.__file__).resolve()), []).append(name)
twice = [names for file, names in files.items() if len(set(names) - {"__main__"}) > 1
         and any(name.startswith("spielfeld") for name in names)]
print(json.dumps([spielfeld.__file__, QLearning.__module__, twice]))
"""


class House:
    """One way in which the suite can be there, and an environment in which it is found."""

    def __init__(self, folder: Path | None, bin_folder: Path) -> None:
        self.folder = ROOT if folder is None else folder
        self.environment = {**os.environ, "NUMBA_DISABLE_JIT": "1"}
        self.environment.pop("PYTHONPATH", None)
        if folder is not None:
            self.environment["PYTHONPATH"] = str(folder)
        module, _, function = PROJECT["scripts"]["spielfeld"].partition(":")
        self.script = bin_folder / "spielfeld"  # as installers write it
        self.script.write_text(
            f"import sys\nfrom {module} import {function}\nsys.exit({function}())"
        )

    def python(self, *words: str, cwd: Path, keys: str = "") -> str:
        command = [sys.executable, *words]
        run = subprocess.run(
            command, cwd=cwd, env=self.environment, input=keys, capture_output=True, text=True
        )
        assert run.returncode == 0, run.stderr
        return run.stdout

    def command(self, *words: str, cwd: Path, keys: str = "") -> str:
        return self.python(str(self.script), *words, cwd=cwd, keys=keys)


def unpacked_wheel(wheel: Path, place: Path) -> Path:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(place)
    return place


def checkout_without_links(place: Path) -> Path:
    """Copy what is ours; where there were links, text files say where they led."""
    unwanted = shutil.ignore_patterns("__pycache__", *LINKS)
    shutil.copytree(ROOT / "spielfeld", place / "spielfeld", ignore=unwanted)
    for folder in LINKS:
        (place / "spielfeld" / folder).write_text(f"../{folder}")
        shutil.copytree(ROOT / folder, place / folder, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", place)
    return place


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist."""
    pytest.importorskip("hatchling", reason="the build backend, hatchling, is not installed")
    place = tmp_path_factory.mktemp("built")
    command = [sys.executable, "-m", "hatchling", "build", "-d", str(place)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return place


@pytest.fixture(scope="module", params=["installed", "without links", "wheel"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> House:
    place = tmp_path_factory.mktemp("house")
    if request.param == "wheel":
        wheel = next(request.getfixturevalue("built").glob("*.whl"))
        return House(unpacked_wheel(wheel, place), tmp_path_factory.mktemp("bin"))
    if request.param == "without links":
        return House(checkout_without_links(place), tmp_path_factory.mktemp("bin"))
    found = House(None, tmp_path_factory.mktemp("bin"))
    where = "import importlib.util as u; print(u.find_spec('spielfeld').origin)"
    command = [sys.executable, "-c", where]
    run = subprocess.run(command, cwd=place, env=found.environment, capture_output=True, text=True)
    if not Path(run.stdout.strip()).resolve().is_relative_to(ROOT):
        pytest.skip("this checkout is not installed in this environment")
    return found


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    """A folder with files of one's own that have the names of our folders, and of a library's."""
    (tmp_path / "envs").mkdir()
    for name in ("envs/__init__", "agents", "learning", "string"):
        (tmp_path / f"{name}.py").write_text(f"print({LOADED!r})\nMINE = 1\n")
    return tmp_path


@pytest.mark.slow
def test_commands_do_not_load_files_that_lie_beside(house: House, beside: Path) -> None:
    listed = house.command("list", cwd=beside)
    trained = house.command(*TRAIN, cwd=beside)
    played = house.command("play", CLIFF, "--text", cwd=beside, keys="w\nquit\n")
    assert "q-learning" in listed and CLIFF in listed
    assert "share of perfect" in trained and len(list((beside / "runs").iterdir())) == 1
    assert "steps 1   reward -1   return -1   up" in played
    assert LOADED not in listed + trained + played


@pytest.mark.slow
def test_figures_come_with_the_wheel_and_benchmarks_with_a_checkout(
    house: House, beside: Path
) -> None:
    assert "cliff-step-sizes" in house.command("figures", cwd=beside)
    installed = not (house.folder / "pyproject.toml").is_file()
    command = [sys.executable, str(house.script), "benchmark", "--only", "no-such"]
    run = subprocess.run(command, cwd=beside, env=house.environment, capture_output=True, text=True)
    answer = "comes with a checkout of the repository" if installed else "no comparison 'no-such'"
    assert run.returncode == 2 and answer in run.stderr and run.stderr.count("\n") == 1


@pytest.mark.slow
def test_a_script_beside_such_files_has_each_of_our_modules_once(
    house: House, beside: Path
) -> None:
    (beside / "string.py").unlink()  # which in a script's folder stands for Python's own
    (beside / "script.py").write_text(SCRIPT)
    place, module, twice = json.loads(house.python("script.py", cwd=beside))
    assert Path(place).resolve().is_relative_to(house.folder)
    assert (module, twice) == ("spielfeld.agents.tabular.q_learning", [])


@pytest.mark.slow
def test_a_module_of_ones_own_finds_its_neighbours_and_no_other_file_is_hidden(
    house: House, beside: Path
) -> None:
    (beside / "neighbour.py").write_text("MINE = 1\n")
    (beside / "mine.py").write_text(
        "import neighbour, string\n"
        "from spielfeld.agents import QLearning\n"
        "assert neighbour.MINE and string.ascii_letters\n"
        "class Mine(QLearning): pass\n"
    )
    trained = house.command("train", "mine:Mine", *TRAIN[2:], cwd=beside)
    assert "share of perfect" in trained and LOADED not in trained


@pytest.mark.slow
@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
def test_another_distribution_named_agents_changes_nothing(tmp_path: Path, first: bool) -> None:
    other, work = tmp_path / "site", tmp_path / "work"
    (other / "agents").mkdir(parents=True)
    (other / "openai_agents-1.0.dist-info").mkdir()
    (other / "agents" / "__init__.py").write_text(f"print({LOADED!r})\nMINE = 1\n")
    metadata = "Metadata-Version: 2.1\nName: openai-agents\nVersion: 1.0\n"
    (other / "openai_agents-1.0.dist-info" / "METADATA").write_text(metadata)
    work.mkdir()
    house = House(ROOT, tmp_path)
    places = [str(other), str(ROOT)] if first else [str(ROOT), str(other)]
    house.environment["PYTHONPATH"] = os.pathsep.join(places)
    assert LOADED not in house.command(*TRAIN, cwd=work)
    (work / "script.py").write_text(SCRIPT)
    assert json.loads(house.python("script.py", cwd=work))[1:] == [
        "spielfeld.agents.tabular.q_learning",
        [],
    ]
    if first:
        both = "import agents, spielfeld.agents; assert agents.MINE"
        assert LOADED in house.python("-c", both, cwd=work)


def test_a_folder_of_the_checkout_is_refused_under_its_short_name(tmp_path: Path) -> None:
    script = (
        "import importlib, sys\n"
        f"for name in {FOLDERS}:\n"
        "    try: importlib.import_module(name)\n"
        "    except ImportError as error: print(error)\n"
        f"print([name for name in sys.modules if name.split('.')[0] in {FOLDERS}])\n"
    )
    answers = House(ROOT, tmp_path).python("-c", script, cwd=ROOT).splitlines()
    expected = "Import this package as spielfeld.{0}, not as {0}."
    assert answers == [*(expected.format(name) for name in FOLDERS), "[]"]


def test_the_wheel_holds_each_file_once_below_one_name(built: Path) -> None:
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        names = wheel.namelist()
        links = [info.filename for info in wheel.infolist() if info.external_attr >> 28 == 0xA]
        contents = [wheel.read(name) for name in names if name.endswith(".py")]
    assert len(set(names)) == len(names) and not links
    tops = {name.partition("/")[0] for name in names}
    assert tops == {"spielfeld", f"spielfeld-{PROJECT['version']}.dist-info"}
    modules = {name for name in names if name.endswith(".py")}
    shown = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    ground = (ROOT / "spielfeld").glob("*.py")
    assert modules == {
        *(f"spielfeld/{path.relative_to(ROOT).as_posix()}" for path in shown),
        *(path.relative_to(ROOT).as_posix() for path in ground),
    }
    long = [content for content in contents if len(content) > 200]
    assert len(set(long)) == len(long)
    assert {"spielfeld/envs/grid_world/worlds/four-rooms.toml"} <= set(names)


def test_the_sdist_holds_the_documents_and_no_links(built: Path) -> None:
    with tarfile.open(next(built.glob("*.tar.gz"))) as sdist:
        members = sdist.getmembers()
    names = [member.name.partition("/")[2] for member in members]
    assert len(set(names)) == len(names)
    assert not [member.name for member in members if member.issym() or member.islnk()]
    assert {"CHANGELOG.md", "CONTRIBUTING.md", "README.md", "LICENSE"} <= set(names)
    assert not [name for name in names if name.startswith("spielfeld/") and name.count("/") > 1]
