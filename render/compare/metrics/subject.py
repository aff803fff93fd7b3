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
from render.results.begun import Begun
from render.results.results import CellResult


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

    def take(self, begun: Begun) -> None:
        """What was found before, in another run."""
        for key, values in begun.values.items():
            self.by_metric.setdefault(key, []).extend(values)
        self.missing.extend(begun.missing)


class Subject:
    """Attributes:
    cell: what is measured. clip: its preview. ticks: when that shows its pictures.
    moments: where it is compared with its reference; of: how many there would have been.
    found: what came out so far, of so many ``compared`` moments and ``watched`` windows.
    failed: why no more will, or None.
    """

    def __init__(self, cell: CellResult, start: Fraction, folder: Path, ffmpeg: FFmpeg) -> None:
        """``start``: seconds into its clip. Raises ClipError when the preview cannot be read."""
        self.cell = cell
        self.clip = probe(folder / cell.id, ffmpeg)
        self.ticks = ticks(cell, start)
        self.moments: list[Moment] = []
        self.of = 0
        self.found = Values()
        self.compared = self.watched = 0
        self.failed: RenderError | None = None
        self._told: tuple[tuple[int, int], dict[str, int], int] = ((0, 0), {}, 0)

    @property
    def id(self) -> str:
        return self.cell.id

    def go_on(self, begun: Begun | None, basis: str) -> None:
        """From where another run was, if that is known, whole and of the same ``basis``."""
        if begun is not None and begun.basis == basis and begun.after == (0, 0):
            self.found.take(begun)
            self.compared, self.watched = begun.done
            self.share(basis)

    def share(self, basis: str) -> Begun:
        """What was found since the last one."""
        after, lengths, missing = self._told
        done, found = (self.compared, self.watched), self.found.by_metric
        self._told = done, {name: len(of) for name, of in found.items()}, len(self.found.missing)
        return Begun(
            cell=self.id,
            basis=basis,
            after=after,
            done=done,
            values={name: tuple(of[lengths.get(name, 0) :]) for name, of in found.items()},
            missing=tuple(self.found.missing[missing:]),
        )

    def own_time(self, tick: int) -> Fraction:
        """In the preview's own time, which begins at 0."""
        return tick / self.ticks.rate


def ticks(cell: CellResult, start: Fraction) -> Ticks:
    """When a cell that begins at ``start`` of its clip shows its pictures. Raises ClipError when
    its entry does not say."""
    if cell.video.frames < 1:
        raise ClipError(f"{cell.id}: its length is not known; render it again")
    return Ticks(start, cell.target.fps, cell.video.frames)
