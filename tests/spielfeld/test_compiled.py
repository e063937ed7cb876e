"""Compiled loops follow the sources: every test runs processes on a copy of the packages."""

import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import gymnasium as gym
import numpy as np
import pytest

from spielfeld import envs  # noqa: F401, registers the environments
from spielfeld.compiled import PACKAGES, ROOT, compiled
from spielfeld.experiments.registry import LEARNERS, find_learner

pytestmark = pytest.mark.whole

RULES = "def step(value):\n    return value + 1.0\n"
LOOP = """
from spielfeld.agents.counting.rules import step
from spielfeld.compiled import compiled


def change(value):
    return 0.0 * value


def count(start, times):
    value = start
    for _ in range(times):
        value = step(value) + 2.0 * change(value)
    return value


plain_count = compiled(count)
"""


def change(value: float) -> float:
    return 0.5 * value


def one_more(value: float) -> float:
    return 1.0 + change(2.0 * value)


class Copy:
    """The packages in a folder of their own, with a loop and its rule, and a cache of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(ROOT / "spielfeld", folder / "spielfeld", symlinks=True)
        shutil.copy(ROOT / "pyproject.toml", folder)
        for package in PACKAGES:
            ignored = shutil.ignore_patterns("__pycache__", "grid_world")
            shutil.copytree(ROOT / package, folder / package, ignore=ignored)
        (folder / "envs" / "__init__.py").write_text("")
        self.write("rules", RULES)
        self.write("loop", LOOP)
        self.write("__init__", "")

    def write(self, module: str, text: str) -> None:
        path = self.folder / "agents" / "counting" / f"{module}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)

    def run(self, lines: str, **environment: str) -> str:
        """Import all of the loop's module, run lines of Python, and return what they print."""
        variables = {
            **{name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")},
            "PYTHONPATH": str(self.folder),
            "NUMBA_CACHE_DIR": str(self.folder / "cache"),
            **environment,
        }
        script = f"from spielfeld.agents.counting.loop import *\n{lines}"
        command = [sys.executable, "-c", script]
        done = subprocess.run(
            command, env=variables, cwd=self.folder, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def cached(self) -> set[Path]:
        return set((self.folder / "cache").rglob("*.nbc"))


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


COUNT = "print(plain_count(0.0, 10))"


def test_an_edited_rule_changes_the_loop_in_the_next_process(copy: Copy) -> None:
    path = copy.folder / "agents" / "counting" / "rules.py"
    assert copy.run(COUNT) == "10.0"
    before = path.stat()
    copy.write("rules", RULES.replace("1.0", "2.0"))  # as long as before, and said to be as old
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    shutil.rmtree(path.parent / "__pycache__", ignore_errors=True)  # judged by length and age
    assert copy.run(COUNT) == "20.0"


def test_an_unchanged_process_compiles_nothing_again(copy: Copy) -> None:
    copy.run(COUNT)
    first = copy.cached()
    assert len(first) == 1
    made = {path: path.stat().st_mtime_ns for path in first}
    count_hits = (
        "from spielfeld.loop_cache import LoopCache as C; load = C.load_overload; hits = []\n"
        "C.load_overload = lambda *a: hits.append(load(*a)) or hits[-1]\n"
    )
    found = copy.run(f"{count_hits}{COUNT}; print(sum(hit is not None for hit in hits))")
    assert found.split() == ["10.0", "1"]
    assert {path: path.stat().st_mtime_ns for path in copy.cached()} == made


def test_without_compiling_the_results_are_equal(copy: Copy) -> None:
    lines = "print(plain_count(0.1, 1000), 'numba.core.compiler' in __import__('sys').modules)"
    assert copy.run(lines) == copy.run(lines, NUMBA_DISABLE_JIT="1")
    assert len(copy.cached()) == 1  # the first run compiled, the second did not


def test_rules_do_not_share_a_cache_entry(copy: Copy) -> None:
    copy.write(
        "other", "def five(value):\n    return 5.0\n\n\ndef same(value):\n    return value\n"
    )
    lines = (
        "from spielfeld.agents.counting.other import five, same\n"
        "print(compiled(count, step=five)(1.0, 1), compiled(count, step=same)(1.0, 1))\n"
        "print(compiled(count, step=five, change=same)(1.0, 1))\n"
        "print(compiled(count, step=same, change=five)(1.0, 1))\n"
    )
    for _ in range(2):  # the second time from the cache
        assert copy.run(lines).split() == ["5.0", "1.0", "7.0", "11.0"]


def test_rules_of_one_name_do_not_share_a_cache_entry(copy: Copy) -> None:
    for module, amount in (("one", 5.0), ("two", 7.0)):
        copy.write(module, RULES.replace("1.0", str(amount)))
    lines = (
        "from spielfeld.agents.counting import one, two\n"
        "print(compiled(count, step=one.step)(0.0, 10), compiled(count, step=two.step)(0.0, 10))\n"
    )
    assert copy.run(lines).split() == ["50.0", "70.0"]


def test_rules_that_change_places_do_not_share_a_cache_entry(copy: Copy) -> None:
    copy.write(
        "other", "def five(value):\n    return 5.0\n\n\ndef same(value):\n    return value\n"
    )
    lines = (
        "from spielfeld.agents.counting.other import five, same\n"
        "print(compiled(count, step=five, change=same)(1.0, 1))\n"
        "print(compiled(count, change=five, step=same)(1.0, 1))\n"
    )
    assert copy.run(lines).split() == ["7.0", "11.0"]


MINE = "def double(value):\n    return 2.0 * value\n"
DOUBLE = "from mine import double; print(compiled(count, step=double)(1.0, 3))"
TOLD = "from spielfeld.loop_cache import COMPILING; COMPILING.say = print"


def test_a_rule_of_ones_own_is_compiled_once(copy: Copy) -> None:
    (copy.folder / "mine.py").write_text(MINE)
    assert copy.run(f"{TOLD}\n{DOUBLE}").splitlines() == ["compiling your rule, once ...", "8.0"]
    assert copy.run(f"{TOLD}\n{DOUBLE}") == "8.0"
    (copy.folder / "mine.py").write_text(MINE.replace("2.0", "3.0"))
    assert copy.run(f"{TOLD}\n{DOUBLE}").splitlines() == ["compiling your rule, once ...", "27.0"]


def test_a_rule_that_makes_arrays_is_compiled_once(copy: Copy) -> None:
    mine = "import numpy as np\n\n\ndef half(value):\n    return np.full(2, value).sum() / 4.0\n"
    (copy.folder / "mine.py").write_text(mine)
    lines = (
        f"{TOLD}\nfrom mine import half\nprint(compiled(count, allocates=False, step=half)(1.0, 3))"
    )
    assert copy.run(lines).splitlines()[-1] == "0.125"
    assert copy.run(lines) == "0.125"


def test_a_loop_of_ours_is_told_by_another_line(copy: Copy) -> None:
    assert copy.run(f"{TOLD}\n{COUNT}").splitlines() == ["compiling, once ...", "10.0"]


def test_an_edit_that_changes_no_called_function_compiles_nothing(copy: Copy) -> None:
    copy.run(COUNT)
    copy.write("rules", f"# a comment\n\n{RULES}\n\ndef other(value):\n    return value\n")
    copy.write("loop", f"# another\n{LOOP}")
    (copy.folder / "learning" / "new.py").write_text("NUMBER = 3\n")
    assert copy.run(f"{TOLD}\n{COUNT}") == "10.0"


def test_a_changed_constant_of_a_called_module_compiles_anew(copy: Copy) -> None:
    rules = "AMOUNT = 1.0\n\n\ndef step(value):\n    return value + AMOUNT\n"
    for amount, expected in (("1.0", "10.0"), ("2.0", "20.0"), ("1.0", "10.0")):
        copy.write("rules", rules.replace("1.0", amount))
        shutil.rmtree(copy.folder / "agents" / "counting" / "__pycache__", ignore_errors=True)
        assert copy.run(COUNT) == expected
    assert len(copy.cached()) == 2


@pytest.mark.parametrize("ending", [".nbi", ".nbc", ".seal"])
@pytest.mark.parametrize("damage", ["empty", "cut", "changed", "missing"])
def test_a_damaged_cache_is_made_anew(copy: Copy, ending: str, damage: str) -> None:
    copy.run(COUNT)
    (path,) = (copy.folder / "cache" / "loops").glob(f"*{ending}")
    whole = path.read_bytes()
    middle = len(whole) // 2
    changed = whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :]
    content = {"empty": b"", "cut": whole[:middle], "changed": changed, "missing": None}[damage]
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    assert copy.run(f"{TOLD}\n{COUNT}").splitlines() == ["compiling, once ...", "10.0"]
    assert copy.run(f"{TOLD}\n{COUNT}") == "10.0"


def test_seconds_of_compiling_are_counted_apart(copy: Copy) -> None:
    lines = (
        "import time; from spielfeld.loop_cache import COMPILING\n"
        "began = time.perf_counter(); plain_count(0.0, 10); first = time.perf_counter() - began\n"
        "spent = COMPILING.seconds; plain_count(0.0, 10)\n"
        "print(0 < spent < first, COMPILING.seconds == spent)"
    )
    for _ in range(2):  # the second time it is loaded
        assert copy.run(lines) == "True True"


def test_a_cache_that_cannot_be_written_does_not_matter(copy: Copy) -> None:
    (copy.folder / "file").write_text("")
    assert copy.run(COUNT, NUMBA_CACHE_DIR=str(copy.folder / "file")) == "10.0"


def test_only_the_latest_entries_are_kept_whatever_the_clock_says(copy: Copy) -> None:
    copy.run(COUNT)
    folder, future = copy.folder / "cache" / "loops", time.time() + 1e6
    (made,) = folder.glob("*.seal")
    os.utime(made, (future, future))  # the clock has gone back since
    lines = (
        "from spielfeld import loop_cache; loop_cache.MOST_KEPT = 2\n"
        "from mine import double; compiled(count, step=double)(1.0, 3)\n"
        "compiled(count, change=double)(1.0, 3)\n"
    )
    (copy.folder / "mine.py").write_text(MINE)
    copy.run(lines)
    assert len(copy.cached()) == 2 and not made.exists()
    assert copy.run(f"{TOLD}\n{lines}") == ""
    assert len(list(folder.iterdir())) == 6


def test_importing_a_loop_does_not_load_numba(copy: Copy) -> None:
    assert copy.run("import sys; print('numba' in sys.modules)") == "False"


def test_a_compiled_loop_keeps_its_name_and_docstring() -> None:
    from spielfeld.agents.planning.value_iteration import _sweep

    assert _sweep.__name__ == "_sweep"
    assert _sweep.__doc__ is not None


def test_a_rule_that_makes_arrays_is_compiled_though_the_loop_makes_none() -> None:
    def change(value: float) -> float:
        return np.full(2, value).sum()

    plain, own = (compiled(one_more, allocates=False, **rule) for rule in ({}, {"change": change}))
    assert plain(3.0) == 4.0
    assert own(3.0) == 13.0
    assert own(3.0) == 13.0


WORLDS = {"bandit": "TenArmedTestbed", "self_play": "TicTacToe", "tabular": "Swamp"}
LOOPS = {"bandit": "bandit_loop", "self_play": "game_loop", "tabular": "model_loop"}
COMPILED = {
    name: family for name, entry in LEARNERS.items() for family in WORLDS
    if entry.place.startswith(f"spielfeld.agents.{family}.")
}  # fmt: skip


@pytest.mark.parametrize("name", COMPILED)
def test_no_compiled_learner_makes_arrays_while_it_learns(name: str) -> None:
    learner_class = find_learner(name)
    learner_class().learn(gym.make(f"spielfeld/{WORLDS[COMPILED[name]]}-v0"), 10)
    loop = getattr(learner_class, LOOPS[COMPILED[name]])
    held = {name: cell.cell_contents for name, cell in
            zip(loop.__code__.co_freevars, loop.__closure__, strict=True)}  # fmt: skip
    assert held["allocates"] is False


def count_up(times: int) -> float:
    total = 0.0
    for number in range(times):
        total += number % 7
    return total


def test_another_thread_goes_on_while_a_loop_runs() -> None:
    if os.environ.get("NUMBA_DISABLE_JIT") == "1":
        pytest.skip("plain Python takes turns")
    loop, goes_on = compiled(count_up, allocates=False), 0
    loop(1)
    thread = threading.Thread(target=loop, args=(500_000_000,))
    thread.start()
    while thread.is_alive():
        time.sleep(0.001)  # gives the other thread its turn
        goes_on += 1
    assert goes_on > 10
