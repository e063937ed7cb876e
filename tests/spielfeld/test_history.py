from pathlib import Path

import numpy as np
import pytest

from spielfeld.learning import History


def test_histories_add_up_in_order() -> None:
    both = History(samples=[1, 2], loss=[3, 4.5]) + History(samples=[3], loss=[np.nan])
    assert both["samples"].tolist() == [1, 2, 3] and len(both) == 3
    assert History() + both == both + History() or np.isnan(both["loss"][2])


def test_csv_returns_what_was_written(tmp_path: Path) -> None:
    history = History(samples=[1, 2**40], episode_return=[-0.1, 1 / 3])
    path = tmp_path / "history.csv"
    path.write_text(history.to_csv())
    assert path.read_text().startswith("samples,episode_return\n1,-0.1\n")
    assert History.from_csv(path) == history


def test_empty_history_survives_the_file(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    path.write_text(History(samples=[]).to_csv())
    assert len(History.from_csv(path)) == 0
    assert len(History()) == 0


def test_damaged_csv_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    for line in ("1", "1,x"):
        path.write_text(f"samples,loss\n1,2\n{line}\n")
        with pytest.raises(ValueError, match="line 3: expected 2 numbers"):
            History.from_csv(path)


def test_unequal_columns_are_refused() -> None:
    with pytest.raises(ValueError, match="same length"):
        History(a=[1], b=[1, 2])
    with pytest.raises(ValueError, match="differ"):
        History(a=[1]) + History(b=[1])


def test_equality_is_of_columns_and_values() -> None:
    assert History(a=[1]) == History(a=[1.0])
    assert History(a=[1]) != History(a=[2])
    assert History(a=[1]) != History(b=[1])
    assert History(a=[1]) != "a"
