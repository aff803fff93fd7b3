"""A cell while it is measured."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from statistics import fmean

from render.compare.metrics.moments import Moment, Ticks
from render.errors import ClipError, RenderError
from render.media.ffmpeg import FFmpeg
from render.media.probe import probe
from render.results.results import CellResult
from render.target import Rate


@dataclass(frozen=True, slots=True)
class Step:
    """One share of the work is done, of ``cell`` (an id)."""

    cell: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """A cell (an id) that cannot be measured, or not in full; the others go on."""

    cell: str
    error: RenderError


@dataclass(slots=True)
class Values:
    """Values by their metric's key, one for each moment, pair or stretch, and what is missing, in
    one line each."""

    by_metric: dict[str, list[float]] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    def add(self, key: str, value: float) -> None:
        self.by_metric.setdefault(key, []).append(value)

    def count(self, key: str) -> int:
        return len(self.by_metric.get(key, ()))

    def mean(self, key: str) -> float | None:
        """None where there is no value."""
        values = self.by_metric.get(key)
        return fmean(values) if values else None

    def lacks(self, why: str) -> None:
        if why not in self.missing:
            self.missing.append(why)


class Subject:
    """Attributes:
    cell: what is measured. clip: its preview. ticks: when that shows its pictures.
    moments: where it is compared with its reference; of: how many there would have been.
    found: what came out so far. failed: why no more will, or None.
    """

    def __init__(self, cell: CellResult, folder: Path, ffmpeg: FFmpeg) -> None:
        """Raises ClipError when the preview cannot be read."""
        self.cell = cell
        self.clip = probe(folder / cell.id, ffmpeg)
        self.ticks = ticks(cell)
        self.moments: list[Moment] = []
        self.of = 0
        self.found = Values()
        self.failed: RenderError | None = None

    @property
    def id(self) -> str:
        return self.cell.id

    def own_time(self, tick: int) -> Fraction:
        """In the preview's own time, which begins at 0."""
        return tick / self.ticks.rate


def ticks(cell: CellResult) -> Ticks:
    """When a cell shows its pictures. Raises ClipError when its entry does not say."""
    rate = Rate.parse(cell.target.fps).fps
    if rate is None or cell.video.frames < 1:
        raise ClipError(f"{cell.id}: its rate or length is not known; render it again")
    return Ticks(Fraction(cell.start).limit_denominator(1_000_000), rate, cell.video.frames)
