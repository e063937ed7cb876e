"""Figures of books and of the workshop: what was measured here beside what was published."""
