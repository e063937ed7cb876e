"""Figures of the books and the workshop: one file a figure, drawn by `spielfeld figures`.

A file is a figure if it defines SOURCE. To add one, write one file here: its name is the figure's
name, its docstring begins with the title, and `figure(repeat)` returns the picture and the numbers.
"""
