"""Peak signal-to-noise ratio, from a mean square error."""

from __future__ import annotations

import math


def decibels(mean_square: float) -> float:
    """In dB, of a mean square error in 8-bit levels: 10 lg(255² / error); infinite of none."""
    return math.inf if mean_square == 0 else 10 * math.log10(255**2 / mean_square)
