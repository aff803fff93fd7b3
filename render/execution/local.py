"""The executor that is this machine: decode → … → encode, pass by pass."""

from __future__ import annotations

import contextlib
import statistics
import time
from collections import defaultdict
from collections.abc import Generator, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from fractions import Fraction
from queue import Empty, SimpleQueue

from render.errors import ClipError, RenderError
from render.events import CacheTrouble, CellFailed, CellProgress, CellStarted, DraftMeasured
from render.execution.cell_line import CellLine
from render.execution.drafts import Drafts
from render.execution.executor import Job, SegmentDone, WorkEvent
from render.execution.line_thread import LineThread, Told, failure
from render.execution.painter import Display, Displayed, Painter
from render.execution.pipeline import Engines, Painted, as_failure, painted, painter_for
from render.execution.segment_store import SegmentStore
from render.execution.tasks import TasksHere
from render.files.cache import Cache
from render.media.decode import Decoder
from render.media.frame import Frame
from render.media.watch import PATIENCE, Patience
from render.planning.plan import Cell, Plan
from render.planning.schedule import Branch
from render.planning.segments import Cut

# Batches that may wait for a cell's encoder.
_AHEAD = 2
_WAIT = 1.0  # seconds


class LocalExecutor:
    """Works off one job after another, all cells of each at once.

    ``engines`` are those of an earlier run with the same engine choice, to keep what is loaded. A
    decoder or encoder that stands still is waited for as long as ``patience`` says.
    """

    tasks = TasksHere()

    def __init__(self, engines: Engines | None = None, *, patience: Patience = PATIENCE) -> None:
        self._engines = engines
        self._patience = patience

    def work(
        self, jobs: Iterable[Job], plan: Plan, store: SegmentStore
    ) -> Generator[WorkEvent, None, None]:
        """As `Executor.work`."""
        cache = Cache(plan.cache)
        drafts = Drafts(plan.engine, plan.ffmpeg, cache)
        self._engines = self._engines or Engines(plan.engine, drafts=drafts)
        with ThreadPoolExecutor(thread_name_prefix="finish") as pool:
            for job in jobs:
                working = _Working(job, plan, store, self._engines, pool, self._patience)
                yield from working.events()
        if cache.trouble is not None:
            yield CacheTrouble(cache.trouble)


class _Working:
    """One job: from its clip to the segments of all its cells."""

    def __init__(
        self,
        job: Job,
        plan: Plan,
        store: SegmentStore,
        engines: Engines,
        pool: ThreadPoolExecutor,
        patience: Patience,
    ) -> None:
        self._job, self._pass, self._plan = job, job.one, plan
        self._segments = {cell: store.of(cell) for cell in job.one.cells}
        mine = set(job.one.cells)
        self._cells = tuple(cell for cell in plan.cells if cell in mine)
        self._there = {
            cell: segments.done | job.there.get(cell, frozenset())
            for cell, segments in self._segments.items()
        }
        self._engines, self._pool, self._patience = engines, pool, patience
        self._network = {branch: _Times(branch, plan) for branch in job.one.branches}
        self._failed: set[Cell] = set()
        self._lines: dict[Cell, LineThread] = {}
        self._ended: set[Cell] = set()
        self._told: SimpleQueue[Told] = SimpleQueue()

    def events(self) -> Iterator[WorkEvent]:
        for cell in self._cells:
            yield CellStarted(cell, self._segments[cell].frames)
        loaded: dict[Branch, Painter] = {}
        yield from self._load(loaded)
        try:
            if loaded:
                yield from self._work(loaded)
        except (RenderError, MemoryError, OSError) as error:
            for cell in self._cells:
                yield from self._fail(cell, error)

    def _load(self, loaded: dict[Branch, Painter]) -> Iterator[WorkEvent]:
        self._engines.keep(self._pass.branches)
        for branch in self._pass.branches:
            times = self._network[branch]
            began = time.perf_counter()
            try:
                loaded[branch] = painter_for(self._engines.get(branch), branch.placement)
                times.streams = loaded[branch].streams
                if (quality := self._engines.quality(branch)) is not None:
                    for cell in branch.cells:
                        yield DraftMeasured(cell, **asdict(quality))
            except (RenderError, MemoryError, OSError) as error:
                for cell in branch.cells:
                    yield from self._fail(cell, error)
            times.loading = time.perf_counter() - began

    def _work(self, loaded: dict[Branch, Painter]) -> Iterator[WorkEvent]:
        one = self._pass
        with contextlib.ExitStack() as stack:
            decoder = Decoder(
                one.clip,
                one.canvas,
                self._plan.ffmpeg,
                start=one.start,
                duration=one.duration,
                strict=self._plan.strict,
                patience=self._patience,
            )
            stack.enter_context(decoder)
            stack.callback(self._close_lines)
            line = painted(
                one,
                loaded,
                self._watched(decoder),
                self._lives,
                decoder.close,
                self._wants,
                self._plan.encoding.codec.pixels,
            )
            for each in stack.enter_context(contextlib.closing(line)):
                if not self._lines:
                    yield from self._open_lines(loaded)
                yield from self._deal(each)
                if len(self._failed) == len(self._cells):
                    return
                if self._over():
                    yield from self._end(whole=False)
                    return
            if not self._lines:
                start = float(one.start)
                raise ClipError(
                    f"{one.clip.place}: holds no picture from {start:g} s on; lower --start"
                )
            yield from self._end(whole=True)
            yield from self._count(decoder.damage.describe())

    def _open_lines(self, painters: Mapping[Branch, Painter]) -> Iterator[WorkEvent]:
        """Only now that there is a picture: a clip without one leaves no trace."""
        for branch in self._pass.branches:
            for cell in branch.cells:
                if cell in self._failed:
                    continue
                try:
                    self._segments[cell].open()
                    line = CellLine(
                        cell,
                        self._plan,
                        self._segments[cell],
                        lambda index, cell=cell: self._codes(cell, index),  # type: ignore[misc]
                        self._network[branch].median,
                        self._pool,
                        self._patience,
                    )
                    line.spent("load", self._network[branch].loading)
                    depth = _AHEAD * painters[branch].batch
                    self._lines[cell] = LineThread(line, self._told, depth)
                except (RenderError, OSError) as error:
                    yield from self._fail(cell, error)

    def _close_lines(self) -> None:
        while self._lines:
            self._lines.popitem()[1].close()

    def _codes(self, cell: Cell, index: int) -> bool:
        """Whether a segment is to be made here."""
        return self._job.holds(index) and index not in self._there[cell]

    def _wants(self, cell: Cell, frames: range) -> bool:
        """Whether any of the frames is to be coded here. Asked by another thread."""
        parts = self._segments[cell].cut.parts(frames)
        return any(self._codes(cell, index) for index, _ in parts)

    def _over(self) -> bool:
        """Whether all that this job is about has been handed to the encoders."""
        stop = self._job.stop
        return stop is not None and all(
            self._segments[cell].cut.index_of(thread.line.frames) >= stop
            for cell, thread in self._lines.items()
        )

    def _deal(self, painted: Painted) -> Iterator[WorkEvent]:
        """One branch's picture to its cells."""
        shown = painted.shown
        if isinstance(shown, Displayed):
            self._network[painted.branch].took(painted.ticks, shown.stylizing)
        for cell in painted.branch.cells:
            ticks = painted.ticks.get(cell.sampled)
            if not ticks or cell in self._failed:
                continue
            if isinstance(shown, RenderError):
                yield from self._fail(cell, shown)
                continue
            thread, planes = self._lines[cell], None
            if shown is not None:
                planes = shown.planes.get(Display.of(cell, self._plan.encoding.codec.pixels))
                thread.line.spent("resize", painted.resizing)
                thread.line.spent("stylize", shown.stylizing)
                thread.line.spent("upscale", shown.upscaling)
                thread.line.spent("encode", shown.converting)
            thread.show(planes, ticks)
        yield from self._news()

    def _news(self, wait: float = 0.0) -> Iterator[WorkEvent]:
        """What the lines have told, once there is something or ``wait`` seconds have gone."""
        with contextlib.suppress(Empty):
            told = self._told.get(timeout=wait) if wait else self._told.get_nowait()
            while True:
                yield from self._heard(told)
                told = self._told.get_nowait()

    def _heard(self, told: Told) -> Iterator[WorkEvent]:
        cell = told.cell
        if told.error is not None:
            yield from self._fail(cell, failure(told.error))
            return
        yield CellProgress(cell, told.frames)
        if told.segment is not None:
            yield SegmentDone(cell, told.segment.index)
        if told.ended:
            self._ended.add(cell)

    def _end(self, *, whole: bool) -> Iterator[WorkEvent]:
        """No more is to come: ``whole`` since the clip is over, else since this job is."""
        # All encoders are told to end before any is waited for.
        for thread in self._lines.values():
            thread.end(whole=whole)
        while self._lines.keys() - self._ended:
            yield from self._news(_WAIT)

    def _count(self, damage: str | None) -> Iterator[WorkEvent]:
        """The clip was seen to its end."""
        for cell, thread in self._in_order():
            try:
                thread.line.counted(damage)
            except RenderError as error:
                yield from self._fail(cell, error)
            else:
                yield SegmentDone(cell, None)

    def _in_order(self) -> list[tuple[Cell, LineThread]]:
        """The cells that live, as the plan has them."""
        return [(cell, self._lines[cell]) for cell in self._cells if cell in self._lines]

    def _fail(self, cell: Cell, error: RenderError | MemoryError | OSError) -> Iterator[WorkEvent]:
        if cell in self._failed:
            return
        self._failed.add(cell)
        if line := self._lines.pop(cell, None):
            line.close()
        yield CellFailed(cell.clip.place, cell, as_failure(error, self._pass))

    def _lives(self, branch: Branch) -> bool:
        return any(cell not in self._failed for cell in branch.cells)

    def _watched(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        """``frames``, counting the time that getting each one takes."""
        iterator = iter(frames)
        while True:
            began = time.perf_counter()
            frame = next(iterator, None)
            took = time.perf_counter() - began
            for thread in tuple(self._lines.values()):
                thread.line.spent("decode", took)
            if frame is None:
                return
            yield frame


class _Times:
    """What a branch's network took, by segment."""

    def __init__(self, branch: Branch, plan: Plan) -> None:
        self.loading = 0.0
        self.streams = 1
        self._cuts = {rate: Cut.at(rate, plan.segment) for rate in branch.rates}
        self._seconds: dict[int, list[float]] = defaultdict(list)

    def took(self, shown_at: Mapping[Fraction, range], stylizing: float) -> None:
        # All rates agree on the segment that a picture is first shown in, but where the slower ones
        # have longer segments.
        index = min(self._cuts[rate].index_of(ticks.start) for rate, ticks in shown_at.items())
        self._seconds[index].append(stylizing)

    def median(self, index: int) -> float | None:
        """For a picture, in milliseconds of this machine: pictures are in work at once."""
        seconds = self._seconds.get(index)
        return statistics.median(seconds) / self.streams * 1e3 if seconds else None
