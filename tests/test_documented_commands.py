"""The reader of documented commands finds each command once, and leaves out what is a form."""

from tests.documented_commands import PAGES, commands, shortened


def test_commands_of_a_page_are_found_once() -> None:
    page = """Type `spielfeld list` or `spielfeld train LEARNER SOURCE`.

```
spielfeld train q-learning \\
    my_maze.toml     # a comment
spielfeld list
make demo
```

```python
"spielfeld play here"
```
"""
    assert commands(page) == [["train", "q-learning", "my_maze.toml"], ["list"]]


def test_budgets_are_added_at_the_end() -> None:
    assert shortened(["train", "a", "b"]) == ["train", "a", "b", "--samples", "2000"]
    assert shortened(["list"]) == ["list"]


def test_pages_hold_commands() -> None:
    found = [words for page in PAGES for words in commands(page.read_text())]
    assert {words[0] for words in found} >= {"train", "compare", "play", "figures", "evaluate"}
