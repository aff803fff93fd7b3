"""Clips at URLs, fetched once on each machine and again only when they have changed.

A fetched clip is a file of the cache's folder ``clips``, named by its URL and by what the store
says of its content: one that is there under that name is that content, whole. Of several processes
that want one clip, one fetches it and the others wait, so that nothing crosses the network twice;
where a file system has no locks each fetches, and the last one's takes the place of the others'.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

from render.errors import ClipError, OutputError
from render.files.cache import CacheUse, cache_key
from render.files.digest import digest_of
from render.files.temporary import beside, clear_dead
from render.storage.store import Store, Stored, explained, worth_another
from render.storage.transfers import Moved, StoppedError
from render.storage.url import Url

NAME = "clips"
LIMIT = 50_000_000_000
"""Bytes of clips that are kept; what was used longest ago goes first, but nothing that was used
within a day: a sweep may be at work on it."""

_DAY = 86_400.0
_WAIT = 0.2
_IN_USE = "in-use.lock"
# By folder: held until this process ends.
_HELD: dict[Path, int] = {}


def fetch(url: Url, cache: Path, moved: Moved, limit: int = LIMIT) -> Path:
    """The clip at ``url`` as a file below ``cache``, which is made where it is not there.

    Raises ClipError for what cannot be fetched, OutputError where it cannot be kept, UsageError
    for a kind of store that cannot be opened here.
    """
    store, folder = Store.of(url), cache.absolute() / NAME
    key = cache_key({"url": str(url)})
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or error
        raise OutputError(f"{folder}: cannot be written ({reason})") from error
    _hold(folder)
    with explained(url, ClipError):
        for attempt in (1, 2):
            try:
                with _alone(folder / f"{key}.lock", moved):
                    path = _there_or_fetched(store, folder, key, moved)
                break
            except StoppedError:
                raise
            except Exception as error:
                # Once more.
                if attempt == 2 or not worth_another(url, error):
                    raise
    with contextlib.suppress(OSError):
        os.utime(path)  # used just now
    _bound(folder, limit)
    return path


def _there_or_fetched(store: Store, folder: Path, key: str, moved: Moved) -> Path:
    before = store.stored()
    path = folder / _file_name(key, before.mark, store.url)
    if before.mark and path.is_file():
        return path
    clear_dead(folder)
    with beside(folder, path.suffix, OutputError) as temporary:
        moved.bytes, moved.of = 0, before.size
        store.files.get_file(store.path, str(temporary), callback=moved.callback())
        moved.check()
        _check_whole(store, before, temporary)
        if not before.mark:  # nothing tells whether it has changed: its content does
            path = folder / _file_name(key, digest_of(temporary, ClipError), store.url)
        _sync(temporary)
        temporary.replace(path)
    return path


def _check_whole(store: Store, before: Stored, file: Path) -> None:
    """Raise ClipError for a clip that came in part, or that was replaced meanwhile."""
    url, size = store.url, file.stat().st_size
    if before.size is not None and size != before.size:
        raise ClipError(f"{url}: {size} of {before.size} bytes came; try again", transient=True)
    if store.stored() != before:
        raise ClipError(f"{url}: was replaced while it was fetched; try again", transient=True)


def _file_name(key: str, mark: str, url: Url) -> str:
    return f"{key}-{hashlib.sha256(mark.encode()).hexdigest()[:12]}{url.suffix.lower()}"


def _sync(path: Path) -> None:
    """So that no power failure leaves a name without its bytes."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


@contextlib.contextmanager
def _alone(lock: Path, moved: Moved) -> Iterator[None]:
    """While no other process of this machine, and no other thread, fetches the same."""
    with lock.open("ab") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                moved.check()
                time.sleep(_WAIT)
                continue
            except OSError:  # no locks here
                pass
            break
        yield


def _hold(folder: Path) -> None:
    """Tell others, until this process ends, that clips of ``folder`` are in use."""
    if folder in _HELD:
        return
    with contextlib.suppress(OSError):
        held = os.open(folder / _IN_USE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(held, fcntl.LOCK_SH)
        _HELD[folder] = held


def _bound(folder: Path, limit: int) -> None:
    """Let go of what was used longest ago, as far as there is too much."""
    found = sorted(_clips(folder), key=lambda one: one[1].st_mtime_ns)
    total = sum(stat.st_size for _, stat in found)
    for path, stat in found:
        if total <= limit or stat.st_mtime > time.time() - _DAY:
            return
        with contextlib.suppress(OSError):
            path.unlink()
        total -= stat.st_size


def clips_kept(cache: Path) -> CacheUse:
    """What lies there."""
    sizes = [stat.st_size for _, stat in _clips(cache / NAME)]
    return CacheUse(cache / NAME, len(sizes), sum(sizes))


def forget_clips(cache: Path) -> bool:
    """Remove all fetched clips; False, and none is, where a run is at work on them. Raises
    OutputError for what cannot be removed."""
    folder = cache / NAME
    if not folder.is_dir():
        return True
    try:
        with (folder / _IN_USE).open("ab") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            for path, _ in _clips(folder):
                path.unlink(missing_ok=True)
            for lock in folder.glob("*.lock"):
                lock.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be emptied ({error.strerror or error})") from None
    clear_dead(folder)
    return True


def _clips(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    for path in folder.glob("[0-9a-f]*-*"):
        with contextlib.suppress(OSError):  # another process was faster
            yield path, path.stat()
