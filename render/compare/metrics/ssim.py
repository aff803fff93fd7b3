"""SSIM: how alike two pictures are in luma, contrast and structure.

Wang et al., IEEE TIP 2004, as published: luma, a Gaussian window of 11 pixels with a deviation of
1.5, K1 0.01, K2 0.03, averaged over the places where the window fits. 1 is alike; unrelated
pictures come near 0. Figures compare at one size of picture only.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from render.compare.column import Better, Ranks
from render.compare.metrics.metric import Compared, Metric
from render.media.frame import Picture

WINDOW, DEVIATION = 11, 1.5
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def ssim(first: Picture, second: Picture) -> float:
    """Between two RGB uint8 pictures of one size. Raises ValueError when sizes differ or a side is
    under 11 pixels."""
    if first.shape != second.shape:
        raise ValueError("SSIM needs pictures of one size")
    if min(first.shape[:2]) < WINDOW:
        raise ValueError(f"SSIM needs sides of {WINDOW} pixels or more")
    a, b = luma(first), luma(second)
    mean_a, mean_b = _windowed(a), _windowed(b)
    variance_a = _windowed(a * a) - mean_a * mean_a
    variance_b = _windowed(b * b) - mean_b * mean_b
    both = _windowed(a * b) - mean_a * mean_b
    light = (2 * mean_a * mean_b + _C1) / (mean_a * mean_a + mean_b * mean_b + _C1)
    structure = (2 * both + _C2) / (variance_a + variance_b + _C2)
    return float((light * structure).mean(dtype=np.float64))


def luma(picture: Picture) -> npt.NDArray[np.float64]:
    """(height, width), 0..255: BT.601's weights, as SSIM and its many copies take them."""
    light: npt.NDArray[np.float64] = picture @ np.array([0.299, 0.587, 0.114])
    return light


def _windowed(x: npt.NDArray[np.float64]) -> Any:
    """The mean under the window at each place where it fits."""
    import cv2

    mean = cv2.GaussianBlur(x, (WINDOW, WINDOW), DEVIATION)
    half = WINDOW // 2
    return mean[half:-half, half:-half]


SSIM = Metric(
    key="ssim",
    name="SSIM",
    digits=3,
    better=Better.MORE,
    ranks=Ranks.PICTURES,
    says="Structural similarity of single pictures to the reference's at the same moments.",
    brief="single pictures against the reference's",
    taken=Compared(ssim, alike=1.0),
)
