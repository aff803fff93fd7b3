"""Folders and patterns → the clips that they stand for."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from render.errors import ClipError
from render.files.names import VIDEOS
from render.files.results_file import written
from render.storage.url import Place, Url, place_of

_DEEP = "**"


@dataclass(frozen=True, slots=True)
class Found:
    """A path or URL to be probed, or (``error``) one that stands for no clip at all."""

    place: Place
    error: ClipError | None = None


def find_clips(asked: Iterable[Path | Url | str]) -> tuple[Found, ...]:
    """The clips that ``asked`` stand for, each file once, in a stable order.

    A folder stands for the videos directly in it, by suffix and name, ``FOLDER/**`` also for those
    below. What render wrote there (by the folder's ``results.json``) is no clip. A pattern that is
    no file's name stands for what a shell would make of it. Anything else is taken as it is, and so
    are URLs. Raises UsageError for what is no URL, though it begins like one.
    """
    found: dict[str, Found] = {}
    for place in map(place_of, asked):
        try:
            for each in _one(place):
                found.setdefault(_identity(each), Found(each))
        except ClipError as error:
            found.setdefault(_identity(place), Found(place, error))
    return tuple(found.values())


def _one(path: Place) -> Iterator[Place]:
    if isinstance(path, Url):
        yield path
    elif path.name == _DEEP and not os.path.lexists(path):
        yield from _videos(path.parent, deep=True)
    elif _is_folder(path):
        yield from _videos(path, deep=False)
    elif glob.has_magic(str(path)) and not os.path.lexists(path):
        yield from _matches(path)
    else:
        yield path


def _matches(pattern: Path) -> Iterator[Path]:
    wanted = str(pattern)
    if glob.has_magic(str(pattern.parent)) and _is_folder(pattern.parent):
        wanted = str(Path(glob.escape(str(pattern.parent))) / pattern.name)
    # Not Path.glob, which takes no absolute pattern.
    paths = [Path(name) for name in sorted(glob.glob(wanted, recursive=True))]  # noqa: PTH207
    if not paths:
        raise ClipError(f"{pattern}: matches nothing")
    for path in paths:
        if not _is_folder(path):
            yield path
        elif _DEEP not in pattern.parts:  # else the files in it match by themselves
            yield from _videos(path, deep=False)


def _videos(folder: Path, *, deep: bool) -> list[Path]:
    """Raises ClipError when ``folder`` cannot be read or holds none."""
    videos: list[Path] = []
    own: set[Path] = set()
    skipped = 0

    def refuse(error: OSError) -> None:
        raise ClipError(f"{error.filename or folder}: cannot be read: {error.strerror}")

    for top, folders, names in os.walk(folder, onerror=refuse):
        own |= written(Path(top))
        here = [Path(top) / name for name in sorted(names) if is_video_name(name)]
        skipped += sum(path in own for path in here)
        videos += [path for path in here if path not in own]
        # In place: how os.walk is told where to go on.
        folders[:] = sorted(f for f in folders if not f.startswith(".")) if deep else []
    if not videos:
        below = "" if deep else " directly in it"
        files = "file" if skipped == 1 else "files"
        but = f" but what render wrote ({skipped} {files})" if skipped else ""
        raise ClipError(f"{folder}: is a folder with no video{below}{but}")
    return videos


def is_video_name(name: str) -> bool:
    """Whether a folder stands for a file of that name too."""
    # A leading dot: hidden, or one of ours that a crash has left half-written.
    return not name.startswith(".") and Path(name).suffix.lower() in VIDEOS


def _is_folder(path: Path) -> bool:
    # Not Path.is_dir, which raises for a name that is too long; that is the probe's to say.
    return os.path.isdir(path)  # noqa: PTH112


def _identity(path: Place) -> str:
    if isinstance(path, Url):
        return path.whole
    try:
        return os.path.realpath(path)
    except (OSError, ValueError):  # a name that no file can have
        return str(path)
