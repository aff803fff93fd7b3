"""What a page may say of where things were: names, never a folder of the machine that made it.

Folders that are known go wherever they are named, whatever is in their names; of paths that nobody
knows, in a message of some library, the last name stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath
from typing import Any

from render.results.results import Results
from render.storage.url import is_url

# A path from the root or from somebody's home, where a word begins; with what comes before its last
# name. Not "10 / 15", "and/or" or "https://".
_PATH = re.compile(
    r"(?:(?<![^\s'\"`(\[=,;|@])|(?<=^-\w)|(?<=:)(?!//))"
    r"(?:file:)?(?:~[^/\s]*)?/+(?:[^/\s]+/+)*(?=[^/\s])"
)
# "../x/y": where it leads is nobody's business either.
_UP = re.compile(r"(?<![^\s'\"`(\[=,;|:])(?:[^/\s'\"`(\[=,;|:]*/)*\.\./(?:[^/\s]+/+)*")


def without_folders(data: dict[str, Any], results: Results, folder: Path) -> dict[str, Any]:
    """``data`` of a page, its paths as names: the page is sent to people, `results.json` keeps the
    paths."""
    folders = {*map(str, _folders(results, folder)), *_url_folders(results)}
    known = sorted(folders, key=len, reverse=True)
    # Where nothing is known, what matches nothing.
    any_of = "|".join(map(re.escape, known)) or "(?!)"
    within = re.compile(rf"(?:{any_of})/+(?=[^/])")
    itself = re.compile(rf"(?:{any_of})(?![\w-])")
    found: dict[str, Any] = _named(data, within, itself)
    return found


def _folders(results: Results, folder: Path) -> Iterator[PurePath]:
    """Those that things were in, and those above them but for the outermost: "/home" says nothing,
    and may be a part of any path."""
    paths = [clip.path for clip in results.clips]
    paths += [cell.target.style_file for cell in results.cells if cell.target.style_file]
    paths += [failure.clip for failure in results.failures]
    folders = [folder.resolve(), folder.absolute(), *(PurePath(path).parent for path in paths)]
    for one in folders:
        for each in (one, *one.parents):
            if each.is_absolute() and len(each.parts) > 2:
                yield each


def _url_folders(results: Results) -> Iterator[str]:
    """Where clips lay in a store: its buckets are nobody's business either."""
    for place in (*(clip.path for clip in results.clips), *(one.clip for one in results.failures)):
        if is_url(place):
            yield place.rpartition("/")[0]


def _named(value: Any, within: re.Pattern[str], itself: re.Pattern[str]) -> Any:
    if isinstance(value, Mapping):
        return {key: _named(each, within, itself) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_named(each, within, itself) for each in value]
    if isinstance(value, str) and "/" in value:
        value = within.sub("", value)
        value = itself.sub(lambda found: PurePath(found[0]).name, value)
        return _UP.sub("", _PATH.sub("", value))
    return value
