"""What ``-o`` names: a file, a folder, or a URL and the folder here where its files are made."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from render.errors import UsageError
from render.files.names import MEDIA, ends_as_folder, given
from render.storage.published import work_folder
from render.storage.url import Url, place_of


@dataclass(frozen=True, slots=True)
class OutputPlace:
    """As `Request` has them: ``output``, ``into_folder`` and ``publish``."""

    output: Path | None = None
    into_folder: bool = False
    publish: Url | None = None


def output_place(word: str | None, cache: Path | None) -> OutputPlace:
    """Raises UsageError for what no file or folder can be called."""
    if word is None:
        return OutputPlace()
    place = place_of(word)
    if isinstance(place, Path):
        return OutputPlace(given(place), ends_as_folder(word))
    if cache is None:
        raise UsageError(f"-o {place}: a URL needs a cache, where its files are made")
    if ends_as_folder(word) or place.suffix.lower() not in MEDIA:
        return OutputPlace(work_folder(cache, place), True, place)
    return OutputPlace(given(work_folder(cache, place.folder) / place.name), False, place.folder)
