"""The clip itself, framed as its previews frame it: what a network's work is held against."""

from __future__ import annotations

from collections.abc import Generator
from fractions import Fraction
from pathlib import Path

from render.execution.resize import bars, resize
from render.media.colour import even
from render.media.decode import Decoder
from render.media.encode import VideoWriter, placing
from render.media.encoding import Encoding
from render.media.sample import sample
from render.media.watch import PATIENCE, Patience
from render.planning.plan import Cell


def write_source(
    cell: Cell,
    rate: Fraction,
    output: Path,
    ffmpeg: Path,
    encoding: Encoding,
    *,
    patience: Patience = PATIENCE,
) -> Generator[int, None, None]:
    """Write to ``output`` what ``cell`` shows, without the network, at ``rate`` and the display's
    own sharpness; silent. Yields the number of frames written so far. An existing file is replaced.
    Raises ClipError, OutputError, and FFmpegError for a decoder that was killed or stood still
    beyond ``patience``."""
    shown = cell.upscale or cell.size
    placement = cell.placement.at(cell.size, shown)
    decoder = Decoder(
        cell.clip,
        placement.canvas,
        ffmpeg,
        start=cell.start,
        duration=cell.duration,
        patience=patience,
    )
    with decoder, placing(output, force=True) as temporary:
        title = f"render: {cell.clip.place.name}, as it is, {even(shown)}, {rate} fps"
        tags = {"comment": title}
        writer = VideoWriter(temporary, ffmpeg, shown, rate, encoding, tags, patience=patience)
        with writer as video:
            for frame in sample(decoder, rate, start=cell.start, duration=cell.duration):
                video.write(bars(resize(frame.picture, placement, shown), placement))
                yield video.frames
            video.finish()
