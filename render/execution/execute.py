"""A plan, worked off: whoever does it, however often it was interrupted."""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Iterator, Sequence

from render.errors import ClipError, OutputError, RenderError, StyleError
from render.events import (
    CacheTrouble,
    CellDone,
    CellFailed,
    CellKept,
    CellProgress,
    CellRetried,
    CellStarted,
    DraftMeasured,
    Event,
    Preview,
    SegmentsLeft,
    WorkerLost,
    WorkersAwaited,
)
from render.execution.abandoned import find_abandoned
from render.execution.executor import Executor, Job, SegmentDone, WorkEvent
from render.execution.joining import Joining
from render.execution.kept import kept_preview
from render.execution.local import LocalExecutor
from render.execution.preview import is_there
from render.execution.segment_store import CellSegments, SegmentStore
from render.media.ffmpeg import find_ffmpeg
from render.media.watch import PATIENCE, Patience
from render.planning.plan import Cell, Plan
from render.planning.schedule import passes
from render.versions import versions

# Rounds that bring nothing new before what is missing counts as lost.
_FRUITLESS = 2


def run(
    plan: Plan, executor: Executor | None = None, *, patience: Patience = PATIENCE
) -> Generator[Event, None, None]:
    """Render every cell that is not there yet, yielding what happens.

    Segments that an earlier run left are not rendered again (unless ``plan.force``). A cell that
    fails is tried once more where that may help; then it yields ``CellFailed``, and the others go
    on. Closing the iterator, or an exception thrown into it, ends the children and removes what is
    half-written; finished segments stay, for the next run. ``patience``: with what joins them.
    """
    for refusal in plan.refusals:
        yield CellFailed(refusal.clip, None, refusal.error)
    if plan.cells:
        with SegmentStore(plan, _tools(plan)) as store:
            if plan.force:
                store.forget()
            for cell in plan.cells:
                if cell.kept:
                    yield _kept(store.of(cell))
            chosen = executor or LocalExecutor(patience=patience)
            with contextlib.closing(Joining(plan, patience)) as joining:
                yield from _Driver(plan, store, chosen, joining).events()
    yield from _cleared(plan)


def _cleared(plan: Plan) -> Iterator[Event]:
    """Parts of previews that others stand in the place of go; of others it is said that they are
    there. Those of this plan wait for its next run."""
    mine = {cell.output for cell in plan.cells}
    for folder in dict.fromkeys(cell.output.parent for cell in plan.cells):
        left = []
        for one in find_abandoned(folder):
            if one.superseded:
                one.remove()
            elif one.preview not in mine:
                left.append(one)
        if left:
            yield SegmentsLeft(folder, len(left), sum(one.bytes for one in left))


def _kept(segments: CellSegments) -> Event:
    cell = segments.cell
    try:
        return CellKept(cell, kept_preview(segments))
    except RenderError as error:
        return CellFailed(cell.clip.place, cell, error)


class _Driver:
    """Asks for what is missing until every cell is done or has failed."""

    def __init__(
        self, plan: Plan, store: SegmentStore, executor: Executor, joining: Joining
    ) -> None:
        self._plan, self._store, self._executor = plan, store, executor
        self._joining = joining
        # Those that are being joined among them.
        self._left = dict.fromkeys(plan.todo)
        self._failed_once: set[Cell] = set()
        self._there: dict[Cell, int] = {}

    def events(self) -> Iterator[Event]:
        fruitless = 0
        for cell in self._plan.todo:
            if self._store.of(cell).complete:  # all but its last step was done
                yield from self._start(cell)
                self._joining.begin(self._store.of(cell))
        yield from self._joined(wait=True)
        while self._left:
            before = self._state()
            jobs = [Job(one) for one in passes(self._left)]
            with contextlib.closing(self._executor.work(jobs, self._plan, self._store)) as work:
                for event in work:
                    yield from self._take(event)
                    yield from self._joined()
            yield from self._joined(wait=True)
            fruitless = fruitless + 1 if self._state() == before else 0
            if fruitless == _FRUITLESS:
                for cell in tuple(self._left):
                    lost = OutputError(f"{cell.output}: its segments got lost, twice")
                    yield from self._fail(cell, lost)

    def _state(self) -> Sequence[object]:
        found = [(cell, self._store.of(cell).done) for cell in self._left]
        return [*found, len(self._failed_once)]

    def _take(self, event: WorkEvent) -> Iterator[Event]:
        if isinstance(event, CacheTrouble | WorkerLost | WorkersAwaited):
            yield event
            return
        cell = event.cell
        if cell is None or cell not in self._left:
            return
        yield from self._start(cell)
        match event:
            case SegmentDone():
                if self._store.of(cell).complete:
                    self._joining.begin(self._store.of(cell))
            case CellFailed():
                yield from self._fail(cell, event.error)
            case CellProgress() if event.frames > self._there[cell]:
                # What goes on, or again, counts from where it was.
                self._there[cell] = event.frames
                yield event
            case DraftMeasured():
                yield event

    def _start(self, cell: Cell) -> Iterator[Event]:
        if cell not in self._there:
            self._there[cell] = self._store.of(cell).frames
            yield CellStarted(cell, self._there[cell])

    def _joined(self, *, wait: bool = False) -> Iterator[Event]:
        """The previews that are there by now, or, to ``wait``, all that are being joined."""
        for cell, preview in self._joining.done(wait=wait):
            if isinstance(preview, Preview):
                del self._left[cell]
                yield CellDone(cell, preview)
                # Only now that whoever listens has it on record.
                self._store.of(cell).remove()
            else:
                yield from self._fail(cell, preview)

    def _fail(self, cell: Cell, error: RenderError) -> Iterator[Event]:
        if cell in self._joining:
            return  # all of it is there: what failed is of no more use
        if not self._plan.force and is_there(cell):
            # Another run of the same plan was faster, and has taken the segments away; those that
            # came since are of no use either.
            del self._left[cell]
            yield _kept(self._store.of(cell))
            self._store.of(cell).remove()
        elif error.transient and cell not in self._failed_once:
            self._failed_once.add(cell)
            self._store.of(cell).look_again()
            yield CellRetried(cell, error)
        else:
            del self._left[cell]
            yield CellFailed(cell.clip.place, cell, error)
            if isinstance(error, ClipError | StyleError):
                self._store.of(cell).remove()  # so it will be the next time


def _tools(plan: Plan) -> dict[str, str]:
    """What decides, beside the plan, which bytes a segment has, by name and version. A preview is
    joined only of segments that were made by the same."""
    libraries = {name: version for name, version in versions().items() if name != "python"}
    return {**libraries, "ffmpeg": find_ffmpeg(plan.ffmpeg).version}
