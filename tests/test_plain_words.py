"""The English of the documents is plain, and the checker that says so finds each fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.plain_words import (
    BANNED,
    LONGEST,
    ROOT,
    faults_of,
    phrases_banned,
    read_files,
    sentences,
    too_long,
)

# One sentence for each banned phrase, in the order of the list.
FAULTY = (
    "Nobody can reach the goal.",
    "Whoever enters the cell ends the episode.",
    "What a function must leave out is lost.",
    "The value of each action, if one acts perfectly.",
    "Add a world of one's own.",
    "The report is told to the user.",
    "Red and blue cannot be told apart.",
    "This tells which action is best.",
    "Steps such as they come are stored.",
    "The loop goes by the clock.",
    "Rows that stood by choose the settings.",
    "The rollout is gone over in minibatches.",
    "Tic-tac-toe and its kin.",
    "The pupil learns.",
    "A seed is of no interest to this function.",
    "It learns what a state is worth to the agent.",
    "The policy earns 10.",
    "The difference is luck.",
    "It learns what comes of a move.",
    "The network guesses the rest.",
    "Error on rows that taught.",
    "A value that no learner can undercut.",
    "A copy that stands still.",
    "They are equal, and a test holds it.",
    "A baseline mends this.",
    "The critic foresees the return.",
    "The model is built anew.",
    "Returns jump to and fro.",
    "The experience is thrown away.",
    "Every third step goes astray.",
    "The larger the error, the more often it is drawn.",
    "Runs with the settings that ship.",
    "The rules rest upon a table.",
)


@pytest.mark.parametrize(("pattern", "sentence"), [*zip(BANNED, FAULTY, strict=True)])
def test_each_banned_phrase_is_found(pattern: str, sentence: str) -> None:
    assert list(phrases_banned(sentence)) == [BANNED[pattern]]


@pytest.mark.parametrize(
    "sentence",
    [
        "Each missing one is 0.",
        "This one is complete.",
        "One of the two networks is the critic.",
        "One seed is enough.",
        "What does the agent do if a step costs 2?",
        "The agent knows what the reward is.",
        "A good question, and who can answer it?",
        "The kind of world is fixed.",
        "The thermostat holds 20 degrees.",
    ],
)
def test_plain_sentences_have_no_fault(sentence: str) -> None:
    assert not [*phrases_banned(sentence), *too_long(sentence)]


def test_sentence_may_have_twenty_words_and_no_more() -> None:
    words = ["word"] * LONGEST
    assert not list(too_long(" ".join(words) + "."))
    assert list(too_long(" ".join([*words, "more."]))) == ["21 words"]


def test_numbers_and_equations_count_as_no_words() -> None:
    assert not list(too_long("From 1 to 2, " + "3, " * 30 + "and 4."))
    assert not list(too_long("Here " + "reward + discount * value and " * 8 + "so on."))


def test_text_is_split_at_the_ends_of_sentences_alone() -> None:
    assert sentences("Mnih et al. (2015), e.g. this. `env` acts! (A test checks it.) Why? So.") == [
        "Mnih et al (2015), e.g this.",
        "`code` acts!",
        "(A test checks it.)",
        "Why?",
        "So.",
    ]
    assert sentences("See p. 12 for log p. Then go on.") == ["See p 12 for log p.", "Then go on."]
    assert sentences("The loop [acts in\nmany worlds](loop.py#here).") == [
        "The loop acts in many worlds."
    ]


LONG = "word " * 21
PAGE = f"""# Nobody in a heading

A paragraph in which
nobody acts. It ends.

- An item with nobody.
- Another item.

| a table | of nobody |
|---|---|
| {LONG} | `nobody` |

```
| nobody | whoever |
{LONG}
```

> Quotation of nobody. {LONG}

<!-- nobody
{LONG} -->

{LONG}
"""


def test_page_is_read_but_for_code_quotations_comments_and_the_length_of_cells(
    tmp_path: Path,
) -> None:
    page = tmp_path / "page.md"
    page.write_text(PAGE)
    assert [(fault.line, fault.rule.split()[0]) for fault in faults_of(page)] == [
        (1, "name"),
        (3, "name"),
        (6, "name"),
        (9, "name"),
        (23, "21"),
    ]


MODULE = f'''"""Module of nobody."""

NAME = "a text of nobody"  # A comment on nobody.
SHORT = "nobody"


def function(rows):
    """Return the mean.

        nobody = reward + discount * value

    Args:
        rows: Rows of nobody.

    Source: A book by nobody. {LONG}

    >>> "nobody"
    """
    raise ValueError(f"Found {{rows}}, expected nobody here.")
'''


def test_module_is_read_in_docstrings_comments_and_texts_but_not_in_sources_and_examples(
    tmp_path: Path,
) -> None:
    module = tmp_path / "module.py"
    module.write_text(MODULE)
    name = BANNED[r"\bnobody\b"]
    found = [(fault.line, fault.rule) for fault in faults_of(module)]
    assert found == [(1, name), (3, name), (3, name), (13, name), (19, name)]


@pytest.mark.parametrize("path", read_files(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_english_that_a_person_reads_is_plain(path: Path) -> None:
    assert not [str(fault) for fault in faults_of(path)]


def test_glossary_explains_sixty_to_ninety_words_once_each_in_both_languages() -> None:
    page = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").partition("## Notations")[0]
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| ")]
    rows = [row for row in rows if row[0] != "English"]
    assert 60 <= len(rows) <= 90
    assert len({row[0] for row in rows}) == len(rows)
    for row in rows:
        assert len(row) == 4 and all(row), row
        for cell in row[2:]:
            assert cell.endswith(".") and not list(too_long(cell)), cell
