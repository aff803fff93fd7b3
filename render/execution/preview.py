"""A cell's segments → its preview: joined, with the sound, checked, put in place."""

from __future__ import annotations

import statistics
import time
from dataclasses import fields
from fractions import Fraction

from render.devices.playback import shows
from render.errors import OutputError
from render.events import Preview, Timings
from render.execution.segment_store import CellSegments
from render.media.encode import placing
from render.media.encoding import AudioMode, Encoding, container_of
from render.media.join import join
from render.media.sound import add_sound
from render.media.watch import PATIENCE, Patience
from render.planning.fingerprint import read_identity
from render.planning.plan import Cell, Plan
from render.planning.preview_tags import preview_tags


def finish(segments: CellSegments, plan: Plan, patience: Patience = PATIENCE) -> Preview:
    """Make the preview of a complete cell. Its segments stay. Raises OutputError."""
    cell, count = segments.cell, segments.count
    assert count is not None, "it is complete"
    began = time.perf_counter()
    pictures = segments.pictures()
    if sum(pictures.frames) != count.frames:
        found = f"{sum(pictures.frames)} of {count.frames} frames"
        raise OutputError(f"{segments.folder}: the segments hold {found}", transient=True)
    tags = preview_tags(cell)
    warnings = [count.damage] if count.damage else []
    with placing(cell.output, force=plan.force, same=lambda: is_there(cell)) as temporary:
        silent = True
        if heard(cell, plan.encoding):
            loss = add_sound(
                pictures,
                cell.clip,
                plan.ffmpeg,
                temporary,
                tags,
                start=cell.start,
                duration=cell.duration,
                patience=patience,
            )
            silent = loss is not None
            warnings += [loss] if loss else []
        if silent:
            join(pictures, plan.ffmpeg, temporary, tags, patience, size=cell.output_size)
        segments.joined(tuple(warnings))
    return facts(segments, time.perf_counter() - began)


def heard(cell: Cell, encoding: Encoding) -> bool:
    """Whether its preview is to have the clip's sound."""
    keeps = encoding.audio is AudioMode.KEEP and container_of(cell.output).sound is not None
    return keeps and cell.clip.audio is not None


def is_there(cell: Cell) -> bool:
    """Whether another run has put the same preview in place meanwhile."""
    return read_identity(cell.output) == cell.identity


def facts(segments: CellSegments, joining: float = 0.0) -> Preview:
    """Of a preview that is there, with the segments that it was made of."""
    cell, made, count = segments.cell, segments.segments, segments.count
    assert count is not None, "it is complete"
    spent = {
        f.name: sum(segment.seconds.get(f.name, 0.0) for segment in made) for f in fields(Timings)
    }
    spent["encode"] += joining
    spent["wall"] += joining
    ms = [segment.ms for segment in made if segment.ms is not None]
    camera = count.camera
    return Preview(
        cell=cell,
        path=cell.output,
        size=cell.output_size,
        rate=cell.video_rate,
        frames=count.frames,
        stylized=sum(segment.stylized for segment in made),
        duration=Fraction(count.frames) / cell.video_rate,
        bytes=cell.output.stat().st_size,
        ms=statistics.median(ms) if ms else None,
        warnings=segments.warnings or (),
        timings=Timings(**spent),
        shows=None if cell.playback is None or camera is None else shows(cell.playback, camera),
    )
