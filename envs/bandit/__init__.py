"""Bandits: worlds with one state, in which the agent only chooses an arm."""

from spielfeld.envs.bandit.model import BanditModel

__all__ = ["BanditModel"]
