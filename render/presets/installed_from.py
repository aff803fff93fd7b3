"""What the bundle of an installed preset said of itself: written by others, and decides nothing."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from render.errors import PresetError
from render.files.json import read_json
from render.presets.preset_library import MANIFEST

_MAX_BYTES = 1 << 20
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class InstalledFrom:
    """Attributes:
    author, licence: of what it holds. packed_by: who or what made it. All may be empty.
    files: how many it brought, None where it does not say.
    """

    author: str = ""
    licence: str = ""
    packed_by: str = ""
    files: int | None = None


def installed_from(preset: Path) -> InstalledFrom:
    """What lies beside the file of an installed preset. Raises PresetError where that is missing or
    cannot be read."""
    path = preset.with_name(MANIFEST)
    absent = f"{path}: is missing, so its bundle is not known"
    data = read_json(path, "bundle's manifest", _MAX_BYTES, PresetError, absent=absent)
    if not isinstance(data, dict):
        raise PresetError(f"{path}: is no manifest of a bundle")
    author, licence, packed_by = (
        said[:_LONGEST] if isinstance(said := data.get(key), str) else ""
        for key in ("author", "licence", "packed_by")
    )
    files = data.get("files")
    count = len(files) if isinstance(files, dict | list) else None
    return InstalledFrom(author, licence, packed_by, count)
