"""Writing to stdout and stderr: results and words, whatever a file name holds."""

from __future__ import annotations

import contextlib
import os
import sys
import unicodedata
from collections.abc import Iterator
from typing import TextIO

_COLOURS = {"error": "31", "warning": "33"}


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


def labelled(label: str, message: str, stream: TextIO) -> str:
    """``warning: …`` as one safe line for ``stream``, the label in colour where that is welcome."""
    if coloured(stream) and label in _COLOURS:
        label = f"\x1b[{_COLOURS[label]}m{label}\x1b[0m"
    return f"{label}: {safe(message)}"


def say(line: str) -> None:
    """One line of progress or explanation, to stderr."""
    with contextlib.suppress(BrokenPipeError):
        print(line, file=sys.stderr, flush=True)


def complain(message: str) -> None:
    """``error: …`` to stderr."""
    say(labelled("error", message, sys.stderr))


def put(text: str) -> None:
    """One line of result, to stdout. Names go out as the bytes that they are on disk.

    A reader that has gone (``render … | head -1``) is no failure: what is still to be done is done.
    """
    with _quiet_pipe():
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape") + b"\n")
        sys.stdout.buffer.flush()


@contextlib.contextmanager
def _quiet_pipe() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        # Or the interpreter's own flush, at its exit, would complain once more.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
