"""Checks the English of everything that a person reads: short sentences, concrete subjects.

It reads docstrings, comments, texts that a program prints, and Markdown pages. Code, equations,
quotations and lines that name a source are exempt. In tables the words count, but not the length.

    python -m tests.plain_words [FILE ...]      # print each fault with its place
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
FOLDERS = ("spielfeld", "learning", "envs", "agents", "experiments", "scripts", "tutorials")
FOLDERS += ("benchmarks", "docs")
LONGEST = 20  # words in a sentence

JOINING = r"(if|when|where|that|as|than|and|or|because|what|how|which|so|but|since|while|until)"
# Pattern -> the plain form. Matched without regard to case, in one sentence at a time.
BANNED: dict[str, str] = {
    r"\bnobody\b": "name the subject: the agent, the environment, this function, you",
    r"\b(whoever|whomever|whatever|whichever way)\b": "name the subject or the object",
    r"(^|[;:] |, (and|but|or) )(what|who)\b(?!.*\?)":
        "begin with the field's term, not with a clause",
    rf"(^|[,;:(] ?|\b{JOINING} )one "
    r"(can|cannot|may|must|goes|has|does|knows|wants|acts|behaves|is|sees|needs|might|would|takes)\b"
    r"(?! of\b)": "say `you`, or name the subject",
    r"\bas one does\b|\bone's own\b|\bof one's\b": "say `your`",
    r"\b(is|are|was|were|be|being) told\b(?! apart)": "say `is printed` or `is named`",
    r"\b(told|tell|tells|telling) (\w+ )?apart\b": "say `distinguish`",
    r"\btells (of|how|where|what|which|whether)\b": "say `reports`, `shows` or `explains`",
    r"\bsuch as (they|it|he|she)\b": "describe it",
    r"\bgoes by\b": "say `uses` or `follows`",
    r"\bstood by\b": "say `validation rows`",
    r"\bgone over\b|\bgoes over all rows\b": "say `epoch`",
    r"\bkin\b": "name the members",
    r"\bpupil\b": "say `learner`",
    r"\bof no interest to\b": "say `is not used by`",
    r"\bis worth to\b": "say `the value under a policy`",
    r"\bearn(s|ed|ing)?\b": "say `reward` or `return`",
    r"\bluck\b": "say `random numbers`",
    r"\bwhat (comes|came) of\b": "say `result`",
    r"\bguess(es|ed)?\b": "say `estimate`, `baseline` or `assumption`",
    r"\btaught\b": "say `trained`, or `training rows`",
    r"\bundercut\b": "say `the best possible value`",
    r"\bstands? still\b|\bstood still\b": "say `is fixed` or `is not updated`",
    r"\btests? holds?\b|\btests? that holds?\b": "say `a test checks`",
    r"\bmends?\b|\bmended\b": "say `solves`, `repairs` or `corrects`",
    r"\bforeseen?\b|\bforesees\b": "say `predict`",
    r"\b(anew|afresh)\b": "say `again`",
    r"\bto and fro\b": "say `back and forth`",
    r"\b(thrown|throws?) away\b": "say `delete`",
    r"\bgoes? astray\b|\bwent astray\b": "say `slips` or `fails`",
    r"\bthe (more|less|larger|farther|longer)\b[^,]*, the (more|less|larger|farther|longer)\b":
        "say `grows with`",
    r"\bsettings that ship\b": "say `default settings`",
    r"\b(upon|thereof|whereof|thereby|hence|lest|albeit|whilst)\b": "use a plain word",
}  # fmt: skip


class Fault(NamedTuple):
    """One sentence that does not hold to the rules."""

    file: str
    line: int
    rule: str
    sentence: str

    def __str__(self) -> str:
        """Return the fault with its place, on one line."""
        return f"{self.file}:{self.line}: {self.rule}: {self.sentence}"


def faults_of(path: Path) -> list[Fault]:
    """Return all faults in the English of a file of Python or Markdown."""
    name = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
    text = path.read_text(encoding="utf-8")
    markdown = path.suffix == ".md"
    faults = [
        Fault(name, line, rule, sentence)
        for line, passage in (_markdown(text) if markdown else _python(text))
        for sentence in sentences(passage)
        for rule in (*phrases_banned(sentence), *too_long(sentence))
    ]
    faults += [
        Fault(name, line, rule, sentence)
        for line, cell in (_cells(text) if markdown else ())
        for sentence in sentences(cell)
        for rule in phrases_banned(sentence)
    ]
    return sorted(faults, key=lambda fault: fault.line)


def sentences(passage: str) -> list[str]:
    """Split a passage into sentences; code in backticks counts as one word."""
    passage = re.sub(r"``?[^`]*``?", "`code`", passage)
    passage = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", passage)  # the text of a link
    passage = re.sub(r'"[^"]{25,}"', '"quotation"', passage)
    passage = re.sub(r"\b(e\.g|i\.e|et al|vs|pp?|ed|eq|fig|ch|no)\.(?= [a-z0-9(])", r"\1", passage)
    passage = re.sub(r"\s+", " ", passage)
    passage = re.sub(r"([.!?][\"')*]*) (?=[A-Z`*\"(\[0-9])|(:) (?=[A-Z])", r"\1\2\n", passage)
    return [part.strip() for part in passage.split("\n") if part.strip()]


def too_long(sentence: str) -> Iterator[str]:
    """Yield the number of words of a sentence that has too many and is no equation."""
    words = [word for word in re.split(r"[\s/]+", sentence) if re.search(r"[A-Za-z]", word)]
    equation = len(re.findall(r"\s[=+*<>|]\s|<-|->", sentence)) >= 2
    if len(words) > LONGEST and not equation:
        yield f"{len(words)} words"


def phrases_banned(sentence: str) -> Iterator[str]:
    """Yield the plain form of each banned phrase in a sentence."""
    for pattern, plain in BANNED.items():
        if re.search(pattern, sentence, re.IGNORECASE):
            yield plain


def _markdown(text: str) -> Iterator[tuple[int, str]]:
    """Yield headings, paragraphs and list items with their lines."""
    yield from _paragraphs(_emptied(r"<!--.*?-->", text).splitlines(), 1)


def _cells(text: str) -> Iterator[tuple[int, str]]:
    """Yield the cells of all tables of a page with their lines."""
    text = _emptied(r"<!--.*?-->|^```.*?^```", text)
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip().startswith("|"):
            for cell in re.split(r"(?<!\\)\|", line.strip().strip("|")):
                yield number, cell


def _emptied(pattern: str, text: str) -> str:
    """Replace each match by its line breaks, so that the lines keep their numbers."""
    return re.sub(pattern, lambda found: "\n" * found[0].count("\n"), text, flags=re.S | re.M)


def _paragraphs(lines: list[str], first: int) -> Iterator[tuple[int, str]]:
    held: list[str] = []
    start, fenced = first, False
    for number, line in enumerate([*lines, ""], first):
        plain = line.strip()
        if plain.startswith("```"):
            fenced, plain = not fenced, ""
        elif fenced or plain.startswith((">", ">>>", "|", "![", "---")) or line.startswith("    "):
            plain = ""
        item = re.match(r"([-*]|\d+\.|#+)\s+", plain)
        if (not plain or item) and held:
            yield start, " ".join(held)
            held = []
        if plain:
            start = start if held else number
            held.append(plain[item.end() :] if item else plain)
            if plain.startswith("#"):
                yield start, " ".join(held)
                held = []


def _python(source: str) -> Iterator[tuple[int, str]]:
    """Yield docstrings, comments and printed texts with their lines."""
    tree = ast.parse(source)
    documented = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and node.body:
            first = node.body[0]
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                documented.add(id(first.value))
                if isinstance(first.value.value, str):
                    yield from _docstring(first.value.value, first.lineno)
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)
              for part in ast.walk(node) if part is not node}  # fmt: skip
    for node in ast.walk(tree):
        if id(node) in documented or id(node) in inside:
            continue
        text = _text(node)
        if len(text.split()) >= 4 and not re.search(r"^[A-Z_ ]+$|\\|^\^|\(\?", text):
            yield from _paragraphs(text.splitlines(), getattr(node, "lineno", 1))
    yield from _comments(source)


def _text(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values
        )
    return ""


SECTIONS = r"(Args|Returns|Raises|Yields|Attributes|Source|Sources|Equation)"


def _docstring(text: str, first: int) -> Iterator[tuple[int, str]]:
    """Yield the passages of a docstring: paragraphs, and each entry of its sections."""
    held: list[str] = []
    start, code, source = first, False, False
    lines = text.splitlines()
    inner = [len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()]
    margin = min(inner, default=0)
    for number, line in enumerate([*lines, ""], first):
        plain = line.strip()
        depth = len(line) - len(line.lstrip()) - (margin if number > first else 0)
        code = bool(plain) and (code or plain.startswith(">>>"))
        source = bool(plain) and (source or plain.startswith(("Source", "Sources")))
        exempt = code or source or plain.startswith(("|", ">>>")) or _is_equation(plain)
        entry = re.match(r"[\w.,* `]+: ", plain) if depth == 4 else None
        section = re.fullmatch(SECTIONS + ":", plain)
        listed = re.match(r"([-*]|\d+\.)\s+", plain)
        if held and (not plain or entry or section or exempt or listed):
            yield start, " ".join(held)
            held = []
        if plain and not exempt and not section:
            start = start if held else number
            mark = entry or listed
            held.append(plain[mark.end() :] if mark else plain)


def _is_equation(line: str) -> bool:
    words = re.findall(r"[A-Za-z]{3,}", line)
    return bool(re.search(r" = |<-", line)) and len(words) < 12


def _comments(source: str) -> Iterator[tuple[int, str]]:
    held: list[str] = []
    start = last = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        text = token.string.lstrip("#: ").strip()
        alone = not token.line[: token.start[1]].strip()
        if held and not (alone and token.start[0] == last + 1):
            yield start, " ".join(held)
            held = []
        if re.match(r"(fmt|type|noqa|pragma|ruff|mypy)\b", text) or text.startswith("["):
            continue
        start = start if held else token.start[0]
        held.append(text)
        last = token.start[0] if alone else 0
    if held:
        yield start, " ".join(held)


def read_files() -> list[Path]:
    """Return every file whose English is held."""
    pages = sorted(ROOT.glob("*.md"))
    for folder in FOLDERS:
        inside = (ROOT / folder).rglob("*")
        pages += sorted(
            path
            for path in inside
            if path.suffix in {".py", ".md"}
            and not (folder == "spielfeld" and path.parent != ROOT / "spielfeld")
        )
    return pages


if __name__ == "__main__":
    named = [Path(name).resolve() for name in sys.argv[1:]]
    for path in named or read_files():
        for fault in faults_of(path):
            print(fault)
