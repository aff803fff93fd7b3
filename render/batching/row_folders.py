"""Which folder each row's previews are in: decided before any work, so that a rerun finds them.

A folder is called after the row's clip. Where that name is another row's (the same clip with other
options, a clip of the same name), the row's own options stand behind it, or a mark of the row. What
a folder says of itself (`row_mark.py`) goes before the order of rows: they may be added, moved and
taken away.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from render.batching.row import Row
from render.batching.row_clip import clip_id, name_of, only_clip
from render.batching.row_mark import RowKeys, read_mark
from render.errors import RenderError, UsageError
from render.files.names import file_name, inside

_DIGITS = 8


@dataclass(frozen=True, slots=True)
class PlacedRow:
    """A row, its folder and its key; without these, ``error`` is why it cannot be worked off."""

    row: Row
    folder: Path | None
    key: str = ""
    error: RenderError | None = None


def placed(rows: Sequence[Row], output: Path, reserved: Iterable[str] = ()) -> list[PlacedRow]:
    """Each row with a folder of its own in ``output``, none called as ``reserved``."""
    known = RowKeys()
    keys = [_key(row, known) for row in rows]
    mine = {key for key in keys if isinstance(key, str)}
    taken = {_folded(name) for name in reserved}
    first: dict[str, str] = {}
    found = []
    for row, key in zip(rows, keys, strict=True):
        if isinstance(key, RenderError):
            found.append(PlacedRow(row, None, error=key))
        elif key in first:
            said = f"is {first[key]} again: the same clip with the same options"
            found.append(PlacedRow(row, None, error=UsageError(said)))
        else:
            first[key] = row.where
            name = _name(row, key, output, taken, mine)
            taken.add(_folded(name))
            found.append(PlacedRow(row, inside(output, name), key))
    return found


def _key(row: Row, keys: RowKeys) -> str | RenderError:
    if isinstance(row.request, RenderError):
        return row.request
    try:
        return keys.of(row.request)
    except RenderError as error:
        return error


def _name(row: Row, key: str, output: Path, taken: set[str], mine: set[str]) -> str:
    assert not isinstance(row.request, RenderError), "it has a key"
    clip = only_clip(row.request.clips)
    stem = name_of(row.written or clip.name)
    names = [file_name([stem, *more], "") for more in ((), row.own, (*row.own, key[:_DIGITS]))]
    names = [name for name in names if _folded(name) not in taken]
    marks = [read_mark(output / name) for name in names]
    for name, mark in zip(names, marks, strict=True):
        if mark is not None and mark.row == key:
            return name
    for name, mark in zip(names, marks, strict=True):
        # Whose options have changed takes its folder over, but no other row's.
        if mark is None or (mark.clip == clip_id(clip) and mark.row not in mine):
            return name
    # Nothing but other rows' folders: that of a row with all of its key is its own.
    return file_name([stem, key], "")


def _folded(name: str) -> str:
    """Some file systems take names for one that differ in case, or in how accents are written."""
    return unicodedata.normalize("NFC", name).casefold()
