"""The figures of the books, drawn again: what was measured here beside what was published."""
