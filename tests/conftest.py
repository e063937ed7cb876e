"""Settings of all tests."""

from hypothesis import settings

# The first example of a test may compile a loop, which takes seconds on a loaded machine.
settings.register_profile("spielfeld", settings(), deadline=None)
settings.load_profile("spielfeld")
