"""Bandits: worlds of one state, in which all that matters is which arm to pull."""

from spielfeld.envs.bandit.model import BanditModel

__all__ = ["BanditModel"]
