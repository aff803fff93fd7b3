"""Temporary names beside what they will become, and whose they are, however their run ends.

What is killed removes nothing; the next run in that folder does it. For that a name tells its run,
``.render-TOKEN-1.mp4``, and while a run has such names in a folder it holds a lock there, an empty
file ``.render-TOKEN.MACHINE.BOOT.lock``. A lock that can be taken is a dead run's. The lock comes
before the first of its names and goes after the last, so names without one are a dead run's too.

Some shared folders grant a lock to every machine: what another machine left has to have been
untouched for a day besides. Where there are no locks at all, names begin with an ``x`` and stay.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import itertools
import os
import re
import secrets
import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from render.errors import RenderError

_PREFIX = ".render-"
_OURS = re.compile(
    r"\.render-(?P<token>x?[0-9a-f]{12})(?:-.*|\.(?P<machine>[0-9a-f]{8})\.(?P<boot>[0-9a-f]{8})\.lock)",
    re.DOTALL,
)
_DAY = 86400.0


@contextlib.contextmanager
def beside(folder: Path, suffix: str, failure: type[RenderError]) -> Iterator[Path]:
    """A new name in ``folder``, which exists, for a file or a folder that goes at the end if it is
    still there.

    The name is short, whatever it is to become: some file systems end at 143 bytes. Raises
    ``failure`` when nothing can be written there.
    """
    try:
        claim = _claim(folder.absolute())
    except OSError as error:
        reason = error.strerror or error
        raise failure(f"{folder}: cannot be written ({reason})") from error
    path = folder / f"{_PREFIX}{claim.token}-{next(claim.numbers)}{suffix}"
    try:
        yield path
    finally:
        remove_tree(path)
        _release(claim)


def remove_tree(path: Path) -> None:
    """A file or a folder, if it is there."""
    with contextlib.suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Cleared:
    """What `clear_dead` came to: names removed, and names that may be a dead run's or a living
    one's, which nobody can tell in a folder without locks."""

    removed: int = 0
    unsure: int = 0


def clear_dead(folder: Path) -> Cleared:
    """Remove what runs that are no more have left in ``folder``."""
    found = _found(folder)
    if any(one.lock is None for token, one in found.items() if _lockable(token)):
        # A listing is no moment: look again for locks that came while it was made.
        for token, again in _found(folder).items():
            if token in found:
                found[token].lock = again.lock
    mine = {claim.token for claim in list(_CLAIMS.values())}
    removed = unsure = 0
    for token, one in found.items():
        if token in mine:
            continue
        held = _taken(folder, one) if _lockable(token) else None
        if held is None:
            unsure += len(one.names)
        elif held:
            removed += len(one.names)
    return Cleared(removed, unsure)


def in_use(folder: Path) -> bool:
    """Whether a living run, this one too, has names in ``folder``; those of dead ones go."""
    clear_dead(folder)
    return bool(_found(folder))


def remove_all() -> None:
    """All that this process still has anywhere, for its end: nothing else of it may still write."""
    for claim in list(_CLAIMS.values()):
        for name in _listed(claim.folder):
            if name.startswith(f"{_PREFIX}{claim.token}-"):
                remove_tree(claim.folder / name)
        claim.let_go()


class _Claim:
    """A folder in which this process has temporary names."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.users = 0
        self.numbers = itertools.count(1)
        self.token, self._lock, self._held = _locked(folder)

    def let_go(self) -> None:
        if self._lock is not None:
            with contextlib.suppress(OSError):
                self._lock.unlink()
        if self._held is not None:
            with contextlib.suppress(OSError):
                os.close(self._held)
        self._lock = self._held = None


_CLAIMS: dict[Path, _Claim] = {}
_CLEARED: set[Path] = set()
_CHANGING = threading.Lock()


def _claim(folder: Path) -> _Claim:
    with _CHANGING:
        if folder not in _CLEARED:
            _CLEARED.add(folder)
            clear_dead(folder)
        if folder not in _CLAIMS:
            _CLAIMS[folder] = _Claim(folder)
        claim = _CLAIMS[folder]
        claim.users += 1
        return claim


def _release(claim: _Claim) -> None:
    with _CHANGING:
        claim.users -= 1
        if not claim.users:
            claim.let_go()
            del _CLAIMS[claim.folder]


def _locked(folder: Path) -> tuple[str, Path | None, int | None]:
    """A token, its lock file and the descriptor that holds it; without these where there are no
    locks."""
    while True:
        token = secrets.token_hex(6)
        path = folder / f"{_PREFIX}{token}.{_machine()}.{_boot()}.lock"
        held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.stat().st_ino == os.fstat(held).st_ino:
                return token, path, held
        except (BlockingIOError, FileNotFoundError):
            pass  # who clears was between our two steps, and thinks that we are dead
        except OSError:
            os.close(held)
            path.unlink(missing_ok=True)
            return f"x{token}", None, None
        os.close(held)
        path.unlink(missing_ok=True)


@dataclass(slots=True)
class _Found:
    """What a folder holds of one token."""

    names: list[str]
    lock: str | None = None


def _found(folder: Path) -> dict[str, _Found]:
    found: dict[str, _Found] = {}
    for name in _listed(folder):
        if match := _OURS.fullmatch(name):
            one = found.setdefault(match["token"], _Found([]))
            if match["machine"]:
                one.lock = name
            else:
                one.names.append(name)
    return found


def _listed(folder: Path) -> list[str]:
    with contextlib.suppress(OSError):
        return os.listdir(folder)  # noqa: PTH208 (names are all that is asked for)
    return []


def _lockable(token: str) -> bool:
    return not token.startswith("x")


def _taken(folder: Path, one: _Found) -> bool | None:
    """Whether what was found is a dead run's, and now removed; None where nobody can tell."""
    if one.lock is None:
        _remove(folder, one)
        return True
    held = None
    try:
        flags = os.O_RDWR | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC
        held = os.open(folder / one.lock, flags)
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _of_this_machine(one.lock) or _untouched(folder, one):
            # With the names that came after the listing.
            _remove(folder, _found(folder).get(_token(one.lock), one))
            return True
    except (BlockingIOError, FileNotFoundError):  # it lives, or has just ended
        return False
    except OSError:
        return None
    finally:
        if held is not None:
            os.close(held)
    return None


def _token(lock: str) -> str:
    match = _OURS.fullmatch(lock)
    return match["token"] if match else ""


def _remove(folder: Path, one: _Found) -> None:
    for name in one.names:
        remove_tree(folder / name)
    if one.lock is not None:
        (folder / one.lock).unlink(missing_ok=True)


def _of_this_machine(lock: str) -> bool:
    """By its name, which a restart keeps, or by its start, which containers share."""
    match = _OURS.fullmatch(lock)
    return match is not None and (match["machine"] == _machine() or match["boot"] == _boot())


def _untouched(folder: Path, one: _Found) -> bool:
    times = []
    for name in [*one.names, one.lock]:
        with contextlib.suppress(OSError):
            times.append((folder / str(name)).lstat().st_mtime)
    return bool(times) and max(times) < time.time() - _DAY


@cache
def _machine() -> str:
    return _short(os.uname().nodename)


@cache
def _boot() -> str:
    try:
        return _short(Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii"))
    except OSError:
        return _machine()


def _short(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()
