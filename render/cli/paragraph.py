"""Prose on stdout, as wide as the terminal."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterator

from render.cli.output import safe

_WIDTHS = (40, 100)


def width() -> int:
    """Of lines: the terminal's, or 80, within what can be read."""
    return max(_WIDTHS[0], min(_WIDTHS[1], shutil.get_terminal_size().columns - 1))


def paragraph(
    text: str, first: str = "", rest: str | None = None, *, whole: bool = True
) -> Iterator[str]:
    """``text`` as safe lines; ``first`` stands before the first of them, ``rest`` (or as much empty
    room) before the others. A word that is longer than a line, such as a path, stays ``whole``."""
    yield from textwrap.wrap(
        safe(text),
        width(),
        initial_indent=first,
        subsequent_indent=" " * len(first) if rest is None else rest,
        break_long_words=not whole,
        break_on_hyphens=False,
    ) or [first.rstrip()]
