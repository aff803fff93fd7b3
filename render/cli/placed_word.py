"""Options that a file says: what they name is found from the file's folder."""

from __future__ import annotations

import os.path
from pathlib import Path

from render.files.names import file_exists
from render.storage.url import is_url

# Options that may name files.
_FILES = (
    *("style", "preset", "ffmpeg", "on", "play-on", "backbone", "content", "held-out", "clip"),
    *("cells", "latency"),
)
_ONE_FILE = "cells"
_ANY_NAME = "latency"


def placed_word(key: str, value: str, folder: Path) -> str:
    """Files are found from ``folder``, outputs from where the command runs."""
    if key == "output":
        return value.rstrip("/") + "/" if is_url(value) else str(Path(value).expanduser()) + "/"
    if key not in _FILES:
        return value
    if key == _ONE_FILE or (key == _ANY_NAME and file_exists(folder / value)):
        return str(folder / value)
    return ",".join(_place_of(key, word, folder) for word in value.split(","))


def _place_of(key: str, word: str, folder: Path) -> str:
    if word.startswith("~"):
        return os.path.expanduser(word)  # noqa: PTH111 (which raises for who is not known)
    from render.presets.preset import is_style_file

    path = word.endswith(".toml") or is_style_file(word)
    if key == _ANY_NAME:
        path = file_exists(folder / word)
    return str(folder / word) if path else word
