"""A cell while it is measured."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from render.compare.metrics.detail import Detail
from render.compare.metrics.moments import Moment, Ticks
from render.errors import ClipError, RenderError
from render.media.ffmpeg import FFmpeg
from render.media.probe import probe
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
    """Values, one for each moment or pair, and what is missing, in one line each."""

    lpips: list[float] = field(default_factory=list)
    ssim: list[float] = field(default_factory=list)
    style: list[float] = field(default_factory=list)
    flicker: list[float] = field(default_factory=list)
    flicker_gap: list[float] = field(default_factory=list)
    detail: list[Detail] = field(default_factory=list)
    jod: list[float] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def lacks(self, why: str) -> None:
        if why not in self.missing:
            self.missing.append(why)


class Subject:
    """Attributes:
    cell: what is measured. clip: its preview. ticks: when that shows its pictures.
    moments: where it is compared with its reference; of: how many there would have been.
    found: what came out so far. failed: why no more will, or None.
    """

    def __init__(self, cell: CellResult, start: Fraction, folder: Path, ffmpeg: FFmpeg) -> None:
        """``start``: seconds into its clip. Raises ClipError when the preview cannot be read."""
        self.cell = cell
        self.clip = probe(folder / cell.id, ffmpeg)
        self.ticks = ticks(cell, start)
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


def ticks(cell: CellResult, start: Fraction) -> Ticks:
    """When a cell that begins at ``start`` of its clip shows its pictures. Raises ClipError when
    its entry does not say."""
    if cell.video.frames < 1:
        raise ClipError(f"{cell.id}: its length is not known; render it again")
    return Ticks(start, cell.target.fps, cell.video.frames)
