from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spielfeld.learning.data_sets import DataSet, find_data_set

HARD = [
    "",
    "NA",
    "nan",
    "inf",
    "-1e400",
    "1e-400",
    "1,5",
    "1.5",
    '"',
    '"a\nb"',
    "süß",
    "\x00",
    "1_0",
    "1.234",
    "5 %",
    "-",
    "3.4.2024",
    "2024-02-30",
    "'",
    "(5)",
]
CELLS = st.one_of(
    st.integers(-3, 3).map(str),
    st.floats(allow_nan=True).map(repr),
    st.sampled_from(["red", "blue", "0", "1"]),
    st.sampled_from(HARD),
    st.text(max_size=5),
)


@st.composite
def nearly_tables(draw) -> bytes:
    """Mostly well-formed files, with a fault now and then."""
    mark, end = draw(st.sampled_from(",;\t")), draw(st.sampled_from(["\n", "\r\n", "\r"]))
    width = draw(st.integers(1, 4))
    tame = draw(st.booleans())
    kinds = [st.integers(0, 3).map(str), st.sampled_from("ab"), st.floats(-9, 9).map(repr)]
    columns = [draw(st.sampled_from(kinds)) for _ in range(width)]
    rows = [[f"c{k}" for k in range(width)]]
    for _ in range(draw(st.integers(0, 8))):
        rows.append([draw(column if tame or draw(st.booleans()) else CELLS) for column in columns])
    if draw(st.integers(0, 4)) == 0:
        rows.insert(draw(st.integers(0, len(rows))), draw(st.lists(CELLS, max_size=6)))
    text = end.join(mark.join(row) for row in rows)
    return text.encode(
        draw(st.sampled_from(["utf-8", "utf-8-sig", "latin-1", "utf-16"])), "replace"
    )


FILES = st.one_of(
    nearly_tables(),
    nearly_tables(),
    st.binary(max_size=200),
    st.text("ac01,;\t\"'\n\r .-e", max_size=60).map(str.encode),
)


@pytest.mark.slow
@settings(
    max_examples=1_000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    FILES,
    st.sampled_from([None, "c0", "c1", "a"]),
    st.sampled_from([None, "regression", "classification"]),
    st.sampled_from([{}, {}, {"missing": "mean"}, {"decimal": ","}, {"decimal": "."}]),
)
def test_any_file_is_a_data_set_or_gets_one_sentence(
    tmp_path: Path, content, target, task, options
) -> None:
    path = tmp_path / "any.csv"
    path.write_bytes(content)
    try:
        data = find_data_set(str(path), target=target, task=task, **options)
    except ValueError as refused:
        sentence = str(refused)
        assert "any.csv" in sentence and len(sentence) < len(str(path)) + 400
        assert sentence.isprintable() and sentence.endswith(".") and "Error" not in sentence
        return
    assert isinstance(data, DataSet) and len(data) >= 2 and data.features >= 1
    assert np.isfinite(data.inputs).all() and all(note.isprintable() for note in data.notes)
    if target is not None:
        assert data.targets is not None and np.isfinite(data.targets).all()
    if data.kind == "classification":
        assert len(np.unique(data.targets)) == len(data.class_names) >= 2
