"""Runs: a learner, a source and a seed become a directory of results, evaluated and drawn."""

if __name__ != "spielfeld.experiments":
    raise ImportError("Import this package as spielfeld.experiments, not as " + __name__ + ".")
