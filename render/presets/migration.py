"""Presets of earlier schemas, brought to the present one; what that changes is said."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from render.distribution import VERSION
from render.errors import PresetError
from render.files.limits import short
from render.files.names import file_exists
from render.files.toml import check_schema
from render.presets.preset import SCHEMA, is_style_file

Keys = dict[str, Any]
_VERSION = re.compile(r"[0-9]+(\.[0-9a-z]+){0,5}")
_LONGEST = 20


def migrated(data: Mapping[str, Any], label: str, folder: Path) -> tuple[Keys, tuple[str, ...]]:
    """The keys of a file in ``folder`` as the present schema has them, and a note for each that was
    changed. Raises PresetError for a schema that is none, or is to come."""
    _check(data, label)
    keys, notes = dict(data), []
    for schema in range(keys["schema"], SCHEMA):
        notes += _FROM[schema](keys, folder)
    keys["schema"] = SCHEMA
    return keys, tuple(f"{label}: {note}" for note in notes)


def _check(data: Mapping[str, Any], label: str) -> None:
    schema = data.get("schema")
    if isinstance(schema, bool) or not isinstance(schema, int) or schema <= SCHEMA:
        check_schema(data, label, SCHEMA, PresetError)
        return
    said = data.get("written_with")
    version = said if isinstance(said, str) and len(said) <= _LONGEST else ""
    if version == VERSION or not _VERSION.fullmatch(version):
        version = ""
    by = f"was written by render {version}, in" if version else "is in"
    needed = f"to render {version} or later" if version else "render"
    raise PresetError(
        f"{label}: {by} schema {short(schema)} of presets; this is render {VERSION}, which reads "
        f"up to schema {SCHEMA}; upgrade {needed}"
    )


def _from_1(keys: Keys, folder: Path) -> list[str]:
    """`choose --save` of render 0.1.0 wrote where a style lay on its own computer, also to presets
    that then went elsewhere together with it."""
    style = keys.get("style")
    if not isinstance(style, str) or not is_style_file(style):
        return []
    place = Path(style.strip())
    beside = folder / place.name
    if not place.is_absolute() or file_exists(place) or not file_exists(beside):
        return []
    keys["style"] = f"./{place.name}"
    return [f"its style {place} is not there; {beside.name} beside the preset is taken for it"]


_FROM: dict[int, Callable[[Keys, Path], list[str]]] = {1: _from_1}
"""By the schema that they lead on from."""
