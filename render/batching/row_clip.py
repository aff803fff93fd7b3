"""A row's clip: the words of a manifest → a path, and what tells that it has not changed.

What else than a file of this machine a clip may be, is said here and nowhere else in this package.
"""

from __future__ import annotations

import os
import posixpath
import stat
from pathlib import Path

from render.errors import ClipError, UsageError
from render.files.names import given
from render.storage.store import stamp_there
from render.storage.url import Place, Url, is_url, place_of

_HOME = "~/"


def clip_of(written: str, folder: Place) -> Place:
    """Where the clip lies that a manifest in ``folder`` names. Raises UsageError for what no file
    can be called."""
    place = place_of(written)
    if isinstance(place, Url) or is_url(written):
        return place
    if isinstance(folder, Url):
        if not written.startswith((_HOME, "/")):
            return folder.child(written)
        folder = Path()
    path = Path(written).expanduser() if written.startswith(_HOME) else folder / written
    given(path, "clip")
    return path


def name_of(written: str) -> str:
    """What the folder of its previews is called, before that is made safe: the clip's path, without
    its suffix; of a URL, its last part's."""
    place = place_of(written)
    if isinstance(place, Url):
        return place.stem
    stem, suffix = posixpath.splitext(posixpath.normpath(written))
    return stem if posixpath.basename(stem) else stem + suffix


def clip_id(path: Place) -> str:
    """Which clip it is, wherever the command runs."""
    if isinstance(path, Url):
        return str(path)
    return os.path.abspath(path)  # noqa: PTH100 (a link may lead elsewhere tomorrow)


def stamp_of(path: Place) -> tuple[int | str | None, ...]:
    """Size and time of the file, or what its store says of it: while they stand still, so does the
    clip. Raises ClipError where there is none."""
    if isinstance(path, Url):
        return stamp_there(path)
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise ClipError(f"{path}: there is no such file") from None
    except OSError as error:
        raise ClipError(f"{path}: cannot be read: {error.strerror or error}") from error
    if stat.S_ISDIR(found.st_mode):
        raise ClipError(f"{path}: is a folder; a row is one clip")
    if not stat.S_ISREG(found.st_mode):
        raise ClipError(f"{path}: is no regular file")
    return found.st_size, found.st_mtime_ns


def only_clip(clips: tuple[Path | Url | str, ...]) -> Place:
    """Raises UsageError where there is not exactly one."""
    if len(clips) != 1:
        raise UsageError(f"{len(clips)} clips in one row: a row is one clip")
    return place_of(clips[0])
