"""Strips: photographs × steps in one picture, to see a training by."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from render.errors import TrainingError
from render.files.atomic import whole
from render.media.frame import Picture

_SHOWN = (384, 192)


def save_strip(path: Path, columns: Sequence[Sequence[Picture]]) -> None:
    """Write the strip as PNG, whole or not at all. Raises TrainingError when it cannot be
    written."""
    with whole(path, TrainingError) as temporary:
        strip(columns).save(temporary, format="PNG", optimize=True)


def strip(columns: Sequence[Sequence[Picture]]) -> Image.Image:
    """Pictures side by side: one column a step, one row a photograph; rows align at the top."""
    heights = [max(p.shape[0] for p in row) for row in zip(*columns, strict=True)]
    widths = [max(p.shape[1] for p in column) for column in columns]
    sheet = np.full((sum(heights), sum(widths), 3), 255, np.uint8)
    left = 0
    for column, width in zip(columns, widths, strict=True):
        top = 0
        for picture, height in zip(column, heights, strict=True):
            sheet[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
            top += height
        left += width
    return Image.fromarray(sheet)


def shrunk(picture: Picture) -> Picture:
    """The picture to fit 384×192 pixels, as strips show it."""
    image = Image.fromarray(picture)
    image.thumbnail(_SHOWN)
    return np.array(image)
