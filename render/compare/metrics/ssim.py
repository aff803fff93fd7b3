"""SSIM: how alike two pictures are in luma, contrast and structure.

Wang et al., IEEE TIP 2004, as published: luma, a Gaussian window of 11 pixels with a deviation of
1.5, K1 0.01, K2 0.03, averaged over the places where the window fits. 1 is alike; unrelated
pictures come near 0. Figures compare at one size of picture only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from render.compare.column import Better, Ranks
from render.compare.metrics.metric import Compared, Metric
from render.media.frame import Picture

WINDOW, DEVIATION = 11, 1.5
LUMA = (0.299, 0.587, 0.114)
"""BT.601's weights, as SSIM and its many copies take them."""
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


@dataclass(frozen=True, slots=True, eq=False)
class Structure:
    """What SSIM looks at in one picture: its shape, its luma, and that one's mean and variance
    under the window."""

    shape: tuple[int, ...]
    light: npt.NDArray[np.float64]
    mean: Any
    variance: Any


def structure(picture: Picture) -> Structure:
    """Of an RGB uint8 picture. Raises ValueError for a side under 11 pixels."""
    if min(picture.shape[:2]) < WINDOW:
        raise ValueError(f"SSIM needs sides of {WINDOW} pixels or more")
    light = luma(picture)
    mean = _windowed(light)
    return Structure(picture.shape, light, mean, _windowed(light * light) - mean * mean)


def ssim(first: Picture, second: Picture) -> float:
    """Between two RGB uint8 pictures of one size. Raises ValueError when sizes differ or a side is
    under 11 pixels."""
    return likeness(first, structure(second))


def likeness(picture: Picture, reference: Structure) -> float:
    """`ssim` of a picture and the `structure` of another."""
    if picture.shape != reference.shape:
        raise ValueError("SSIM needs pictures of one size")
    a, b = structure(picture), reference
    both = _windowed(a.light * b.light) - a.mean * b.mean
    light = (2 * a.mean * b.mean + _C1) / (a.mean * a.mean + b.mean * b.mean + _C1)
    detail = (2 * both + _C2) / (a.variance + b.variance + _C2)
    return float((light * detail).mean(dtype=np.float64))


def luma(picture: Picture) -> npt.NDArray[np.float64]:
    """(height, width), 0..255."""
    import cv2

    light = cv2.transform(picture.astype(np.float64), np.array([LUMA]))
    return cast(npt.NDArray[np.float64], light)


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
    taken=Compared(likeness, alike=1.0, keep=structure),
)
