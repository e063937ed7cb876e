"""Learning to draw new rows that look as if they came from the same source."""

from spielfeld.learning.generative.average import Averaged
from spielfeld.learning.generative.diffusion import Diffusion, DiffusionConfig
from spielfeld.learning.generative.noise_predictor import NoisePredictor

__all__ = ["Averaged", "Diffusion", "DiffusionConfig", "NoisePredictor"]
