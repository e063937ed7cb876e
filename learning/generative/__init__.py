"""Generative learning: drawing new rows that resemble the data."""

from typing import TYPE_CHECKING

from spielfeld.lazy import lazy

if TYPE_CHECKING:  # one line for each learner, in the order of `spielfeld list`
    # isort: off
    from spielfeld.learning.generative.diffusion import Diffusion, DiffusionConfig
    # isort: on

if TYPE_CHECKING:  # other exports
    from spielfeld.learning.generative.average import Averaged
    from spielfeld.learning.generative.noise_predictor import NoisePredictor
else:
    __getattr__, __dir__, __all__ = lazy(__name__, __file__)
