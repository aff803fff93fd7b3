"""The clip's picture → the network's input, and the bars of ``contain`` after it."""

from __future__ import annotations

from render.media.frame import Picture, as_picture
from render.planning.geometry import Placement
from render.target import Size


def resize(picture: Picture, placement: Placement, size: Size) -> Picture:
    """Crop and scale ``picture`` (the placement's canvas) to ``size``.

    Shrinking averages the area that falls into each pixel, as a camera's scaler does; enlarging is
    bilinear. Around ``contain``'s inner box the edge is repeated, so that the network meets no hard
    bar; `bars` blackens it afterwards.
    """
    import cv2

    crop, inner = placement.crop, placement.inner
    part = picture[crop.y : crop.y + crop.height, crop.x : crop.x + crop.width]
    if crop.size != inner.size:
        shrinks = inner.width <= crop.width and inner.height <= crop.height
        how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        part = as_picture(cv2.resize(part, (inner.width, inner.height), interpolation=how))
    if inner.size != size:
        below, right = size.height - inner.height - inner.y, size.width - inner.width - inner.x
        edges = (inner.y, below, inner.x, right)
        part = as_picture(cv2.copyMakeBorder(part, *edges, borderType=cv2.BORDER_REPLICATE))
    return part


def bars(picture: Picture, placement: Placement) -> Picture:
    """Black outside the inner box; the picture itself where the box is all of it."""
    import numpy as np

    inner = placement.inner
    if picture.shape[:2] == (inner.height, inner.width):
        return picture
    barred = np.zeros_like(picture)
    rows, columns = slice(inner.y, inner.y + inner.height), slice(inner.x, inner.x + inner.width)
    barred[rows, columns] = picture[rows, columns]
    return barred
