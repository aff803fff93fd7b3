"""The content of a file as one hash."""

from __future__ import annotations

import hashlib
from pathlib import Path

from render.errors import RenderError


def digest_of(path: Path, failure: type[RenderError]) -> str:
    """SHA-256 of the file's bytes, hexadecimal; a gigabyte takes about a second. Raises
    ``failure`` for what cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise failure(f"{path}: cannot be read: {error.strerror or error}") from error
