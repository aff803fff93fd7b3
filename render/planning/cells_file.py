"""``--cells FILE.toml``: chosen combinations, each with the keys of a preset's target and style."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import ValidationError

from render.errors import UsageError
from render.files.limits import short
from render.files.problems import problems, unknown_key
from render.files.toml import check_schema, read_toml
from render.nearest import did_you_mean
from render.presets.preset import KEYS as PRESET_KEYS
from render.presets.preset import Preset
from render.presets.preset_file import style_from

SCHEMA = 1
KEYS = ("fps", "size", "network", "style", "upscale", "upscaler", "strength")
MAX_BYTES = 1 << 20
_EXAMPLE = 'fps = 10, size = "480x853"'


def load_cells(path: Path) -> tuple[dict[str, Any], ...]:
    """The keys of each ``[[cell]]`` as written, checked; a style file is found from where the file
    lies. Raises UsageError naming the file, the cell (counted from 1) and the key."""
    data = read_toml(path, str(path), "cells", MAX_BYTES, UsageError)
    check_schema(data, str(path), SCHEMA, UsageError)
    for key in data:
        if key not in ("schema", "cell"):
            raise UsageError(f"{path}: `{key}`: {_stray(key)}")
    cells = data.get("cell", [])
    if not isinstance(cells, list):
        raise UsageError(f"{path}: `cell`: write each as a table of its own, headed [[cell]]")
    if not cells:
        raise UsageError(f"{path}: holds no [[cell]], each with keys such as {_EXAMPLE}")
    return tuple(_cell(path, number, cell) for number, cell in enumerate(cells, start=1))


def _stray(key: str) -> str:
    if key in KEYS:
        return f"belongs to a cell; write [[cell]] above it, or give --{key}"
    return f"unknown key{did_you_mean(key, ('schema', 'cell'))}"


def _cell(path: Path, number: int, cell: object) -> dict[str, Any]:
    where = f"{path}: cell {number}"
    if not isinstance(cell, dict):
        raise UsageError(f"{where}: {short(cell)} is no table; write [[cell]] and its keys below")
    for key in cell:
        if key not in KEYS:
            raise UsageError(f"{where}: `{key}`: {_not_of_a_cell(key)}")
    try:
        Preset.model_validate(cell)
    except ValidationError as error:
        raise UsageError(f"{where}: {problems(error, lambda key: f'`{key}`', KEYS)}") from None
    if "style" in cell:
        return {**cell, "style": style_from(path.parent, cell["style"].strip())}
    return cell


def _not_of_a_cell(key: str) -> str:
    if key in PRESET_KEYS and key != "schema":
        return "is the same for all cells; give it as an option or in a preset"
    return unknown_key(key, lambda key: f"`{key}`", KEYS)
