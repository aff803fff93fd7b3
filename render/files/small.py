"""Files that people hand over: regular ones only, opened without waiting, read with a limit.

A pipe, a socket or a device in a file's place would be waited for, or read without end.
"""

from __future__ import annotations

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path

from render.errors import RenderError


class NotRegularError(OSError):
    """It is there, and neither a file nor a folder."""


def opened(path: Path) -> BufferedReader:
    """A regular file, to be read. Raises OSError, for anything else too, and never waits: what else
    there is, is not opened; should it take the file's place in that moment, it is shut again."""
    try:
        _refuse_others(path.stat())
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except ValueError:  # a NUL in it, or what is no character
        raise OSError(errno.EINVAL, "is no name that a file can have") from None
    try:
        _refuse_others(os.fstat(descriptor))
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _refuse_others(found: os.stat_result) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, "is a folder")
    if not stat.S_ISREG(found.st_mode):
        raise NotRegularError(errno.EINVAL, "is no regular file")


def size_of(file: BufferedReader) -> int:
    """Bytes of an opened file."""
    return os.fstat(file.fileno()).st_size


def read_small(
    path: Path, what: str, most: int, error: type[RenderError], *, absent: str | None = None
) -> bytes:
    """All of a file of at most ``most`` bytes. ``what`` is its kind in messages, such as ``preset
    file``; ``absent`` is all that is said where there is none. Raises ``error``."""
    try:
        with opened(path) as file:
            # Of some files the system says that they have no bytes, and gives some.
            data = b"" if size_of(file) > most else file.read(most + 1)
            too_long = size_of(file) > most or len(data) > most
    except (FileNotFoundError, NotADirectoryError):
        raise error(absent or f"{path}: there is no such {what}") from None
    except IsADirectoryError:
        raise error(f"{path}: is a folder; this takes one {what}") from None
    except NotRegularError:
        raise error(f"{path}: is no regular file; this takes one {what}") from None
    except OSError as problem:
        raise error(f"{path}: cannot be read: {problem.strerror}") from problem
    if too_long:
        limit = f"{most >> 20} MiB" if most >= 1 << 20 else f"{most >> 10} KiB"
        raise error(f"{path}: is over {limit}, too long for a {what}")
    return data


def read_text(
    path: Path, what: str, most: int, error: type[RenderError], *, absent: str | None = None
) -> str:
    """As `read_small`, of a file that is UTF-8, with or without a byte order mark."""
    data = read_small(path, what, most, error, absent=absent)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise error(f"{path}: is not UTF-8 text (at byte {problem.start})") from None
