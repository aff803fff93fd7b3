"""What a file may be called on any computer that a report is sent to.

Names that are harmless everywhere stay as they are. Others, which this file system takes and
Windows does not, or which turn, hide or leave their folder, are made plain, with a mark of what
they were.
"""

from __future__ import annotations

import hashlib
import posixpath
import re
import unicodedata
from collections.abc import Collection

_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_ .+,=@-]*")
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_MOST = 100
"""Characters. Windows takes 260 of a whole path, and people unpack deep down."""


def plain_name(name: str, suffix: str, taken: Collection[str] = ()) -> str:
    """``name``, a path below a folder, with ``suffix`` for its own; it differs from those ``taken``
    also where capital and small letters are one."""
    stem = posixpath.splitext(name)[0] if suffix else name
    found = stem
    if not _is_plain(found):
        letters = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
        words = re.sub(r"[^A-Za-z0-9_+=@-]+", "-", letters).strip("-.")
        found = f"{words[: _MOST - 9].rstrip('-')}-{_mark(name)}".lstrip("-")
    if f"{found}{suffix}".casefold() in {each.casefold() for each in taken}:
        found = f"{found}-{_mark(name)}"
    return f"{found}{suffix}"


def _is_plain(stem: str) -> bool:
    return (
        len(stem) <= _MOST
        and _PLAIN.fullmatch(stem) is not None
        and not stem.endswith((" ", "."))
        and _DEVICES.fullmatch(stem) is None
    )


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
