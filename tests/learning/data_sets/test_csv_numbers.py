from pathlib import Path

import numpy as np
import pytest

from spielfeld.learning.data_sets import DataSet, find_data_set
from spielfeld.learning.data_sets.csv_numbers import marks_of, numeral, value
from tests.learning.data_sets import number_tables as tables


@pytest.fixture
def read(tmp_path: Path):
    def from_text(text: str | bytes, **options) -> DataSet:
        path = tmp_path / "my.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return find_data_set(str(path), **options)

    return from_text


def column(data: DataSet, name: str) -> list[float]:
    return data.inputs[:, data.feature_names.index(name)].tolist()


@pytest.mark.parametrize(
    ("cell", "point", "comma"),
    [
        ("55.317", 55.317, 55317),
        ("55,317", 55317, 55.317),
        ("1.234.567", None, 1234567),
        ("1.234,5", None, 1234.5),
        ("1,234.5", 1234.5, None),
        ("0.317", 0.317, None),
        ("1234,567", None, 1234.567),
        ("12,34,567.5", 1234567.5, None),
        ("1'234'567.5", 1234567.5, None),
        ("1\u2019234,5", None, 1234.5),
        ("1\u202f234\u202f567", 1234567, 1234567),
        ("\u22125", -5, -5),
        ("- 5", -5, -5),
        ("+5", 5, 5),
        ("(1,234)", -1234, -1.234),
        ("1.234,50-", None, -1234.5),
        ("12,5 %", None, 12.5),
        ("-12,5\u00a0\u20ac", None, -12.5),
        ("\u20ac-5", -5, -5),
        ("CHF 12.-", 12, None),
        ("Rs.500", 500, 500),
        ("1.5e3", 1500, None),
        ("12 34", None, None),
        ("1.234.56", None, None),
        ("1'234.567.890", None, None),
        ("1 234'567", None, None),
        ("0 123", None, None),
    ],
)
def test_cell_is_read_by_the_mark_of_its_file(cell: str, point: float, comma: float) -> None:
    number = numeral(cell)
    assert number is not None
    assert (value(number, "."), value(number, ",")) == (point, comma)
    marks = "".join(mark for mark, read in ((".", point), (",", comma)) if read is not None)
    is_marked = point != comma
    assert marks_of(cell) == (marks if is_marked else "")


@pytest.mark.parametrize("cell", ["5 kg", "2-", "18-25", "$5 \u20ac", "--5", "-(5)", "1st", "e5"])
def test_words_with_digits_are_no_numbers(cell: str) -> None:
    assert numeral(cell) is None


def test_one_decimal_mark_anywhere_settles_all_groups_of_a_file(read) -> None:
    data = read("Land;Einwohner;Rate\nNord;55.317;3,34\nSued;900;2,1\n")
    assert column(data, "Einwohner") == [55317, 900] and column(data, "Rate") == [3.34, 2.1]
    assert data.notes[:2] == (
        "The decimal mark is a comma, as '3,34' in line 2 shows.",
        "'55.317' in line 2 is read as 55317.",
    )
    english = read("land\tpeople\trate\nNorth\t55,317\t3.34\nSouth\t900\t2.1\n")
    assert column(english, "people") == [55317, 900]
    assert column(read("a;b\n16.717,50;1\n2;2\n"), "a") == [16717.5, 2]


@pytest.mark.parametrize(
    "text", ["a;b\n55.317;1\n900;2\n", "a,b\n55.317,1\n900,2\n", 'a,b\n"1,234",1\n"5,317",2\n']
)
def test_number_that_nothing_settles_is_refused_with_both_readings(read, text: str) -> None:
    with pytest.raises(ValueError, match=r"may be .*, and no other cell shows .* --decimal , or"):
        read(text)
    point, comma = (column(read(text, decimal=mark), "a")[0] for mark in ("point", ","))
    assert {point, comma} in ({55.317, 55317}, {1.234, 1234})


def test_three_decimals_everywhere_between_commas_are_read_and_told(read) -> None:
    data = read("a,b\n1.234,1\n5.317,2\n")
    assert column(data, "a") == [1.234, 5.317]
    assert "may be 1.234 or 1234; it is read with a decimal point" in data.notes[0]
    assert read("a,b\n1.234,1\n0.317,2\n").notes == ()


def test_units_are_left_out_and_told_and_must_be_equal(read) -> None:
    data = read("a;b\n12,5 %;5 \u20ac\n3%;\u20ac 4\n")
    assert data.inputs.tolist() == [[12.5, 5], [3, 4]]
    assert "Signs beside numbers are left out: '12,5 %' in line 2 is read as 12.5" in data.notes[1]
    for other in ("3", "3 \u20ac", "3 \u2030"):
        with pytest.raises(ValueError, match=r"line 3, column 'a': .* has another unit than '12,5"):
            read(f"a;b\n12,5 %;1\n{other};2\n")


def test_digits_that_are_lost_are_told_and_words_keep_them(read) -> None:
    text = "plz,id\n01067,12345678901234567891\n10115,3\n"
    zeros, digits = read(text).notes
    assert "'01067' in line 2 is read as 1067" in zeros and "--words" in zeros
    assert "'12345678901234567891' in line 2 is read as 1.2345678901234567e+19" in digits
    kept = read(text, words=["plz", "id"])
    assert kept.feature_names[:2] == ("plz=01067", "plz=10115")


def test_number_like_cells_never_become_categories(read) -> None:
    with pytest.raises(ValueError, match=r"line 2, .* expected a number .*'1.2.3'; --words takes"):
        read("version,b\n1.2.3,2\n1.2.4,4\n")
    assert read("version,b\n1.2.3,2\n1.2.4,4\n", words="version").features == 3


def test_categories_and_their_doubtful_words_are_told(read) -> None:
    data = read("a,b,y\nYes,x,1\nyes,7,2\nYES,x,3\nno,y,4\n")
    assert data.notes == (
        "Words are taken as categories in columns 'a', 'b'.",
        "'YES, Yes, yes' are different words in column 'a'.",
        "'7' in line 3 is taken as a word, as most cells of 'b' are.",
    )


def test_blanks_before_quotes_titles_and_ends_of_lines_are_skipped(read) -> None:
    assert read('a, "b", y\n0.03, "5", 0.2\n1, "6", 2\n').inputs.tolist() == [
        [0.03, 5, 0.2],
        [1, 6, 2],
    ]
    for text in ("sep=;\na;b;\n1;2;\n3;4;\n", "a;b;;\n1;2;;\n3;4;;\n", "a;b\n1;2;\n3;4\n"):
        assert read(text).inputs.tolist() == [[1, 2], [3, 4]]
    data = read(";Report, 2026\n\nplace;1999;2000\nA;1,5;2\nB;2,5;3\n", ignore="place")
    assert data.notes[0] == "Line 1, 'Report, 2026', is skipped: a title."
    assert data.inputs.tolist() == [[1.5, 2], [2.5, 3]]
    with pytest.raises(ValueError, match=r"line 1: names '\|' as delimiter"):
        read("sep=|\na|b\n1|2\n")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_encodings_are_found_by_their_marks_and_the_guess_is_told(read, encoding: str) -> None:
    data = read("gr\u00f6\u00dfe;y\n5,5;2\n6;4\n".encode(encoding))
    assert data.feature_names == ("gr\u00f6\u00dfe", "y") and data.inputs[0, 0] == 5.5
    assert ("Windows-1252" in data.notes[0]) == (encoding == "cp1252")


@pytest.mark.parametrize(
    ("cells", "year_month_weekday"),
    [
        (("2024-03-12", "2025-01-01T10:00"), [[2024, 3, 1], [2025, 1, 2]]),
        (("12.03.2024", "1.1.2025"), [[2024, 3, 1], [2025, 1, 2]]),
        (("3/12/2024", "12/31/2024"), [[2024, 3, 1], [2024, 12, 1]]),
        (("12/03/2024", "31/12/2024"), [[2024, 3, 1], [2024, 12, 1]]),
    ],
)
def test_dates_become_year_month_and_weekday(read, cells, year_month_weekday) -> None:
    data = read("when,y\n" + "".join(f"{cell},1\n" for cell in cells))
    assert data.feature_names[:3] == ("when year", "when month", "when weekday")
    assert data.inputs[:, :3].tolist() == year_month_weekday
    assert data.notes[0].startswith(f"Dates such as '{cells[0]}' in line 2 are read as year")
    assert ("time of day is left out" in data.notes[0]) == ("T" in cells[1])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "d,e e,y\n03/04/2024,01/02/2024,1\n05/06/2024,02/02/2024,2\n",
            "columns 'd', 'e e' .* may be 3 April or 4 March; .*: --ignore d --ignore 'e e'",
        ),
        ("d,y\n12.03.24,1\n13.03.24,1\n", "'12.03.24' has a year of two digits"),
        ("d,y\n12.03.2024,1\n31.02.2024,1\n", "line 3, column 'd': expected a date of the calend"),
        (
            "name,street,y\n" + "".join(f"n{k},s{k},{k}\n" for k in range(15)),
            "'name': has 15 .*'street' likewise.* ignore it: --ignore name --ignore street",
        ),
    ],
)
def test_columns_in_doubt_are_named_all_at_once_with_the_words_to_paste(
    read, text: str, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        read(text)


def test_missing_values_become_means_of_training_rows_alone(read) -> None:
    text = "a,b,y\n1,x,1\n,x,2\n3,,3\n100,y,\n5,y,4\n1000,x,5\n"
    data = read(text, target="y", missing="mean")
    assert len(data) == 5 and column(data, "a")[1] == np.mean([1, 3, 5, 1000])
    train, validation, test = data.parts(slice(3), slice(3, 4), slice(4, None))
    assert train.inputs.tolist() == [[1, 1, 0], [2, 1, 0], [3, 1, 0]] and train.gaps is None
    assert validation is not None and validation.inputs.tolist() == [[5, 0, 1]]
    assert test.inputs.tolist() == [[1000, 1, 0]]
    assert "2 missing values in columns 'a', 'b' became the mean" in " ".join(data.notes)
    with pytest.raises(ValueError, match="a has no value in the 1 training rows"):
        data.parts([1], None, [0])
    for parts in (data.split(test=0.2, seed=seed) for seed in range(5)):
        known = [value for value in parts.train.inputs[:, 0] if value in (1, 3, 5, 1000)]
        guessed = [value for value in np.vstack([p.inputs for p in parts if p])[:, 0]
                   if value not in (1, 3, 5, 1000)]  # fmt: skip
        assert guessed in ([np.mean(known)], [])
    with pytest.raises(ValueError, match="expected leave-out or mean"):
        read(text, missing="zero")


def test_minus_beside_plus_is_a_word(read) -> None:
    assert read("test,y\n+,1\n-,2\n+,3\n").feature_names == ("test=+", "test=-", "y")


@pytest.mark.parametrize("seed", [1, 2])
def test_tables_of_six_countries_are_read_right_or_refused_with_both_readings(
    tmp_path: Path, seed: int
) -> None:
    found, named, wrong = tables.count(90, seed, tmp_path)
    assert set(found) <= {tables.RIGHT, tables.BOTH}, wrong
    assert found[tables.RIGHT] > 75 and named[tables.RIGHT] == found[tables.BOTH]
