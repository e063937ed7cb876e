from pathlib import Path

import pytest

from spielfeld.tutorials.kit import workbook
from spielfeld.tutorials.kit.exercises import exercises


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SPIELFELD_WORKBOOK", str(tmp_path / "my"))
    return tmp_path / "my"


def test_a_file_is_written_once_and_never_overwritten(folder: Path) -> None:
    assert workbook.begin("target", "de")
    assert "Gib das Ziel von Q-Learning zurück" in workbook.read("target")
    (folder / "target.py").write_text("mine = 1\n")
    assert not workbook.begin("target", "en")
    assert workbook.read("target") == "mine = 1\n"


def test_the_folder_is_my_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPIELFELD_WORKBOOK")
    assert workbook.path_of("target") == Path("my/target.py")


def test_a_file_of_another_editor_is_read(folder: Path) -> None:
    workbook.begin("gradient")
    text = exercises()["gradient"].answer().replace("\n", "\r\n")
    (folder / "gradient.py").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert workbook.check_source("gradient", workbook.read("gradient"))
    (folder / "gradient.py").write_bytes("# größe\n".encode("latin-1"))
    with pytest.raises(ValueError, match="kein Text in UTF-8"):
        workbook.read("gradient", "de")


@pytest.mark.parametrize(
    ("source", "verdict", "words"),
    [
        ("def loss(p, y)\n    return 0\n", "syntax", "in Zeile 1: `def loss(p, y)`"),
        ("\n\ndef loss(p, y):\n    retrun 0\n", "syntax", "kein gültiges Python, in Zeile 4"),
        ("def loss(p, y):\nreturn 0\n", "syntax", "Einrückung stimmt nicht, in Zeile 2"),
        ("def loss(p, y):\n    a = (1\n", "syntax", "in Zeile 2: `a = (1`"),
        ("x\0y", "syntax", "kein gültiges Python"),
        ("import numpi\n", "raises", "in Zeile 1: `import numpi`"),
        ("def lose(p, y):\n    return 0\n", "missing", "`def loss(predictions, targets):`"),
        ("loss = 3\n", "missing", "keine Funktion `loss`"),
        ("", "missing", "keine Funktion `loss`"),
        ("\ndef loss(p, y):\n    z = p\n    return z + q\n", "raises", "Zeile 4: `return z + q`"),
        ("def half(e):\n    return e / nix\ndef loss(p, y):\n    return half(p)\n", "raises",
         "Zeile 2: `return e / nix`"),
    ],
)  # fmt: skip
def test_errors_are_told_with_their_line_in_the_language(
    source: str, verdict: str, words: str
) -> None:
    found = workbook.check_source("loss", source, "de")
    assert found.name == verdict and words in found.text
    assert workbook.check_source("loss", source, "en").text != found.text


def test_helpers_and_imports_of_the_learner_count() -> None:
    source = (
        "from numpy import mean\n\ndef error(p, y):\n    return p - y\n\n"
        "def loss(predictions, targets):\n    return mean(error(predictions, targets) ** 2) / 2\n"
    )
    assert workbook.check_source("loss", source)
