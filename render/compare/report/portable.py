"""What a page may say of where things were: names, never a folder of the machine that made it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path, PurePath
from typing import Any

from render.results.results import Results


def without_folders(data: dict[str, Any], results: Results, folder: Path) -> dict[str, Any]:
    """``data`` of a page, its paths as names: the page is sent to people, `results.json` keeps the
    paths."""
    folders = sorted({f"{each}/" for each in _folders(results, folder)}, key=len, reverse=True)
    found: dict[str, Any] = _replaced(data, folders)
    for run in found["runs"]:
        run["command"] = [_named(word) for word in run["command"]]
    return found


def _folders(results: Results, folder: Path) -> Iterator[PurePath]:
    yield from (folder.resolve(), folder.absolute())
    paths = [clip.path for clip in results.clips]
    paths += [cell.target.style_file for cell in results.cells if cell.target.style_file]
    paths += [failure.clip for failure in results.failures]
    for path in map(PurePath, paths):
        if path.is_absolute() and path.parent != path.parent.parent:  # "/" is in every path
            yield path.parent


def _replaced(value: Any, folders: list[str]) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(each, folders) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_replaced(each, folders) for each in value]
    if isinstance(value, str) and "/" in value:
        for folder in folders:
            value = value.replace(folder, "")
    return value


def _named(word: str) -> str:
    """A word of a command: ``-o /a/b`` as ``-o b``, ``--output=/a/b`` as ``--output=b``."""
    option, sign, text = word.rpartition("=") if word.startswith("--") else ("", "", word)
    return f"{option}{sign}{PurePath(text).name}" if text.startswith("/") else word
