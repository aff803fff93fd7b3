"""Aligned tables on stdout."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from render.cli.output import safe


def table(
    header: Sequence[str], rows: Sequence[Sequence[str]], right: Collection[int] = ()
) -> Iterator[str]:
    """The lines of a table; its last column is as wide as it needs. The columns numbered in
    ``right`` are flush right, as numbers are."""
    cells = [[title.upper() for title in header], *([safe(cell) for cell in row] for row in rows)]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    for row in cells:
        placed = (
            f"{cell:>{width}}" if i in right else f"{cell:<{width}}"
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(placed).rstrip()
