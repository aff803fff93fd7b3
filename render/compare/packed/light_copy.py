"""A video → a light copy of it: what every browser plays, small enough to be sent.

ffmpeg does it from file to file: a preview holds the colours already that its copy is to have, so
that nothing is gained by bringing its pictures here.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from render.errors import ClipError
from render.media import ffmpeg
from render.media.clip import Clip
from render.media.encode import check_frames, write_failure
from render.media.encoding import AAC, Encoder, container_options
from render.media.process import Process
from render.media.watch import PATIENCE, Patience
from render.target import Size

VERSION = 1
"""Raise it with every change that gives a copy other bytes or other figures."""

SHORT_SIDE = 540
"""Pixels of a copy's shorter side, or more where a network saw more. A target of 480x853 loses next
to nothing by it: a preview, scaled to it and back, keeps an SSIM of 0.990."""

# About a tenth of the bytes of previews of 480x853 shown at 1080x1920, in every style that
# ships. At 24 the SSIM is 0.007 higher, for a sixth more (`benchmarks/packing.py`).
CRF = 25

SUFFIX = ".mp4"
_SOUND_BITS = 96_000


@dataclass(frozen=True, slots=True)
class LightCopy:
    """What becomes of one video.

    Attributes: clip: the video, as probed. size: of the copy. rate: frames a second, exact; None
    keeps the video's own timestamps.
    """

    clip: Clip
    size: Size
    rate: Fraction | None

    @property
    def frames(self) -> int:
        """About how many there are; 1 or more."""
        video = self.clip.video
        return video.header_frames or max(1, round((self.clip.duration or 0) * video.rate))


def light_size(size: Size, short: int) -> Size:
    """``size`` with a shorter side of at most ``short`` pixels, both even."""
    least = min(size.width, size.height)
    scale = Fraction(min(short, least), least)
    return Size(*(max(2, 2 * round(side * scale / 2)) for side in (size.width, size.height)))


def write_light_copy(
    copy: LightCopy, output: Path, ff: Path, *, patience: Patience = PATIENCE
) -> Generator[int, None, int]:
    """Write ``copy`` to ``output``, a temporary name; yields the frames written so far, returns how
    many there are. Raises ClipError for a video that is damaged, and OutputError."""
    path = copy.clip.path
    with Process(ff, _arguments(copy, output), stdout=True, patience=patience) as process:
        frames = 0
        while True:
            with process.waiting():
                line = process.stdout.readline()
            if not line:
                break
            key, _, value = line.partition(b"=")
            if key == b"frame" and value.strip().isdigit() and int(value) > frames:
                frames = int(value)
                yield frames
        if process.wait() != 0:
            done = f"after {frames} frames"
            raise write_failure(
                process, output, f"{path}: could not be copied", "the encoder", done
            )
        if process.log.errors or frames < copy.clip.video.header_frames:
            said = process.log.first_error or f"{frames} of {copy.frames} frames"
            raise ClipError(f"{path}: is damaged ({said}); render it again")
    check_frames(output, frames)
    return frames


def _arguments(copy: LightCopy, output: Path) -> list[str]:
    options = {"max_pixels": str(ffmpeg.MAX_PIXELS), **ffmpeg.input_options(still=False)}
    read = [word for key, value in options.items() for word in (f"-{key}", value)]
    words = [*read, "-i", ffmpeg.CLIP, "-map", f"0:{copy.clip.video.index}"]
    if sounds := copy.clip.audio is not None and copy.clip.audio.decodable:
        assert copy.clip.audio is not None
        words += ["-map", f"0:{copy.clip.audio.index}"]
    words += ["-vf", ",".join(_filters(copy)), "-fps_mode", "passthrough"]
    # Key frames a second apart: at this size players decode to any frame in no time. Threads by
    # number, since bytes depend on them. Without psy-rd, which invents texture that the network
    # never painted; there are fewer bytes for the same likeness besides.
    rate = copy.rate or copy.clip.video.rate
    words += ["-c:v", Encoder.X264.value, "-preset", "fast", "-crf", str(CRF), "-psy-rd", "0:0"]
    words += ["-g", str(max(1, round(rate))), "-threads", "4", "-pix_fmt", "yuv420p"]
    if sounds:
        words += ["-c:a", AAC.codec, "-b:a", str(_SOUND_BITS), "-ac", "2"]
    # Nothing of the preview's metadata: it says what made it, and perhaps where.
    words += ["-map_metadata", "-1", "-map_chapters", "-1", "-fflags", "+bitexact"]
    words += ["-flags:v", "+bitexact", "-flags:a", "+bitexact"]
    for key, value in container_options(output).items():
        words += [f"-{key}", value]
    words += ["-progress", "pipe:1", "-stats_period", "0.2", ffmpeg.OUTPUT, "-y"]
    tags = {"comment": f"render: a light copy, {copy.size}, crf {CRF}"}
    return ffmpeg.with_names(ffmpeg.tagged(words, tags), clip=copy.clip.path, output=output)


def _filters(copy: LightCopy) -> list[str]:
    size = copy.size
    flags = "flags=bicubic+accurate_rnd+full_chroma_int+bitexact"
    scale = f"scale={size.width}:{size.height}:{flags}:out_color_matrix=bt709:out_range=tv"
    colours = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"
    if copy.rate is None:
        return [scale, "setsar=1", colours]
    # Frame n at n: containers round times, some to milliseconds.
    exact = f"settb={copy.rate.denominator}/{copy.rate.numerator},setpts=N"
    return [exact, scale, "setsar=1", colours]
