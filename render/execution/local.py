"""The executor that is this machine: decode → … → encode, pass by pass."""

from __future__ import annotations

import contextlib
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

from render.engines.base import Engine
from render.errors import ClipError, RenderError
from render.events import CacheTrouble, CellFailed, CellProgress, CellStarted, DraftMeasured
from render.execution.cell_line import CellLine
from render.execution.drafts import Drafts
from render.execution.executor import Job, SegmentDone, WorkEvent
from render.execution.pipeline import Engines, Painted, as_failure, stylized
from render.execution.segment_store import Segment, SegmentStore
from render.execution.upscale import create as create_upscaler
from render.files.cache import Cache
from render.media.colour import Planes, ToYUV
from render.media.decode import Decoder
from render.media.frame import Frame, Picture
from render.media.watch import PATIENCE, Patience
from render.planning.plan import Cell, Plan
from render.planning.schedule import Branch
from render.planning.segments import Cut
from render.target import Size


class LocalExecutor:
    """Works off one job after another, all cells of each at once.

    ``engines`` are those of an earlier run with the same engine choice, to keep what is loaded. A
    decoder or encoder that stands still is waited for as long as ``patience`` says.
    """

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
        self._there = {cell: segments.done for cell, segments in self._segments.items()}
        self._engines, self._pool, self._patience = engines, pool, patience
        self._network = {branch: _Times(branch, plan) for branch in job.one.branches}
        self._colours: dict[Size, ToYUV] = {}
        self._failed: set[Cell] = set()
        self._lines: dict[Cell, CellLine] = {}

    def events(self) -> Iterator[WorkEvent]:
        for cell in self._cells:
            yield CellStarted(cell, self._segments[cell].frames)
        loaded: dict[Branch, Engine] = {}
        yield from self._load(loaded)
        try:
            if loaded:
                yield from self._work(loaded)
        except (RenderError, MemoryError, OSError) as error:
            for cell in self._cells:
                yield from self._fail(cell, error)

    def _load(self, loaded: dict[Branch, Engine]) -> Iterator[WorkEvent]:
        self._engines.keep(self._pass.branches)
        for branch in self._pass.branches:
            times = self._network[branch]
            began = time.perf_counter()
            try:
                loaded[branch] = self._engines.get(branch)
                times.streams = loaded[branch].streams
                if (quality := self._engines.quality(branch)) is not None:
                    for cell in branch.cells:
                        yield DraftMeasured(cell, **asdict(quality))
            except (RenderError, MemoryError, OSError) as error:
                for cell in branch.cells:
                    yield from self._fail(cell, error)
            times.loading = time.perf_counter() - began

    def _work(self, loaded: dict[Branch, Engine]) -> Iterator[WorkEvent]:
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
            line = stylized(
                one, loaded, self._watched(decoder), self._lives, decoder.close, self._wants
            )
            for painted in stack.enter_context(contextlib.closing(line)):
                if not self._lines:
                    yield from self._open_lines()
                yield from self._deal(painted)
                if len(self._failed) == len(self._cells):
                    return
                if self._over():
                    break
            else:
                if not self._lines:
                    start = float(one.start)
                    raise ClipError(
                        f"{one.clip.path}: holds no picture from {start:g} s on; lower --start"
                    )
                yield from self._end(decoder.damage.describe())
                return
            yield from self._stop()

    def _open_lines(self) -> Iterator[WorkEvent]:
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
                    self._lines[cell] = line
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
            self._segments[cell].cut.index_of(line.frames) >= stop
            for cell, line in self._lines.items()
        )

    def _deal(self, painted: Painted) -> Iterator[WorkEvent]:
        """One branch's picture to its cells, brought to each display's size and colours once."""
        shown: dict[object, tuple[Planes, float, float]] = {}
        if painted.picture is not None:
            self._network[painted.branch].took(painted)
        for cell in painted.branch.cells:
            ticks = painted.ticks.get(cell.sampled)
            if not ticks or cell in self._failed:
                continue
            line = self._lines[cell]
            try:
                if isinstance(painted.picture, RenderError):
                    raise painted.picture
                if not line.wants(ticks) or painted.picture is None:
                    done = line.show(None, ticks)
                else:
                    how = cell.upscale, cell.upscaler
                    if how not in shown:
                        shown[how] = self._shown(cell, painted.picture)
                    picture, upscaling, converting = shown[how]
                    line.spent("resize", painted.resizing)
                    line.spent("stylize", painted.stylizing)
                    line.spent("upscale", upscaling)
                    line.spent("encode", converting)
                    done = line.show(picture, ticks)
                done = done or line.finished()
            except (RenderError, MemoryError, OSError) as error:
                yield from self._fail(cell, error)
            else:
                yield CellProgress(cell, line.frames)
                yield from _told(cell, done)

    def _shown(self, cell: Cell, picture: Picture) -> tuple[Planes, float, float]:
        """As the cell's display shows it; seconds of the upscale and of the conversion."""
        began = time.perf_counter()
        upscaler = create_upscaler(cell.size, cell.upscale, cell.upscaler)
        upscaled = upscaler.upscale(picture)
        between = time.perf_counter()
        size = upscaler.size
        if size not in self._colours:
            self._colours[size] = ToYUV(size, self._plan.encoding.codec.pixels)
        planes = self._colours[size].convert(upscaled)
        return planes, between - began, time.perf_counter() - between

    def _end(self, damage: str | None) -> Iterator[WorkEvent]:
        """The clip is over."""
        # All encoders are told to end before any is waited for.
        yield from self._each(CellLine.end)
        yield from self._each(CellLine.wait)
        for cell, line in self._in_order():
            try:
                line.counted(damage)
            except RenderError as error:
                yield from self._fail(cell, error)
            else:
                yield SegmentDone(cell, None)

    def _stop(self) -> Iterator[WorkEvent]:
        """All that this job is about is handed over."""
        yield from self._each(CellLine.stop)
        yield from self._each(CellLine.wait)

    def _each(self, do: Callable[[CellLine], Segment | None]) -> Iterator[WorkEvent]:
        for cell, line in self._in_order():
            try:
                done = do(line)
            except (RenderError, MemoryError, OSError) as error:
                yield from self._fail(cell, error)
            else:
                yield from _told(cell, done)

    def _in_order(self) -> list[tuple[Cell, CellLine]]:
        """The cells that live, as the plan has them."""
        return [(cell, self._lines[cell]) for cell in self._cells if cell in self._lines]

    def _fail(self, cell: Cell, error: RenderError | MemoryError | OSError) -> Iterator[WorkEvent]:
        if cell in self._failed:
            return
        self._failed.add(cell)
        if line := self._lines.pop(cell, None):
            line.close()
        yield CellFailed(cell.clip.path, cell, as_failure(error, self._pass))

    def _lives(self, branch: Branch) -> bool:
        return any(cell not in self._failed for cell in branch.cells)

    def _watched(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        """``frames``, counting the time that getting each one takes."""
        iterator = iter(frames)
        while True:
            began = time.perf_counter()
            frame = next(iterator, None)
            took = time.perf_counter() - began
            for line in tuple(self._lines.values()):
                line.spent("decode", took)
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

    def took(self, painted: Painted) -> None:
        # All rates agree on the segment that a picture is first shown in, but where the slower ones
        # have longer segments.
        index = min(self._cuts[rate].index_of(ticks.start) for rate, ticks in painted.ticks.items())
        self._seconds[index].append(painted.stylizing)

    def median(self, index: int) -> float | None:
        """For a picture, in milliseconds of this machine: pictures are in work at once."""
        seconds = self._seconds.get(index)
        return statistics.median(seconds) / self.streams * 1e3 if seconds else None


def _told(cell: Cell, segment: Segment | None) -> Iterator[WorkEvent]:
    if segment is not None:
        yield SegmentDone(cell, segment.index)
