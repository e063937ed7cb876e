"""Learners of action values by a network, and a memory to learn from: DQN and its kin."""
