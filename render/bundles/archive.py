"""The file of a bundle: a zip of few files, flat and not compressed, read as if it were hostile.

Nothing in it is compressed, so nothing can grow when it is read; no name has a folder, so nothing
can leave the one that it is unpacked into. What a zip may hold besides (links, passwords, comments,
files over one another, a table of contents that is not the last thing in it) is refused.
"""

from __future__ import annotations

import io
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from render.errors import BundleError
from render.files.small import read_small
from render.files.zip_entry import zip_entry
from render.presets.preset_file import BUNDLE_SUFFIX

MOST = 96 << 20
"""Bytes of a bundle."""
MOST_FILES = 16
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_-]+)*")
"""Of a file inside: what every system takes, and never a path, hidden, or with a dot at its end."""
MOST_OF_NAME = 100

_MOST_SAID = 160
# By the zip format (PKWARE's APPNOTE.TXT, 4.3.7, 4.3.12, 4.3.16 and, for zip64, 4.3.15).
_HEADER, _ENTRY, _END, _LOCATOR = 30, 46, 22, 20
_UTF8 = 0x800
# What reads the format raises for what does not keep to it.
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, ValueError, EOFError, NotImplementedError)


def archive(contents: Mapping[str, bytes]) -> bytes:
    """The bytes of a bundle of these files, in their order; the same for the same."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED, allowZip64=False) as file:
        for name, data in contents.items():
            file.writestr(zip_entry(name), data)
    return made.getvalue()


def read_archive(path: Path) -> dict[str, bytes]:
    """The files of a bundle by their names, in their order. Raises BundleError for all that is not
    such a file, before anything is made of it."""
    return parse_archive(read_small(path, f"bundle ({BUNDLE_SUFFIX})", MOST, BundleError), path)


def parse_archive(data: bytes, path: Path) -> dict[str, bytes]:
    """As `read_archive`, of bytes that are in hand; ``path`` is what messages call them."""
    try:
        _check_end(data)
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            entries = file.infolist()
            _check_entries(entries, len(data))
            return {entry.filename: file.read(entry) for entry in entries}
    except _BROKEN as error:
        raise BundleError(f"{path}: is no bundle, or a damaged one ({_words(error)})") from None


def _check_end(data: bytes) -> None:
    """Before anything is parsed: that the table of contents is short, and the last thing there is.
    Raises ValueError."""
    if not data.startswith(b"PK\x03\x04") or data[-_END:-18] != b"PK\x05\x06":
        raise ValueError("it does not begin and end as one does")
    if data[-_END - _LOCATOR : -_END - _LOCATOR + 4] == b"PK\x06\x07":
        raise ValueError("it is of the kind for very large files")
    disk, first, here, count, size, start, comment = struct.unpack("<4H2LH", data[-18:])
    if disk or first or comment or here != count or not 1 <= count <= MOST_FILES:
        raise ValueError(f"its table of contents is not one of 1 to {MOST_FILES} files")
    if start + size + _END != len(data) or size > count * (_ENTRY + MOST_OF_NAME):
        raise ValueError("its table of contents is not where it should be")


def _check_entries(entries: list[zipfile.ZipInfo], length: int) -> None:
    """That each is a plain file, one behind the other. Raises ValueError."""
    names = [entry.filename.casefold() for entry in entries]
    end = 0
    for entry in entries:
        name = entry.filename
        said = repr(name[:MOST_OF_NAME])
        if len(name) > MOST_OF_NAME or not NAME.fullmatch(name) or entry.orig_filename != name:
            raise ValueError(f"{said} is no name that a file in it may have")
        if names.count(name.casefold()) > 1:
            raise ValueError(f"{said} is in it twice")
        if entry.compress_type != zipfile.ZIP_STORED or entry.compress_size != entry.file_size:
            raise ValueError(f"{said} is compressed")
        if entry.flag_bits & ~_UTF8 or entry.extra or entry.comment or entry.volume:
            raise ValueError(f"{said} has what no file in it may have")
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if entry.is_dir() or kind not in (0, stat.S_IFREG):
            raise ValueError(f"{said} is no regular file")
        if entry.header_offset != end:
            raise ValueError(f"{said} is not where it should be")
        end += _HEADER + len(name) + entry.file_size
    if end + sum(_ENTRY + len(name) for name in names) + _END != length:
        raise ValueError("it holds bytes that belong to nothing")


def _words(error: Exception) -> str:
    # zipfile quotes what it has found, however long that is.
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= _MOST_SAID else f"{text[:_MOST_SAID]}…"
