"""The tables of exports name all learners; `list` shows the first lines of their docstrings."""

import pytest

from spielfeld.experiments.registry import GROUPS, LEARNERS, PACKAGES, find_learner
from spielfeld.lazy import tables
from tests.plain_words import phrases_banned, too_long


def test_each_learner_of_the_tables_has_a_name_of_its_own() -> None:
    files = [PACKAGES.joinpath(*package.split("."), "__init__.py") for package in GROUPS]
    learners = [name for file in files for name in tables(file)[0] if not name.endswith("Config")]
    assert len(learners) == len(set(learners)) == len(LEARNERS) > 50


@pytest.mark.parametrize("name", LEARNERS)
def test_line_of_a_learner_is_the_first_line_of_its_docstring_in_plain_english(name: str) -> None:
    if name.startswith(("sb3", "sklearn", "torch")):
        pytest.importorskip("torch")
        pytest.importorskip("sklearn")
    line = LEARNERS[name].line
    assert (find_learner(name).__doc__ or "").startswith(f"{line}.")
    assert not [*phrases_banned(line), *too_long(line)]


def test_star_takes_over_the_table_of_a_package_and_blocks_stay_apart(tmp_path) -> None:
    package = tmp_path / "__init__.py"
    package.write_text(
        "if TYPE_CHECKING:\n    from mine.inner import *\n    from mine.own import Own\n"
        "if TYPE_CHECKING:\n    from mine.others import Other\n"
    )
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "__init__.py").write_text(
        "if TYPE_CHECKING:\n    from mine.inner.file import Inner\n"
    )
    first, second = tables(package)
    assert first == {"Inner": "mine.inner.file", "Own": "mine.own"}
    assert second == {"Other": "mine.others"}
