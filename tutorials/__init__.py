"""Lessons: figures of the books and the workshop, each with one question to its reader."""

if __name__ != "spielfeld.tutorials":
    raise ImportError("Import this package as spielfeld.tutorials, not as " + __name__ + ".")
