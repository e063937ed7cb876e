"""Settings of all tests."""

import os

# NumPy's and PyTorch's threads wait for one another by spinning, which costs several times the
# seconds of the small products here. Programs that tests start inherit this.
for library in ("OMP", "OPENBLAS", "MKL"):
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")

from hypothesis import settings  # noqa: E402

# The first example of a test may compile a loop, which takes seconds on a loaded machine.
settings.register_profile("spielfeld", settings(), deadline=None)
settings.load_profile("spielfeld")
