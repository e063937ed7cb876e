"""Commands on data, typed as a newcomer would."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from spielfeld.experiments.registry import GROUPS, LEARNERS, grouped
from spielfeld.learning.data_sets import DATA_SETS
from tests.experiments.test_command_line import ROOT, Say, say

__all__ = ["say"]
FLOWERS = "name,length,width,kind\n" + "a,1,2,red\nb,2,1,red\nc,8,9,blue\nd,9,8.5,blue\n" * 8


def test_train_tells_metrics_beside_a_guess_and_what_next(say: Say) -> None:
    words = ("train", "logistic-regression", "two-moons", "--samples", "2000", "--seed", "1")
    code, output, error = say(*words)
    assert code == 0, error
    assert "800 training rows, 200 test rows" in output
    assert re.search(r"accuracy, of rows +8\d\.\d\d% +50\.00%", output)
    assert re.search(r"cross-entropy, nats +0\.\d+ +0\.6931", output)
    assert "(baseline: the most frequent class, the frequencies of the classes)" in output
    assert "learning_curve.png" in output and "play" not in output
    assert "spielfeld train logistic-regression two-moons --samples 2000 --seed 2" in output
    assert "was not repeated" in say(*words)[1]


def test_evaluate_says_the_same_again(say: Say) -> None:
    trained = say("train", "linear-regression", "noisy-curve", "--samples", "2000")[1]
    run = str(next(Path("runs").iterdir()))
    code, output, _ = say("evaluate", run)
    assert code == 0
    told = [line for line in trained.splitlines() if re.search("RMS|R2|baseline", line)]
    assert len(told) == 4 and all(line in output for line in told)


def test_budget_of_a_data_set_follows_from_its_rows(say: Say) -> None:
    assert "20,000 samples" in say("train", "linear-regression", "noisy-curve")[1]
    assert "80 samples" in say("train", "ridge", "noisy-curve")[1]


def test_options_of_the_data_set_and_of_its_division_are_set_alike(say: Say) -> None:
    options = ("--set", "rows=300", "--set", "validation=0.1", "--set", "test=50")
    code, output, _ = say("train", "k-means", "blobs", *options, "--samples", "600")
    assert code == 0 and "220 training rows, 30 validation rows, 50 test rows" in output


def test_any_file_with_a_header_is_a_data_set(say: Say) -> None:
    Path("my.csv").write_text(FLOWERS + "e,,3,red\n")
    words = ("train", "logistic-regression", "my.csv", "--samples", "500", "--ignore", "name")
    code, output, _ = say(*words, "--target", "kind")
    assert code == 0 and "1 of 33 rows were left out since a value is missing" in output
    run = str(next(Path("runs").iterdir()))
    assert "1 of 33 rows" in say("evaluate", run)[1]
    same = say(*words[:-2], "--set", "target=kind", "--set", 'ignore=["name"]')[1]
    assert "was not repeated" in same
    code, output, _ = say("train", "k-means", "my.csv", "--ignore", "name", "--ignore", "kind")
    assert code == 0 and "explained variance" in output and "Rand" not in output


def test_guesses_about_a_file_are_told_by_train_evaluate_compare_and_in_the_summary(
    say: Say,
) -> None:
    lines = [f"Nord;{k + 1}.317;{k},5 %;-;{k}" for k in range(20)]
    Path("my.csv").write_text(
        "\n".join(["region;people;share;gap;y", *lines]).replace("-", "7", 18)
    )
    options = ("--target", "y", "--missing", "mean", "--task", "regression")
    code, output, error = say("train", "ridge", "my.csv", *options)
    assert code == 0, error
    told = (
        "'1.317' in line 2 is read as 1317.",
        "'0,5 %' in line 2 is read as 0.5",
        "2 missing values in column 'gap' became the mean",
        "'-' is a missing value in column 'gap'",
        "categories in column 'region'",
    )
    assert all(note in output for note in told), output
    run = next(Path("runs").iterdir())
    assert all(note in (run / "summary.json").read_text() for note in told)
    assert all(note in say("evaluate", str(run))[1] for note in told)
    code, output, _ = say("compare", "ridge", "least-squares", "--source", "my.csv", *options)
    assert code == 0 and all(note in output for note in told)


def test_decimal_mark_and_columns_of_words_are_named_on_the_command_line(say: Say) -> None:
    Path("my.csv").write_text("code;people\n" + "01067;55.317\n10115;900\n" * 5)
    words = ("train", "k-means", "my.csv", "--samples", "50")
    code, _, error = say(*words)
    assert code == 2 and "'55.317' in line 2, column 'people', may be 55.317 or 55317" in error
    code, output, _ = say(*words, "--decimal", ",", "--words", "code")
    assert code == 0 and "Words are taken as categories in column 'code'" in output
    assert say(*words, "--set", "decimal=comma", "--set", "words=code")[0] == 0
    code, _, error = say(*words, "--decimal", "x")
    assert code == 2 and "The decimal mark is 'x'; expected a comma or a point." in error


def test_learning_curve_of_a_learner_that_learns_at_once_is_not_drawn(say: Say) -> None:
    say("train", "least-squares", "noisy-curve")
    assert not list(Path("runs").glob("*/learning_curve.png"))


def test_help_of_a_learner_on_data_shows_its_settings_and_those_of_files(say: Say) -> None:
    code, output, _ = say("train", "logistic-regression", "--help")
    assert code == 0
    for option in ("--inverse-penalty", "--target", "--ignore", "--set"):
        assert option in output
    assert "in-order" in output
    assert "--target" not in say("train", "q-learning", "--help")[1]
    code, output, _ = say("train", "--help")
    assert all(name in output for name in (*LEARNERS, *DATA_SETS))
    assert ".csv" in output and "--target" in say("compare", "--help")[1]


def test_list_shows_learners_in_groups_and_data_sets(say: Say) -> None:
    output = say("list")[1]
    assert all(name in output for name in (*LEARNERS, *DATA_SETS, *grouped()))
    assert sorted(name for lines in grouped().values() for name in lines) == sorted(LEARNERS)
    assert set(grouped()) <= set(GROUPS.values())


def test_help_of_learners_on_data_loads_nothing_heavy() -> None:
    heavy = ["numba", "scipy", "torch", "sklearn", "pygame", "matplotlib", "joblib"]
    for learner in ("neural-network", "sklearn-svm", "k-means"):
        script = (
            "import sys\nfrom spielfeld.experiments.command_line import main\n"
            f"try: main(['train', {learner!r}, 'iris', '--help'])\nexcept SystemExit: pass\n"
            f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
        )
        run = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT
        )
        assert run.stderr.strip() == "[]", learner


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("logistic-regresion", "blobs"), "Did you mean logistic-regression?"),
        (("logistic-regression", "irsi"), "There is no source 'irsi'. Did you mean iris?"),
        (("logistic-regression", "two-mons"), "Did you mean two-moons?"),
        (("logistic-regression", "my.cvs"), "Did you mean my.csv"),
        (("blobs", "logistic-regression"), "blobs is a data set. Name the learner first"),
        (("q-learning", "blobs"), "q-learning acts in worlds, and blobs is a data set;"),
        (("k-means", "four-rooms"), "k-means learns from rows of data, and four-rooms is a world;"),
        (("k-means", "ratings"), "k-means is for clustering"),
        (("linear-regression", "blobs"), "blobs has classes to predict."),
        (("logistic-regression", "my.csv"), "; my.csv has name, length, width, kind."),
        (("logistic-regression", "my.csv", "--target", "knd"), "has no column 'knd'; its columns"),
        (("logistic-regression", "my.csv", "--target", "kind", "--ignore", "x"), "no column 'x'"),
        (("ridge", "my.csv", "--target", "kind", "--task", "regression"), "line 2, column 'kind'"),
        (("ridge", "none.csv", "--target", "a"), "none.csv: cannot be read"),
        (("ridge", "noisy-curve", "--target", "a"), "has no option 'target'; its options are rows"),
        (("ridge", "noisy-curve", "--set", "tst=1"), "Rows are divided by test, validation, split"),
        (("ridge", "noisy-curve", "--set", "test=half"), "test must be a share of the rows or"),
        (("ridge", "noisy-curve", "--samples", "0"), "samples must be 1 or more, not 0."),
        (("linear-regression", "noisy-curve", "--learning-rate", "1e9"), "no longer finite"),
        (("k-means", "blobs", "--samples", "50", "--clusters", "900"), "900 clusters need"),
    ],
)
def test_mistakes_get_one_clear_sentence(say: Say, words: tuple[str, ...], sentence: str) -> None:
    Path("my.csv").write_text(FLOWERS)
    code, _, error = say("train", *words)
    assert code == 2
    assert sentence in error
    assert error.startswith("Error: ") and error.count("\n") == 1


def test_data_sets_are_not_played(say: Say) -> None:
    code, _, error = say("play", "blobs", "--text")
    assert code == 2 and "blobs is a data set, and only worlds can be played" in error
    say("train", "ridge", "noisy-curve")
    run = str(next(Path("runs").iterdir()))
    code, _, error = say("play", "four-rooms", "--run", run, "--text")
    assert code == 2 and "which has other observations or actions" in error


def test_file_without_a_target_teaches_who_needs_none(say: Say) -> None:
    Path("my.csv").write_text(FLOWERS)
    assert say("train", "k-means", "my.csv", "--ignore", "name", "--samples", "60")[0] == 0
    code, _, error = say("train", "k-means", "my.csv", "--samples", "60")
    assert code == 0 or "ignore it" in error


def test_test_rows_that_tell_nothing_are_named(say: Say) -> None:
    Path("line.csv").write_text("a,b\n" + "".join(f"{k},{k + 1}\n" for k in range(1, 6)))
    code, _, error = say("train", "k-means", "line.csv", "--seed", "0")  # holds back the middle
    assert code == 2 and "all 1 test rows equal the mean of the training rows" in error
