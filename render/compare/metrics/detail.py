"""Sharpness and the scale of strokes, from a picture's spectrum.

Both are about the luma at the size of the display, and look at one picture alone: they say how a
cell differs from another, not which is better. A smaller network input gives softer pictures with
bolder strokes, and bolder is not worse.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from render.compare.column import Better, Ranks
from render.compare.metrics.metric import Described, Metric
from render.compare.metrics.ssim import LUMA
from render.media.frame import Picture

MIN_SIDE = 16
FINE = 0.25
"""Cycles a pixel: half of the finest that pixels can show; a period of four pixels."""

_Array = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Detail:
    """Attributes:
    sharpness: the share of the picture's contrast that is finer than a period of four pixels, 0..1:
        the square root of that share of the energy. A picture enlarged twice or more has almost
        none.
    stroke: the typical period of what is drawn, a stroke and the gap beside it, in pixels: the
        geometric mean over the spectrum of the luma's slope, which a line of any width weighs in
        alike, where the plain spectrum is ruled by the largest shapes. Stripes have their period.
    """

    sharpness: float
    stroke: float


def detail(picture: Picture) -> Detail | None:
    """Of an RGB uint8 picture; None for a flat one, which has neither.

    Raises ValueError when a side is under 16 pixels.
    """
    import cv2

    height, width = picture.shape[:2]
    if min(height, width) < MIN_SIDE:
        raise ValueError(f"sharpness needs sides of {MIN_SIDE} pixels or more")
    window = _window(height, width)
    light: Any = cv2.transform(picture.astype(np.float32), np.array([LUMA], np.float32))
    light -= np.float32(np.vdot(light, window) / window.sum(dtype=np.float64))
    light *= window
    spectrum = np.fft.rfft2(light)
    energy = np.square(spectrum.real)
    energy += np.square(spectrum.imag)
    total, fine, slope, log_slope = (
        float(np.vdot(weight, energy)) for weight in _weights(height, width)
    )
    if total / light.size**2 < 1e-6:
        return None
    return Detail((fine / total) ** 0.5, float(np.exp(-log_slope / slope)))


@lru_cache(maxsize=4)
def _window(height: int, width: int) -> _Array:
    """Hann's: the picture's edges, which do not meet, are no detail."""
    window: _Array = np.outer(np.hanning(height), np.hanning(width)).astype(np.float32)
    return window


@lru_cache(maxsize=2)
def _weights(height: int, width: int) -> tuple[_Array, ...]:
    """What each place of half a spectrum counts for all contrast, for fine contrast, for slope, and
    for slope times the logarithm of its frequency (cycles a pixel). What has its like in the other
    half counts twice."""
    frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width))
    both = np.full(frequency.shape[1], 2.0)
    both[0] = 1
    both[width // 2 + 1 if width % 2 else -1 :] = 1
    # Corners beyond the Nyquist frequency of rows and columns hold diagonals only.
    all_ = (frequency > 0) & (frequency <= 0.5)
    slope = np.where(all_, np.square(frequency), 0)
    log = np.log(np.maximum(frequency, 1e-9))
    weights = (all_, all_ & (frequency > FINE), slope, slope * log)
    return tuple((weight * both).astype(np.float32) for weight in weights)


def _sharpness(found: Detail | None) -> float | None:
    return None if found is None else found.sharpness


def _stroke(found: Detail | None) -> float | None:
    return None if found is None else found.stroke


_BRIEF = "what the pictures are like, not how good; in pixels of the display"

SHARPNESS = Metric(
    key="sharpness",
    name="sharpness",
    short="sharp",
    unit="%",
    scale=100,
    digits=1,
    better=Better.NEITHER,
    ranks=Ranks.NOTHING,
    says="How much of the picture's energy is fine detail.",
    brief=_BRIEF,
    taken=Described(_sharpness, look=detail),
)

STROKE = Metric(
    key="stroke",
    name="stroke",
    unit="px",
    digits=1,
    better=Better.NEITHER,
    ranks=Ranks.NOTHING,
    says="Size of the strokes in pixels of the display. Smaller inputs paint bolder; that is not "
    "quality.",
    brief=_BRIEF,
    taken=Described(_stroke, look=detail),
)
