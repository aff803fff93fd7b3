"""decode → sample → resize → stylize → upscale → encode, for all cells of a pass at once."""

from __future__ import annotations

import contextlib
import statistics
import time
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from render.devices.screen import Schedule
from render.engines.base import Engine, EngineChoice
from render.errors import ClipError, RenderError
from render.events import CellDone, CellFailed, CellKept, CellProgress, CellStarted, Event
from render.execution.kept import kept_preview
from render.execution.prefetch import ahead, in_order
from render.execution.preview_file import PreviewFile
from render.execution.resize import bars, resize
from render.execution.upscale import create as create_upscaler
from render.media.colour import Planes, ToYUV
from render.media.decode import Decoder
from render.media.encode import folder_for_output
from render.media.frame import Frame, Picture
from render.media.sample import Shown, sample_all
from render.media.watch import PATIENCE, Patience
from render.planning.geometry import Placement
from render.planning.plan import Cell, Plan
from render.planning.schedule import Branch, EngineKey, Pass, engine_key, passes
from render.target import Size

# Pictures waiting between decode and network, and between network and encode: enough to ride out
# a slow moment, few enough that memory does not notice.
_DEPTH = 3


def run(
    plan: Plan, engines: Engines | None = None, *, patience: Patience = PATIENCE
) -> Generator[Event, None, None]:
    """Render every cell, those of one clip in one pass (`schedule.py`), yielding what happens.

    ``engines`` are those of an earlier run with the same engine choice, to keep what is loaded. A
    decoder or encoder that stands still is waited for as long as ``patience`` says.

    A cell that fails yields ``CellFailed`` and the others go on. Closing the iterator, or an
    exception thrown into it, ends the children and removes the temporary files.
    """
    for refusal in plan.refusals:
        yield CellFailed(refusal.clip, None, refusal.error)
    for cell in plan.cells:
        if cell.kept:
            yield _kept(cell)
    engines = engines or Engines(plan.engine)
    for one in passes(plan.todo):
        yield from _Rendering(one, plan, engines, patience).events()


def _kept(cell: Cell) -> Event:
    try:
        return CellKept(cell, kept_preview(cell))
    except RenderError as error:
        return CellFailed(cell.clip.path, cell, error)


def load_engine(cell: Cell | Branch, choice: EngineChoice) -> Engine:
    """The cell's network on its engine. Raises StyleError or EngineError."""
    from render.engines.select import create
    from render.networks.checkpoint import load_style

    network = load_style(cell.style_path).network
    network.strength = cell.strength
    return create(network, cell.size, choice)


LoadEngine: TypeAlias = Callable[[Cell | Branch, EngineChoice], Engine]


class Engines:
    """The engines of the pass in hand; they stay loaded for the next, as far as it needs them."""

    def __init__(self, choice: EngineChoice, load: LoadEngine = load_engine) -> None:
        self._choice = choice
        self._load = load
        self._loaded: dict[EngineKey, Engine] = {}

    def get(self, cell: Cell | Branch) -> Engine:
        """A loaded engine for the cell. Raises StyleError or EngineError."""
        key = engine_key(cell)
        if key not in self._loaded:
            self._loaded[key] = self._load(cell, self._choice)
        return self._loaded[key]

    def keep(self, branches: Iterable[Branch]) -> None:
        """Let go of all that these do not need, before they take memory of their own."""
        keys = {engine_key(branch) for branch in branches}
        self._loaded = {key: engine for key, engine in self._loaded.items() if key in keys}


@dataclass(frozen=True, slots=True, eq=False)
class Painted:
    """What became of one picture of the clip in one branch.

    Attributes:
        ticks: those that show it, by rate. picture: at the network's size, or why there is none;
        None where no phone that it plays on gets to see it: for those, time passes.
        resizing, stylizing: seconds.
    """

    branch: Branch
    ticks: Mapping[Fraction, range]
    picture: Picture | RenderError | None
    resizing: float = 0.0
    stylizing: float = 0.0


def stylized(
    one: Pass,
    engines: Mapping[Branch, Engine],
    frames: Iterable[Frame],
    living: Callable[[Branch], bool] = lambda _: True,
    release: Callable[[], None] = lambda: None,
) -> Generator[Painted, None, None]:
    """The line up to the network's output: every picture that a branch's cells show, in each
    branch once, in the order of the clip.

    Decoding and the networks each run in threads of their own; ``release`` ends what ``frames`` may
    be waiting for, when this is closed. Branches that no longer live get nothing more.
    """
    shown = sample_all(frames, one.rates, start=one.start, duration=one.duration)
    workers = max((engine.streams for engine in engines.values()), default=1)

    def paint(job: Painted) -> Painted:
        if job.picture is None or isinstance(job.picture, RenderError) or not living(job.branch):
            return job
        began = time.perf_counter()
        picture: Picture | RenderError
        try:
            picture = engines[job.branch].stylize(job.picture)
            picture = bars(picture, job.branch.placement)
        except (RenderError, MemoryError) as error:
            picture = _as_failure(error, one)
        return Painted(job.branch, job.ticks, picture, job.resizing, time.perf_counter() - began)

    todo = _jobs(shown, tuple(engines), living)
    with contextlib.closing(ahead(todo, _DEPTH, release)) as jobs:
        # A turn of all branches: a large one's picture then holds up none of the small ones'.
        painted = in_order(jobs, lambda job: job, paint, workers, window=len(engines) - 1)
        done = (result for _, result in painted)
        with contextlib.closing(ahead(done, _DEPTH, release)) as results:
            yield from results


def _jobs(
    shown: Iterable[Shown], branches: Collection[Branch], living: Callable[[Branch], bool]
) -> Iterator[Painted]:
    """Each picture, resized once a size, for each branch that shows it."""
    seen = {branch: _Seen(branch) for branch in branches}
    for one in shown:
        resized: dict[tuple[Size, Placement], tuple[Picture, float]] = {}
        for branch in branches:
            ticks = {rate: one.ticks[rate] for rate in branch.rates if rate in one.ticks}
            if not ticks or not living(branch):
                continue
            if not seen[branch].any(ticks):
                yield Painted(branch, ticks, None)
                continue
            key = branch.size, branch.placement
            if key not in resized:
                began = time.perf_counter()
                picture = resize(one.picture, branch.placement, branch.size)
                resized[key] = picture, time.perf_counter() - began
            yield Painted(branch, ticks, *resized[key])


class _Seen:
    """Which pictures some cell of a branch shows: all of its rate, or those that its phone does."""

    def __init__(self, branch: Branch) -> None:
        self._all = {cell.sampled for cell in branch.cells if cell.playback is None}
        played = dict.fromkeys(cell.playback for cell in branch.cells if cell.playback)
        self._schedules = {one: Schedule(one) for one in played}

    def any(self, ticks: Mapping[Fraction, range]) -> bool:
        # Every schedule is asked, since it goes on as time does.
        asked = [
            bool(schedule.of(ticks[playback.camera]))
            for playback, schedule in self._schedules.items()
            if playback.camera in ticks
        ]
        return any(asked) or any(rate in ticks for rate in self._all)


class _Rendering:
    """One pass: from its clip to the previews of all its cells."""

    def __init__(self, one: Pass, plan: Plan, engines: Engines, patience: Patience) -> None:
        self._pass = one
        mine = set(one.cells)
        self._cells = tuple(cell for cell in plan.cells if cell in mine)
        self._plan = plan
        self._engines = engines
        self._patience = patience
        self._began = time.perf_counter()
        self._decoding = 0.0
        self._loading: dict[Branch, float] = {}
        self._network: dict[Branch, list[float]] = {branch: [] for branch in one.branches}
        self._colours: dict[Size, ToYUV] = {}
        self._failed: set[Cell] = set()
        self._files: dict[Cell, PreviewFile] = {}

    def events(self) -> Iterator[Event]:
        for cell in self._cells:
            yield CellStarted(cell)
        loaded: dict[Branch, Engine] = {}
        yield from self._load(loaded)
        try:
            if loaded:
                yield from self._render(loaded)
        except (RenderError, MemoryError, OSError) as error:
            for cell in self._cells:
                yield from self._fail(cell, error)

    def _load(self, loaded: dict[Branch, Engine]) -> Iterator[Event]:
        self._engines.keep(self._pass.branches)
        for branch in self._pass.branches:
            began = time.perf_counter()
            try:
                loaded[branch] = self._engines.get(branch)
            except (RenderError, MemoryError, OSError) as error:
                for cell in branch.cells:
                    yield from self._fail(cell, error)
            self._loading[branch] = time.perf_counter() - began

    def _render(self, loaded: dict[Branch, Engine]) -> Iterator[Event]:
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
            line = stylized(one, loaded, self._watched(decoder), self._lives, decoder.close)
            painted = stack.enter_context(contextlib.closing(line))
            for result in painted:
                if not self._files:
                    yield from self._open_files(stack)
                yield from self._deal(result)
                if len(self._failed) == len(self._cells):
                    return
            if not self._files:
                start = float(one.start)
                raise ClipError(
                    f"{one.clip.path}: holds no picture from {start:g} s on; lower --start"
                )
            streams = max(engine.streams for engine in loaded.values())
            damage = decoder.damage.describe()
            for cell in self._cells:
                yield from self._finish(cell, damage, streams)

    def _open_files(self, stack: contextlib.ExitStack) -> Iterator[Event]:
        """Only now that there is a picture: a clip without one leaves no trace."""
        for folder in dict.fromkeys(cell.output.parent for cell in self._cells):
            # One that cannot be made is each of its cells' own failure, below.
            with contextlib.suppress(RenderError):
                stack.enter_context(folder_for_output(folder))
        # Last in, first out: the files go before their folders are looked at.
        stack.callback(self._close_files)
        for cell in self._cells:
            if cell not in self._failed:
                try:
                    self._files[cell] = PreviewFile(cell, self._plan, self._patience)
                except (RenderError, OSError) as error:
                    yield from self._fail(cell, error)

    def _close_files(self) -> None:
        while self._files:
            self._files.popitem()[1].close()

    def _deal(self, painted: Painted) -> Iterator[Event]:
        """One branch's picture to its cells, brought to each display's size and colours once."""
        shown: dict[object, tuple[Planes, float, float]] = {}
        if painted.picture is not None:
            self._network[painted.branch].append(painted.stylizing)
        for cell in painted.branch.cells:
            ticks = painted.ticks.get(cell.sampled)
            if not ticks or cell in self._failed:
                continue
            file = self._files[cell]
            try:
                if isinstance(painted.picture, RenderError):
                    raise painted.picture
                if not file.wants(ticks) or painted.picture is None:
                    file.skip(ticks)
                    continue
                how = cell.upscale, cell.upscaler
                if how not in shown:
                    shown[how] = self._shown(cell, painted.picture)
                picture, upscaling, converting = shown[how]
                file.spent("resize", painted.resizing)
                file.stylized(painted.stylizing)
                file.spent("upscale", upscaling)
                file.spent("encode", converting)
                file.write(picture, ticks)
            except (RenderError, MemoryError, OSError) as error:
                yield from self._fail(cell, error)
            else:
                yield CellProgress(cell, file.frames)

    def _shown(self, cell: Cell, picture: Picture) -> tuple[Planes, float, float]:
        """As the cell's display shows it; seconds of the upscale and of the conversion."""
        began = time.perf_counter()
        upscaler = create_upscaler(cell.size, cell.upscale, cell.upscaler)
        upscaled = upscaler.upscale(picture)
        between = time.perf_counter()
        size = upscaler.size
        if size not in self._colours:
            self._colours[size] = ToYUV(size)
        planes = self._colours[size].convert(upscaled)
        return planes, between - began, time.perf_counter() - between

    def _finish(self, cell: Cell, damage: str | None, streams: int) -> Iterator[Event]:
        if cell in self._failed:
            return
        file = self._files[cell]
        file.spent("decode", self._decoding)
        branch = next(branch for branch in self._pass.branches if cell in branch.cells)
        file.spent("load", self._loading[branch])
        ms = statistics.median(self._network[branch]) / streams * 1e3
        try:
            preview = file.finish(damage, ms, time.perf_counter() - self._began)
        except (RenderError, MemoryError, OSError) as error:
            yield from self._fail(cell, error)
        else:
            del self._files[cell]
            yield CellDone(cell, preview)

    def _fail(self, cell: Cell, error: RenderError | MemoryError | OSError) -> Iterator[Event]:
        if cell in self._failed:
            return
        self._failed.add(cell)
        if file := self._files.pop(cell, None):
            file.close()
        yield CellFailed(cell.clip.path, cell, _as_failure(error, self._pass))

    def _lives(self, branch: Branch) -> bool:
        return any(cell not in self._failed for cell in branch.cells)

    def _watched(self, frames: Iterable[Frame]) -> Iterator[Frame]:
        """``frames``, counting the time that getting each one takes."""
        iterator = iter(frames)
        while True:
            began = time.perf_counter()
            frame = next(iterator, None)
            self._decoding += time.perf_counter() - began
            if frame is None:
                return
            yield frame


def _as_failure(error: RenderError | MemoryError | OSError, one: Pass) -> RenderError:
    if isinstance(error, RenderError):
        return error
    reason = "out of memory" if isinstance(error, MemoryError) else error.strerror
    failure = RenderError(f"{one.clip.path}: {reason or error}")
    failure.__cause__ = error
    return failure
