"""The figures of a sweep, each recorded as it is taken."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Sequence
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
    from render.compare.metrics.measure import Measured, Measuring
    from render.compare.metrics.modes import Metrics
    from render.execution.tasks import Task
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
    from render.compare.metrics.measure import Measured, Measuring
    from render.execution.tasks import Update
    from render.results.begun import Begun

    some, count = _parts(work), _Counted()
    tasks = [_task(work, mode, part) for part in some]
    with contextlib.closing(work.tasks.follow(tasks, work.ffmpeg.path)) as told:
        for one in told:
            match one:
                case Update(_, Begun() as share):
                    yield from _noted(work, share)
                case Update(number, Measuring() as measuring):
                    yield count.step(number, measuring)
                case Update(number, Measured() as measured):
                    yield from _recorded(work, measured, some[number])
                case Update(_, trouble):
                    yield from work.fail(_STEP, trouble.error, work.folder / trouble.cell)
                case aside:
                    yield aside


def _parts(work: SweepWork) -> Sequence[Collection[str] | None]:
    """The cells of each part, where several can be taken at once; None is all."""
    from render.compare.metrics.parts import parts
    from render.compare.metrics.reference import check_reference

    results, at_once = work.results, work.tasks.at_once
    check_reference(results, work.outputs.reference)
    return parts(results, range(len(results.clips)), at_once) if at_once > 1 else [None]


def _task(work: SweepWork, mode: Metrics, part: Collection[str] | None) -> Task:
    from render.compare.metrics.measure import measure
    from render.execution.tasks import Task

    options = {
        "mode": mode,
        "reference": work.outputs.reference,
        "begun": work.recorder.begun,
        "choice": work.plan.engine,
        "only": part,
    }
    # Of a clip that is not seen, figures would be taken without its motion.
    clips = [clip.file for clip in work.results.clips if clip.file.is_file()]
    reads = (*(work.folder / cell.id for cell in work.results.cells), *clips)
    return Task(measure, (work.results, work.folder), options, reads)


class _Counted:
    """How far all parts are, as one."""

    def __init__(self) -> None:
        self._parts: dict[int, Measuring] = {}

    def step(self, number: int, measuring: Measuring) -> StepProgress:
        self._parts[number] = measuring
        done = sum(part.done for part in self._parts.values())
        total = sum(part.total for part in self._parts.values())
        return StepProgress(_STEP, None, done, total, measuring.words)


def _suiting(work: SweepWork) -> Metrics:
    from render.compare.metrics.modes import Metrics
    from render.compare.metrics.reference import comparable

    return Metrics.FAST if comparable(work.results, work.clips) else Metrics.NONE


def _noted(work: SweepWork, share: Begun) -> Iterator[SweepEvent]:
    try:
        work.recorder.share(share)
    except RenderError as error:
        yield from work.fail(SweepStep.RESULTS, error)


def _recorded(
    work: SweepWork, measured: Measured, part: Collection[str] | None
) -> Iterator[SweepEvent]:
    from render.compare.metrics.parts import joined

    yield from work.save(joined(work.results, measured.results, part))
    found = {cell.id: cell.figures for cell in measured.results.cells}
    for id_ in measured.cells:
        if (figures := found[id_]) is not None:
            yield CellMeasured(work.folder / id_, figures)
