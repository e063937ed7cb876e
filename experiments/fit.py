"""Which learners fit which sources, and in which words the others are refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spielfeld.experiments.data_source import is_file
from spielfeld.learning.data_sets.data_set import DataSet, Split

GIVEN = {"classification": "classes", "regression": "numbers", "ratings": "ratings"}


def fitting(
    learner: str, tasks: tuple[str, ...] | None, source: str, given: Any
) -> tuple[str, ...]:
    """Return the tasks by which a learner can be judged in a source; none in a world.

    Args:
        learner: Its name.
        tasks: What it can be judged by; None for an agent.
        source: Its name.
        given: An environment or a `Split`.

    Raises:
        ValueError: If the learner cannot learn there; says why.
    """
    if not isinstance(given, Split):
        if tasks is not None:
            raise ValueError(f"{learner} learns from rows of data, and {source} is a world; {SEE}")
        return ()
    if tasks is None:
        raise ValueError(f"{learner} acts in worlds, and {source} is a data set; {SEE}")
    found = tuple(task for task in tasks if fits(task, given.train))
    if not found:
        raise ValueError(f"{learner} is for {_joined(tasks)}; {source} has {_offer(given.train)}.")
    return found


SEE = "`spielfeld list` shows which learners are for which."


def fits(task: str, data: DataSet) -> bool:
    """Tell whether rows are of the kind that a task is about."""
    return task == data.kind if task in GIVEN else data.kind != "ratings"


def _joined(tasks: tuple[str, ...]) -> str:
    return " and ".join(tasks)


def _offer(data: DataSet) -> str:
    return f"{GIVEN[data.kind]} to predict" if data.kind in GIVEN else "nothing to predict"


def require_target(
    learner: str, tasks: tuple[str, ...] | None, source: str, options: Mapping[str, Any]
) -> None:
    """Ask for the column to predict, if a learner needs one and a file is given without.

    Raises:
        ValueError: If so; names the columns.
    """
    needed = tasks and all(task in GIVEN for task in tasks)
    if needed and is_file(source) and options.get("target") is None:
        from spielfeld.learning.data_sets.csv_table import read_table, short

        columns = short(", ".join(read_table(source).columns), 200).strip("'\"")
        raise ValueError(
            f"{learner} needs a column to predict: --target COLUMN; {source} has {columns}."
        )
