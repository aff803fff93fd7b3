"""What a preview's metadata says of it."""

from __future__ import annotations

from render.planning.fingerprint import TAG, as_tag
from render.planning.plan import Cell

_MOST_OF_STYLE = 1000


def preview_tags(cell: Cell) -> dict[str, str]:
    """The metadata of a cell's preview, and of its segments: one alone may become it."""
    return {"comment": comment(cell), TAG: as_tag(cell.identity)}


def comment(cell: Cell) -> str:
    """What made a preview, as far as a command takes it: a style may call itself anything."""
    strength = "" if cell.strength == 1 else f", strength {cell.strength:g}"
    on = "" if cell.playback is None else f", on {cell.playback.on}"
    rest = f"{cell.network}, {cell.size}, {cell.rate} fps{strength}{on}"
    return f"render: {cell.style[:_MOST_OF_STYLE]}, {rest}".replace("\0", "")
