"""Which previews are held against others at all."""

from __future__ import annotations

from render.results.results import Results


def references(results: Results) -> set[str]:
    """The ids of the cells that others are held against."""
    found = ((cell.id, cell.figures.reference) for cell in results.cells if cell.figures)
    return {reference for id_, reference in found if reference is not None and reference != id_}


def compared(results: Results) -> set[str]:
    """The ids of the cells that are held against another, and of those that they are held against.
    Version 0.1.0 held one that was alone in its style against itself, and wrote that it loses
    nothing: that is no comparison."""
    others = {
        cell.id
        for cell in results.cells
        if cell.figures and cell.figures.reference not in (None, cell.id)
    }
    return others | references(results)
