"""Writing to stdout and stderr: results and words, whatever a file name holds."""

from __future__ import annotations

import contextlib
import os
import sys
import unicodedata
from contextlib import AbstractContextManager
from typing import Protocol, TextIO

from render.cli.streams import surviving
from render.cli.verbosity import Verbosity, says

_COLOURS = {"error": "31", "warning": "33"}


# What a quiet run says too.
_MATTER = ("error", "warning")


class _Live(Protocol):
    """A line on the screen that changes (`render.cli.live`)."""

    def aside(self) -> AbstractContextManager[None]: ...

    def close(self) -> None: ...


# The one that is on the screen, if any.
_LIVE: list[_Live] = []


class Line(str):
    """A line for a terminal: `safe`, but for colours of ours. ``least`` is how much must be asked
    for to read it."""

    __slots__ = ("least",)
    least: Verbosity

    def __new__(cls, text: str, least: Verbosity = Verbosity.USUAL) -> Line:
        line = super().__new__(cls, text)
        line.least = least
        return line


def safe(text: str) -> str:
    """``text`` as one printable line: control characters, terminal escapes, characters that turn
    the writing direction and bytes that are no UTF-8 come out as ``\\x1b``."""
    return "".join(
        c if c.isprintable() or unicodedata.category(c) == "Zs" else _escaped(c) for c in text
    )


def _escaped(character: str) -> str:
    if "\udc80" <= character <= "\udcff":  # a byte of a name that is not UTF-8
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")


def coloured(stream: TextIO) -> bool:
    """Whether colour may be used: a terminal that can, and no NO_COLOR (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def labelled(label: str, message: str, stream: TextIO) -> Line:
    """``warning: …`` as one safe line for ``stream``, the label in colour where that is welcome."""
    least = Verbosity.QUIET if label in _MATTER else Verbosity.USUAL
    if coloured(stream) and label in _COLOURS:
        label = f"\x1b[{_COLOURS[label]}m{label}\x1b[0m"
    return Line(f"{label}: {safe(message)}", least)


def shown(line: str) -> Line:
    """``line`` as people may see it, whatever names it holds."""
    return line if isinstance(line, Line) else Line(safe(line))


def say(line: str) -> None:
    """One line of progress or explanation, to stderr."""
    tell(line, sys.stderr)


def tell(line: str, stream: TextIO) -> None:
    """One line of words for people, to ``stream``, if they want that many; from any thread."""
    line = shown(line)
    if says(line.least):
        with _beside(), surviving(stream):
            print(line, file=stream, flush=True)


def detail(line: str) -> None:
    """One line that `--verbose` adds."""
    if says(Verbosity.VERBOSE):
        say(line)


def complain(message: str) -> None:
    """``error: …`` to stderr."""
    say(labelled("error", message, sys.stderr))


def put(text: str) -> None:
    """One line of result, to stdout. Names go out as the bytes that they are on disk, for programs
    to use, but to a terminal as they may be seen there."""
    if sys.stdout.isatty():
        text = shown(text)
    with _beside(), surviving(sys.stdout):
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape") + b"\n")
        sys.stdout.buffer.flush()


def begin_live(live: _Live) -> None:
    """``live`` is on the screen from now on, in place of any other."""
    close_live()
    _LIVE.append(live)


def end_live(live: _Live) -> None:
    """It is no longer there."""
    if live in _LIVE:
        _LIVE.remove(live)


def close_live() -> None:
    """Take what is there off the screen."""
    while _LIVE:
        _LIVE.pop().close()


def _beside() -> AbstractContextManager[None]:
    return _LIVE[-1].aside() if _LIVE else contextlib.nullcontext()
