"""Where each pixel of one picture lies in another: dense optical flow, and where to trust it.

A flow is float32 (height, width, 2): at row y and column x the vector (u, v), in pixels, to the
right and down, such that what the first picture shows at (x, y) lies in the second at
(x + u, y + v). Looking there, with `warp`, brings the second picture back onto the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias, TypeVar, cast

import numpy as np
import numpy.typing as npt

from render.media.frame import Picture

Flow: TypeAlias = npt.NDArray[np.float32]
"""float32 (height, width, 2): pixels to the right and down."""
Mask: TypeAlias = npt.NDArray[np.bool_]
"""bool (height, width)."""

MIN_SIDE = 16
"""Pixels: one 8-pixel patch at half size, where the search ends."""

_Array = TypeVar("_Array", bound=npt.NDArray[Any])


@dataclass(frozen=True, slots=True, eq=False)
class Displacement:
    """What moved between two pictures.

    Attributes:
        flow: from the first to the second, float32 (height, width, 2), pixels.
        valid: bool (height, width), in the first picture's place: what the second shows too.
    """

    flow: Flow
    valid: Mask

    @property
    def followed(self) -> float:
        """The share of pixels that are valid, 0..1. Near 0 across a cut."""
        return float(self.valid.mean())


def motion(first: Picture, second: Picture) -> Displacement:
    """The flow from ``first`` to ``second``, checked against the one back.

    Raises ValueError when the pictures differ in size or a side is under 16 pixels.
    """
    forward, backward = optical_flow(first, second), optical_flow(second, first)
    return Displacement(forward, visible(forward, backward))


def optical_flow(first: Picture, second: Picture) -> Flow:
    """Dense inverse search (Kroeger et al., arXiv 1603.03590), OpenCV's medium preset, on the
    pictures' luma.

    Raises ValueError when the pictures differ in size or a side is under 16 pixels.
    """
    import cv2

    if first.shape != second.shape:
        raise ValueError(f"flow needs pictures of one size, not {_size(first)} and {_size(second)}")
    if min(first.shape[:2]) < MIN_SIDE:
        raise ValueError(f"flow needs {MIN_SIDE} pixels a side, and this is {_size(first)}")
    # Made anew: it keeps buffers between calls, and calls come from several threads.
    search: Any = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    luma = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in (first, second)]
    return cast(Flow, search.calc(*luma, None))


def warp(picture: _Array, flow: Flow) -> _Array:
    """``picture`` looked up where ``flow`` points, bilinear: the second picture on the first's
    places. uint8 or float32, (height, width) or with channels; past the edges they repeat.

    Raises ValueError when the sizes differ.
    """
    import cv2

    height, width = flow.shape[:2]
    if picture.shape[:2] != (height, width):
        raise ValueError(f"warping {_size(picture)} needs its own flow, not one of {_size(flow)}")
    x, y = _places(flow)
    moved = cv2.remap(picture, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return cast(_Array, moved)


def visible(forward: Flow, backward: Flow) -> Mask:
    """Where what the first picture shows is seen in the second too: bool (height, width).

    There and back again must end where it began: a pixel counts as occluded where
    ``|f + b|² > 0.01 (|f|² + |b|²) + 0.5``, with b the backward flow at the place that f points to
    (Sundaram et al., ECCV 2010; for stylized video: Lai et al., ECCV 2018). So does what leaves the
    picture.
    """
    back = warp(backward, forward)
    x, y = _places(forward)
    height, width = forward.shape[:2]
    inside = (x >= 0) & (y >= 0) & (x <= width - 1) & (y <= height - 1)
    error = np.square(forward + back).sum(axis=2)
    moved = np.square(forward).sum(axis=2) + np.square(back).sum(axis=2)
    return cast(Mask, inside & (error <= 0.01 * moved + 0.5))


def _places(flow: Flow) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """The columns and rows that a flow points to."""
    rows, columns = _grid(*flow.shape[:2])
    return flow[..., 0] + columns, flow[..., 1] + rows


@lru_cache(maxsize=2)
def _grid(height: int, width: int) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Each place's own row, and its column."""
    rows, columns = np.ogrid[:height, :width]
    return rows.astype(np.float32), columns.astype(np.float32)


def _size(array: npt.NDArray[Any]) -> str:
    return f"{array.shape[1]}x{array.shape[0]}"
