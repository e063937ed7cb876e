"""Laws that a learner, an environment, a vector environment or a function keeps.

A suite is a class of tests. A subclass hands over one constructor, and its tests run:

    from tests.laws.learner import LearnerLaws

    class TestMine(LearnerLaws):
        make = staticmethod(lambda seed=1: Mine(seed=seed))
        source = staticmethod(lambda: gym.make("spielfeld/FrozenLake-v0"))
"""

import pytest

pytest.register_assert_rewrite(
    "tests.laws.learner", "tests.laws.env", "tests.laws.vector_env", "tests.laws.function"
)
