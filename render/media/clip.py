"""A source video, with what probing says of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from pathlib import Path

from render.storage.url import Place, Url
from render.target import Size


class Transfer(StrEnum):
    """How code values become light; only these two HDR curves are tone-mapped."""

    SDR = "sdr"
    PQ = "smpte2084"
    HLG = "arib-std-b67"


@dataclass(frozen=True, slots=True)
class VideoStream:
    """The picture stream that render reads: header facts, as displayed.

    Attributes:
        index: the stream's number in the file (ffmpeg's ``0:index``).
        codec, pixel_format: ffmpeg's names.
        coded: size of the stored picture.
        sar: sample (pixel) aspect ratio, width over height.
        rotation: degrees that the display turns the picture, counter-clockwise (-180..180).
        displayed: size in square pixels after the aspect and the rotation.
        rate: frames a second by the stream's own timestamps (median interval of the first packets),
            or the header's where there are too few to tell.
        variable_rate: whether those intervals differ by more than rounding explains.
        header_frames: what the header claims, or 0 where it says nothing. Never trusted for loops.
        matrix, full_range: how its YCbCr is to be read (ffmpeg's names: bt709, smpte170m, …),
            with the guess for untagged clips already made.
        transfer: SDR, PQ or HLG.
        alpha: whether it carries transparency.
        interlaced: whether the header or first frame says so.
    """

    index: int
    codec: str
    pixel_format: str
    coded: Size
    sar: Fraction
    rotation: int
    displayed: Size
    rate: Fraction
    variable_rate: bool
    header_frames: int
    matrix: str
    full_range: bool
    transfer: Transfer
    alpha: bool
    interlaced: bool


@dataclass(frozen=True, slots=True)
class AudioStream:
    """The sound that a preview keeps.

    ``decodable`` False means that the header is there but nothing decodes.
    """

    index: int
    codec: str
    sample_rate: int
    channels: int
    decodable: bool


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip on disk and its facts.

    Attributes:
        path: absolute path; of a clip at a URL, where it was fetched to.
        container: ffmpeg's demuxer name (``mov,mp4,m4a,3gp,3g2,mj2``).
        duration: seconds by the header, or None where it says nothing. An estimate.
        video: the stream that is rendered.
        audio: the first decodable sound stream, or the first one, or None.
        still: whether it is a single picture (PNG, JPEG, WebP), which ffmpeg must be told.
        unknown: in words, what probing could not tell and how it is shown all the same; or None.
        source: the URL that it was fetched from, or None. A plan as JSON has it as it may be shown.
    """

    path: Path
    container: str
    duration: Fraction | None
    video: VideoStream
    audio: AudioStream | None
    still: bool = False
    unknown: str | None = None
    source: Url | None = None

    @property
    def place(self) -> Place:
        """Where it lies, as people are told."""
        return self.path if self.source is None else self.source
