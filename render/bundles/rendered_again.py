"""Whether a bundle's preset still makes the preview that came with it: rendered again, here."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, zip_longest
from pathlib import Path

import numpy as np

from render.bundles.bundle import Bundle
from render.bundles.bundled_preview import LENGTH, BundleProgress, RenderWith, rendered
from render.bundles.manifest import Role
from render.errors import BundleError, OutputError
from render.files.temporary import beside
from render.media.decibels import decibels
from render.media.decode import Decoder
from render.media.ffmpeg import FFmpeg, find_ffmpeg
from render.media.frame import Frame
from render.media.probe import probe

ALIKE = 40.0
"""Decibels from which two previews are taken for the same look. What rounding of other processors,
engines and encoders does lies above it; another style, size or strength far below."""


@dataclass(frozen=True, slots=True)
class Closeness:
    """How a preview rendered here compares with the bundle's.

    Attributes:
        frames: compared, all of both. psnr: over all of them, in dB; infinite where every number is
        the same. worst: the least of a single frame, and at which second it is.
        made_with, here: engine, device and precision of either.
    """

    frames: int
    psnr: float
    worst: float
    worst_at: Fraction
    made_with: str
    here: str

    @property
    def identical(self) -> bool:
        """To the last number of every decoded frame."""
        return math.isinf(self.psnr)

    @property
    def passed(self) -> bool:
        """Whether it is the same look."""
        return self.psnr >= ALIKE and self.worst >= ALIKE - 6


def render_again(bundle: Bundle, using: RenderWith) -> Generator[BundleProgress, None, Closeness]:
    """Render the bundle's preview from its clip and hold it against the one in it, frame by frame.

    Raises BundleError where its videos are none or are not of the same frames, and what rendering
    can fail by.
    """
    with beside(Path(tempfile.gettempdir()), "", OutputError) as folder:
        folder.mkdir()
        bundle.unpack(folder)
        style = str(folder / bundle.name_of(Role.STYLE))
        preview = yield from rendered(
            bundle.preset.with_options(style=style),
            folder / bundle.name_of(Role.CLIP),
            folder / "again" / "preview.mp4",
            using,
            "rendering its preview again",
        )
        there = folder / bundle.name_of(Role.PREVIEW)
        ffmpeg = find_ffmpeg(using.ffmpeg)
        return _compared(bundle, there, preview.path, ffmpeg, preview.cell.identity.engine)


def _compared(bundle: Bundle, there: Path, here: Path, ffmpeg: FFmpeg, engine: str) -> Closeness:
    total, worst, worst_at, frames = 0.0, math.inf, Fraction(0), 0
    for one, other in zip_longest(_frames(there, ffmpeg), _frames(here, ffmpeg)):
        if one is None or other is None or one.time != other.time:
            count = "fewer or more frames, or at other times"
            raise BundleError(f"{bundle.path}: its preview has {count} than its preset makes")
        if one.picture.shape != other.picture.shape:
            raise BundleError(
                f"{bundle.path}: its preview is of another size than its preset makes"
            )
        difference = one.picture.astype(np.int16) - other.picture
        error = float(np.mean(np.square(difference, dtype=np.int32)))
        total += error
        frames += 1
        if (psnr := decibels(error)) < worst:
            worst, worst_at = psnr, one.time
    if not frames:
        raise BundleError(f"{bundle.path}: its preview has no frames")
    return Closeness(
        frames, decibels(total / frames), worst, worst_at, bundle.manifest.made_with, engine
    )


def _frames(video: Path, ffmpeg: FFmpeg) -> Iterator[Frame]:
    """Those of its first seconds, without the end of the last, which the decoder gives as one."""
    clip = probe(video, ffmpeg)
    with Decoder(clip, clip.video.displayed, ffmpeg.path, duration=LENGTH) as decoder:
        for frame, _ in pairwise(decoder):
            if 0 <= frame.time < LENGTH:
                yield frame
