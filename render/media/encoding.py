"""How a preview is written: encoders, containers and sound, each with all that is known of it; the
doing is `encode.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any


class Encoder(StrEnum):
    """Video encoders by ffmpeg's names; libx264 plays everywhere."""

    X264 = "libx264"
    X265 = "libx265"
    AV1 = "libsvtav1"
    VIDEOTOOLBOX_H264 = "h264_videotoolbox"
    VIDEOTOOLBOX_HEVC = "hevc_videotoolbox"


class AudioMode(StrEnum):
    """Whether a preview keeps its clip's sound."""

    KEEP = "keep"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Encoding:
    """Encoder, quality (crf: 0 lossless to the encoder's ``worst``) and sound."""

    encoder: Encoder
    crf: int
    audio: AudioMode


def _crf(crf: int) -> dict[str, Any]:
    return {"crf": crf}


def _constant_quality(crf: int) -> dict[str, Any]:
    # VideoToolbox has no crf: its constant quality runs from 1 to 100, upwards.
    return {"q:v": max(1, round(100 - crf * 100 / 51))}


@dataclass(frozen=True, slots=True)
class Codec:
    """What ffmpeg is told of an encoder.

    Attributes:
        options: whatever the quality; quality: what a crf becomes, 0 to ``worst``.
        spare: what leaves the processor's cores to others.
        anywhere: whether a build for any system may have it; else an Apple one alone.
    """

    options: Mapping[str, Any] = field(default_factory=dict)
    quality: Callable[[int], dict[str, Any]] = _crf
    worst: int = 51
    spare: Mapping[str, Any] = field(default_factory=dict)
    anywhere: bool = True


CODECS: Mapping[Encoder, Codec] = {
    Encoder.X264: Codec(
        # The cores are the network's. Processor time a frame at 1920x1080 and crf 18: veryfast
        # 65 ms, superfast 51 ms, without B-frames and CABAC 24 ms for 1.6 times veryfast's bytes,
        # at the same SSIM (.987); ultrafast 17 ms, but it shows (.981).
        # x264's bytes depend on its threads, x265's on how many frames it works on at once; by
        # themselves both go by the machine's cores. SVT-AV1's depend on neither.
        {"preset": "superfast", "bf": 0, "coder": 0, "threads": 4},
        # Threads of its own cost a tenth more, and nine encoders' get in the network's way.
        spare={"threads": 1},
    ),
    # hvc1: what QuickTime and iPhones want to see on HEVC.
    Encoder.X265: Codec(
        {"preset": "veryfast", "tag:v": "hvc1", "x265-params": "log-level=error:frame-threads=2"}
    ),
    Encoder.AV1: Codec({"preset": 8, "svtav1-params": "color-range=0"}, worst=63),
    Encoder.VIDEOTOOLBOX_H264: Codec(quality=_constant_quality, anywhere=False),
    Encoder.VIDEOTOOLBOX_HEVC: Codec(quality=_constant_quality, anywhere=False),
}


def codec_options(encoding: Encoding, *, spare: bool) -> dict[str, Any]:
    """ffmpeg's for the pictures; ``spare`` leaves the cores to others as far as can be."""
    codec = CODECS[encoding.encoder]
    options = {"vcodec": encoding.encoder.value, **codec.options, **codec.quality(encoding.crf)}
    return options | dict(codec.spare) if spare else options


def key_interval(rate: Fraction) -> int:
    """Frames from one key frame to the next: half a second. Players seek in no time, which people
    who compare do all day."""
    return max(1, round(rate / 2))


# Index first, so that a player can start before the end of the file has come.
_INDEX_FIRST = {"movflags": "+faststart"}


@dataclass(frozen=True, slots=True)
class Container:
    """``options``: what ffmpeg's muxer is told. ``refuses``: what it does not hold."""

    options: Mapping[str, str] = field(default_factory=dict)
    refuses: frozenset[Encoder] = frozenset()


CONTAINERS: Mapping[str, Container] = {
    ".mp4": Container(_INDEX_FIRST),
    ".mov": Container(_INDEX_FIRST, refuses=frozenset((Encoder.AV1,))),
    ".mkv": Container(),
}
"""What previews and grids are written as, by suffix."""

SUFFIXES = tuple(CONTAINERS)
SUFFIX = ".mp4"
"""Of what is written into a folder."""


def container_options(path: Path) -> dict[str, str]:
    """ffmpeg's for the container that ``path`` is called after."""
    return dict(CONTAINERS[path.suffix.lower()].options)


def suffixes_for(encoder: Encoder) -> tuple[str, ...]:
    """Of the containers that hold what it writes."""
    return tuple(suffix for suffix, one in CONTAINERS.items() if encoder not in one.refuses)


SOUND_CODEC = "aac"
SOUND_BITS = 192_000
"""A second of sound that is coded."""
