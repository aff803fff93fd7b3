"""Aligned tables on stdout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from render.cli.output import safe


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """The lines of a table; its last column is as wide as it needs."""
    cells = [[title.upper() for title in header], *([safe(cell) for cell in row] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    for row in cells:
        yield "  ".join(f"{cell:<{w}}" for cell, w in zip(row, widths, strict=True)).rstrip()
