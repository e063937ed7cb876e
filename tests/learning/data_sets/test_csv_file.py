from pathlib import Path

import numpy as np
import pytest

from spielfeld.learning.data_sets import DataSet, find_data_set


@pytest.fixture
def read(tmp_path: Path):
    def from_text(text: str | bytes, **options) -> DataSet:
        path = tmp_path / "my.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return find_data_set(str(path), **options)

    return from_text


def test_numbers_and_classes_by_their_columns(read) -> None:
    data = read("height,weight,kind\n1.5,2e1,cat\n-3,.5,dog\n0,1,cat\n", target="kind")
    assert data.kind == "classification" and data.class_names == ("cat", "dog")
    assert data.feature_names == ("height", "weight") and data.targets.tolist() == [0, 1, 0]
    assert data.inputs.tolist() == [[1.5, 20], [-3, 0.5], [0, 1]]


def test_without_target_rows_are_unlabelled(read) -> None:
    data = read("a,b\n1,2\n3,4\n")
    assert data.kind == "unlabelled" and data.targets is None and data.features == 2


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_are_found(read, mark: str, end: str) -> None:
    rows = [("a", '"b, or; c\td"', "y"), ("1", "2", "3.5"), ("4", '"5"', "6.5")]
    data = read(end.join(mark.join(row) for row in rows), target="y")
    assert data.inputs.tolist() == [[1, 2], [4, 5]] and data.targets.tolist() == [3.5, 6.5]
    assert data.feature_names == ("a", "b, or; c d")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_umlauts_are_read_in_each_encoding(read, encoding: str) -> None:
    data = read("größe,y\n1,süß\n2,herb\n".encode(encoding), target="y")
    assert data.feature_names == ("größe",) and data.class_names == ("herb", "süß")


def test_decimal_commas_stand_in_quotes_where_commas_separate(read) -> None:
    assert read("a;b\n1,5;2\n-,25;3\n").inputs.tolist() == [[1.5, 2], [-0.25, 3]]
    assert read('a,b\n"1,5",2\n"0,25",3\n').inputs.tolist() == [[1.5, 2], [0.25, 3]]


@pytest.mark.parametrize("columns", ["a;b\n1,5;2\n3;3\n1.23;3\n", "b;a\n1,5;2\n3;3\n3;1.23\n"])
def test_two_decimal_marks_in_one_file_are_refused(read, columns: str) -> None:
    with pytest.raises(ValueError, match=r"line 4, column 'a': '1.23' has another .* line 2"):
        read(columns)


def test_words_become_a_column_each(read) -> None:
    data = read("colour,size,y\nred,1,.5\nblue,2,1.5\nred,3,2.5\n", target="y")
    assert data.feature_names == ("colour=blue", "colour=red", "size")
    assert data.inputs.tolist() == [[0, 1, 1], [1, 0, 2], [0, 1, 3]]


@pytest.mark.parametrize("missing", ["", "NA", "nan", "?", " n/a ", "NULL", "-", "--", "\u2013"])
def test_rows_with_missing_values_are_left_out_and_counted(read, missing: str) -> None:
    data = read(f"a,b\n1,2\n3,{missing}\n5,6\n")
    assert data.inputs.tolist() == [[1, 2], [5, 6]]
    left_out = "1 of 3 rows were left out since a value is missing, most often in column 'b'."
    sign = f"{missing.strip()!r} is a missing value in column 'b'."
    assert data.notes == ((left_out, sign) if missing else (left_out,))


def test_ignored_columns_cost_no_rows(read) -> None:
    data = read("name,a,b\nx,1,2\n,3,4\n", ignore="name")
    assert data.inputs.tolist() == [[1, 2], [3, 4]] and data.notes == ()
    assert read("name,a,b\nx,1,2\n,3,4\n", ignore=("name", "a")).feature_names == ("b",)


def test_few_whole_numbers_are_classes_unless_told_otherwise(read) -> None:
    text = "a,y\n" + "".join(f"{k},{k % 3 * 10}\n" for k in range(9))
    guessed, told = read(text, target="y"), read(text, target="y", task="classification")
    assert guessed.class_names == told.class_names == ("0", "10", "20")
    assert "set the task to regression" in guessed.notes[0] and told.notes == ()
    assert guessed.targets.tolist() == [0, 1, 2] * 3
    numbers = read(text, target="y", task="regression")
    assert numbers.kind == "regression" and numbers.targets.tolist() == [0, 10, 20] * 3


def test_other_numbers_are_numbers_unless_told_otherwise(read) -> None:
    for values in ([0.5, 1.5] * 3, list(range(11)) * 3, [1, 2, 3]):
        text = "a,y\n" + "".join(f"1,{value}\n" for value in values)
        assert read(text, target="y").kind == "regression"
        classes = read(text, target="y", task="classification")
        assert classes.class_names == tuple(str(value) for value in sorted(set(values)))


def test_lines_are_counted_as_an_editor_does(read) -> None:
    with pytest.raises(ValueError, match=r"my\.csv, line 6: has 1 cells"):
        read('a,b\n\n"two\nlines",1\n2,3\n4\n')


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("", {}, "my.csv: is empty; expected a line of column names"),
        (" \n\n", {}, "is empty"),
        ("a,b\n", {}, "has 0 complete rows of 0, expected at least 2"),
        ("a,b\n1,2\n", {}, "has 1 complete rows of 1, expected at least 2"),
        ("a,b\n1,\n2,\n3,4\n", {}, "1 complete rows of 3.*; 2 miss a value in column 'b'"),
        ("1,2\n3,4\n", {}, "line 1: expected the names of the columns, found"),
        ("a,b,a\n1,2,3\n", {}, "line 1: columns 1 and 3 are both called 'a'"),
        (",a\n0,1\n1,2\n", {}, "line 1: column 1 has no name"),
        ("a,b\n1,2\n3\n", {}, "line 3: has 1 cells, but the header names 2 columns; .*commas"),
        ("a;b\n1;2\n3;4;5\n", {}, "line 3: has 3 cells, .* by semicolons"),
        ('a,b\n1,2\n3,"4\n', {}, "line 3: expected cells, found a quotation mark"),
        ('a,b\n1,"2"x\n3,4\n', {}, "line 2: expected cells, found a quotation mark"),
        ('"a\n', {}, "line 1: expected cells, found a quotation mark"),
        ("x" * 200_000, {}, "line 1: expected cells, found a quotation mark"),
        ("a\n1\n" + "x" * 200_000, {}, "line 3: expected cells, found a quotation mark"),
        (b"a,b\n1,\x00\n", {}, "is not a text file in UTF-8"),
        (b"\x89PNG\r\n\x1a\n\x81\xff", {}, "is not a text file in UTF-8"),
        (b"\xff\xfe" + b"\x00\xd8" * 9, {}, "is not a text file in UTF-8"),
        ("a,b\n1,2\n".encode("utf-16-le"), {}, "is not a text file in UTF-8"),
        ("a,b\n1,2\n1e400,3\n", {}, r"line 3, column 'a': expected .* 1e\+100, found '1e400'"),
        ("a,b\n1,2\n2,3\n-inf,3\n", {}, "line 4, column 'a': expected a number .* found '-inf'"),
        ("a,b\n1,2\n2,3\n4,l2\n", {}, "line 4, column 'b': expected a number .* found 'l2'"),
        ("a,y\n1,x\n2,x\n", {"target": "y"}, "column 'y': has the single class 'x'"),
        (
            "a,y\n1,3\n2,3\n",
            {"target": "y", "task": "classification"},
            "column 'y': has the single class '3'",
        ),
        ("a,y\n1,3\n2,3\n", {"target": "y"}, "column 'y': has the single class '3'"),
        ("a,b\n1,2\n3,4\n", {"target": "c"}, "has no column 'c'; its columns are .'a', 'b'."),
        ("a,b\n1,2\n3,4\n", {"ignore": "c"}, "has no column 'c'"),
        ("a\n1\n3\n", {"target": "a"}, "has no columns to learn from besides 'a'"),
        ("a\n1\n3\n", {"ignore": "a"}, "all its columns are left out"),
        ("a,b\n1,2\n3,4\n", {"task": "regression"}, "needs the name of the column to predict"),
        ("a,b\n1,2\n3,4\n", {"task": "guess"}, "expected classification or regression"),
        (
            "a,y\n1,2\n2,x\n3,y\n",
            {"target": "y", "task": "regression"},
            "line 3, column 'y': 'x' is not a number to predict",
        ),
        (
            "name\n" + "".join(f"n{k}\n" for k in range(15)),
            {},
            "column 'name': has 15 different words in 15 rows, .* at most 10 categories",
        ),
        (
            "a,y\n" + "".join(f"1,{k}\n" for k in range(101)),
            {"target": "y", "task": "classification"},
            "has 101 different numbers, expected at most 100 classes",
        ),
    ],
)
def test_what_cannot_be_learned_from_gets_one_sentence(read, text, options, message) -> None:
    with pytest.raises(ValueError, match=message) as refused:
        read(text, **options)
    assert str(refused.value).isprintable()
    assert "my.csv" in str(refused.value) or options == {"task": "guess"}


def test_directories_and_missing_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    for name, why in (("folder.csv", "Is a directory"), ("none.csv", "No such file")):
        with pytest.raises(ValueError, match=rf"{name}: cannot be read \({why}"):
            find_data_set(str(tmp_path / name))


def test_classic_set_survives_the_file(read) -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    iris = find_data_set("iris")
    names = [iris.class_names[target] for target in iris.targets]
    lines = [",".join((*iris.feature_names, "kind"))]
    lines += [
        ",".join((*map(repr, row.tolist()), name))
        for row, name in zip(iris.inputs, names, strict=True)
    ]
    data = read("\n".join(lines), target="kind")
    assert np.array_equal(data.inputs, iris.inputs) and np.array_equal(data.targets, iris.targets)
    assert data.class_names == iris.class_names and data.feature_names == iris.feature_names
