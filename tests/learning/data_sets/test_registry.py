import subprocess
import sys
from pathlib import Path

import pytest

from spielfeld.learning.data_sets import DATA_SETS, find_data_set


def test_unknown_name_is_told_what_there_is() -> None:
    with pytest.raises(ValueError, match=r"no data set 'iri'; there are blobs, .*\.csv or \.tsv"):
        find_data_set("iri")


def test_unknown_option_is_told_which_there_are() -> None:
    with pytest.raises(ValueError, match="no option 'noize'; its options are rows, noise, seed"):
        find_data_set("two-moons", noize=1)
    with pytest.raises(ValueError, match="'iris' has no option 'rows'; it has none"):
        find_data_set("iris", rows=1)
    with pytest.raises(ValueError, match="its options are target, task, ignore"):
        find_data_set("mine.csv", rows=1)


def test_option_of_another_type_is_refused() -> None:
    with pytest.raises(ValueError, match="'two-moons': an option has no fitting value"):
        find_data_set("two-moons", rows="many")


def test_files_are_found_by_their_ending(tmp_path: Path) -> None:
    path = tmp_path / "mine.CSV"
    path.write_text("a,b\n1,2\n3,5\n")
    assert find_data_set(str(path), target="b").targets.tolist() == [2, 5]


@pytest.mark.parametrize("name", DATA_SETS)
def test_each_name_has_a_line_and_gives_its_data_set(name: str) -> None:
    place, line = DATA_SETS[name]
    assert 10 < len(line) <= 80 and place.startswith("spielfeld.learning.data_sets.")
    if "shipped" in place:
        pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    assert find_data_set(name).name == name


@pytest.mark.whole
def test_finding_names_loads_no_library() -> None:
    look = (
        "import sys, spielfeld.learning.data_sets;"
        "print({'sklearn', 'scipy', 'numba'} & set(sys.modules))"
    )
    run = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert run.stdout == "set()\n"
