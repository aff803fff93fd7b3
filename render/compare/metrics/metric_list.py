"""Every metric, in the order in which tables show them; a new one is added here."""

from __future__ import annotations

from render.compare.metrics.detail import SHARPNESS, STROKE
from render.compare.metrics.flicker_pairs import FLICKER, FLICKER_GAP
from render.compare.metrics.jod import JOD
from render.compare.metrics.lpips import LPIPS
from render.compare.metrics.metric import Metric
from render.compare.metrics.ssim import SSIM
from render.compare.metrics.style import STYLE

METRICS: tuple[Metric, ...] = (
    JOD,
    LPIPS,
    SSIM,
    STYLE,
    FLICKER,
    FLICKER_GAP,
    SHARPNESS,
    STROKE,
)
"""What is best to go by stands first."""
