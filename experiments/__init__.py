"""Runs: a learner, a source and a seed become a directory of results, evaluated and drawn."""
