"""Learners that act in a world or plan with a model."""

from typing import TYPE_CHECKING

from spielfeld.lazy import lazy

if TYPE_CHECKING:
    from spielfeld.agents.policy_gradient import *
    from spielfeld.agents.tabular import *
    from spielfeld.agents.value_based import *
else:
    __getattr__, __dir__, __all__ = lazy(__name__, __file__)

if __name__ != "spielfeld.agents":
    raise ImportError("Import this package as spielfeld.agents, not as " + __name__ + ".")
