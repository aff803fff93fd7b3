"""sample → resize → stylize, for all branches of a pass at once."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from render.devices.screen import Schedule
from render.engines.base import Engine, EngineChoice
from render.errors import RenderError
from render.execution.drafts import DraftQuality, Drafts, draft_key
from render.execution.prefetch import ahead, in_order
from render.execution.resize import bars, resize
from render.media.frame import Frame, Picture
from render.media.sample import Shown, sample_all
from render.planning.geometry import Placement
from render.planning.plan import Cell
from render.planning.schedule import Branch, EngineKey, Pass, engine_key
from render.target import Size

# Pictures waiting between decode and network, and between network and encode: enough to ride out
# a slow moment, few enough that memory does not notice.
_DEPTH = 3


def load_engine(cell: Cell | Branch, choice: EngineChoice) -> Engine:
    """The cell's network on its engine. Raises StyleError or EngineError."""
    from render.engines.select import create
    from render.networks.weights import read_weights

    return create(read_weights(cell.style_path).at(cell.strength), cell.size, choice)


LoadEngine: TypeAlias = Callable[[Cell | Branch, EngineChoice], Engine]


_Key: TypeAlias = tuple[EngineKey, str | None]


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
        ticks: those that show it, by rate. picture: at the network's size, or why there is none;
        None where no cell gets to show it: for those, time passes.
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
    wanted: Wanted = lambda _cell, _frames: True,
) -> Generator[Painted, None, None]:
    """The line up to the network's output: every picture that a branch's cells show, in each
    branch once, in the order of the clip.

    Decoding and the networks each run in threads of their own; ``release`` ends what ``frames`` may
    be waiting for, when this is closed. Branches that no longer live get nothing more, and pictures
    of which no frame is ``wanted`` are None.
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
            picture = as_failure(error, one)
        return Painted(job.branch, job.ticks, picture, job.resizing, time.perf_counter() - began)

    todo = _jobs(shown, tuple(engines), living, wanted)
    with contextlib.closing(ahead(todo, _DEPTH, release)) as jobs:
        # A turn of all branches: a large one's picture then holds up none of the small ones'.
        painted = in_order(jobs, lambda job: job, paint, workers, window=len(engines) - 1)
        done = (result for _, result in painted)
        with contextlib.closing(ahead(done, _DEPTH, release)) as results:
            yield from results


def _jobs(
    shown: Iterable[Shown],
    branches: Collection[Branch],
    living: Callable[[Branch], bool],
    wanted: Wanted,
) -> Iterator[Painted]:
    """Each picture, resized once a size, for each branch that shows it."""
    seen = {branch: _Seen(branch, wanted) for branch in branches}
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
    """Which pictures some cell of a branch shows: all of its rate, or those that its phone does; as
    far as their frames are wanted."""

    def __init__(self, branch: Branch, wanted: Wanted) -> None:
        self._cells = branch.cells
        self._wanted = wanted
        played = dict.fromkeys(cell.playback for cell in branch.cells if cell.playback)
        self._schedules = {one: Schedule(one) for one in played}

    def any(self, ticks: Mapping[Fraction, range]) -> bool:
        # Every schedule is asked, since it goes on as time does.
        seen = {
            playback: [one.refreshes for one in schedule.of(ticks[playback.camera])]
            for playback, schedule in self._schedules.items()
            if playback.camera in ticks
        }
        return any(
            self._wanted(cell, frames)
            for cell in self._cells
            if cell.sampled in ticks
            for frames in (seen[cell.playback] if cell.playback else [ticks[cell.sampled]])
        )


def as_failure(error: RenderError | MemoryError | OSError, one: Pass) -> RenderError:
    """What went wrong in a pass, as what can be explained."""
    if isinstance(error, RenderError):
        return error
    reason = "out of memory" if isinstance(error, MemoryError) else error.strerror
    failure = RenderError(f"{one.clip.path}: {reason or error}", transient=True)
    failure.__cause__ = error
    return failure
