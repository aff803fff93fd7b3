"""The figures as a table for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from render.choice.marks import cost_on
from render.compare.axes import AXES, BY_KEY, NOTHING, Axis
from render.compare.column import NONE, Column
from render.compare.metrics.comparisons import without_self_comparisons
from render.compare.metrics.metric import Metric, samples
from render.compare.metrics.metric_list import METRICS
from render.compare.table_columns import PLAYED, PLAYED_BRIEF, TOO_SLOW, columns, on_profile
from render.results.held_against import alone, references
from render.results.results import CellResult, Results
from render.results.source_clip import Sampling

if TYPE_CHECKING:
    from render.devices.profile import Profile

MARK = "*"


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
class _Titled:
    title: str
    value: Callable[[CellResult], str]


def figure_rows(
    results: Results, profile: Profile | None = None, metrics: Sequence[Metric] = METRICS
) -> FigureTable:
    """A row for each cell, by clip, the references marked. Of what a cell is, only what varies is
    shown, and of the figures only what at least one cell has. With a ``profile``, what its device
    takes for a frame, those marked that are too slow for their rate."""
    results = without_self_comparisons(results, metrics)
    cells = sorted(results.cells, key=lambda cell: cell.clip)
    axes = [axis for axis in _axes(results) if len({axis.value(cell) for cell in cells}) > 1]
    axes = axes or [_as_titled(BY_KEY["fps"], results)]
    device = () if profile is None else on_profile(profile)
    there = [
        column
        for column in columns(metrics, device)
        if not column.roomy and any(column.text(cell) != NONE for cell in cells)
    ]
    numbers = [_Titled(column.short_title, column.text) for column in there]
    header = ("", *(each.title for each in [*axes, *numbers]))
    marked = references(results)
    rows = [
        (MARK if cell.id in marked else "", *(each.value(cell) for each in [*axes, *numbers]))
        for cell in cells
    ]
    right = tuple(range(1 + len(axes), len(header)))
    legend = tuple(_legend(results, there))
    if profile is not None and any(cost_on(profile, cell).over for cell in cells):
        legend = (*legend, f"{TOO_SLOW} too slow on {profile.name} for its rate, by the estimate")
    if profile is not None and any(cost_on(profile, cell).other is not None for cell in cells):
        legend = (
            *legend,
            f"{profile.name}: reckoned, in one case of two; the choice says more",
        )
    return FigureTable(header, tuple(rows), right, legend)


def _axes(results: Results) -> Iterator[_Titled]:
    for axis in AXES:
        if axis.key == "fps":
            # Of a clip it says where its part begins: which of the clips it is.
            yield _Titled("start", lambda cell: f"{cell.start:g}")
        yield _as_titled(axis, results)


def _as_titled(axis: Axis, results: Results) -> _Titled:
    def value(cell: CellResult) -> str:
        found = axis.value(results, cell)
        return NONE if found == NOTHING else found

    return _Titled(axis.short or axis.words, value)


def _legend(results: Results, shown: Sequence[Column]) -> Iterator[str]:
    """What the columns say, with the sample that figures were taken from (the first clip's, if they
    differ)."""
    if references(results):
        yield f"{MARK} the reference that the others of its clip and style are compared with"
        if lone := alone(results):
            are = "1 preview is" if len(lone) == 1 else f"{len(lone)} previews are"
            yield f"{are} compared with none: no other has the same style, strength and crop"
    if any(column in PLAYED for column in shown):
        yield PLAYED_BRIEF
    sampling = next((clip.sampling for clip in results.clips if clip.sampling is not None), None)
    if sampling is not None and any(cell.figures is not None for cell in results.cells):
        yield from _explained([each for each in shown if isinstance(each, Metric)], sampling)
        yield from sampling.notes


def _explained(metrics: Sequence[Metric], sampling: Sampling) -> Iterator[str]:
    """Those that say the same of the same sample together, in the order in which they stand."""
    sample_of = {m.key: words for words, some in samples(metrics, sampling).items() for m in some}
    lines: dict[str, list[str]] = {}
    for metric in metrics:
        said = [metric.brief, sample_of.get(metric.key), f"may rank {metric.ranks}"]
        lines.setdefault("; ".join(filter(None, said)), []).append(metric.short or metric.name)
    for line, names in lines.items():
        yield f"{', '.join(names)}: {line}"
