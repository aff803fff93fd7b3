"""stdout and stderr that are closed, full or gone: the work goes on, and the exit status tells."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Iterator
from typing import TextIO

# By the name of the stream.
_LOST: dict[str, str] = {}


def open_closed() -> None:
    """Give 0, 1 and 2 a file where they were closed (``>&-``), for a process of our own.

    Otherwise the next files and pipes to be opened take these numbers, and who prints writes into
    them. One that can only be read where it should be written, so that writing still fails.
    """
    for number, mode in enumerate((os.O_WRONLY, os.O_RDONLY, os.O_RDONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, mode)  # takes the lowest free number: this one
    if sys.stdout is None:
        sys.stdout = _writer(1)
    if sys.stderr is None:
        sys.stderr = _writer(2)


def _writer(number: int) -> TextIO:
    return open(number, "w", encoding="utf-8", errors="backslashreplace", closefd=False)


@contextlib.contextmanager
def surviving(stream: TextIO) -> Iterator[None]:
    """Write to ``stream`` inside. Where that fails, all that follows goes nowhere, in silence.

    A reader that has gone (``render … | head -1``) is no failure: what is still to be done is done.
    Anything else on stdout is, for `finish` to tell.
    """
    try:
        yield
    except BrokenPipeError:
        _silence(stream)
    except OSError as error:
        _silence(stream)
        if stream is sys.stdout:
            reason = "it is closed" if error.errno == errno.EBADF else error.strerror
            _LOST.setdefault("stdout", reason or str(error))


def begin() -> None:
    """Nothing is lost yet."""
    _LOST.clear()


def finish() -> str | None:
    """Write what is still held back; why results did not reach stdout, if they did not."""
    for stream in (sys.stdout, sys.stderr):
        with surviving(stream):
            stream.flush()
    return _LOST.get("stdout")


def _silence(stream: TextIO) -> None:
    # What the stream holds back goes there too, or the interpreter's own flush would complain.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
    with contextlib.suppress(OSError):
        stream.flush()
