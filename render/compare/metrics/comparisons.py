"""What results say of comparisons, where there were some."""

from __future__ import annotations

from collections.abc import Sequence

from render.compare.metrics.metric import Metric
from render.results.held_against import alone
from render.results.results import CellResult, Results


def without_self_comparisons(results: Results, metrics: Sequence[Metric]) -> Results:
    """Without the figures of cells that were held against themselves alone, as version 0.1.0 did: a
    JOD of 10 against oneself says nothing. What a cell shows by itself stays."""
    lone = alone(results)
    comparing = {metric.key: None for metric in metrics if metric.alike is not None}

    def kept(cell: CellResult) -> CellResult:
        if cell.figures is None or cell.id not in lone:
            return cell
        nothing = {key: None for key in comparing if key in cell.figures.values}
        figures = cell.figures.model_copy(update={"reference": None, **nothing})
        return cell.model_copy(update={"figures": figures})

    return results.model_copy(update={"cells": tuple(kept(cell) for cell in results.cells)})
