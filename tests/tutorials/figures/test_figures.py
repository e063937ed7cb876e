"""The figures of the books: shortened here, in full in docs/gallery.md."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from spielfeld.agents import TDLambda
from spielfeld.experiments.command_line import main
from spielfeld.tutorials.figures import command
from spielfeld.tutorials.figures.command import cells, figures, find
from spielfeld.tutorials.figures.drawing import (
    Repeat,
    Row,
    all_to_the_digits,
    estimate,
    save,
    spread,
)
from spielfeld.tutorials.figures.n_step import WORST, leaves, walk_error

ROOT = Path(__file__).resolve().parents[3]
FIGURES = figures()
GALLERY = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
# Runs with which the published numbers are checked here; 2 where there is none.
SHORT = {
    "ten-armed-testbed": 500,
    "upper-confidence-bound": 500,
    "gradient-bandit": 500,
    "cliff": 60,
    "maximisation-bias": 500,
    "n-step": 5,
    "dyna-maze": 60,
    "short-corridor": 300,
}
SLOW = {
    "maximisation-bias", "n-step", "traces", "dyna-maze", "cliff", "blocking-maze", "windy",
    "random-walk", "blackjack", "mountain-car", "mountain-car-steps", "jacks-car-rental",
    "diffusion-shapes", "diffusion-digits", "perfect-player",
}  # fmt: skip
SCIKIT_LEARN = {
    "more-rows",
    "confusion",
    "threshold",
    "diffusion-digits",
}  # their data sets come with it
# What makes the rest of a figure shorter.
SHORTER = {
    "self-play-greedy": {"self_play_greedy.GAMES": (100, 1_000)},
    "cliff-step-sizes": {
        "cliff_step_sizes.LATE": 120,
        "cliff_step_sizes.STEP_SIZES": [0.1, 0.5, 1.0],
    },
    "mountain-car": {"mountain_car.EPISODES": (1, 2, 3)},
    "mountain-car-steps": {"mountain_car_steps.CURVE": 5, "mountain_car_steps.STEP_SIZES": (0.5,)},
    "blackjack": {"blackjack.EPISODES": (1_000, 20_000)},
    "traces": {"traces.DECAYS": (0.0, 0.8)},
    "underfitting": {"underfitting.STEPS": 100, "underfitting.UNITS": (1, 4)},
    "more-rows": {"more_rows.DIGITS": (50, 100)},
    "learning-curves": {"learning_curves.EPOCHS": 40},
    "data-poisoning": {
        "data_poisoning.SHARES": (0.0, 0.2, 0.4, 0.5),
        "data_poisoning.SAMPLES": 10_000,
    },
    "model-stealing": {
        "model_stealing.QUERIES": (10, 100, 1_000),
        "data_poisoning.SAMPLES": 10_000,
    },
    "confusion": {"confusion.EPOCHS": 5},
    "diffusion-shapes": {
        "diffusion_shapes.SHORTENED": 0.01,
        "diffusion_shapes.ITERATIONS": 5,
        "diffusion_shapes.ROWS": 300,
        "diffusion_shapes.TESTS": 2,
        "diffusion_shapes.SIZE": 50,
    },
    "diffusion-digits": {
        "diffusion_shapes.SHORTENED": 0.01,
        "diffusion_shapes.ITERATIONS": 2,
        "diffusion_digits.SAMPLES": 50,
        "diffusion_digits.EPOCHS": 2,
    },
}


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else []) for name in FIGURES],
)
def test_figure_is_drawn_and_meets_the_published_numbers(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if name in SCIKIT_LEARN:
        pytest.importorskip("sklearn")
    if name == "perfect-player":
        pytest.importorskip("bitbully_databases", reason="its openings would take minutes")
    for place, value in SHORTER.get(name, {}).items():
        monkeypatch.setattr(f"spielfeld.tutorials.figures.{place}", value)
    outcome = FIGURES[name].draw(Repeat(SHORT.get(name, 2)))
    save(outcome.picture, tmp_path / "drawn.png")
    assert outcome.rows
    for row in outcome.rows:
        assert np.isfinite(row.ours)
        assert row.inside is not False, row


@pytest.mark.parametrize("name", FIGURES)
def test_gallery_shows_every_figure_in_full_with_its_command(name: str) -> None:
    assert f"`spielfeld figures {name}` (" in GALLERY
    assert f"(pictures/gallery/{name}.png)" in GALLERY
    assert FIGURES[name].caption in GALLERY and FIGURES[name].question in GALLERY
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
    assert main(["figures", "8.4", "--runs", "2", *words]) == 0
    assert "blocking-maze: figure 8.4, 2 runs" in capsys.readouterr().out
    text = page.read_text()
    assert text.index("## blocking-maze") < text.index("## four-by-three")
    assert "`spielfeld figures blocking-maze --runs 2` (2 runs, " in text
    assert main(["figures", "four-by-three", *words]) == 0
    renewed = page.read_text()
    assert renewed.count("\n## ") == 2 and renewed.count("# The figures") == 1


@pytest.mark.parametrize(
    ("name", "runs"), [("shortcut-maze", "10 runs"), ("springs", "exact"), ("blackjack", "one run")]
)
def test_quick_takes_a_twentieth_of_the_runs(
    name: str,
    runs: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("spielfeld.tutorials.figures.blackjack.EPISODES", (100, 200))
    assert main(["figures", name, "--quick", "--output", str(tmp_path), "--jobs", "1"]) == 0
    assert f"{name}: {FIGURES[name].source}, {runs}, " in capsys.readouterr().out


def test_figures_are_found_by_name_and_by_number() -> None:
    names = {word: [one.name for one in find(word)] for word in ("cliff", "6.5", "12.8", "all")}
    assert names == {
        "cliff": ["cliff"],
        "6.5": ["windy", "maximisation-bias"],  # an example and a figure
        "12.8": ["traces"],
        "all": list(FIGURES),
    }


def test_figures_of_the_book_come_in_its_order() -> None:
    def numbers(source: str) -> list[int]:
        return [int(number) for number in re.findall(r"\d+", source)[:2]]

    book = [one for one in FIGURES.values() if one.source[:2] in ("ex", "fi")]
    assert len(book) > 20 and book == list(FIGURES.values())[: len(book)]
    assert [numbers(one.source) for one in book] == sorted(numbers(one.source) for one in book)


@pytest.mark.parametrize("name", FIGURES)
def test_question_ends_with_a_number_to_change_that_stands_in_the_figures_file(name: str) -> None:
    question, code = FIGURES[name].question, FIGURES[name].place.read_text(encoding="utf-8")
    code = code.replace(question, "")
    assert "?" in question and "\n" not in question
    constants = re.findall(r"\b[A-Z][A-Z_]{2,}\b", question)
    constants = [one for one in constants if one not in ("REINFORCE", "SARSA", "SGD")]
    assert all(re.search(rf"^{one}\b.*= ", code, re.MULTILINE) for one in constants)
    numbers = re.findall(r"hange (?:the )?([\d*.-]+)", question)
    assert all(number in code for number in numbers)
    assert constants or numbers or "range(" in question


def test_one_file_is_a_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        '"""Two bars.\n\nOne is higher.\n"""',
        "from spielfeld.tutorials.figures.drawing import Outcome, Repeat, Row, canvas",
        'SOURCE = "example 99.9"\nRUNS = 0\nQUESTION = "How high is ONE? Change ONE."\nONE = 1.0',
        "def figure(repeat: Repeat) -> Outcome:",
        '    picture, axes = canvas("Bars")\n    axes.bar([0, 1], [ONE, 2.0])',
        '    return Outcome(picture, [Row("one", 1.0, ONE)])',
    ]
    (tmp_path / "two_bars.py").write_text("\n".join(lines))
    (tmp_path / "helper.py").write_text("ONE = 1.0\n")
    found = [command.read(path) for path in sorted(tmp_path.iterdir())]
    assert [one and one.name for one in found] == [None, "two-bars"]
    monkeypatch.setattr(command, "FOLDER", tmp_path)
    monkeypatch.setattr("spielfeld.tutorials.figures.__path__", [str(tmp_path)])
    figures.cache_clear()
    try:
        assert main(["figures"]) == 0
        assert "two-bars  Two bars (example 99.9)" in capsys.readouterr().out
        assert main(["figures", "99.9", "--output", str(tmp_path)]) == 0
        shown = capsys.readouterr().out
        assert "yes" in shown and "Question: How high is ONE? Change ONE.\n" in shown
        assert f"{tmp_path / 'two_bars.py'}\n" in shown
    finally:
        figures.cache_clear()


@pytest.mark.parametrize("line", ["RUNS = 0", "QUESTION = '?'", "def figure(repeat): ..."])
def test_file_that_lacks_a_part_of_a_figure_is_named(tmp_path: Path, line: str) -> None:
    lines = [
        '"""Title."""',
        "SOURCE = 'here'",
        "RUNS = 0",
        "QUESTION = '?'",
        "def figure(repeat): ...",
    ]
    file = tmp_path / "mine.py"
    file.write_text("\n".join(one for one in lines if one != line))
    with pytest.raises(ValueError, match=r"mine\.py: a figure needs a docstring"):
        command.read(file)


def test_stopping_is_answered_in_a_word(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("spielfeld.tutorials.figures.springs.figure", stop)
    assert main(["figures", "springs", "--output", str(tmp_path)]) == 130
    assert capsys.readouterr().err == "Stopped.\n"
    assert not list(tmp_path.iterdir())


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
        "import sys; from spielfeld.experiments.command_line import main; main(['figures'])\n"
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
    repeat = Repeat(50, jobs, lambda done, parts: told.append((done, parts)))
    double, triple = repeat(ramp, [(2.0,), (3.0,)])
    assert double.tolist() == [[2.0 * seed, seed] for seed in range(50)]
    assert triple[:, 0].tolist() == [3.0 * seed for seed in range(50)]
    assert told == [(k, 34) for k in range(1, 35)]  # 17 parts of 3 seeds, or less, for each


def test_labels_are_moved_apart_and_stay_within_the_panel() -> None:
    placed = spread([0.1, 0.11, 0.5, 0.99, 1.0], 0.05)
    assert placed == pytest.approx([0.1, 0.15, 0.5, 0.95, 1.0])


def test_values_that_grow_beyond_all_numbers_are_the_worst_error() -> None:
    settings = {"traces": "accumulating", "trace_decay": 1.0, "learning_rate": 1.0}
    errors = [walk_error(seed, TDLambda, settings) for seed in range(20)]
    assert 1.0 < min(errors) <= max(errors) <= WORST


def test_curve_is_named_where_it_leaves_the_panel() -> None:
    places = [0.0, 1.0, 2.0]
    assert leaves(places, np.array([1.0, 2.0, 3.0]), 9.0) == (2.0, 3.0)  # at its end
    assert leaves(places, np.array([1.0, 2.0, 4.0]), 3.0) == (1.5, 3.0)  # half way to 4
    assert leaves(places, np.array([5.0, 6.0, 7.0]), 3.0) == (0.0, 3.0)  # never inside
