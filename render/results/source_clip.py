"""A clip in ``results.json``: what is known of it, and on how much of it figures were taken."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from pydantic import SerializerFunctionWrapHandler, model_serializer

from render.results.values import (
    PathText,
    RateAsText,
    ResultPart,
    Seconds,
    SecondsAsText,
    SizeAsText,
    Texts,
)


class Sampling(ResultPart):
    """What of a clip the figures were taken from.

    Attributes:
        mode: ``fast`` or ``full``. size: the pictures were compared at this size, WxH.
        moments: pictures compared with the reference's. of: how many there would have been.
        pairs: pairs of frames for flicker. gap: seconds between the two of a fixed-gap pair.
        jod_seconds: how much of the clip the JOD is about, at most; None where it was not taken.
        jod_size: of its pictures. style_moments, style_size: the same for the style distance, whose
        network is the dearest. detail_moments: pictures for sharpness and stroke, as displayed.
        notes: what could not be measured of any cell, in one line each.
    """

    mode: str
    size: SizeAsText
    moments: int
    of: int
    pairs: int
    gap: float
    jod_seconds: float | None = None
    jod_size: SizeAsText | None = None
    style_moments: int | None = None
    style_size: SizeAsText | None = None
    detail_moments: int | None = None
    notes: Texts = ()


class SourceClip(ResultPart):
    """A clip, or a part of one, that cells were made from. Other parts of it are clips of their
    own here: all cells of one show the same moments.

    Attributes:
        path: absolute, or the URL, as it was then. name: of the file. size: as displayed, WxH.
        fps: exact, such as ``30000/1001``. duration: of the file, seconds, or None.
        start, part: where the part begins and how long it is at most (None: to the end), exact
        seconds such as ``13/10``.
        reference: the id of the cell that the others of this clip are compared with.
        preview: a plain video of the clip beside its previews, below the folder, or None.
        fetched: absolute, where a clip at a URL was on this machine, or None.
    """

    path: PathText
    name: str
    size: SizeAsText
    fps: RateAsText
    fps_float: float
    duration: Seconds | None = None
    start: SecondsAsText = Fraction(0)
    part: SecondsAsText | None = None
    reference: str | None = None
    sampling: Sampling | None = None
    preview: PathText | None = None
    fetched: PathText | None = None

    @model_serializer(mode="wrap")
    def _as_written(self, written: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """With where it was fetched to only where it was."""
        told: dict[str, Any] = written(self)
        return {key: value for key, value in told.items() if key != "fetched" or value is not None}

    @property
    def file(self) -> Path:
        """Where it was on this machine."""
        return Path(self.fetched or self.path)
