"""Which spatial frequencies ColorVideoVDP looks at, in pictures of one size."""

from __future__ import annotations

import math

_LOWEST = 0.2
"""Cycles a degree: no band below."""
_PEAK = 0.3228
"""Where a band of the pyramid sees best, as a share of its Nyquist frequency."""
KERNEL = (0.05, 0.25, 0.4, 0.25, 0.05)
"""What blurs one level of the pyramid into the next."""
DARKEST = 0.01
"""cd/m²: contrast is held against no less."""
MOST = 1000.0
"""No contrast counts for more."""


def band_frequencies(width: int, height: int, density: float) -> tuple[float, ...]:
    """Of each band, cycles a degree, the finest first; the last is what remains. ``density`` is
    pixels a degree."""
    most = math.floor(math.log2(min(width, height))) - 1
    known = [1.0, *(2.0**-n * _PEAK for n in range(14))]
    below = [i for i, share in enumerate(known) if share * density / 2 <= _LOWEST]
    levels = max(0, min(below[0] + 1 if below else most + 1, most))
    return tuple(share * density / 2 for share in known[: levels + 1])
