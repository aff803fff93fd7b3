"""An entry of a zip that says nothing of when or where it was packed: the same contents are the
same bytes."""

from __future__ import annotations

import stat
import zipfile

_DAY = (1980, 1, 1, 0, 0, 0)
"""The first that a zip can name."""
_UNIX = 3


def zip_entry(name: str) -> zipfile.ZipInfo:
    """A plain file of that name, not compressed, which anybody may read."""
    entry = zipfile.ZipInfo(name, _DAY)
    entry.create_system = _UNIX
    entry.external_attr = (stat.S_IFREG | 0o644) << 16
    return entry
