"""The figures of a sweep, each recorded as it is taken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from render.errors import RenderError
from render.sweeping.sweep_events import (
    CellMeasured,
    ResultsReady,
    StepProgress,
    StepSkipped,
    StepStarted,
    SweepEvent,
    SweepStep,
)
from render.sweeping.work import SweepWork

if TYPE_CHECKING:
    from render.compare.metrics.measure import Measured
    from render.compare.metrics.modes import Metrics
    from render.results.begun import Begun

_STEP = SweepStep.FIGURES


def figures(work: SweepWork) -> Iterator[SweepEvent]:
    """Take the figures that are not there yet; then the folder's results, whatever came of it."""
    from render.results.results import NAME

    yield from work.attempt(_STEP, _measured(work))
    path = work.folder / NAME
    try:
        work.results = work.recorder.update(work.results)
    except RenderError as error:
        yield from work.fail(SweepStep.RESULTS, error)
        yield ResultsReady(work.results, None)
    else:
        yield ResultsReady(work.results, path)


def _measured(work: SweepWork) -> Iterator[SweepEvent]:
    from render.compare.metrics.modes import Metrics

    mode = work.outputs.metrics or _suiting(work)
    if mode is Metrics.NONE:
        several = any(len(work.results.of_clip(clip)) > 1 for clip in work.clips)
        if work.outputs.metrics is None and several:
            why = "no two previews here are of one clip in one style and strength, to be compared"
            yield StepSkipped(_STEP, why)
        return
    yield StepStarted(_STEP)
    from render.compare.metrics.measure import Measured, Measuring, measure
    from render.results.begun import Begun

    updates = measure(
        work.results,
        work.folder,
        work.ffmpeg.path,
        mode,
        work.outputs.reference,
        begun=work.recorder.begun,
        choice=work.plan.engine,
    )
    for update in updates:
        match update:
            case Begun():
                yield from _noted(work, update)
            case Measuring(done, total, words):
                yield StepProgress(_STEP, None, done, total, words)
            case Measured():
                yield from _recorded(work, update)
            case trouble:
                yield from work.fail(_STEP, trouble.error, work.folder / trouble.cell)


def _suiting(work: SweepWork) -> Metrics:
    from render.compare.metrics.modes import Metrics
    from render.compare.metrics.reference import comparable

    return Metrics.FAST if comparable(work.results, work.clips) else Metrics.NONE


def _noted(work: SweepWork, share: Begun) -> Iterator[SweepEvent]:
    try:
        work.recorder.share(share)
    except RenderError as error:
        yield from work.fail(SweepStep.RESULTS, error)


def _recorded(work: SweepWork, measured: Measured) -> Iterator[SweepEvent]:
    yield from work.save(measured.results)
    found = {cell.id: cell.figures for cell in measured.results.cells}
    for id_ in measured.cells:
        if (figures := found[id_]) is not None:
            yield CellMeasured(work.folder / id_, figures)
