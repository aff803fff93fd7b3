"""How much of each clip the figures are taken from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum


class Metrics(StrEnum):
    """What ``--metrics`` may be. LATER: fast, after all that can be made without figures."""

    NONE = "none"
    FAST = "fast"
    FULL = "full"
    LATER = "later"

    @property
    def taken(self) -> Metrics:
        """How figures are taken, whenever that is."""
        return Metrics.FAST if self is Metrics.LATER else self


@dataclass(frozen=True, slots=True)
class Effort:
    """What a mode spends.

    Attributes:
        moments: pictures compared with the reference's, at most; as many pairs for flicker.
        side: short side that pictures are compared at, at most, in pixels.
        style_moments, style_side: the same for the distance of Gram matrices, whose network costs
            ten times that of LPIPS.
        detail_moments: pictures that sharpness and stroke are measured on, at the display's size.
        windows, window: stretches of the clip, and seconds of each, that JOD is about.
        jod_side: short side of its pictures.
        at_once: moments whose pictures are held at a time, which bounds memory.
    """

    moments: int
    side: int
    style_moments: int
    style_side: int
    detail_moments: int
    windows: int
    window: float
    jod_side: int
    at_once: int


EFFORTS = {
    Metrics.FAST: Effort(6, 480, 3, 224, 3, 1, 1.0, 240, 6),
    Metrics.FULL: Effort(48, 720, 24, 360, 24, 4, 2.0, 360, 4),
}
"""Fast: two seconds a cell on two processor cores. Full: about half a minute a cell."""

_JOD_ON_GPU = 720
"""Lines: about what a phone's display leaves for the eye to see; dear on a processor."""


def effort(mode: Metrics, *, gpu: bool) -> Effort:
    """What ``mode`` spends here: on a GPU, JOD is taken of larger pictures."""
    spent = EFFORTS[mode]
    return replace(spent, jod_side=max(spent.jod_side, _JOD_ON_GPU)) if gpu else spent
