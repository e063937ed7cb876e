"""Learner's files: one exercise is one function in one ordinary module, `my/NAME.py`.

You can write it in any editor, keep it under version control, hand it in, and import it.
"""

from __future__ import annotations

import linecache
import os
from pathlib import Path

from spielfeld.tutorials.kit.check import Verdict, judge
from spielfeld.tutorials.kit.exercises import find
from spielfeld.tutorials.kit.text import Text
from spielfeld.tutorials.kit.trial import in_words, place_of

SYNTAX = Text(
    "Das ist noch kein gültiges Python, in Zeile {line}: `{code}`. Python meldet: {error}",
    "This is not valid Python yet, in line {line}: `{code}`. Python says: {error}",
)
INDENTATION = Text(
    "Die Einrückung stimmt nicht, in Zeile {line}: `{code}`. Python meldet: {error}",
    "The indentation is not right, in line {line}: `{code}`. Python says: {error}",
)
RAISES = Text(
    "Schon beim Laden bricht die Datei mit einem Fehler ab, in Zeile {line}: `{code}`. Python "
    "meldet: {error}",
    "The file stops with an error while it is loaded, in line {line}: `{code}`. Python says: "
    "{error}",
)
MISSING = Text(
    "In der Datei steht keine Funktion `{name}`. Sie beginnt mit `def {name}({arguments}):`",
    "There is no function `{name}` in the file. It begins with `def {name}({arguments}):`",
)
ENCODING = Text(
    "{path} ist kein Text in UTF-8. Speichere die Datei neu, mit dem Zeichensatz UTF-8.",
    "{path} is no text in UTF-8. Save the file again, encoded in UTF-8.",
)


def path_of(name: str) -> Path:
    """Return the place of a learner's file, in `SPIELFELD_WORKBOOK` or the folder `my`."""
    return Path(os.environ.get("SPIELFELD_WORKBOOK", "my")) / f"{name}.py"


def begin(name: str, language: str | None = None) -> bool:
    """Write the stub of an exercise; return whether it was written.

    An existing file is never changed.

    Raises:
        ValueError: If there is no such exercise.
        OSError: If the file cannot be written.
    """
    stub, path = find(name, language).stub(language), path_of(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(stub)
    except FileExistsError:
        return False
    return True


def read(name: str, language: str | None = None) -> str:
    """Return the text of a learner's file.

    Raises:
        ValueError: If it is not encoded in UTF-8; in the learner's language.
        OSError: If it cannot be read.
    """
    path = path_of(name)
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(ENCODING.format(language, path=path)) from error


def check_source(name: str, source: str, language: str | None = None) -> Verdict:
    """Run the text of a module in the current process, and check the function that it defines.

    Args:
        name: Name of the exercise and of its function.
        source: Text of the module.
        language: de or en; see `spielfeld.tutorials.kit.text.chosen_language`.

    Raises:
        ValueError: If there is no such exercise or language.
    """
    exercise, file = find(name, language), path_of(name).as_posix()
    lines = source.splitlines(keepends=True)
    linecache.cache[file] = (len(source), None, lines, file)  # so that errors can show a line
    space: dict[str, object] = {"__name__": name, "__file__": file}
    try:
        exec(compile(source, file, "exec"), space)
    except SyntaxError as error:
        says = INDENTATION if isinstance(error, IndentationError) else SYNTAX
        line = error.lineno or 1
        code = lines[line - 1].strip() if line <= len(lines) else ""
        words = says.format(language, line=line, code=code or "?", error=error.msg)
        return Verdict("syntax", words)
    except MemoryError:
        raise
    except Exception as error:
        line, code = place_of(error, file) or (1, "?")
        words = RAISES.format(language, line=line, code=code, error=in_words(error))
        return Verdict("raises", words)
    function = space.get(name)
    if not callable(function):
        names = ", ".join(exercise.arguments)
        return Verdict("missing", MISSING.format(language, name=name, arguments=names))
    return judge(exercise, function, language)
