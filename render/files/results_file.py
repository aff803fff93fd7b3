"""``results.json`` as anybody may read it: its name, its limits, and what it says was written.

What it all means is `render/results/`; here lies what can be known without that.
"""

from __future__ import annotations

from pathlib import Path

from render.errors import UsageError
from render.files.json import read_json

NAME = "results.json"
MAX_BYTES = 64 << 20
# Of a preview on a phone every picture shown is a list of two numbers.
MANY = 2_000_000


def written(folder: Path) -> set[Path]:
    """What the folder's results say that render wrote below it. Read without its schema: also a
    newer render's previews are known."""
    try:
        data = read_json(folder / NAME, "file of results", MAX_BYTES, UsageError, many=MANY)
    except UsageError:  # not there, or damaged
        return set()
    data = data if isinstance(data, dict) else {}
    names = [*_texts(data.get("grids")), *_texts(data.get("cells"), "id")]
    return {folder / name for name in [*names, *_texts(data.get("clips"), "preview")]}


def _texts(items: object, key: str | None = None) -> list[str]:
    """The texts in a list, or (``key``) in the objects of a list."""
    found = items if isinstance(items, list) else []
    if key is not None:
        found = [item.get(key) for item in found if isinstance(item, dict)]
    return [text for text in found if isinstance(text, str)]
