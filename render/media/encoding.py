"""How a preview is written: the choices, apart from the doing (`encode.py`)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
    """Encoder, quality (crf: 0 lossless to 51 worst; up to 63 for AV1) and sound."""

    encoder: Encoder
    crf: int
    audio: AudioMode
