"""Figures of the books and the workshop: one file a figure, drawn by `spielfeld figures`.

A file is a figure if it defines SOURCE. To add a figure, write one file here. Its name is the
figure's name, and its docstring begins with the title. `figure(repeat)` returns the picture and the
numbers.
"""
