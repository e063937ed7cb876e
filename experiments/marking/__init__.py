"""Marking players of board games: against exact truth, and against each other."""
