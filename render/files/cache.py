"""A cache: what can be made again, kept in a folder under a hash of all that it depends on.

Nothing here fails a run: what cannot be read is made again, what cannot be kept is made the next
time too. Several processes may use one folder at once.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from render.errors import OutputError
from render.files.atomic import whole
from render.files.small import read_small
from render.files.temporary import clear_dead

_log = logging.getLogger(__name__)

LIMIT = 256_000_000
"""Bytes that a cache holds at most; what was used longest ago goes first."""

_SUFFIX = ".kept"
_LARGEST = 64 << 20
_MARK = b"render cache 1\n"


@dataclass(frozen=True, slots=True)
class CacheUse:
    """What lies in a cache."""

    folder: Path
    entries: int
    bytes: int


class Cache:
    """Entries of bytes by key. ``folder`` None: nothing is kept, and nothing found.

    ``trouble`` is why something could not be kept, the first time that happens, or None.
    """

    def __init__(self, folder: Path | None, limit: int = LIMIT) -> None:
        self._folder = folder
        self._limit = limit
        self.trouble: str | None = None

    def get(self, key: str) -> bytes | None:
        """What was put there; None where there is nothing, or what there is is damaged."""
        if self._folder is None:
            return None
        path = self._folder / f"{key}{_SUFFIX}"
        try:
            data = read_small(path, "cache entry", _LARGEST, OutputError)
        except OutputError as error:
            if path.exists():
                _log.debug("cache: %s; made anew", error)
            return None
        mark, digest, kept = data[: len(_MARK)], data[len(_MARK) :][:64], data[len(_MARK) + 64 :]
        if mark != _MARK or digest != hashlib.sha256(kept).hexdigest().encode("ascii"):
            _log.debug("cache: %s is damaged; made anew", path)
            return None
        with contextlib.suppress(OSError):
            os.utime(path)  # used just now
        _log.debug("cache: %s", path)
        return kept

    def put(self, key: str, data: bytes) -> None:
        """Keep ``data``, as far as that works."""
        if self._folder is None or self.trouble is not None:
            return
        digest = hashlib.sha256(data).hexdigest().encode("ascii")
        try:
            with whole(self._folder / f"{key}{_SUFFIX}", OutputError) as temporary:
                temporary.write_bytes(_MARK + digest + data)
        except OutputError as error:
            self.trouble = f"{error}: it is made again the next time"
            return
        self._bound()

    def _bound(self) -> None:
        """Let go of what was used longest ago, as far as there is too much."""
        assert self._folder is not None
        found = sorted(_entries(self._folder), key=lambda one: one[1].st_mtime_ns)
        total = sum(stat.st_size for _, stat in found)
        for path, stat in found:
            if total <= self._limit:
                return
            with contextlib.suppress(OSError):
                path.unlink()
            total -= stat.st_size


def cache_key(facts: Mapping[str, object]) -> str:
    """One hash of all that an entry depends on: texts, numbers, lists of those."""
    text = json.dumps(facts, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()[:32]


def cache_use(folder: Path) -> CacheUse:
    """What lies in the cache of ``folder``; nothing where there is no such folder."""
    sizes = [stat.st_size for _, stat in _entries(folder)]
    return CacheUse(folder, len(sizes), sum(sizes))


def empty_cache(folder: Path) -> None:
    """Remove all entries, and what killed runs left half-written. What is not a cache's stays, and
    so does the folder. Raises OutputError for what cannot be removed."""
    for path, _ in _entries(folder):
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(f"{path}: cannot be removed ({error.strerror})") from None
    if folder.is_dir():
        clear_dead(folder)


def _entries(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    try:
        names = sorted(folder.glob(f"*{_SUFFIX}"))
    except OSError:
        return
    for path in names:
        with contextlib.suppress(OSError):  # another process was faster
            yield path, path.stat()
