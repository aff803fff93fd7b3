"""Segments → a GIF: its palette is made of all pictures, then every one is painted with it.

Two runs of ffmpeg rather than one: its filters would keep every picture in memory until the palette
is known. A GIF counts hundredths of a second, in which no 15 fps are exact: each picture begins at
the hundredth that is nearest to its time (15 fps last 7, 6 and 7 of them in turn), so that no
rounding adds up.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import floor
from pathlib import Path

from render.errors import OutputError
from render.files.temporary import beside
from render.media.encode import check_frames, write_failure
from render.media.gif_comments import with_comments
from render.media.process import Process
from render.media.video_parts import Input, VideoParts
from render.media.watch import PATIENCE, Patience
from render.target import Size

FASTEST = Fraction(50)
"""Frames a second: browsers show a picture of less than two hundredths for ten."""
LONGEST_SIDE = 640
"""Of a preview, in pixels: larger ones are brought down to it."""
MOST_PIXELS = 200_000_000
"""Of all pictures together: some 150 MB of a painted clip, which no page likes to show. Who needs
more needs a video."""

_CHUNK = 1 << 20
_FAILED = "the GIF could not be painted"


def fitted(size: Size) -> Size:
    """``size``, or of its shape the largest with even sides that a preview has as a GIF."""
    share = min(Fraction(1), Fraction(LONGEST_SIDE, max(size.width, size.height)))
    if share == 1:
        return size
    return Size(*(max(2, round(side * share / 2) * 2) for side in (size.width, size.height)))


def refusal(size: Size, rate: Fraction, frames: int | None) -> str | None:
    """Why such a GIF is not written, and what to do; None where it is."""
    if rate > FASTEST:
        return (
            f"a GIF shows at most {FASTEST} pictures a second, not {float(rate):.4g}; take a lower "
            "rate, or write .webm or .mp4"
        )
    most = MOST_PIXELS // size.pixels
    if frames is not None and frames > most:
        return (
            f"{frames} frames of {size} are too much for a GIF, which would hold {most} "
            f"({float(most / rate):.1f} s); take a shorter part or a smaller size, or write .webm "
            "or .mp4"
        )
    return None


def starts(frames: int, rate: Fraction) -> list[int]:
    """When each picture begins, in hundredths of a second, and when the last one ends."""
    return [floor(100 * n / rate + Fraction(1, 2)) for n in range(frames + 1)]


def write_gif(
    pictures: VideoParts,
    ff: Path,
    output: Path,
    tags: Mapping[str, str],
    size: Size | None = None,
    patience: Patience = PATIENCE,
) -> None:
    """Write ``output``: all ``pictures``, brought to ``size``, with ``tags`` as its comments.
    Raises OutputError unless it is whole."""
    frames = sum(pictures.frames)
    if size and (why := refusal(size, pictures.rate, frames)):
        raise OutputError(why)  # longer than its clip's header had said
    scale = "scale=flags=lanczos+accurate_rnd+full_chroma_int:in_color_matrix=bt709:in_range=tv"
    scale += f":w={size.width}:h={size.height}" if size else ""
    with pictures.as_input() as source, beside(pictures.folder, ".png", OutputError) as palette:
        made = [*source.arguments, "-map", "0:v:0", "-vf", f"{scale},palettegen=stats_mode=full"]
        made += ["-frames:v", "1", "-update", "1", f"file:{palette.absolute()}", "-y"]
        with Process(ff, made, cwd=pictures.folder, patience=patience) as process:
            if process.wait() != 0:
                raise write_failure(process, palette, _FAILED, "ffmpeg", "on the way")
        arguments = _painting(source, palette, scale, pictures.rate, frames)
        with Process(ff, arguments, stdout=True, cwd=pictures.folder, patience=patience) as process:
            _write(process, output, tags)
            if process.wait() != 0:
                raise write_failure(process, output, _FAILED, "ffmpeg", "on the way")
    check_frames(output, frames)


def _painting(source: Input, palette: Path, scale: str, rate: Fraction, frames: int) -> list[str]:
    hundredth = f"settb=1/100,setpts=floor(N*{100 * rate.denominator}/{rate.numerator}+0.5)"
    # An ordered pattern stands still where the picture does; errors that are passed on would crawl
    # all over it, and cost a third more bytes.
    painted = "paletteuse=dither=bayer:bayer_scale=3:diff_mode=rectangle"
    graph = f"[0:v:0]{hundredth},{scale}[shown];[shown][1:v:0]{painted}[painted]"
    before, end = starts(frames, rate)[-2:]
    return [
        *source.arguments,
        *("-f", "image2", "-pattern_type", "none", "-i", f"file:{palette.absolute()}"),
        *("-filter_complex", graph, "-map", "[painted]", "-fps_mode", "passthrough"),
        *("-enc_time_base", "1:100", "-loop", "0", "-final_delay", str(end - before)),
        *("-fflags", "+bitexact", "-f", "gif", "pipe:1"),
    ]


def _write(process: Process, output: Path, tags: Mapping[str, str]) -> None:
    def chunks() -> bytes:
        with process.waiting():
            return process.stdout.read(_CHUNK)

    try:
        with output.open("wb") as file:
            for data in with_comments(iter(chunks, b""), tags.values()):
                file.write(data)
    except OSError as error:
        raise OutputError(
            f"{output}: cannot be written ({error.strerror})", transient=True
        ) from error
