import ast
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from spielfeld.experiments.command_line import main
from spielfeld.tutorials.kit.exercises import exercises

ROOT = Path(__file__).resolve().parents[3]
Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SPIELFELD_LANGUAGE", "en")

    def run(*words: str) -> tuple[int, str, str]:
        code = main(["check", *words])
        return code, *capsys.readouterr()

    return run


def test_an_exercise_is_begun_then_wrong_then_right(say: Say) -> None:
    code, output, _ = say("target", "--language", "de")
    assert code == 1 and "my/target.py ist angelegt" in output
    code, output, _ = say("target")
    assert code == 1 and "returns nothing yet" in output
    source = exercises()["target"].answer()
    Path("my/target.py").write_text(source.replace(".max()", ".min()"))
    code, output, _ = say("target", "--language", "de")
    assert code == 1 and "schlechteste nächste Wert" in output and "--hint 1" in output
    Path("my/target.py").write_text(source.replace("    if", "    print('hello')\n    if"))
    code, output, _ = say("target")
    assert code == 0 and "Right!" in output and "hello" in output


def test_hints_and_the_solution_are_shown(say: Say) -> None:
    exercise = exercises()["gradient"]
    assert say("gradient", "--hint", "2") == (0, exercise.hint(2, "en") + "\n", "")
    assert say("gradient", "--solution") == (0, exercise.answer(), "")
    assert not Path("my").exists()
    code, _, error = say("gradient", "--hint", "9")
    assert code == 2 and "There are hints 1, 2 and 3, not 9." in error
    code, _, error = say("--hint", "1")
    assert code == 2 and "Name an exercise" in error


def test_the_list_shows_the_state_of_each_exercise(say: Say) -> None:
    Path("my").mkdir()
    Path("my/loss.py").write_text(exercises()["loss"].answer())
    Path("my/gradient.py").write_text(exercises()["gradient"].answer().replace("- y", ""))
    Path("my/descend.py").write_text(exercises()["descend"].stub())
    Path("my/softmax.py").write_bytes(b"\xff")
    code, output, _ = say()
    states = dict(line.split(None, 1) for line in output.splitlines() if line.startswith("  "))
    assert code == 0 and {*states} == {*exercises()}
    assert states["loss"] == "right" and states["descend"] == "begun"
    assert states["gradient"].startswith("not right yet (")
    assert "UTF-8" in states["softmax"] and states["target"] == "not begun"
    assert "Right: 1 of 36." in output
    assert "Richtig: 1 von 36." in say("--language", "de")[1]


def test_an_unknown_name_gets_a_guess_in_the_language(say: Say) -> None:
    code, _, error = say("softmx", "--language", "de")
    assert code == 2 and "Meinst du softmax?" in error


def test_help_loads_neither_exercises_nor_numba() -> None:
    script = (
        "import sys\nfrom spielfeld.experiments.command_line import main\n"
        "try: main(['check', '--help'])\nexcept SystemExit: pass\n"
        "heavy = {'numba', 'scipy', 'pygame', 'torch', 'matplotlib'}\n"
        "loaded = [one for one in sys.modules if 'tutorials' in one] + [*heavy & {*sys.modules}]\n"
        "print(loaded, file=sys.stderr)"
    )
    words = [sys.executable, "-c", script]
    run = subprocess.run(words, capture_output=True, text=True, cwd=ROOT)
    assert "--solution" in run.stdout and run.stderr.strip() == "[]"


def test_the_kit_needs_nothing_but_numpy_and_our_packages() -> None:
    allowed = {"numpy", *(f"spielfeld.{one}" for one in ("agents", "arrays", "learning"))}
    for path in (ROOT / "tutorials" / "kit").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                ours = ".".join(name.split(".")[:2])
                known = {ours, name.split(".")[0]} & {*sys.stdlib_module_names, *allowed}
                assert known or name.startswith("spielfeld.tutorials.kit"), (path, name)


def test_checking_loads_nothing_heavy() -> None:
    script = (
        "import sys\nimport spielfeld.tutorials.kit.exercises as all\nall.exercises()\n"
        "heavy = {'numba', 'pygame', 'torch', 'matplotlib', 'sklearn', 'marimo'}\n"
        "print([*heavy & {*sys.modules}])"
    )
    words = [sys.executable, "-c", script]
    run = subprocess.run(words, capture_output=True, text=True, cwd=ROOT)
    assert (run.stdout.strip(), run.stderr) == ("[]", "")
