"""The reader's test follows names, and no name that counts as known."""

from pathlib import Path

import pytest

from spielfeld.benchmarks.readers import STARTS, Reading, Start, main

FILES = {
    "agents/method.py": """\
\"\"\"A method.\"\"\"

from spielfeld import guard
from spielfeld.agents.base import Base, unused
from spielfeld.learning.loss import error
from spielfeld.envs.world import act


class Method(Base):
    def update(self):
        unused = guard.number("one", 1)
        return error(self.rate()) + act() + unused
""",
    "agents/base.py": """\
class Base:
    size = 1

    def __init__(self):
        self.size = 2

    def rate(self):
        return LIMIT

    def save(self):
        return unused()


LIMIT = 3


def unused():
    return 4
""",
    "learning/loss.py": "def error(x):\n    return x\n",
    "envs/world.py": "def act():\n    return 0\n",
    "spielfeld/guard.py": "def number(what, value):\n    return value\n",
}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for file, text in FILES.items():
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def test_what_is_read_is_named_in_a_line_already_read(checkout: Path) -> None:
    found = Reading(checkout, Start(("agents/method.py:Method",), 1))
    assert found.read == {
        "agents/method.py": {1, 9, 10, 11, 12},
        "agents/base.py": {1, 2, 4, 5, 7, 8, 14},  # neither `save` nor what it calls
    }
    assert (found.lines, found.length) == (12, 30)


def test_an_inherited_member_of_the_start_is_read_with_all_that_it_names(checkout: Path) -> None:
    found = Reading(checkout, Start(("agents/method.py:Method",), 1, members=("save",)))
    assert {10, 11, 17, 18} <= found.read["agents/base.py"]


@pytest.mark.parametrize("known", ["Base", "agents/base.py", "agents/base.py:Base"])
def test_what_counts_as_known_is_not_opened(checkout: Path, known: str) -> None:
    found = Reading(checkout, Start(("agents/method.py:Method",), 1, known=(known,)))
    assert set(found.read) == {"agents/method.py"}


def test_worlds_are_opened_where_only_the_model_is_known(checkout: Path) -> None:
    found = Reading(checkout, Start(("agents/method.py:Method",), 1, worlds=False))
    assert found.read["envs/world.py"] == {1, 2}


def test_a_start_that_is_not_there_is_refused(checkout: Path) -> None:
    with pytest.raises(ValueError, match="There is none of agents"):
        Reading(checkout, Start(("agents/method.py:Other",), 1))


@pytest.mark.parametrize(
    ("name", "files", "read"),
    [
        ("PPO, discrete actions, nothing normalised", 4, 700),
        ("SARSA(lambda), its learner known", 3, 350),
        ("value iteration", 2, 400),
        ("value iteration, policy evaluation known", 1, 200),
    ],
)
def test_a_method_is_explained_by_few_files(name: str, files: int, read: int) -> None:
    root = Path(__file__).resolve().parents[2]
    found = Reading(root, STARTS[name])
    assert len(found.read) <= files, list(found.read)
    assert found.lines <= read


def test_the_table_has_a_row_for_each_start(capsys: pytest.CaptureFixture[str]) -> None:
    main([])
    first, *rows = capsys.readouterr().out.splitlines()
    assert first.split()[:4] == ["start", "files", "lines", "read"]
    assert [row[:43].strip() for row in rows] == list(STARTS)
