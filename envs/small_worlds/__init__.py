"""Small worlds of the book that are not grids: one file each, and one environment for all."""
