"""How a preview is written: encoders, containers and sound, each with all that is known of it; the
doing is `encode.py`, and `gif.py` for what has a palette."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any

from render.errors import UsageError


class Encoder(StrEnum):
    """Video encoders by ffmpeg's names, ProRes with its profile; libx264 plays everywhere. The
    names that people say (``vp9``, ``prores``) mean one of them too."""

    X264 = "libx264"
    X265 = "libx265"
    AV1 = "libsvtav1"
    VP9 = "libvpx-vp9"
    PRORES_HQ = "prores_ks"
    PRORES_422 = "prores_ks-422"
    PRORES_LT = "prores_ks-lt"
    PRORES_PROXY = "prores_ks-proxy"
    GIF = "gif"
    VIDEOTOOLBOX_H264 = "h264_videotoolbox"
    VIDEOTOOLBOX_HEVC = "hevc_videotoolbox"
    NVENC_H264 = "h264_nvenc"
    NVENC_HEVC = "hevc_nvenc"

    @classmethod
    def _missing_(cls, value: object) -> Encoder | None:
        return ALSO_CALLED.get(value) if isinstance(value, str) else None


ALSO_CALLED: Mapping[str, Encoder] = {
    "h264": Encoder.X264,
    "hevc": Encoder.X265,
    "av1": Encoder.AV1,
    "vp9": Encoder.VP9,
    "prores": Encoder.PRORES_HQ,
    "prores-hq": Encoder.PRORES_HQ,
    "prores-422": Encoder.PRORES_422,
    "prores-lt": Encoder.PRORES_LT,
    "prores-proxy": Encoder.PRORES_PROXY,
}


class AudioMode(StrEnum):
    """Whether a preview keeps its clip's sound."""

    KEEP = "keep"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Encoding:
    """Encoder, quality (crf: 0 lossless to the encoder's ``worst``; not of every encoder) and
    sound."""

    encoder: Encoder
    crf: int
    audio: AudioMode

    @property
    def codec(self) -> Codec:
        return CODECS[self.encoder]

    @property
    def keeps_sound(self) -> bool:
        """Whether what it writes can have sound, and is to."""
        held = (CONTAINERS[suffix].sound for suffix in suffixes_for(self.encoder))
        return self.audio is AudioMode.KEEP and any(held)

    @property
    def words(self) -> str:
        """``libx264 crf 18``."""
        return self.encoder.value + (f" crf {self.crf}" if self.codec.quality else "")


def _crf(crf: int) -> dict[str, Any]:
    return {"crf": crf}


def _constant_quality(crf: int) -> dict[str, Any]:
    # VideoToolbox has no crf: its constant quality runs from 1 to 100, upwards.
    return {"q:v": max(1, round(100 - crf * 100 / 51))}


def _constant_quantizer(crf: int) -> dict[str, Any]:
    # NVENC has no crf either; its constant quantizer is on x264's scale.
    return {"rc": "constqp", "qp": crf}


@dataclass(frozen=True, slots=True)
class Codec:
    """What ffmpeg is told of an encoder.

    Attributes:
        options: whatever the quality. quality: what a crf becomes, 0 to ``worst``; None where
        there is no such scale.
        spare: what leaves the processor's cores to others.
        hardware: what a machine needs for it beside an ffmpeg that has it; any does where this is
        empty.
        name: ffmpeg's for what codes the segments, where that is another.
        pixels: ffmpeg's format of the pictures that it takes. intra: every one is a key frame.
        segment: the kind of file that keeps its segments with their exact times.
        suffix: what previews are called that go into a folder.
        browsers: whether those show it, and with them the report.
    """

    options: Mapping[str, Any] = field(default_factory=dict)
    quality: Callable[[int], dict[str, Any]] | None = _crf
    worst: int = 51
    spare: Mapping[str, Any] = field(default_factory=dict)
    hardware: str = ""
    name: str = ""
    pixels: str = "yuv420p"
    intra: bool = False
    segment: str = ".mp4"
    suffix: str = ".mp4"
    browsers: bool = True


_APPLE, _NVIDIA = "a Mac", "an NVIDIA card that encodes, and its driver"

# No B-frames, which not every card makes, and no key frames but those asked for.
_NVENC = {"preset": "p4", "bf": 0, "no-scenecut": 1, "forced-idr": 1}


def _prores(profile: int) -> Codec:
    # 10 bits, and twice the chroma that the others keep: made for grading and cutting. Its bytes do
    # not depend on threads. apl0: some editors take no other maker's.
    return Codec(
        {"profile:v": profile, "vendor": "apl0", "threads": 4},
        quality=None,
        spare={"threads": 1},
        name="prores_ks",
        pixels="yuv422p10le",
        intra=True,
        segment=".mov",
        suffix=".mov",
        browsers=False,
    )


CODECS: Mapping[Encoder, Codec] = {
    Encoder.X264: Codec(
        # Beside a GPU, and for grids, coding is what one waits for: this is the cheapest that does
        # not show (ultrafast does). 27 previews on an H100 with 16 cores take 12 s; with the
        # options of `spare` and trellis they took 24.
        # x264's bytes depend on its threads, x265's on how many frames it works on at once; by
        # themselves both go by the machine's cores. SVT-AV1's depend on neither.
        {"preset": "superfast", "bf": 0, "coder": 0, "threads": 4},
        # Beside a processor's network coding is a small part. On stylized pictures at 1920x1080, at
        # equal SSIM (benchmarks/encoders.py): 0.75 of the bytes of the above for 1.3 times its
        # processor time; with subme 2 0.71 for 1.5, which is 8 % of a sweep's time where the
        # network is quick; plain superfast 0.80 for 1.9, veryfast 0.75 for 3, medium 0.61 for 6.5,
        # slower 0.59 for 20. Intra blocks of 4x4 find nothing in a picture that was scaled up.
        # Threads of its own cost a tenth more, and nine encoders' get in the network's way.
        spare={
            **{"bf": 1, "coder": 1, "threads": 1},
            "x264-params": "partitions=i8x8:b-adapt=0:ipratio=1.2:pbratio=1.1",
        },
    ),
    # hvc1: what QuickTime and iPhones want to see on HEVC.
    Encoder.X265: Codec(
        {"preset": "veryfast", "tag:v": "hvc1", "x265-params": "log-level=error:frame-threads=2"}
    ),
    Encoder.AV1: Codec({"preset": 8, "svtav1-params": "color-range=0"}, worst=63),
    # Processor time a frame at 1280x720 and crf 18: good with cpu-used 5 140 ms, realtime with 6
    # 31 ms, for an eighth more bytes at the same SSIM (.992). Tiles are coded side by side, rows
    # of blocks are not, so that threads change no bytes.
    Encoder.VP9: Codec(
        {
            **{"deadline": "realtime", "cpu-used": 6, "b:v": 0, "lag-in-frames": 0},
            **{"row-mt": 0, "tile-columns": 2, "frame-parallel": 0, "threads": 4},
        },
        worst=63,
        spare={"threads": 1},
        suffix=".webm",
    ),
    Encoder.PRORES_HQ: _prores(3),
    Encoder.PRORES_422: _prores(2),
    Encoder.PRORES_LT: _prores(1),
    Encoder.PRORES_PROXY: _prores(0),
    # Its palette is of the whole, which no segment knows: until they are joined, they are videos
    # with nearly all that there was, and all of its chroma.
    Encoder.GIF: Codec(
        {"preset": "superfast", "bf": 0, "threads": 4, "crf": 8},
        quality=None,
        spare={"threads": 1},
        name="libx264",
        pixels="yuv444p",
        suffix=".gif",
        browsers=False,
    ),
    Encoder.VIDEOTOOLBOX_H264: Codec(quality=_constant_quality, hardware=_APPLE),
    Encoder.VIDEOTOOLBOX_HEVC: Codec({"tag:v": "hvc1"}, quality=_constant_quality, hardware=_APPLE),
    Encoder.NVENC_H264: Codec(_NVENC, quality=_constant_quantizer, hardware=_NVIDIA),
    Encoder.NVENC_HEVC: Codec(
        {**_NVENC, "tag:v": "hvc1"}, quality=_constant_quantizer, hardware=_NVIDIA
    ),
}


SEGMENT_SUFFIXES = frozenset(codec.segment for codec in CODECS.values())


def codec_options(encoding: Encoding, *, spare: bool) -> dict[str, Any]:
    """ffmpeg's for the pictures; ``spare`` leaves the cores to others as far as can be."""
    codec = encoding.codec
    options = {"vcodec": codec_name(encoding.encoder), **codec.options}
    options |= codec.quality(encoding.crf) if codec.quality else {}
    return options | dict(codec.spare) if spare else options


def codec_name(encoder: Encoder) -> str:
    """What ffmpeg calls that which codes its pictures."""
    return CODECS[encoder].name or encoder.value


def key_interval(rate: Fraction, encoder: Encoder = Encoder.X264) -> int:
    """Frames from one key frame to the next: half a second. Players seek in no time, which people
    who compare do all day."""
    return 1 if CODECS[encoder].intra else max(1, round(rate / 2))


@dataclass(frozen=True, slots=True)
class Sound:
    """What sound becomes: ffmpeg's name for it, bits a second, and which loudspeakers it knows
    (any, where none are named)."""

    codec: str
    bits: int
    layouts: tuple[str, ...] = ()


AAC = Sound("aac", 192_000)
OPUS = Sound("libopus", 160_000, ("mono", "stereo", "3.0", "quad", "5.0", "5.1", "6.1", "7.1"))

_PRORES = frozenset(
    {Encoder.PRORES_HQ, Encoder.PRORES_422, Encoder.PRORES_LT, Encoder.PRORES_PROXY}
)
_VIDEOS = frozenset(Encoder) - {Encoder.GIF}

# Index first, so that a player can start before the end of the file has come.
_INDEX_FIRST = {"movflags": "+faststart"}
# QuickTime keeps few of the metadata otherwise, and not what a preview says of itself.
_ALL_TAGS = {"movflags": "+faststart+use_metadata_tags"}
# Matroska numbers its tracks by chance otherwise, and no file is like another.
_NO_CHANCE = {"fflags": "+bitexact"}


@dataclass(frozen=True, slots=True)
class Container:
    """``options``: what ffmpeg's muxer is told. ``holds``: which encoders' work. ``own``: the one
    that it is written by where none is asked for. ``sound``: what that becomes; None where it has
    none. ``palette``: its pictures are painted anew from a palette of their own (`gif.py`)."""

    options: Mapping[str, str] = field(default_factory=dict)
    holds: frozenset[Encoder] = _VIDEOS
    own: Encoder = Encoder.X264
    sound: Sound | None = AAC
    palette: bool = False


CONTAINERS: Mapping[str, Container] = {
    ".mp4": Container(_INDEX_FIRST, holds=_VIDEOS - _PRORES),
    ".mov": Container(_ALL_TAGS, holds=_VIDEOS - {Encoder.AV1, Encoder.VP9}),
    ".mkv": Container(_NO_CHANCE),
    ".webm": Container(
        _NO_CHANCE, holds=frozenset({Encoder.VP9, Encoder.AV1}), own=Encoder.VP9, sound=OPUS
    ),
    ".gif": Container(holds=frozenset({Encoder.GIF}), own=Encoder.GIF, sound=None, palette=True),
}
"""What previews and grids are written as, by suffix."""

SUFFIXES = tuple(CONTAINERS)
SUFFIX = ".mp4"
"""Of what is written into a folder, where its encoder has no other."""


def container_of(path: Path) -> Container:
    """The one that ``path`` is called after."""
    return CONTAINERS[path.suffix.lower()]


def container_options(path: Path) -> dict[str, str]:
    """ffmpeg's for the container that ``path`` is called after."""
    return dict(container_of(path).options)


def suffixes_for(encoder: Encoder) -> tuple[str, ...]:
    """Of the containers that hold what it writes."""
    return tuple(suffix for suffix, one in CONTAINERS.items() if encoder in one.holds)


def encoders_for(suffix: str) -> tuple[Encoder, ...]:
    """Those whose work a container holds, its own first."""
    one = CONTAINERS[suffix]
    return (one.own, *(each for each in Encoder if each in one.holds and each != one.own))


def encoder_for(asked: str | None, usual: Encoder, suffix: str) -> str:
    """Who writes a file of this kind, as options say it: who was asked for, else ``usual`` where
    the container holds that, else the container's own. Without a ``suffix`` it is any."""
    one = CONTAINERS.get(suffix)
    own = usual if one is None or usual in one.holds else one.own
    return own.value if asked is None else asked


def fitting(encoding: Encoding, suffix: str) -> Encoding:
    """``encoding``, by the container's own encoder where it does not hold the one there."""
    one = CONTAINERS.get(suffix)
    if one is None or encoding.encoder in one.holds:
        return encoding
    return replace(encoding, encoder=one.own)


def check_fits(encoder: Encoder, suffix: str, said: str) -> None:
    """Raise the UsageError of a container that does not hold what the encoder writes; ``said`` is
    what was asked for in words."""
    if encoder not in CONTAINERS[suffix].holds:
        written = ", ".join(suffixes_for(encoder))
        others = " or ".join(each.value for each in encoders_for(suffix)[:2])
        raise UsageError(
            f"{said}: {suffix} holds no {encoder.value}; it takes {others}, and {encoder.value} "
            f"goes into {written}"
        )


def written_by(abilities: Collection[str]) -> dict[str, list[str]]:
    """Which encoders an ffmpeg with these abilities writes each kind of file by, sound and all."""
    return {
        suffix: [
            encoder.value
            for encoder in encoders_for(suffix)
            if {*needed(Encoding(encoder, 0, AudioMode.KEEP), suffix)} <= {*abilities}
        ]
        for suffix in SUFFIXES
    }


def needed(encoding: Encoding, suffix: str) -> tuple[str, ...]:
    """What ffmpeg must have for a file of this kind, by its own names."""
    one = CONTAINERS[suffix]
    names = [codec_name(encoding.encoder)]
    if one.sound is not None and encoding.audio is AudioMode.KEEP:
        names.append(one.sound.codec)
    return (*names, *(("gif", "palettegen", "paletteuse") if one.palette else ()))
