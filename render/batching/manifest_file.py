"""A manifest: a table of clips with options of their own, as CSV or as JSON Lines.

What the options mean is not known here: each row comes out as the keys and values it has.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from render.errors import ManifestError, RenderError, UsageError
from render.files.json import parse_json
from render.files.limits import KEY, is_sound, short
from render.files.problems import unknown_key
from render.files.small import read_text

CLIP = "clip"
"""The key that every row has."""
SUFFIXES = (".csv", ".jsonl")
MAX_ROWS = 100_000
_MAX_BYTES = 64 << 20
_LONGEST = 4096
"""Characters of a value; no path is longer."""
_DELIMITERS = ",;\t"
_ENDS = re.compile(r"\r\n|\n|\r")
_MOST_VALUES = 1000
"""Keys and lists of one line."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row as it is written: its ``line``, counted from 1, and its values by key, without those
    that are left empty; or what is wrong with it."""

    line: int
    values: Mapping[str, Any] = field(default_factory=dict)
    error: RenderError | None = None

    @property
    def clip(self) -> str:
        """Empty where there is none."""
        clip = self.values.get(CLIP, "")
        return clip if isinstance(clip, str) else ""


def read_manifest(path: Path, keys: Collection[str]) -> tuple[Entry, ...]:
    """The rows of a manifest, which may have ``keys`` beside the clip. Raises ManifestError for a
    file that cannot be read as a whole, and for one without rows."""
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise ManifestError(f"{path}: a manifest is a .csv or a .jsonl file")
    text = read_text(path, "manifest", _MAX_BYTES, ManifestError)
    known = (CLIP, *keys)
    read = _csv if suffix == ".csv" else _json_lines
    entries = []
    for entry in read(path, text, known):
        entries.append(entry)
        if len(entries) > MAX_ROWS:
            raise ManifestError(f"{path}: over {MAX_ROWS} rows; split it")
    if not entries:
        raise ManifestError(f"{path}: has no rows; write one for each clip")
    return tuple(entries)


def _csv(path: Path, text: str, known: tuple[str, ...]) -> Iterator[Entry]:
    header: list[str] | None = None
    delimiter = ","
    for line, written in enumerate(_ENDS.split(text), 1):
        if not written.strip():
            continue
        if header is None:
            delimiter = _delimiter(written)
        # A line at a time: a quote that is not closed takes no other rows along.
        reader = csv.reader([written], delimiter=delimiter, skipinitialspace=True, strict=True)
        try:
            cells = next(reader)
        except csv.Error:
            said = "a quote that is not closed, or does not end its value"
            if header is None:
                raise ManifestError(f"{path}:{line}: {said}") from None
            yield Entry(line, error=UsageError(said))
            continue
        if header is None:
            header = _header(f"{path}:{line}", [cell.strip() for cell in cells], known)
        elif any(cell.strip() for cell in cells):
            yield _row(line, header, cells)


def _delimiter(header: str) -> str:
    """Spreadsheets write semicolons where a comma stands in numbers."""
    return max(_DELIMITERS, key=header.count)


def _header(where: str, cells: list[str], known: tuple[str, ...]) -> list[str]:
    """The keys of the columns. Raises ManifestError, since every row would be wrong."""
    for name in cells:
        if name not in known:
            said = "a column without a name" if not name else _unknown(name, known)
            raise ManifestError(f"{where}: {said}")
    if CLIP not in cells:
        raise ManifestError(f"{where}: no column `{CLIP}`; the first line names the columns")
    name, count = Counter(cells).most_common(1)[0]
    if count > 1:
        raise ManifestError(f"{where}: the column `{name}` is there twice")
    return cells


def _row(line: int, header: list[str], cells: list[str]) -> Entry:
    # A name may end in a space.
    values = {
        key: cell if key == CLIP else cell.strip()
        for key, cell in zip(header, cells, strict=False)
        if cell.strip()
    }
    if len(cells) > len(header) and any(cell.strip() for cell in cells[len(header) :]):
        said = f"{len(cells)} values in {len(header)} columns; put a value with a comma in quotes"
        return Entry(line, values, UsageError(said))
    return _checked(line, values)


def _json_lines(path: Path, text: str, known: tuple[str, ...]) -> Iterator[Entry]:
    # Not splitlines, which ends lines inside strings too.
    for line, written in enumerate(text.split("\n"), 1):
        if not written.strip():
            continue
        try:
            data = parse_json(written, _MOST_VALUES)
        except (ValueError, RecursionError) as problem:
            yield Entry(line, error=UsageError(f"is no JSON: {problem}"))
            continue
        if not isinstance(data, dict):
            yield Entry(line, error=UsageError(f"{short(data)}: is no object; write one a line"))
            continue
        values = {key: value for key, value in data.items() if value is not None}
        unknown = next((key for key in data if key not in known), None)
        if unknown is not None:
            yield Entry(line, values, UsageError(_unknown(unknown, known)))
        else:
            yield _checked(line, values)


def _checked(line: int, values: dict[str, Any]) -> Entry:
    for key, value in values.items():
        if isinstance(value, str) and (len(value) > _LONGEST or not is_sound(value)):
            wrong = "is too long" if len(value) > _LONGEST else "holds what is no character"
            return Entry(line, values, UsageError(f"`{key}`: {short(value)}: {wrong}"))
    clip = values.get(CLIP)
    if clip is None or not isinstance(clip, str) or not clip.strip():
        said = "no clip" if not clip else f"`{CLIP}`: {short(clip)}: is no path"
        return Entry(line, values, UsageError(said))
    return Entry(line, values)


def _unknown(key: str, known: tuple[str, ...]) -> str:
    shown = key if len(key) <= KEY else f"{key[:KEY]}…"
    return f"`{shown}`: {unknown_key(shown, lambda one: f'`{one}`', known)}"
