"""Amounts, times and failures in words."""

from __future__ import annotations

from pathlib import Path

from render.errors import RenderError
from render.storage.url import Place


def took(seconds: float) -> str:
    """``4.2 s``, ``42 s``, ``3 min 5 s``, ``2 h 10 min``."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def amount(size: int) -> str:
    """``812 kB``, ``3.1 MB``."""
    if size < 1_000_000:
        return f"{max(1, round(size / 1000)) if size else 0} kB"
    return f"{size / 1e6:.1f} MB" if size < 1e9 else f"{size / 1e9:.2f} GB"


def clip_error(clip: Place, error: RenderError) -> str:
    """What failed, beginning with the clip even where the error does not name it."""
    message = str(error)
    named = clip.name and clip.name in message
    return message if named else f"{clip}: {message}"


def segments_left(folder: Path, previews: int, size: int) -> str:
    """That previews were begun there and never finished, and what to do about it."""
    begun = "1 preview that was" if previews == 1 else f"{previews} previews that were"
    return (
        f"{folder}: {amount(size)} of {begun} begun by another command and not finished; that "
        f"command goes on with them, `render clean {folder}` removes them"
    )
