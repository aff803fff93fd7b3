"""The clip's own motion, as a cell shows it: what flicker is told apart from."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import numpy as np

from render.compare.metrics.reading import at_any_time, pictures, reduced
from render.errors import RenderError
from render.media.clip import Clip
from render.media.ffmpeg import FFmpeg
from render.media.flow import Displacement, motion
from render.media.frame import Picture
from render.media.probe import probe
from render.planning.geometry import Box, Placement, canvas_for, place
from render.results.results import CellResult
from render.target import Fit, Size


def open_source(path: Path, ffmpeg: FFmpeg) -> Clip | None:
    """The clip that previews were made of; None where it is gone, or cannot be read any more."""
    if not path.exists():
        return None
    try:
        return probe(path, ffmpeg)
    except RenderError:
        return None


class Source:
    """Pictures and motions of a clip, in the view of a cell, at a working size.

    Attributes:
        pictures: what was read last, by moment (seconds into the clip).
    """

    def __init__(self, clip: Clip, view: CellResult, size: Size, ffmpeg: Path) -> None:
        self._clip, self._ffmpeg = clip, ffmpeg
        placement = placement_of(view, clip.video.displayed)
        shown = view.target.size
        self._size = size
        self._inner = _scaled(placement.inner, shown, size)
        # Decoded no larger than is needed: the crop at the size of the inner box.
        crop, canvas = placement.crop, placement.canvas
        across = min(1.0, self._inner.width / crop.width)
        down = min(1.0, self._inner.height / crop.height)
        self._canvas = Size(
            max(1, round(canvas.width * across)), max(1, round(canvas.height * down))
        )
        self._crop = _scaled(crop, canvas, self._canvas)
        self.pictures: dict[Fraction, Picture] = {}
        self._motions: dict[tuple[Fraction, Fraction], Displacement] = {}

    def read(self, moments: Iterable[Fraction]) -> None:
        """Forget what there was, and read these. Raises ClipError."""
        self._motions.clear()
        self.pictures = {
            moment: self._as_shown(picture)
            for moment, picture in pictures(
                self._clip, self._canvas, moments, self._ffmpeg, at_any_time(self._clip)
            )
        }

    def prepare(self, pair: tuple[Fraction, Fraction]) -> None:
        """Work out a `motion` before it is asked for; what is against it, it says then."""
        with contextlib.suppress(ValueError):
            self.motion(*pair)

    def motion(self, first: Fraction, second: Fraction) -> Displacement:
        """Between two of the moments that were read; computed once."""
        pair = (first, second)
        if pair not in self._motions:
            self._motions[pair] = motion(self.pictures[first], self.pictures[second])
        return self._motions[pair]

    def _as_shown(self, picture: Picture) -> Picture:
        crop, inner = self._crop, self._inner
        part = picture[crop.y : crop.y + crop.height, crop.x : crop.x + crop.width]
        part = reduced(np.ascontiguousarray(part), inner.size)
        if inner.size == self._size:
            return part
        barred = np.zeros((self._size.height, self._size.width, 3), np.uint8)
        barred[inner.y : inner.y + inner.height, inner.x : inner.x + inner.width] = part
        return barred


def placement_of(cell: CellResult, displayed: Size) -> Placement:
    """Where the clip's picture lies in the cell's; as ``cover`` puts it where that was not
    recorded."""
    size = cell.target.size
    if cell.view is None:
        return place(canvas_for(displayed, size), size, Fit.COVER)
    return cell.view.placement


def _scaled(part: Box, whole: Size, size: Size) -> Box:
    """The same part of a picture of another size, in whole pixels, inside of it."""
    x = min(round(part.x * size.width / whole.width), size.width - 1)
    y = min(round(part.y * size.height / whole.height), size.height - 1)
    width = max(1, min(round(part.width * size.width / whole.width), size.width - x))
    height = max(1, min(round(part.height * size.height / whole.height), size.height - y))
    return Box(x, y, width, height)
