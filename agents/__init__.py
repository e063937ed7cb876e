"""Learners that act, and planners that know the world they act in."""
