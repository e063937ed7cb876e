"""Learners of a policy, by climbing the return: a ladder with small steps."""
