"""The figures as a table for people."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING

from render.choice.marks import cost_on
from render.compare.metrics.reference import references
from render.results.results import CellResult, Figures, Results

if TYPE_CHECKING:
    from render.devices.profile import Profile

NONE = "–"
MARK = "*"
TOO_SLOW = "!"


@dataclass(frozen=True, slots=True)
class FigureTable:
    """Attributes:
    header, rows: strings. right: numbers of the columns that are flush right.
    legend: what the columns say and what they may rank, in one line each.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[int, ...]
    legend: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    value: Callable[[CellResult], str]
    always: bool = True


def figure_rows(results: Results, profile: Profile | None = None) -> FigureTable:
    """A row for each cell, by clip, the references marked. Of what a cell is, only what varies is
    shown, and of the figures only what at least one cell has. With a ``profile``, what its device
    takes for a frame, those marked that are too slow for their rate."""
    cells = sorted(results.cells, key=lambda cell: cell.clip)
    axes = [column for column in _axes(results) if _varies(column, cells)]
    axes = axes or [_Column("fps", lambda cell: f"{cell.target.fps_float:.4g}")]
    device = [] if profile is None else [_on(profile)]
    numbers = [
        c for c in [*device, *_NUMBERS] if c.always or any(c.value(cell) != NONE for cell in cells)
    ]
    header = ("", *(column.title for column in [*axes, *numbers]))
    marked = references(results)
    rows = [
        (MARK if cell.id in marked else "", *(column.value(cell) for column in [*axes, *numbers]))
        for cell in cells
    ]
    right = tuple(range(1 + len(axes), len(header)))
    legend = _legend(results, [c.title for c in numbers])
    if profile is not None and any(cost_on(profile, cell).over for cell in cells):
        legend = (*legend, f"{TOO_SLOW} too slow on {profile.name} for its rate, by the estimate")
    return FigureTable(header, tuple(rows), right, legend)


def _on(profile: Profile) -> _Column:
    """What the device takes for a frame."""

    def value(cell: CellResult) -> str:
        found = cost_on(profile, cell)
        if found.ms is None:
            return NONE
        return f"{TOO_SLOW if found.over else ''}{found.ms:.0f}"

    return _Column(f"{profile.name} ms", value)


def _axes(results: Results) -> list[_Column]:
    names = [PurePath(clip.name).stem for clip in results.clips]
    return [
        _Column("clip", lambda cell: names[cell.clip]),
        _Column("style", lambda cell: cell.target.style),
        _Column("network", lambda cell: cell.target.network.name),
        _Column("size", results.size_of),
        _Column("display", lambda cell: str(cell.video.size)),
        _Column("upscaler", lambda cell: cell.target.upscaler),
        _Column("strength", lambda cell: f"{cell.target.strength:g}"),
        _Column("start", lambda cell: f"{cell.start:g}"),
        _Column("fps", lambda cell: f"{cell.target.fps_float:.4g}"),
        _Column("on", lambda cell: cell.target.on or NONE),
    ]


def _varies(column: _Column, cells: Sequence[CellResult]) -> bool:
    return len({column.value(cell) for cell in cells}) > 1


def _figure(name: str, digits: int, scale: float = 1.0) -> Callable[[CellResult], str]:
    def value(cell: CellResult) -> str:
        number = getattr(cell.figures, name) if isinstance(cell.figures, Figures) else None
        return NONE if number is None else f"{number * scale:.{digits}f}"

    return value


def _played(name: str, digits: int, scale: float = 1.0) -> Callable[[CellResult], str]:
    def value(cell: CellResult) -> str:
        number = None if cell.played is None else getattr(cell.played, name)
        return NONE if number is None else f"{number * scale:.{digits}f}"

    return value


def _three(number: float) -> str:
    """Three digits, or all that stand before the point."""
    return f"{number:.0f}" if number >= 1000 else f"{number:.3g}"


_NUMBERS = (
    _Column("GMAC/s", lambda cell: _three(cell.cost.macs_second / 1e9)),
    _Column("ms", lambda c: NONE if c.cost.ms is None else f"{c.cost.ms:.1f}", always=False),
    _Column("JOD↑", _figure("jod", 2), always=False),
    _Column("LPIPS↓", _figure("lpips", 3), always=False),
    _Column("SSIM↑", _figure("ssim", 3), always=False),
    _Column("style↓", _figure("style", 3), always=False),
    _Column("flicker", _figure("flicker", 3), always=False),
    _Column("at gap↓", _figure("flicker_gap", 3), always=False),
    _Column("sharp %", _figure("sharpness", 1, 100), always=False),
    _Column("stroke px", _figure("stroke", 1), always=False),
    _Column("shown/s", _played("fps", 1), always=False),
    _Column("dropped %", _played("dropped_share", 1, 100), always=False),
    _Column("freeze ms", _played("longest_freeze", 0, 1000), always=False),
    _Column("lag ms", _played("median_lag", 0, 1000), always=False),
    _Column("MB", lambda cell: f"{cell.video.bytes / 1e6:.1f}"),
)

_PLAYED = (
    "shown, dropped, freeze, lag: on the phone: pictures a second, the share lost of the frames "
    "that the rate wants, the longest that one stayed, the median time from camera to display"
)
_WORDS = {
    "JOD↑": "JOD (10 is alike): frame rate, resolution and flicker on one scale, {jod}",
    "LPIPS↓": "LPIPS, SSIM, style: single pictures against the reference's, {moments}; they say "
    "nothing of frame rates",
    "flicker": "flicker: between neighbouring pictures, of cells of one rate; at gap: of pictures "
    "{gap:g} s apart, of cells of any",
    "sharp %": "sharp, stroke: what the pictures are like, not how good; in pixels of the display",
}


def _legend(results: Results, titles: Sequence[str]) -> tuple[str, ...]:
    """What is shown, with the sample that it was taken from (the first clip's, if they differ)."""
    lines = [_PLAYED] if "lag ms" in titles else []
    if all(cell.figures is None for cell in results.cells):
        return tuple(lines)
    sampling = next((clip.sampling for clip in results.clips if clip.sampling is not None), None)
    if references(results):
        said = "the reference that the others of its clip and style are compared with"
        lines.insert(0, f"{MARK} {said}")
    for title, words in _WORDS.items():
        if title in titles and sampling is not None:
            seconds = sampling.jod_seconds
            lines.append(
                words.format(
                    jod="at the reference's rate"
                    if seconds is None
                    else f"{seconds:.3g} s of the clip at {sampling.jod_size}",
                    moments=f"{sampling.moments} of {sampling.of} moments at {sampling.size}",
                    gap=sampling.gap,
                )
            )
    if sampling is not None:
        lines += sampling.notes
    return tuple(lines)
