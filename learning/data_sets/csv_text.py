"""Text of a CSV file: its bytes decoded, with a note about the encoding if it is assumed."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f]")
BYTE_ORDER_MARKS = {  # UTF-32 first, because its mark begins with that of UTF-16
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def read_text(path: str | Path) -> tuple[str, list[str]]:
    """Decode a file: UTF-16 or UTF-32 by its byte order mark, else UTF-8, else Windows-1252.

    Returns:
        The text, and a note if the encoding is assumed.

    Raises:
        ValueError: If the file cannot be read or is not text. The message names the file.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise ValueError(f"{path}: cannot be read ({error.strerror}).") from error
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not NOT_TEXT.search(text):
            return text, _notes(encoding)
    raise ValueError(f"{path}: is not a text file in UTF-8; expected a CSV file.")


def _encodings(content: bytes) -> tuple[str, ...]:
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if content.startswith(mark):
            return (encoding,)
    return "utf-8-sig", "cp1252"


def _notes(encoding: str) -> list[str]:
    if encoding != "cp1252":
        return []
    return ["The file is not in UTF-8; it is read as Windows-1252, which contains Latin-1."]
