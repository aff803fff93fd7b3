"""Previews that are there already: what of them can be read from their files."""

from __future__ import annotations

from fractions import Fraction

from render.devices.playback import shows
from render.errors import OutputError
from render.events import Preview, Timings
from render.execution.preview import facts
from render.execution.segment_store import CellSegments
from render.media.tags import count_frames

_NO_TIME = Timings(load=0, decode=0, resize=0, stylize=0, upscale=0, encode=0, wall=0)


def kept_preview(segments: CellSegments) -> Preview:
    """The facts of a kept cell's preview, as they were when it was written. Where its segments are
    gone, as they are a moment later, without what the work took: times, and how many pictures were
    stylized. Raises OutputError where it cannot be read."""
    cell = segments.cell
    if segments.complete and segments.warnings is not None:
        return facts(segments)
    try:
        frames = count_frames(cell.output)
        size = cell.output.stat().st_size
    except (OSError, ValueError) as error:
        raise OutputError(f"{cell.output}: cannot be read any more ({error})") from error
    playback = cell.playback
    told = None
    if playback is not None:
        told = shows(playback, max(1, round(frames * playback.camera / playback.display)))
    return Preview(
        cell=cell,
        path=cell.output,
        size=cell.output_size,
        rate=cell.video_rate,
        frames=frames,
        stylized=None,
        duration=Fraction(frames) / cell.video_rate,
        bytes=size,
        ms=None,
        warnings=(),
        timings=_NO_TIME,
        shows=told,
    )
