"""sample → resize → stylize → upscale, for all branches of a pass at once."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from render.devices.screen import Schedule
from render.engines.base import Engine, EngineChoice, OnDevice
from render.errors import RenderError
from render.execution.drafts import DraftQuality, Drafts, draft_key
from render.execution.on_processor import ProcessorPainter
from render.execution.painter import Display, Displayed, Painter, Stylized
from render.execution.prefetch import ahead, in_order
from render.execution.resize import resize
from render.media.frame import Frame, Picture
from render.media.sample import Shown, sample_all
from render.planning.geometry import Placement
from render.planning.plan import Cell
from render.planning.schedule import Branch, EngineKey, Pass, engine_key
from render.target import Size

# Pictures waiting between decode and network, and between network and encode: enough to ride out
# a slow moment, few enough that memory does not notice.
_DEPTH = 3
# Moments without a picture that may wait for a batch to be full.
_MOST_PASSING = 64


def load_engine(cell: Cell | Branch, choice: EngineChoice, *, threads: int | None = None) -> Engine:
    """The cell's network on its engine, with so many of the processor's threads at most. Raises
    StyleError or EngineError."""
    from render.engines.select import create
    from render.networks.weights import read_weights

    return create(
        read_weights(cell.style_path).at(cell.strength), cell.size, choice, threads=threads
    )


LoadEngine: TypeAlias = Callable[[Cell | Branch, EngineChoice], Engine]


_Key: TypeAlias = tuple[EngineKey, str | None]


def painter_for(engine: Engine, placement: Placement) -> Painter:
    """What suits the engine: pictures stay on a device until they are planes."""
    if isinstance(engine, OnDevice) and engine.batch > 1:
        from render.execution.on_device import DevicePainter

        return DevicePainter(engine, placement)
    return ProcessorPainter(engine, placement)


class Engines:
    """The engines of the pass in hand; they stay loaded for the next, as far as it needs them."""

    def __init__(
        self, choice: EngineChoice, load: LoadEngine = load_engine, drafts: Drafts | None = None
    ) -> None:
        self._choice = choice
        self._load = load
        self._drafts = drafts if choice.is_draft else None
        self._loaded: dict[_Key, Engine] = {}
        self._qualities: dict[_Key, DraftQuality] = {}

    def get(self, cell: Cell | Branch) -> Engine:
        """A loaded engine for the cell. Raises StyleError or EngineError."""
        key = self._key(cell)
        if key not in self._loaded:
            if self._drafts is None:
                self._loaded[key] = self._load(cell, self._choice)
            else:
                self._loaded[key], self._qualities[key] = self._drafts.load(cell)
        return self._loaded[key]

    def quality(self, cell: Cell | Branch) -> DraftQuality | None:
        """Of a draft's engine that is loaded."""
        return self._qualities.get(self._key(cell))

    def keep(self, branches: Iterable[Branch]) -> None:
        """Let go of all that these do not need, before they take memory of their own."""
        keys = {self._key(branch) for branch in branches}
        self._loaded = {key: engine for key, engine in self._loaded.items() if key in keys}

    def _key(self, cell: Cell | Branch) -> _Key:
        """A draft's engine is for its clip alone."""
        one = cell if isinstance(cell, Cell) else cell.cells[0]
        return engine_key(cell), None if self._drafts is None else draft_key(one)


Wanted: TypeAlias = Callable[[Cell, range], bool]
"""Whether any of a cell's frames, by their numbers in its preview, is to be coded."""


@dataclass(frozen=True, slots=True, eq=False)
class Painted:
    """What became of one picture of the clip in one branch.

    Attributes:
        ticks: those that show it, by rate. shown: on each display that wants it, or why there is
        nothing; None where no cell gets to show it: for those, time passes.
        resizing: seconds.
    """

    branch: Branch
    ticks: Mapping[Fraction, range]
    shown: Displayed | RenderError | None
    resizing: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class _Given:
    """A picture on its way to a branch's network, and who wants it there."""

    branch: Branch
    ticks: Mapping[Fraction, range]
    picture: Picture | None
    displays: frozenset[Display] = frozenset()
    resizing: float = 0.0

    def became(self, shown: Displayed | RenderError | None) -> Painted:
        return Painted(self.branch, self.ticks, shown, self.resizing)


def painted(
    one: Pass,
    painters: Mapping[Branch, Painter],
    frames: Iterable[Frame],
    living: Callable[[Branch], bool] = lambda _: True,
    release: Callable[[], None] = lambda: None,
    wanted: Wanted = lambda _cell, _frames: True,
    pixels: str = "yuv420p",
) -> Generator[Painted, None, None]:
    """The line up to the encoders: every picture that a branch's cells show, through each network
    once and on each display once; a branch's in the order of the clip.

    Decoding, the networks, and what follows them each run in threads of their own; ``release`` ends
    what ``frames`` may be waiting for, when this is closed. Branches that no longer live get
    nothing more. Pictures are for those displays of which a frame is ``wanted``, in ``pixels``.
    """
    shown = sample_all(frames, one.rates, start=one.start, duration=one.duration)
    workers = max((painter.streams for painter in painters.values()), default=1)

    def paint(batch: Sequence[_Given]) -> Stylized | RenderError | None:
        some = [given for given in batch if given.picture is not None]
        if not some or not living(some[0].branch):
            return None
        pictures = [given.picture for given in some if given.picture is not None]
        try:
            return painters[some[0].branch].stylize(pictures, [given.displays for given in some])
        except (RenderError, MemoryError) as error:
            return as_failure(error, one)

    todo = _batches(
        _given(shown, tuple(painters), living, wanted, pixels),
        {branch: painter.batch for branch, painter in painters.items()},
    )
    with contextlib.closing(ahead(todo, _DEPTH, release)) as batches:
        # A turn of all branches: a large one's picture then holds up none of the small ones'.
        handed = in_order(batches, lambda batch: batch, paint, workers, window=len(painters) - 1)
        with contextlib.closing(ahead(handed, 1, release)) as coming:
            done = (each for batch, made in coming for each in _seen(batch, made, one))
            with contextlib.closing(ahead(done, _DEPTH, release)) as results:
                yield from results


def _seen(
    batch: Sequence[_Given], made: Stylized | RenderError | None, one: Pass
) -> Iterator[Painted]:
    """What came of a batch, once it is there."""
    shown: Iterator[Displayed] = iter(())
    failure: RenderError | None = None
    try:
        if isinstance(made, RenderError):
            failure = made
        elif made is not None:
            shown = iter(made.shown())
    except (RenderError, MemoryError) as error:
        failure = as_failure(error, one)
    for given in batch:
        if given.picture is None:
            yield given.became(None)
        else:
            yield given.became(failure or next(shown, None))


def _batches(given: Iterable[_Given], sizes: Mapping[Branch, int]) -> Iterator[Sequence[_Given]]:
    """Each branch's pictures in their order, as many at a time as its painter likes. What only lets
    time pass goes along."""
    held: dict[Branch, list[_Given]] = {branch: [] for branch in sizes}
    try:
        for one in given:
            batch = held[one.branch]
            batch.append(one)
            pictures = sum(each.picture is not None for each in batch)
            if pictures in (0, sizes[one.branch]) or len(batch) >= _MOST_PASSING:
                held[one.branch] = []
                yield batch
    except RenderError:
        # What came before the damage is shown.
        yield from (batch for batch in held.values() if batch)
        raise
    yield from (batch for batch in held.values() if batch)


def _given(
    shown: Iterable[Shown],
    branches: Collection[Branch],
    living: Callable[[Branch], bool],
    wanted: Wanted,
    pixels: str,
) -> Iterator[_Given]:
    """Each picture, resized once a size, for each branch that shows it."""
    viewers = {branch: _Viewers(branch, wanted, pixels) for branch in branches}
    for one in shown:
        resized: dict[tuple[Size, Placement], tuple[Picture, float]] = {}
        for branch in branches:
            ticks = {rate: one.ticks[rate] for rate in branch.rates if rate in one.ticks}
            if not ticks or not living(branch):
                continue
            displays = viewers[branch].of(ticks)
            if not displays:
                yield _Given(branch, ticks, None)
                continue
            key = branch.size, branch.placement
            if key not in resized:
                began = time.perf_counter()
                picture = resize(one.picture, branch.placement, branch.size)
                resized[key] = picture, time.perf_counter() - began
            picture, resizing = resized[key]
            yield _Given(branch, ticks, picture, displays, resizing)


class _Viewers:
    """Which displays of a branch show a picture: those of the cells of its rate, or of the cells
    whose phones show it; as far as their frames are wanted."""

    def __init__(self, branch: Branch, wanted: Wanted, pixels: str) -> None:
        self._displays = {cell: Display.of(cell, pixels) for cell in branch.cells}
        self._wanted = wanted
        played = dict.fromkeys(cell.playback for cell in branch.cells if cell.playback)
        self._schedules = {one: Schedule(one) for one in played}

    def of(self, ticks: Mapping[Fraction, range]) -> frozenset[Display]:
        # Every schedule is asked, since it goes on as time does.
        seen = {
            playback: [one.refreshes for one in schedule.of(ticks[playback.camera])]
            for playback, schedule in self._schedules.items()
            if playback.camera in ticks
        }
        return frozenset(
            display
            for cell, display in self._displays.items()
            if cell.sampled in ticks
            and any(
                self._wanted(cell, frames)
                for frames in (seen[cell.playback] if cell.playback else [ticks[cell.sampled]])
            )
        )


def as_failure(error: RenderError | MemoryError | OSError, one: Pass) -> RenderError:
    """What went wrong in a pass, as what can be explained."""
    if isinstance(error, RenderError):
        return error
    reason = "out of memory" if isinstance(error, MemoryError) else error.strerror
    failure = RenderError(f"{one.clip.place}: {reason or error}", transient=True)
    failure.__cause__ = error
    return failure
