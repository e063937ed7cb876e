import numpy as np
import pytest

from spielfeld.experiments.compare.report import (
    ALL_PAIRS,
    Comparison,
    Pair,
    notes,
    pairs,
    refusals,
    remarks,
    rows,
    sentence,
    written,
)
from spielfeld.experiments.compare.runs import (
    ERROR,
    RETURN,
    SHARE,
    Measure,
    Result,
    Unit,
    cells,
    online_score,
    to_csv,
)
from spielfeld.experiments.compare.statistics import Difference
from spielfeld.history import History


def lines(scores: list[float], unit: Unit = RETURN, first_seed: int = 0) -> list[Result]:
    return [
        Result("a", "w", first_seed + k, "{}", 100, score, unit, seconds=1.0)
        for k, score in enumerate(scores)
    ]


def pair(found: Difference | None, seeds: int = 10, unit: Unit = RETURN, **rest: object) -> Pair:
    return Pair("a", "b", "w", unit, seeds, True, found, 0.5, **rest)


@pytest.mark.parametrize(
    ("known", "said"),
    [
        (pair(Difference(2.0, 1.0, 3.0)),
         "a is better than b by 2.00 on average (95 % interval 1.00 to 3.00)."),
        (pair(Difference(-2.0, -3.0, -1.0)),
         "b is better than a by 2.00 on average (95 % interval 1.00 to 3.00)."),
        (pair(Difference(0.02, -0.01, 0.05), unit=SHARE),
         "No difference between a and b can be seen: a is 2.00 points ahead on average "
         "(95 % interval -1.00 to 5.00)."),
        (pair(Difference(-2.0, -3.0, 1.0), 9),
         "No difference between a and b can be seen: a is 2.00 behind on average (95 % interval "
         "-3.00 to 1.00). With fewer than 10 seeds the interval is too narrow to trust."),
        (pair(Difference(0.0, 0.0, 0.0)),
         "No difference between a and b can be seen: they score the same with each of 10 common "
         "seeds."),
        (pair(Difference(5.0, -np.inf, np.inf), 1),
         "Too few runs to compare a and b: with 1 common seed any difference can be due "
         "to chance."),
        (pair(None, diverged=("a", "b")), "a and b are not compared: a and b diverged."),
    ],
)  # fmt: skip
def test_verdict_says_what_is_known(known: Pair, said: str) -> None:
    assert sentence(known) == said


def test_less_error_is_better() -> None:
    cells = {("a", "w"): lines([1.0] * 10, ERROR), ("b", "w"): lines([3.0] * 10, ERROR)}
    (found,) = pairs(cells)
    assert (found.first, found.improvement) == ("a", 1.0)
    assert sentence(found).startswith("a is better than b by 2.00 on average")
    assert rows(cells)[0].worst == 1.0


def test_only_common_seeds_are_paired_and_disjoint_ones_are_not() -> None:
    own = lines([0.0, 1, 2, 3, 4, 5, 6, 7])
    (found,) = pairs({("a", "w"): own, ("b", "w"): lines([1.0] * 8, RETURN, 3)})
    assert found.paired and found.seeds == 5
    (found,) = pairs({("a", "w"): own, ("b", "w"): lines([1.0] * 8, RETURN, 100)})
    assert not found.paired and found.seeds == 8


def test_of_many_learners_each_meets_the_best_alone() -> None:
    names = "abcdef"
    assert len(names) > ALL_PAIRS
    cells = {(name, "w"): lines([k, k + 1.0]) for k, name in enumerate(names)}
    assert [(found.first, found.second) for found in pairs(cells)] == [
        ("f", name) for name in "edcba"
    ]
    assert "Each of these 2 verdicts" in remarks([pair(Difference(0, 0, 0))] * 2)[0]


def test_worlds_are_taken_together_for_those_who_have_a_share_in_each() -> None:
    cells = {
        ("a", "v"): lines([0.5, 0.7], SHARE), ("a", "w"): lines([0.9, 0.9], SHARE),
        ("b", "v"): lines([0.1, 0.1], SHARE), ("a", "x"): lines([-7.0, -7.0]),
    }  # fmt: skip
    together = [row for row in rows(cells) if row.world == "all worlds"]
    assert [(row.learner, row.mean) for row in together] == [("a", pytest.approx(0.75))]


def test_notes_tell_of_what_diverged() -> None:
    told = notes(rows({("a", "w"): lines([1.0, np.nan, np.nan])}))
    assert told == ["a diverged in w with seeds 1, 2: the table has no mean for it."]


def test_online_score_is_the_mean_of_the_last_episodes() -> None:
    history = History(samples=[10, 50, 60, 100], episode_return=[-9, -7, -2, -4])
    assert online_score(history, 100, Measure("online")) == (-3.0, RETURN)
    assert online_score(history, 100, Measure("online", last=1.0))[0] == -5.5
    with pytest.raises(ValueError, match="no episode ended in the last 10 % of the training"):
        online_score(history, 1_000, Measure("online", last=0.1))


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(None, RETURN, "-"), (np.nan, SHARE, "diverged"), (0.99958, SHARE, "99.96 %"),
     (-12345.6, RETURN, "-12,346"), (1e-12, RETURN, "0"), (np.inf, RETURN, "none")],
)  # fmt: skip
def test_numbers_are_written_with_their_unit(value: float | None, unit: Unit, text: str) -> None:
    assert written(value, unit) == text


def test_refusals_are_a_line_a_learner() -> None:
    reasons = {("a", "v"): "it is too large", ("b", "v"): "no", ("a", "w"): "it is too small"}
    table = [Result(*cell, 0, refused=reason) for cell, reason in reasons.items()]
    said = refusals(Comparison(table, Measure()))
    assert said == ["a in v and 1 more: it is too large.", "b in v: no."]


def test_a_learner_with_a_refused_run_is_compared_nowhere_in_that_source() -> None:
    table = [
        Result("a", "v", 0, score=1.0), Result("a", "v", 1, refused="no"),
        Result("a", "w", 0, score=1.0), Result("b", "v", 0, score=2.0),
    ]  # fmt: skip
    assert list(cells(table)) == [("a", "w"), ("b", "v")]


def test_table_has_a_line_a_run_and_leaves_empty_what_is_not_known() -> None:
    table = [
        Result("a", "w", 3, '{"discount": 0.9}', 100, 0.5, SHARE, 0.5, 2.0, 1.5, 0.95, 100.0, 1.5,
               False),
        Result("b", "w", 4, refused="it is too large, by far"),
    ]  # fmt: skip
    header, first, second = to_csv(table).splitlines()
    assert header.startswith("learner,source,seed,settings,samples,score,unit,share,gap,seconds,")
    assert first == (
        'a,w,3,"{""discount"": 0.9}",100,0.5,share of perfect,0.5,2.0,1.5,0.95,100.0,1.5,False,'
    )
    assert second == 'b,w,4,{},0,nan,,,,0.0,,,,,"it is too large, by far"'
