import dataclasses
from dataclasses import dataclass, field
from math import inf, nan
from typing import Annotated, Any, Literal

import numpy as np
import pytest
import tyro

from spielfeld.settings import (
    Amount,
    Count,
    Finite,
    Positive,
    Range,
    Share,
    Whole,
    settings,
    settings_of,
)


@settings
class Example:
    """Settings of every kind."""

    discount: Share = 0.99
    learning_rate: Positive = 0.1
    """Step size."""
    decay: Amount = 0.0
    initial_value: Finite = 0.0
    batch_size: Count = 32
    patience: Whole = 0
    step: Annotated[float, Range(0, 1, open_low=True)] = 1.0
    average: Annotated[float, Range(0, 1, open_high=True)] = 0.0
    inverse_penalty: Annotated[float, Range(0, open_low=True, infinite=True)] = 1.0
    levels: Annotated[int, Range(2, 9)] = 2
    optimizer: Literal["sgd", "adam"] = "sgd"
    hidden: tuple[Count, ...] = (8,)
    size: tuple[Whole, Whole] = (1, 2)
    limit: Count | None = None
    shown: bool = False
    name: str = ""
    anything: Any = None


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("discount", 1.5, "discount must be from 0 to 1, not 1.5."),
        ("discount", nan, "discount must be from 0 to 1, not nan."),
        ("discount", True, "discount must be a number, from 0 to 1, not True."),
        ("discount", "half", "discount must be a number, from 0 to 1, not 'half'."),
        ("learning_rate", 0, "learning_rate must be above 0, not 0.0."),
        ("learning_rate", inf, "learning_rate must be above 0 and finite, not inf."),
        ("decay", -1, "decay must be 0 or more, not -1.0."),
        ("decay", inf, "decay must be 0 or more and finite, not inf."),
        ("decay", nan, "decay must be 0 or more, not nan."),
        ("initial_value", -inf, "initial_value must be a finite number, not -inf."),
        ("initial_value", nan, "initial_value must be a finite number, not nan."),
        ("initial_value", None, "initial_value must be a number, not None."),
        ("batch_size", 0, "batch_size must be 1 or more, not 0."),
        ("batch_size", 3.0, "batch_size must be a whole number, 1 or more, not 3.0."),
        ("batch_size", True, "batch_size must be a whole number, 1 or more, not True."),
        ("patience", -1, "patience must be 0 or more, not -1."),
        ("step", 0.0, "step must be above 0 and at most 1, not 0.0."),
        ("average", 1.0, "average must be at least 0 and below 1, not 1.0."),
        ("inverse_penalty", 0.0, "inverse_penalty must be above 0, not 0.0."),
        ("levels", 10, "levels must be from 2 to 9, not 10."),
        ("optimizer", "adamw", "There is no optimizer 'adamw': choose one of sgd, adam."),
        ("optimizer", 1, "There is no optimizer 1: choose one of sgd, adam."),
        ("hidden", (8, 0), "hidden must be 1 or more, not 0."),
        ("hidden", 8, "hidden must be a row of values, not 8."),
        ("size", (1, 2, 3), "size must be a row of 2 values, not (1, 2, 3)."),
        ("limit", 0, "limit must be 1 or more, or none, not 0."),
        ("shown", 1, "shown must be true or false, not 1."),
        ("name", 1, "name must be text, not 1."),
    ],
)
def test_a_setting_out_of_its_range_is_refused_in_a_sentence(name, value, sentence):
    with pytest.raises(ValueError) as refused:
        Example(**{name: value})
    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("discount", (0.0, 1.0)),
        ("learning_rate", (1e-300, 1e300)),
        ("decay", (0.0, 1e300)),
        ("batch_size", (1, 2**70)),
        ("patience", (0,)),
        ("step", (1e-9, 1.0)),
        ("average", (0.0, 0.999)),
        ("inverse_penalty", (inf, 1.0)),
        ("levels", (2, 9)),
        ("optimizer", ("sgd", "adam")),
        ("hidden", ((), (1, 2, 3))),
        ("limit", (None, 1)),
        ("anything", (None, [1], "x")),
    ],
)
def test_ends_of_a_range_are_allowed(name, values):
    for value in values:
        assert dataclasses.asdict(Example(**{name: value}))[name] == value


def test_numbers_become_what_the_annotation_says():
    made = Example(discount=1, batch_size=np.int64(3), decay=np.float32(0.5), hidden=[4, 5])
    assert (made.discount, made.batch_size, made.decay, made.hidden) == (1.0, 3, 0.5, (4, 5))
    assert [type(made.discount), type(made.batch_size)] == [float, int]
    assert [type(made.decay), type(made.hidden)] == [float, tuple]


def test_another_default_keeps_the_range_and_another_range_replaces_it():
    @dataclass(frozen=True)
    class Child(Example):
        discount: float = 0.5
        decay: Finite = -1.0

    assert (Child().discount, Child(decay=-3).decay) == (0.5, -3)
    with pytest.raises(ValueError, match="discount must be from 0 to 1, not 2"):
        Child(discount=2.0)


def test_a_default_without_a_type_is_refused_since_a_dataclass_would_ignore_it():
    with pytest.raises(TypeError, match="discount needs its type"):

        @settings
        class Child(Example):
            discount = 0.5

    class Plain(Example):
        discount = 0.5

    with pytest.raises(TypeError, match="discount needs its type"):
        Plain()


def test_a_condition_on_several_fields_is_asked_after_each_alone():
    @settings
    class Interval:
        low: Share = 0.0
        high: Share = 1.0

        def require_sound(self):
            if self.low > self.high:
                raise ValueError("low must be at most high.")

    assert Interval(0.2).low == 0.2
    with pytest.raises(ValueError, match="low must be from 0 to 1, not 2"):
        Interval(2.0)
    with pytest.raises(ValueError, match="low must be at most high"):
        Interval(0.5, 0.4)


def test_fields_made_by_a_factory_are_checked():
    @settings
    class Made:
        numbers: tuple[Share, ...] = field(default_factory=lambda: (0.5, 2.0))

    with pytest.raises(ValueError, match="numbers must be from 0 to 1, not 2"):
        Made()


def test_words_change_defaults_or_the_settings_that_were_given():
    given = Example(discount=0.5, decay=3.0)
    assert settings_of(Example, None, {}) == Example()
    assert settings_of(Example, None, {"decay": 1.0}) == Example(decay=1.0)
    assert settings_of(Example, given, {}) is given
    assert settings_of(Example, given, {"decay": 1.0}) == Example(discount=0.5, decay=1.0)
    with pytest.raises(ValueError, match="discount must be from 0 to 1"):
        settings_of(Example, given, {"discount": 2.0})


def test_an_unknown_word_is_answered_with_the_nearest_one():
    with pytest.raises(ValueError) as near:
        settings_of(Example, None, {"learing_rate": 0.1})
    assert str(near.value) == "There is no setting 'learing_rate'. Did you mean learning_rate?"
    with pytest.raises(ValueError, match=r"There is no setting 'xyz'; there are discount, learn"):
        settings_of(Example, None, {"xyz": 0.1})


@pytest.mark.parametrize("config", [0.1, Example, {"discount": 0.1}])
def test_what_is_no_settings_is_refused(config):
    with pytest.raises(TypeError, match="Expected settings such as Example"):
        settings_of(Example, config, {})


def test_the_command_line_is_made_of_the_same_annotations(capsys):
    given = ["--discount", "0.5", "--optimizer", "adam", "--hidden", "3", "4", "--limit", "2"]
    made = tyro.cli(Example, args=given)
    assert made == Example(discount=0.5, optimizer="adam", hidden=(3, 4), limit=2)
    with pytest.raises(SystemExit):
        tyro.cli(Example, args=["--help"])
    shown = capsys.readouterr().out
    assert "{sgd,adam}" in shown and "Step size." in shown and "Range" not in shown
