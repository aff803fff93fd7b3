"""The append-only record of what a folder's runs finished: one JSON object a line, synced.

`results.json` is made from it (`fold.py`). A process that dies while it appends leaves a torn last
line, which readers pass over; several processes may append at once. Each line says its ``kind``;
lines of kinds that a reader does not know are passed over too.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from render.errors import OutputError, UsageError
from render.files.small import opened

STATE = ".render"
"""The folder, inside the one with the previews, that holds what render needs to go on."""
COPIES = "copies"
"""The folder, inside that one, that holds light copies of its videos, for reports that are sent."""
_NAME = "journal.jsonl"
_SCHEMA = 1

Entry = Mapping[str, Any]


class Journal:
    """One file of lines. Nothing is made before the first one is written."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def of(cls, folder: Path) -> Journal:
        """The journal of a folder with previews."""
        return cls(folder / STATE / _NAME)

    def append(self, *entries: Entry) -> None:
        """Add a line for each, all or none but for a torn one, and wait until the disk has them.
        Raises OutputError."""
        with self.locked() as file:
            self.append_to(file, *entries)

    def append_to(self, file: IO[bytes], *entries: Entry) -> None:
        """`append`, for who holds the lock already. Raises OutputError."""
        try:
            end = file.seek(0, os.SEEK_END)
            lines = [{"kind": "journal", "schema": _SCHEMA}] if end == 0 else []
            data = b"".join(
                json.dumps(entry, allow_nan=False).encode("ascii") + b"\n"
                for entry in [*lines, *entries]
            )
            if end and self._torn(file, end):
                data = b"\n" + data
            file.seek(0, os.SEEK_END)
            view = memoryview(data)
            while view:  # a disk that fills up takes a part
                view = view[os.write(file.fileno(), view) :]
            os.fsync(file.fileno())
        except OSError as error:
            raise self._failure(error) from error

    @contextlib.contextmanager
    def locked(self) -> Iterator[IO[bytes]]:
        """The open file, which no other process appends to meanwhile. Raises OutputError."""
        try:
            new = not self.path.exists()
            self.path.parent.mkdir(parents=True, exist_ok=True)
            file = self.path.open("a+b", buffering=0)
        except OSError as error:
            raise self._failure(error) from error
        with file:
            if new:
                _sync_folder(self.path.parent)
            # A file system without locks still appends; only one run at a time is then safe.
            with contextlib.suppress(OSError):
                fcntl.flock(file, fcntl.LOCK_EX)
            yield file

    def read(self, start: int = 0) -> tuple[list[Entry], int]:
        """The entries from byte ``start`` on, and the byte after the last whole line.
        Raises UsageError for what cannot be read or was written by a newer render."""
        try:
            with opened(self.path) as file:
                file.seek(start)
                data = file.read()
        except FileNotFoundError:
            return [], 0
        except OSError as error:
            raise UsageError(f"{self.path}: cannot be read: {error.strerror}") from error
        whole = data.rfind(b"\n") + 1
        entries = []
        for line in data[:whole].split(b"\n"):
            entry = _entry(line)
            if entry is None:
                continue
            if entry["kind"] == "journal" and entry.get("schema") != _SCHEMA:
                raise UsageError(f"{self.path}: was written by a newer render; update this one")
            entries.append(entry)
        return entries, start + whole

    def _torn(self, file: IO[bytes], end: int) -> bool:
        file.seek(end - 1)
        return file.read(1) != b"\n"

    def _failure(self, error: OSError) -> OutputError:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        reason = error.strerror or error
        return OutputError(f"{self.path}: cannot be written ({reason})", transient=full)


def _entry(line: bytes) -> Entry | None:
    """A line's object; None for a torn one, which the run that wrote it did not live to finish."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) and isinstance(entry.get("kind"), str) else None


def _sync_folder(folder: Path) -> None:
    """So that the names in it last, too."""
    with contextlib.suppress(OSError):  # some file systems sync no folders
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
