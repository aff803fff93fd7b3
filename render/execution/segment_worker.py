"""What a worker of a cluster does: a piece of a plan, in a folder of its own.

Nothing here knows what brought the piece, or what takes what comes of it: plain values go in, and
come out as soon as they are there.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from platform import node
from typing import TypeAlias

from render.engines.base import EngineChoice
from render.errors import ClipError, EngineError, OutputError, RenderError, StyleError
from render.events import CacheTrouble, CellFailed, CellProgress, DraftMeasured
from render.execution.drafts import Drafts
from render.execution.executor import Job, SegmentDone
from render.execution.local import LocalExecutor
from render.execution.pipeline import Engines, load_engine
from render.execution.segment_store import Counted, Segment, SegmentStore
from render.execution.task_worker import FromTask, Raised, TaskOrder, work_task
from render.files.cache import Cache
from render.files.digest import digest_of
from render.files.temporary import beside, clear_dead
from render.media.clip import Clip
from render.media.ffmpeg import find_ffmpeg
from render.planning.as_dict import plan_from_dict
from render.planning.plan import Cell, Plan
from render.planning.schedule import passes
from render.storage.fetching import fetched
from render.storage.url import Url
from render.versions import versions


@dataclass(frozen=True, slots=True)
class Order:
    """A piece of work.

    Attributes:
        plan: with the piece's cells alone, as JSON types. first, stop, there: as of a `Job`;
            ``there`` is by the cells' places in the plan.
        made_by: what the driver would make segments with, by name and version.
        urls: whole ones, which JSON has not, of its clips, by how they are shown.
    """

    plan: Mapping[str, object]
    first: int
    stop: int | None
    there: tuple[tuple[int, ...], ...]
    made_by: Mapping[str, str]
    urls: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CameTo:
    """Frames of a cell, by its place in the plan, that the worker has come past."""

    cell: int
    frames: int


@dataclass(frozen=True, slots=True)
class Finished:
    """A segment; ``data`` is its file."""

    cell: int
    segment: Segment
    data: bytes


@dataclass(frozen=True, slots=True)
class SeenThrough:
    """A cell's clip was seen to the end."""

    cell: int
    count: Counted


@dataclass(frozen=True, slots=True)
class Failed:
    """A cell will get no further."""

    cell: int
    raised: Raised


@dataclass(frozen=True, slots=True)
class Draft:
    """What a draft costs, as in `DraftMeasured`."""

    cell: int
    psnr: float
    faster: float
    pictures: int


@dataclass(frozen=True, slots=True)
class NothingKept:
    """The worker's cache took nothing, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unlike:
    """The worker would make other segments than the driver, and why."""

    reason: str


Told: TypeAlias = Unlike | CameTo | Finished | SeenThrough | Failed | Draft | NothingKept
Style: TypeAlias = Callable[[], bytes]
"""Gives a style file's content; asked only where the file is not at hand."""
MakeEngines: TypeAlias = Callable[[Plan, Cache, int | None], Engines]


def engines_of(plan: Plan, cache: Cache, threads: int | None) -> Engines:
    """Those of a plan, with so many of the processor's threads at most."""
    drafts = Drafts(plan.engine, plan.ffmpeg, cache)
    return Engines(plan.engine, partial(load_engine, threads=threads), drafts)


class SegmentWorker:
    """Works off one piece after another, and keeps the networks that it has loaded.

    ``threads``: of the processor, for networks; None is all. ``folder`` is where its segments lie
    until they are told, a folder in the system's for temporary files without one.
    """

    def __init__(
        self,
        threads: int | None = None,
        folder: Path | None = None,
        make_engines: MakeEngines = engines_of,
    ) -> None:
        self._threads, self._make = threads, make_engines
        self._folder = folder or Path(tempfile.gettempdir()) / f"render-worker-{os.getuid()}"
        self._engines: tuple[EngineChoice, Engines] | None = None
        self._known: dict[tuple[Path, int, int], str] = {}
        self._fetched: dict[str, Path] = {}
        self._stop = threading.Event()

    def stop(self) -> None:
        """End what is in work, from another thread."""
        self._stop.set()

    def work(self, order: Order, styles: Mapping[str, Style]) -> Generator[Told, None, None]:
        """What comes of ``order``, as it comes. ``styles``: the files of its cells, by digest.
        Closing the iterator ends all work and leaves nothing."""
        self._stop.clear()
        asked = plan_from_dict(order.plan)
        try:
            check_same(order.made_by, made_by(asked.ffmpeg), worker_name())
        except EngineError as error:
            yield Unlike(str(error))
            return
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        clear_dead(self._folder)
        with beside(self._folder, "", OutputError) as scratch:
            scratch.mkdir()
            plan, refused = self._here(asked, scratch, styles, order.urls)
            yield from refused
            if not plan.cells:
                return
            places = {cell: int(cell.output.parent.name) for cell in plan.cells}
            there = {cell: frozenset(order.there[n]) for cell, n in places.items()}
            with SegmentStore(plan, {}) as store:
                jobs = [Job(one, order.first, order.stop, there) for one in passes(plan.cells)]
                work = LocalExecutor(self._engines_for(plan)).work(jobs, plan, store)
                with contextlib.closing(work) as events:
                    for event in events:
                        if self._stop.is_set():
                            return
                        yield from _told(event, store, places)

    def work_task(self, order: TaskOrder) -> Iterator[FromTask]:
        """What comes of a task, as it comes."""
        self._stop.clear()
        yield from work_task(order, self._stop.is_set)

    def _engines_for(self, plan: Plan) -> Engines:
        if self._engines is None or self._engines[0] != plan.engine:
            self._engines = plan.engine, self._make(plan, Cache(plan.cache), self._threads)
        return self._engines[1]

    def _here(
        self, asked: Plan, scratch: Path, styles: Mapping[str, Style], urls: Mapping[str, str]
    ) -> tuple[Plan, list[Failed]]:
        """The plan as this machine works it off: its own ffmpeg, styles where they are at hand,
        previews in ``scratch``. Cells whose clip is not the same here fail."""
        cells: list[Cell] = []
        refused = []
        ffmpeg = find_ffmpeg(asked.ffmpeg if asked.ffmpeg.is_file() else None).path
        for number, cell in enumerate(asked.cells):
            output = scratch / str(number) / f"preview{cell.output.suffix}"
            try:
                clip = self._clip(cell, asked.cache, urls)
                style = self._style(cell, scratch, styles)
                here = replace(cell, clip=clip, output=output, style_path=style, kept=False)
                cells.append(here)
            except RenderError as error:
                refused.append(_failed(number, error))
        return replace(asked, cells=tuple(cells), refusals=(), ffmpeg=ffmpeg), refused

    def _clip(self, cell: Cell, cache: Path | None, urls: Mapping[str, str]) -> Clip:
        """As it is here: fetched, where it has a URL and is not here yet."""
        source = cell.clip.source
        if source is None:
            self._check_clip(cell)
            return cell.clip
        wanted = cell.identity.clip
        for path in filter(None, (self._fetched.get(wanted), cell.clip.path)):
            with contextlib.suppress(ClipError):
                if self._digest(path, ClipError) == wanted:
                    return replace(cell.clip, path=path)
        url = Url(urls.get(str(source), source.whole))
        try:
            found = fetched(url, cache or self._folder)
        except OutputError:  # where the run began there is another user, or another disk
            if cache is None:
                raise
            found = fetched(url, self._folder)
        if self._digest(found, ClipError) != wanted:
            raise ClipError(f"{url}: has changed since the run began; give the command again")
        self._fetched[wanted] = found
        return replace(cell.clip, path=found)

    def _check_clip(self, cell: Cell) -> None:
        path = cell.clip.path
        try:
            digest = self._digest(path, ClipError)
        except ClipError as error:
            raise ClipError(
                f"{error} on worker {node()}; put it where all workers see it"
            ) from error
        if digest != cell.identity.clip:
            raise ClipError(f"{path}: is another file on node {node()} than where the run began")

    def _style(self, cell: Cell, scratch: Path, styles: Mapping[str, Style]) -> Path:
        wanted = cell.identity.weights
        with contextlib.suppress(StyleError):
            if self._digest(cell.style_path, StyleError) == wanted:
                return cell.style_path
        # A name that lasts as long as the worker: what is loaded goes by it.
        place = self._folder / f"{wanted}{cell.style_path.suffix}"
        if not place.is_file() or self._digest(place, StyleError) != wanted:
            temporary = scratch / place.name
            temporary.write_bytes(styles[wanted]())
            temporary.replace(place)
        return place

    def _digest(self, path: Path, failure: type[RenderError]) -> str:
        """Once for each file as long as it stays the same."""
        try:
            found = path.stat()
        except OSError as error:
            raise failure(f"{path}: cannot be read: {error.strerror or error}") from error
        key = path, found.st_size, found.st_mtime_ns
        if key not in self._known:
            self._known[key] = digest_of(path, failure)
        return self._known[key]


def worker_name() -> str:
    """Of this process, for messages."""
    return f"{os.getpid()} on {node()}"


def made_by(ffmpeg: Path) -> dict[str, str]:
    """What decides which bytes a segment has, by name and version, on this machine; ``ffmpeg`` is
    the one to be used, if it is here."""
    found = find_ffmpeg(ffmpeg if ffmpeg.is_file() else None)
    return {**versions(), "ffmpeg": found.version}


def check_same(here: Mapping[str, str], there: Mapping[str, str], where: str) -> None:
    """Raise EngineError where a worker has other versions than the run was planned with."""
    names = [name for name in here if name != "python"]
    other = [
        f"{name} {there.get(name, 'none')} instead of {here[name]}"
        for name in names
        if there.get(name) != here[name]
    ]
    if other:
        raise EngineError(
            f"worker {where} has {', '.join(other)}; previews would differ: install the same there"
        )


def _told(event: object, store: SegmentStore, places: Mapping[Cell, int]) -> Iterator[Told]:
    match event:
        case CellProgress(cell, frames):
            yield CameTo(places[cell], frames)
        case SegmentDone(cell, None):
            count = store.of(cell).count
            if count is not None:
                yield SeenThrough(places[cell], count)
        case SegmentDone(cell, int(index)):
            segments = store.of(cell)
            path = segments.path(index)
            yield Finished(places[cell], segments.segment(index), path.read_bytes())
            path.unlink()
        case CellFailed(_, Cell() as cell, error):
            yield _failed(places[cell], error)
        case DraftMeasured():
            yield Draft(places[event.cell], event.psnr, event.faster, event.pictures)
        case CacheTrouble(reason):
            yield NothingKept(reason)


def _failed(cell: int, error: RenderError) -> Failed:
    return Failed(cell, Raised.of(error))
