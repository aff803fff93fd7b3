"""Which previews are held against others at all."""

from __future__ import annotations

from render.results.results import Results


def references(results: Results) -> set[str]:
    """The ids of the cells that others are held against."""
    found = ((cell.id, cell.figures.reference) for cell in results.cells if cell.figures)
    return {reference for id_, reference in found if reference is not None and reference != id_}


def alone(results: Results) -> set[str]:
    """The ids of the cells with figures that are held against no other, nor any against them.
    Version 0.1.0 held such a one against itself, and wrote that it loses nothing: that is no
    comparison."""
    held = references(results)
    return {
        cell.id
        for cell in results.cells
        if cell.figures and cell.figures.reference in (None, cell.id) and cell.id not in held
    }
