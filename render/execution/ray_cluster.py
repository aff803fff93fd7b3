"""The executor that is a Ray cluster: pieces go out to workers, segments come back.

Ray places the workers, starts them again, and carries what they are told and tell. What is here
cuts the work (`pieces.py`), keeps each worker busy with one piece, and puts what comes into the
store; what a worker does is `segment_worker.py`.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import Any, Self

from render.errors import EngineError, OutputError, RenderError, StyleError
from render.events import (
    CacheTrouble,
    CellFailed,
    CellProgress,
    DraftMeasured,
    WorkerLost,
    WorkersAwaited,
)
from render.execution.executor import Job, SegmentDone, WorkEvent
from render.execution.pieces import pieces
from render.execution.ray_session import Session
from render.execution.ray_tasks import RayTasks
from render.execution.segment_store import SegmentStore
from render.execution.segment_worker import (
    CameTo,
    Draft,
    Failed,
    Finished,
    MakeEngines,
    NothingKept,
    Order,
    SeenThrough,
    Told,
    Unlike,
    engines_of,
    made_by,
)
from render.execution.task_worker import Raised
from render.execution.workers import Workers
from render.planning.as_dict import plan_as_dict
from render.planning.plan import Cell, Plan
from render.planning.schedule import EngineKey, engine_key

_LOOK = 0.2  # seconds
# A worker starts within some seconds where there is room; later than that one wonders.
_PATIENCE, _AGAIN = 20.0, 60.0
# How often a piece may take its worker along before it is the piece.
_DEATHS = 2


class RayExecutor:
    """Works jobs off on a Ray cluster. Use as a context manager; several threads may share it.

    Entering raises EngineError where Ray is not installed, the cluster is not reachable or has not
    what a worker needs.
    """

    def __init__(self, workers: Workers, make_engines: MakeEngines = engines_of) -> None:
        self._session = Session(workers, make_engines)

    def __enter__(self) -> Self:
        self._session.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        self._session.close()

    @property
    def described(self) -> str:
        """``4 workers of 4 processors, 2 nodes``."""
        return self._session.described

    @property
    def facts(self) -> Mapping[str, float]:
        """The same as numbers: ``workers``, ``processors`` and ``gpus`` of each, ``nodes``."""
        return self._session.facts

    @property
    def tasks(self) -> RayTasks:
        """Who does the tasks after the previews."""
        return RayTasks(self._session)

    def work(
        self, jobs: Iterable[Job], plan: Plan, store: SegmentStore
    ) -> Generator[WorkEvent, None, None]:
        """As `Executor.work`. Raises EngineError where workers have other versions."""
        todo = pieces(jobs, store, self._session.count)
        work = _Work(self._session, plan, store, todo)
        try:
            yield from work.events()
        finally:
            work.end()


@dataclass(eq=False)
class _Going:
    """A piece that a worker has in hand. ``cells``: by their places in its order."""

    job: Job
    worker: Any
    cells: tuple[Cell, ...]
    came_to: dict[Cell, int] = field(default_factory=dict)


class _Work:
    """One call of `RayExecutor.work`."""

    def __init__(
        self, session: Session, plan: Plan, store: SegmentStore, todo: Iterable[Job]
    ) -> None:
        self._session, self._plan, self._store = session, plan, store
        self._waiting = deque(todo)
        self._going: dict[Any, _Going] = {}
        self._deaths: dict[int, int] = {}
        self._failed: set[Cell] = set()
        self._here = made_by(plan.ffmpeg)
        self._styles: dict[str, Any] = {}
        self._said = time.monotonic() + _PATIENCE - _AGAIN

    def events(self) -> Iterator[WorkEvent]:
        while self._waiting or self._going:
            yield from self._begin_some()
            for told in self._session.ready(list(self._going), _LOOK):
                yield from self._heard(told)

    def end(self) -> None:
        """Nobody wants the rest."""
        self._session.wind_up({stream: going.worker for stream, going in self._going.items()})
        self._going.clear()

    def _begin_some(self) -> Iterator[WorkEvent]:
        """As many pieces as there are workers for."""
        while self._waiting:
            worker = self._session.take(wait=0.0 if self._going else _LOOK)
            if worker is None:
                yield from self._wonder()
                return
            try:
                job = self._piece_for(worker.loaded)
                styles, failures = self._styles_of(job)
                for cell, error in failures:
                    yield from self._fail(cell, error)
                live = tuple(cell for cell in job.one.cells if cell not in self._failed)
                if live:
                    order = self._order(job, live)
                    self._going[worker.begin(order, styles)] = _Going(job, worker, live)
                    worker.loaded = _keys(job)
                    continue
            except RenderError:
                self._session.free(worker)
                raise
            self._session.free(worker)
        yield from ()

    def _wonder(self) -> Iterator[WorkEvent]:
        """Say now and then that nobody works."""
        now = time.monotonic()
        if self._going:
            self._said = now + _PATIENCE - _AGAIN
        elif now - self._said >= _AGAIN:
            self._said = now
            yield WorkersAwaited(self._session.starting, self._session.count)

    def _piece_for(self, loaded: frozenset[EngineKey]) -> Job:
        """One whose networks a worker has loaded, or the first."""
        for n, job in enumerate(self._waiting):
            if _keys(job) <= loaded:
                del self._waiting[n]
                return job
        return self._waiting.popleft()

    def _order(self, job: Job, cells: tuple[Cell, ...]) -> Order:
        there = tuple(
            tuple(sorted(self._store.of(cell).done | job.there.get(cell, frozenset())))
            for cell in cells
        )
        far = tuple(_absolute(cell) for cell in cells)
        plan = plan_as_dict(replace(self._plan, cells=far, refusals=()))
        sources = [cell.clip.source for cell in cells if cell.clip.source is not None]
        urls = {str(url): url.whole for url in sources}
        return Order(plan, job.first, job.stop, there, self._here, urls)

    def _styles_of(self, job: Job) -> tuple[dict[str, Any], list[tuple[Cell, StyleError]]]:
        """The files of a job's styles, each once in the cluster's memory; and for which cells there
        is none."""
        failures = []
        for cell in job.one.cells:
            digest, path = cell.identity.weights, cell.style_path
            if digest not in self._styles:
                try:
                    self._styles[digest] = self._session.put(path.read_bytes())
                except OSError as error:
                    reason = error.strerror or error
                    failures.append((cell, StyleError(f"{path}: cannot be read: {reason}")))
        return self._styles, failures

    def _heard(self, stream: Any) -> Iterator[WorkEvent]:
        going = self._going[stream]
        try:
            told = self._session.next(stream)
        except self._session.losses as error:
            del self._going[stream]
            yield from self._lost(going, error)
            return
        if told is None:
            del self._going[stream]
            self._session.free(going.worker)
            return
        yield from self._take(going, told)

    def _take(self, going: _Going, told: Told) -> Iterator[WorkEvent]:
        match told:
            case CameTo(number, frames):
                cell = going.cells[number]
                going.came_to[cell] = frames
                yield CellProgress(cell, self._frames(cell))
            case Finished(number, segment, data):
                cell = going.cells[number]
                try:
                    segments = self._store.of(cell)
                    if segments.wants(segment.index):
                        with segments.temporary() as path:
                            path.write_bytes(data)
                            segments.add(path, segment)
                    yield SegmentDone(cell, segment.index)
                except (RenderError, OSError) as error:
                    yield from self._fail(cell, _written(cell, error))
            case SeenThrough(number, count):
                cell = going.cells[number]
                try:
                    self._store.of(cell).counted(count)
                    yield SegmentDone(cell, None)
                except RenderError as error:
                    yield from self._fail(cell, error)
            case Failed(number, raised):
                cell = going.cells[number]
                yield from self._fail(cell, _as_given(raised, cell))
            case Draft(number, psnr, faster, pictures):
                yield DraftMeasured(going.cells[number], psnr, faster, pictures)
            case Unlike(reason):
                raise EngineError(reason)
            case NothingKept(reason):
                yield CacheTrouble(f"{going.worker.name}: {reason}")

    def _frames(self, cell: Cell) -> int:
        """Of a cell, that are there or have been handed to an encoder somewhere."""
        segments = self._store.of(cell)
        done, frames = segments.done, segments.frames
        for going in self._going.values():
            came_to = going.came_to.get(cell, 0)
            index = going.job.first
            while (span := segments.cut.span(index)).start < came_to and going.job.holds(index):
                if index not in done:
                    frames += min(span.stop, came_to) - span.start
                index += 1
        return frames

    def _lost(self, going: _Going, error: Exception) -> Iterator[WorkEvent]:
        """A worker is gone; what it has not told is done again."""
        reason = self._session.reason(error)
        yield WorkerLost(going.worker.name, reason)
        self._session.renew(going.worker)
        key = id(going.job)
        self._deaths[key] = self._deaths.get(key, 0) + 1
        if self._deaths[key] < _DEATHS:
            self._waiting.append(going.job)
            return
        for cell in going.cells:
            if not self._store.of(cell).complete:
                words = f"{cell.clip.place}: its worker died, twice: {reason}"
                yield from self._fail(cell, EngineError(words, transient=True))

    def _fail(self, cell: Cell, error: RenderError) -> Iterator[WorkEvent]:
        """Once: what else is on its way of the cell is left."""
        if cell not in self._failed:
            self._failed.add(cell)
            yield CellFailed(cell.clip.place, cell, error)


def _keys(job: Job) -> frozenset[EngineKey]:
    return frozenset(engine_key(branch) for branch in job.one.branches)


def _absolute(cell: Cell) -> Cell:
    """Workers have another working directory."""
    clip = replace(cell.clip, path=cell.clip.path.absolute())
    return replace(cell, clip=clip, style_path=cell.style_path.absolute())


def _as_given(raised: Raised, cell: Cell) -> RenderError:
    """The clip by the name that the user gave it."""
    given, far = str(cell.clip.place), str(cell.clip.path.absolute())
    return replace(raised, message=raised.message.replace(far, given)).error


def _written(cell: Cell, error: RenderError | OSError) -> RenderError:
    if isinstance(error, RenderError):
        return error
    return OutputError(f"{cell.output}: cannot be written ({error.strerror or error})")
