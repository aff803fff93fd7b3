"""Files that people name and that should be small: read with a limit, told what is wrong."""

from __future__ import annotations

from pathlib import Path

from render.errors import UsageError


def read_small(path: Path, what: str, most: int, error: type[UsageError]) -> bytes:
    """All of a file of at most ``most`` bytes. ``what`` is its kind in messages, such as ``preset
    file``. Raises ``error`` for a folder, a device, what is not there or cannot be read."""
    if path.is_dir():
        raise error(f"{path}: is a folder; this takes one {what}")
    if not path.exists():
        raise error(f"{path}: there is no such {what}")
    if not path.is_file():
        raise error(f"{path}: is no regular file; this takes one {what}")
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as problem:
        raise error(f"{path}: cannot be read: {problem.strerror}") from problem
    if len(data) > most:
        limit = f"{most >> 20} MiB" if most >= 1 << 20 else f"{most >> 10} KiB"
        raise error(f"{path}: is over {limit}, too long for a {what}")
    return data
