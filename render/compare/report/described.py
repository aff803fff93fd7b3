"""What the page's scripts have to know of axes and columns, as JSON: they keep none of it
themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from render.compare.axes import ACROSS, ALWAYS, AXES, DOWN, NAMED
from render.compare.column import Column, Kind, Ranks
from render.compare.metrics.metric import Metric, samples
from render.compare.table_columns import MACS_SECOND, columns, on_choice
from render.results.results import CellResult, Results
from render.results.source_clip import Sampling

# Each value of these paints another picture on purpose: no figure compares them.
_APART = ("style", "strength")


def described(
    results: Results, choice: Mapping[str, Any] | None, metrics: Sequence[Metric]
) -> dict[str, Any]:
    """Keys of the page's data, beside those of the results.

    axes: ``key`` and ``words`` of each. orders: which of them go ``across`` and ``down``, which
    are ``named`` and ``always`` so, and which no figure compares (``apart``). columns: what
    each says of itself. chart: the columns that may be its ``costs`` and ``losses``, and which
    of them are first. sort: the column that a table is sorted by at first. cells_axes: of each
    cell on each axis its ``said``, ``name`` and ``order``. cells_values: of each cell what it
    has of the columns, as ``value`` and ``text``. sampled: of each clip what the figures were
    taken from, in words, or null.
    """
    shown = columns(metrics, on_choice(choice))
    return {
        "axes": [{"key": axis.key, "words": axis.words} for axis in AXES],
        "orders": {
            "across": ACROSS,
            "down": DOWN,
            "named": NAMED,
            "always": ALWAYS,
            "apart": _APART,
        },
        "columns": [_column(column) for column in shown],
        "chart": _chart(shown),
        "sort": MACS_SECOND.key,
        "cells_axes": {cell.id: _places(results, cell) for cell in results.cells},
        "cells_values": {cell.id: _values(shown, cell) for cell in results.cells},
        "sampled": [_sampled(metrics, clip.sampling) for clip in results.clips],
    }


def _column(column: Column) -> dict[str, Any]:
    """``better``: 1 where more is, -1 where less is, 0 where neither says more than the other.
    ``apart``: the axis whose values it may not rank, which the cells are held apart by, or null."""
    return {
        "key": column.key,
        "words": column.title,
        "about": column.about,
        "better": column.better.value,
        "apart": None if column.ranks is Ranks.ANY else "fps",
        "limit": column.limit,
    }


def _chart(shown: Sequence[Column]) -> dict[str, Any]:
    """A figure that compares only cells of one rate has no place in it. First comes what a device
    is busy with, where there is one, and what puts all on one scale."""
    costs = [column for column in shown if column.kind is Kind.COST]
    figures = [column for column in shown if column.kind is Kind.FIGURE]
    losses = [column for column in figures if column.ranks is not Ranks.ONE_RATE]
    limited = [column for column in costs if column.limit is not None]
    return {
        "costs": [column.key for column in costs],
        "losses": [column.key for column in losses],
        "cost": limited[0].key if limited else MACS_SECOND.key,
        "loss": next((column.key for column in losses), None),
    }


def _places(results: Results, cell: CellResult) -> dict[str, Any]:
    return {
        axis.key: {
            "said": axis.below_heading(results, cell),
            "name": axis.by_itself(results, cell),
            "order": axis.order(results, cell),
        }
        for axis in AXES
    }


def _values(shown: Sequence[Column], cell: CellResult) -> dict[str, Any]:
    found = ((column, column.of(cell)) for column in shown)
    return {
        column.key: {"value": value, "text": column.text(cell)}
        for column, value in found
        if value is not None
    }


def _sampled(metrics: Sequence[Metric], sampling: Sampling | None) -> str | None:
    if sampling is None:
        return None
    parts = [
        f"{', '.join(metric.name for metric in some)}: {words}"
        for words, some in samples(metrics, sampling).items()
    ]
    return f"Figures ({sampling.mode}): {'; '.join(parts)}"
