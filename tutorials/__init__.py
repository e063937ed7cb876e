"""Lessons: figures with one question each, and exercises with a checker that names the mistake."""

if __name__ != "spielfeld.tutorials":
    raise ImportError("Import this package as spielfeld.tutorials, not as " + __name__ + ".")
