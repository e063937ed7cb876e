"""Grid worlds: finite worlds made from text files."""
