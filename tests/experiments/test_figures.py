"""The figures of the books: shortened here, in full in docs/gallery.md."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from experiments.command_line import main
from experiments.figures.all import FIGURES
from experiments.figures.outcome import Outcome, Row, all_to_the_digits, estimate
from experiments.figures.page import cells
from experiments.figures.repeat import Repeat
from experiments.figures.style import spread
from experiments.registry import import_place

ROOT = Path(__file__).resolve().parents[2]
GALLERY = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
# Runs with which the published numbers are checked here.
SHORT = {"cliff": 60, "maximisation-bias": 500}
SLOW = {"cliff", "maximisation-bias"}


def short(name: str) -> object:
    return pytest.param(name, marks=pytest.mark.slow if name in SLOW else ())


def drawn(name: str, runs: int) -> Outcome:
    outcome: Outcome = import_place(FIGURES[name].place)(Repeat(runs))
    return outcome


@pytest.mark.parametrize("name", [short(name) for name in FIGURES])
def test_published_numbers_are_met(name: str) -> None:
    outcome = drawn(name, SHORT.get(name, 2))
    outcome.picture.canvas.draw()
    assert outcome.rows
    for row in outcome.rows:
        assert np.isfinite(row.ours)
        assert row.inside is not False, row


@pytest.mark.parametrize("name", FIGURES)
def test_gallery_shows_every_figure_in_full_with_its_command(name: str) -> None:
    assert f"`spielfeld figures {name}` (" in GALLERY
    assert f"(pictures/gallery/{name}.png)" in GALLERY
    with Image.open(ROOT / "docs" / "pictures" / "gallery" / f"{name}.png") as picture:
        assert picture.width == 800


def test_gallery_has_no_figure_without_a_name_and_no_number_outside_its_band() -> None:
    assert re.findall(r"^## (.*)$", GALLERY, re.MULTILINE) == list(FIGURES)
    assert "| NO |" not in GALLERY and "--runs " not in GALLERY.replace("`--runs 50`", "")


def test_bare_call_lists_every_figure_and_says_how_to_draw(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["figures"]) == 0
    shown = capsys.readouterr().out
    assert all(f"  {name} " in shown for name in FIGURES)
    assert "spielfeld figures all" in shown


def test_figure_is_drawn_with_its_numbers_and_a_page(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "docs" / "page.md"
    words = ["--output", str(tmp_path / "drawn"), "--page", str(page), "--jobs", "1"]
    assert main(["figures", "four-by-three", *words]) == 0
    shown = capsys.readouterr().out
    assert "largest difference to the book's 9 values" in shown and "yes" in shown
    with Image.open(tmp_path / "drawn" / "four-by-three.png") as picture:
        assert picture.width == 800
    assert "](../drawn/four-by-three.png)" in page.read_text()
    assert main(["figures", "6.5", "--runs", "2", *words]) == 0
    assert "maximisation-bias: figure 6.5, 2 runs" in capsys.readouterr().out
    text = page.read_text()
    assert text.index("## four-by-three") < text.index("## maximisation-bias")
    assert "`spielfeld figures maximisation-bias --runs 2` (2 runs, " in text
    assert main(["figures", "four-by-three", *words]) == 0
    renewed = page.read_text()
    assert renewed.count("\n## ") == 2 and renewed.count("# The figures") == 1


def test_quick_takes_a_twentieth_of_the_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["figures", "cliff", "--quick", "--output", str(tmp_path), "--jobs", "1"]) == 0
    assert "cliff: example 6.6, 50 runs" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["clif"], "There is no figure 'clif'. Did you mean cliff?"),
        (["99.9"], "There is no figure '99.9'. `spielfeld figures` shows all."),
        (["cliff", "--runs", "1"], "runs must be 2 or more, not 1."),
        (["cliff", "--jobs", "0"], "jobs must be 1 or more, or -1 for one a core, not 0."),
    ],
)
def test_mistakes_are_answered_in_a_sentence(
    words: list[str], answer: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["figures", *words]) == 2
    assert answer in capsys.readouterr().err


def test_help_and_list_load_nothing_heavy() -> None:
    program = (
        "import sys; from experiments.command_line import main; main(['figures'])\n"
        "try: main(['figures', '--help'])\nexcept SystemExit: pass\n"
        "heavy = {'numba', 'scipy', 'matplotlib', 'joblib', 'pygame', 'torch'}\n"
        "sys.exit(' '.join(heavy & set(sys.modules)) or 0)"
    )
    shown = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert shown.returncode == 0, shown.stderr
    assert "--quick" in shown.stdout


def test_script_is_the_command() -> None:
    script = ROOT / "scripts" / "figures.py"
    shown = subprocess.run([sys.executable, script], capture_output=True, text=True, check=False)
    assert shown.returncode == 0 and "cliff" in shown.stdout


# The numbers of a figure.


def test_band_is_four_standard_errors_of_the_difference() -> None:
    samples = np.array([1.0, 3.0] * 50)
    error = samples.std(ddof=1) / 10
    assert estimate("", 2.0, samples, 0.3).band == pytest.approx(4 * np.hypot(0.3, error))
    unstated = estimate("", 2.0, samples)
    assert unstated.band == pytest.approx(4 * error * np.sqrt(1 + 100 / 1_000))
    assert unstated.ours == 2.0 and unstated.error == pytest.approx(error)


@pytest.mark.parametrize(
    ("published", "ours", "inside"), [(1.0, 1.5, True), (1.0, 1.51, False), (None, 9.0, None)]
)
def test_number_is_inside_its_band_or_not(
    published: float | None, ours: float, inside: bool | None
) -> None:
    row = Row("", published, ours, band=0.5)
    assert row.inside is inside
    assert cells(row)[-1] == {True: "yes", False: "NO", None: ""}[inside]


def test_exact_numbers_agree_if_they_round_to_the_published_ones() -> None:
    assert all_to_the_digits("", [0.333, 0.667], [1 / 3, 2 / 3], 3).inside
    assert not all_to_the_digits("", [0.333, 0.667], [1 / 3, 0.6664], 3).inside


# Repeating.


def ramp(seed: int, slope: float) -> list[float]:
    return [seed * slope, float(seed)]


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_seed_of_every_setting_is_measured_in_order(jobs: int) -> None:
    told = []
    repeat = Repeat(60, jobs, lambda done, parts: told.append((done, parts)))
    double, triple = repeat(ramp, [(2.0,), (3.0,)])
    assert double.tolist() == [[2.0 * seed, seed] for seed in range(60)]
    assert triple[:, 0].tolist() == [3.0 * seed for seed in range(60)]
    assert told == [(k, 6) for k in range(1, 7)]


def test_share_of_the_runs_is_for_what_takes_long() -> None:
    assert len(Repeat(60)(ramp, [(1.0,)], share=0.5)[0]) == 30
    assert len(Repeat(6)(ramp, [(1.0,)], share=0.01)[0]) == 2


def test_labels_are_moved_apart_and_stay_within_the_panel() -> None:
    placed = spread([0.1, 0.11, 0.5, 0.99, 1.0], 0.05)
    assert placed == pytest.approx([0.1, 0.15, 0.5, 0.95, 1.0])
