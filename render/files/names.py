"""What a file may be called, whatever the names say that its own is made of.

Clips, styles, presets and devices have names that others chose: a shared style may call itself
``../../x``. Their true names stand in words, results and metadata; in the names of files stands
what is made of them here, and that cannot leave its folder, hide, turn the writing or be too long.
Names that are harmless come out as they are.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Collection, Sequence
from pathlib import Path

from render.errors import OutputError, UsageError

MOST = 240
"""Bytes of a name that we make. File systems take 255; temporary names beside it are longer."""
_MOST_GIVEN = 255
_LEAST = 24
"""Bytes of a part that others do not take from it."""
_DIGITS = 8

_SEPARATORS = frozenset("/\\")
# Characters that end a line or are none, and those that turn what stands after them.
_CATEGORIES = frozenset(("Cc", "Cs", "Zl", "Zp"))
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

VIDEOS = frozenset((
    ".mp4", ".m4v", ".mov", ".qt", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".m2v", ".mts",
    ".m2ts", ".ts", ".vob", ".3gp", ".3g2", ".wmv", ".asf", ".flv", ".f4v", ".ogv", ".mxf", ".dv",
    ".y4m",
))  # fmt: skip
"""What in a folder is taken for a clip. A file that is named itself may be called anything."""
# What is called so is a file to everybody, also where it is none that we write.
MEDIA = VIDEOS | frozenset((
    ".gif", ".png", ".apng", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".bmp", ".heic", ".avif",
    ".jxl", ".svg", ".pdf",
))  # fmt: skip


def file_name(parts: Sequence[str], suffix: str) -> str:
    """``parts`` joined by hyphens, with ``suffix``, in at most ``MOST`` bytes.

    Where that is too long the first part yields first, down to a few words, then the longest of the
    others. What was shortened or changed keeps a mark of what it was, so that two names stay two.
    """
    words = [safe_part(part) for part in parts]
    room = MOST - len(suffix.encode())
    order = sorted(range(1, len(words)), key=lambda n: len(words[n].encode()), reverse=True)
    for n in (0, *order):
        over = len("-".join(words).encode()) - room
        if over <= 0:
            break
        words[n] = shortened(words[n], max(_LEAST, len(words[n].encode()) - over))
    return shortened("-".join(words), room) + suffix


def safe_part(text: str) -> str:
    """``text`` as a part of a file's name: one line of whole characters without separators, not
    empty, and visible. A name that had to be changed for that ends in a mark of what it was."""
    pieces = "".join("/" if _unsafe(character) else character for character in text).split("/")
    if len(pieces) == 1 and not text.startswith(".") and text.strip():
        return text
    kept = "-".join(piece for each in pieces if (piece := each.strip(" .-")))
    return f"{kept}-{_mark(text)}" if kept else _mark(text)


def shortened(text: str, most: int) -> str:
    """``text`` in at most ``most`` bytes, ``_LEAST`` or more; where it had to be cut, it ends in a
    mark of what it was."""
    if len(os.fsencode(text)) <= most:
        return text
    room = most - _DIGITS - 1
    kept = text[:room]  # a character has a byte or more
    while len(os.fsencode(kept)) > room:
        kept = kept[:-1]
    kept = kept.rstrip(" .-_")
    return f"{kept}-{_mark(text)}" if kept else _mark(text)


def inside(folder: Path, name: str) -> Path:
    """``name`` in ``folder``: the last word on where we write. Raises OutputError where that would
    be anywhere else, or hidden."""
    path = folder / name
    if path.parent != folder or path.name != name or name.startswith("."):
        raise OutputError(f"{name!r}: is no name for a file in {folder}")
    return path


def file_exists(path: str | Path) -> bool:
    """Whether there is such a file; not where no file can have that name, for which Path.is_file
    raises."""
    return os.path.isfile(path)  # noqa: PTH113


def leads_below(path: str) -> bool:
    """Whether a path that a file holds, with ``/``, leads to something below that file's folder."""
    parts = path.split("/")
    return "\0" not in path and not any(part in ("", ".", "..") for part in parts)


def is_file(asked: str | Path, suffixes: Collection[str], written: str) -> bool:
    """Whether a place that was asked for is a file to write, rather than a folder to write into.

    A file is what ends in one of ``suffixes``, unless it is a folder already or is written with a
    slash at its end. A dot alone makes none: ``sweep.v2`` is a folder. Raises UsageError, with what
    is ``written`` in words, for a file of another kind, and for a name that no file can have.
    """
    path = given(asked)
    if _is_folder(asked):
        return False
    kind = path.suffix.lower()
    if kind not in suffixes and (kind in MEDIA or _exists(path)):
        raise UsageError(f"-o {asked}: {written}")
    return kind in suffixes


def only_file(asked: str | Path, suffixes: Collection[str], written: str) -> Path:
    """As `is_file`, where nothing but a file is written. Raises UsageError for all else."""
    path = given(asked)
    if _is_folder(asked):
        raise UsageError(f"-o {asked}: is a folder; name a file")
    if path.suffix.lower() not in suffixes:
        raise UsageError(f"-o {asked}: {written}")
    return path


def ends_as_folder(asked: str | Path) -> bool:
    """Whether it was written with a slash at its end, which a Path has no more."""
    return str(asked).endswith(tuple(filter(None, ("/", os.sep, os.altsep))))


def given(asked: str | Path, option: str = "-o") -> Path:
    """A path that a user wrote. Raises UsageError where no file can be called so."""
    path = Path(asked)
    for name in path.parts:
        try:
            length = len(os.fsencode(name))
        except UnicodeEncodeError:
            length = 0
        if length == 0 or "\0" in name:
            raise UsageError(f"{option} {name!r}: holds what cannot be in the name of a file")
        if length > _MOST_GIVEN:
            raise UsageError(
                f"{option} {name[:20]}…: is too long a name: {length} bytes, where file systems "
                f"take {_MOST_GIVEN}"
            )
    return path


def numbered(path: Path, number: int) -> Path:
    """``grid-2.mp4`` beside ``grid.mp4``, as long as a name may be."""
    end = f"-{number}{path.suffix}"
    return path.with_name(shortened(path.stem, _MOST_GIVEN - len(os.fsencode(end))) + end)


def _is_folder(asked: str | Path) -> bool:
    try:
        return ends_as_folder(asked) or Path(asked).is_dir()
    except OSError:  # it cannot be known; whoever writes there will say why
        return False


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def _unsafe(character: str) -> bool:
    return (
        character in _SEPARATORS
        or character in _TURNING
        or unicodedata.category(character) in _CATEGORIES
    )


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGITS]
