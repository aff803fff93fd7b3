"""Flicker: how much a stylized clip changes that the clip's own motion does not explain.

The warping error of Lai et al. (ECCV 2018, "Learning blind video temporal consistency", eq. 8): the
optical flow of the *input* carries the next stylized frame back onto this one, occluded pixels are
left out, and what still differs is flicker. It is divided by the output's contrast, so that a pale
style is not taken for a steady one. Two clips compare at one size, one rate and one gap only: the
figure grows with the time between two frames and then saturates.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from render.media.flow import Displacement, motion, warp
from render.media.frame import Picture

FOLLOWED = 0.3
"""The least share of pixels that flow must follow; across a cut there is no flicker to measure."""


@dataclass(frozen=True, slots=True)
class Flicker:
    """The flicker of a clip: 0 is none; about 1.4 is one picture against an unrelated one.

    Attributes:
        gap: frames between the two of a pair.
        pairs: one value for each pair (n, n + gap), in order; nan across a cut.
    """

    gap: int
    pairs: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Over the pairs that could be measured; nan when none could."""
        values = [value for value in self.pairs if not math.isnan(value)]
        return sum(values) / len(values) if values else math.nan


def flicker(inputs: Sequence[Picture], outputs: Sequence[Picture], gap: int = 1) -> Flicker:
    """The flicker of ``outputs``, the stylized ``inputs``, between frames ``gap`` apart.

    ``flicker(inputs, inputs)`` is the noise floor: the camera's noise and the flow's own error.
    All pictures are uint8 RGB of one size. Raises ValueError when the two differ in number or size,
    or when there are too few for one pair.
    """
    return flicker_along(motions(inputs, gap), outputs, gap)


def motions(inputs: Sequence[Picture], gap: int = 1) -> list[Displacement]:
    """The motion of every pair (n, n + gap): what several stylized versions of one clip share.

    Raises ValueError when there are too few pictures for one pair, or they differ in size.
    """
    if gap < 1:
        raise ValueError(f"a gap of {gap} frames: must be 1 or more")
    if len(inputs) <= gap:
        raise ValueError(f"{len(inputs)} frames hold no pair {gap} apart")
    return [motion(a, b) for a, b in zip(inputs, inputs[gap:], strict=False)]


def flicker_along(
    moved: Sequence[Displacement], outputs: Sequence[Picture], gap: int = 1
) -> Flicker:
    """`flicker` with the `motions` of the same gap at hand. Raises ValueError as it does."""
    if len(outputs) != len(moved) + gap:
        raise ValueError(f"{len(outputs)} stylized frames for {len(moved) + gap} of the clip")
    pairs = zip(moved, outputs, outputs[gap:], strict=False)
    return Flicker(gap, tuple(pair_flicker(m, a, b) for m, a, b in pairs))


def pair_flicker(moved: Displacement, first: Picture, second: Picture) -> float:
    """Of two stylized pictures: RMS difference of ``first`` and ``second`` warped back onto it,
    over valid pixels and channels, divided by the standard deviation of both pictures.

    nan where flow follows less of the picture than ``FOLLOWED``. Raises ValueError when sizes
    differ.
    """
    if first.shape != second.shape:
        raise ValueError("stylized pictures of two sizes")
    back = warp(second.astype(np.float32), moved.flow)  # raises where the sizes differ
    if moved.followed < FOLLOWED:
        return math.nan
    difference = (back - first)[moved.valid]
    error = math.sqrt(np.square(difference).mean(dtype=np.float64))
    return error / max(_contrast(first, second), 1e-3)


def _contrast(first: Picture, second: Picture) -> float:
    return math.sqrt((_variance(first) + _variance(second)) / 2)


def _variance(picture: Picture) -> float:
    """Over all places and channels."""
    import cv2

    means, deviations = cv2.meanStdDev(picture)
    return float(np.square(deviations).mean() + means.var())
