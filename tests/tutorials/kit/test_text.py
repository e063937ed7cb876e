import numpy as np
import pytest

from spielfeld.tutorials.kit.text import Text, chosen_language

SETTINGS = ("SPIELFELD_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("german", "english", "what"),
    [
        ("", "something", "both languages"),
        ("etwas", "  ", "both languages"),
        ("Wert {value}", "value", "fields"),
        ("Wert {value:.2f}", "value {value:.3f}", "fields"),
        ("ab 1,12 springt es", "it jumps from 1.13 on", "numbers"),
        ("ab 1.12 springt es", "it jumps from 1.12 on", "numbers"),
        ("5 von 5", "5 of all", "numbers"),
        ("minus -3", "minus 3", "numbers"),
        ("nimm `max`", "take `min`", "code names"),
        ("nimm `max`", "take the maximum", "code names"),
    ],
)
def test_a_text_whose_versions_differ_cannot_be_made(german: str, english: str, what: str) -> None:
    with pytest.raises(ValueError, match=what):
        Text(german, english)


@pytest.mark.parametrize(
    ("german", "english"),
    [
        ("3,14 und 5.478 Stellungen.", "3.14 and 5,478 positions."),
        ("`x[0]` und 1/2", "1/2 and `x[0]`"),
        (r"$\text{steigung} \cdot x_{1}$", r"$\text{slope} \cdot x_{1}$"),
        ("In Zeile 3.", "In line 3."),
    ],
)
def test_numbers_may_be_written_as_each_language_does(german: str, english: str) -> None:
    text = Text(german, english)
    assert (text.in_("de"), text.in_("en")) == (german, english)


def test_fields_are_filled_with_numerals_of_the_language() -> None:
    text = Text(
        "{share:.0%}, {loss:.3f}, {count:,}, {name}", "{share:.0%}, {loss:.3f}, {count:,}, {name}"
    )
    values = {"share": 0.93, "loss": np.float64(0.0464), "count": 5478, "name": "a.b,c"}
    assert text.format("en", **values) == "93%, 0.046, 5,478, a.b,c"
    assert text.format("de", **values) == "93\N{NO-BREAK SPACE}%, 0,046, 5.478, a.b,c"
    with pytest.raises(KeyError):
        text.format("de", share=1.0)


def test_braces_of_formulae_are_no_fields() -> None:
    formula = r"$\max_{a'} Q(s', a')$, $\frac{1}{2n}$, \text{x}"
    assert Text(formula, formula).format("de") == formula


def test_the_argument_beats_the_variable_and_the_variable_beats_the_system(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    assert chosen_language() == "de"
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    assert chosen_language() == "en"
    monkeypatch.setenv("SPIELFELD_LANGUAGE", "de")
    assert chosen_language() == "de"
    assert chosen_language("en") == "en"


def test_a_language_that_is_not_spoken_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="language must be de or en, not 'fr'"):
        chosen_language("fr")
    monkeypatch.setenv("SPIELFELD_LANGUAGE", "klingon")
    with pytest.raises(ValueError, match="SPIELFELD_LANGUAGE must be de or en"):
        Text("ja", "yes").in_()
