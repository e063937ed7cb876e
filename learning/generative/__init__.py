"""Learning to draw new rows that look as if they came from the same source."""

from learning.generative.average import Averaged
from learning.generative.diffusion import Diffusion, DiffusionConfig
from learning.generative.noise_predictor import NoisePredictor

__all__ = ["Averaged", "Diffusion", "DiffusionConfig", "NoisePredictor"]
