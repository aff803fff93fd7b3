"""A request → previews, figures, choice, grids, sheets and a report, as one stream of events.

The one call that does all that the command does; whoever shows it only shows it. (Not
``render/sweep.py``: a module of that name would take the place of the function ``render.sweep``.)
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator, Iterator, Sequence
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING

from render.errors import RenderError
from render.events import CellFailed
from render.planning.plan import Plan
from render.planning.request import Request
from render.sweeping.outputs import Outputs, check, results_folder
from render.sweeping.sweep_events import (
    LeftoversCleared,
    Planned,
    SweepDone,
    SweepEvent,
    SweepStep,
)
from render.sweeping.work import SweepWork

if TYPE_CHECKING:
    from render.execution.executor import Executor
    from render.results.record import Recorder

ALONE = Outputs()
"""Previews, and what suits them."""


def sweep(
    request: Request | Plan,
    outputs: Outputs = ALONE,
    *,
    command: Sequence[str] = ("render.sweep",),
    executor: Executor | None = None,
) -> Generator[SweepEvent, None, None]:
    """Plan ``request`` (or take a plan as it is), render it, and make ``outputs`` of the previews.

    Yields what happens, `Planned` first (but for those that fetch) and `SweepDone` last. What is
    there already and is what is asked for is kept, so that the same call goes on after anything.
    Clips, cells and steps that fail are events, and the others go on. ``command`` is what the
    results say made them; ``executor`` is who does the work, this machine without one.

    Raises UsageError, StyleError, EngineError or FFmpegError for what cannot be done, before
    anything is written. Whatever ends the iteration, also closing it or an exception thrown into
    it, leaves the folder recorded and nothing half-written; OutputError where it cannot be
    recorded.
    """
    from render.planning.plan import planning

    plan = request if isinstance(request, Plan) else (yield from planning(request))
    if plan.publish is None:
        yield from _swept(plan, outputs, command, executor)
        return
    from render.sweeping.publishing import publishing

    yield from publishing(plan, lambda one: _swept(one, outputs, command, executor))


def _swept(
    plan: Plan, outputs: Outputs, command: Sequence[str], executor: Executor | None
) -> Generator[SweepEvent, None, None]:
    from render.execution.tasks import TasksHere

    recorder = _recorder(plan, outputs, command)
    yield Planned(plan, None if recorder is None else recorder.folder)
    began = time.monotonic()
    yield from _cleared(plan)
    if recorder is None:
        yield from _previews(plan, executor)
        yield SweepDone(None)
        return
    with _Recording(recorder, began):
        yield from _previews(plan, executor, recorder)
    tasks = TasksHere() if executor is None else executor.tasks
    work = SweepWork(plan, outputs, recorder, tasks)
    try:
        work.results = recorder.save(time.monotonic() - began)
    except RenderError as error:
        yield from work.fail(SweepStep.RESULTS, error)
    if work.results.cells:
        yield from _steps(work)
    yield SweepDone(work.results)


def _recorder(plan: Plan, outputs: Outputs, command: Sequence[str]) -> Recorder | None:
    """None where nothing is to be recorded. Raises UsageError for what cannot be done."""
    folder = results_folder(plan, outputs)
    if folder is None:
        return None
    from render.results.record import Call, Recorder

    recorder = Recorder(plan, folder, Call(tuple(command), datetime.now(UTC)))
    check(recorder, outputs, plan.encoding)
    return recorder


def _cleared(plan: Plan) -> Iterator[SweepEvent]:
    """Remove what runs that were killed have left where this one writes."""
    from render.files.temporary import clear_dead

    for folder in dict.fromkeys(cell.output.parent for cell in plan.cells):
        cleared = clear_dead(folder)
        if cleared.removed or cleared.unsure:
            yield LeftoversCleared(folder, cleared.removed, cleared.unsure)


def _previews(
    plan: Plan, executor: Executor | None, recorder: Recorder | None = None
) -> Iterator[SweepEvent]:
    from render.execution.execute import run

    with contextlib.closing(run(plan, executor)) as events:
        for event in events:
            # Recorded before it is announced. A failure only after: what interrupts us may have
            # come as one, and then nobody asks for the next event.
            failure = isinstance(event, CellFailed)
            if recorder and not failure:
                recorder.event(event)
            yield event
            if recorder and failure:
                recorder.event(event)


class _Recording:
    """Whatever ends the previews early, also a signal: what is done is recorded."""

    def __init__(self, recorder: Recorder, began: float) -> None:
        self._recorder, self._began = recorder, began

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if error is None:
            return
        try:
            self._recorder.save(time.monotonic() - self._began)
        except RenderError as lost:
            if isinstance(error, GeneratorExit):
                raise
            error.add_note(str(lost))


def _steps(work: SweepWork) -> Iterator[SweepEvent]:
    """Figures may come last: then there is a report before, and again with them."""
    from render.compare.metrics.modes import Metrics
    from render.sweeping import pages
    from render.sweeping.measuring import figures

    if work.outputs.metrics is not Metrics.LATER:
        yield from figures(work)
        yield from work.attempt(SweepStep.CHOICE, pages.choice(work))
        yield from _pages(work)
        return
    yield from _pages(work)
    yield from figures(work)
    yield from work.attempt(SweepStep.CHOICE, pages.choice(work))
    if work.outputs.report:
        yield from work.attempt(SweepStep.REPORT, pages.report(work, "now with the figures"))


def _pages(work: SweepWork) -> Iterator[SweepEvent]:
    from render.sweeping import pages

    outputs = work.outputs
    if outputs.grid:
        yield from work.attempt(SweepStep.GRID, pages.grids(work))
    if outputs.sheet:
        yield from work.attempt(SweepStep.SHEET, pages.sheets(work))
    if outputs.report:
        yield from pages.sources(work)
        yield from work.attempt(SweepStep.REPORT, pages.report(work))
