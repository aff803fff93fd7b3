"""A preset's file: read and checked."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from render.errors import PresetError
from render.files.problems import problems
from render.files.toml import check_schema, parse_toml, read_toml
from render.presets.preset import KEYS, SCHEMA, Preset, is_style_file

SUFFIX = ".toml"
MAX_BYTES = 64 * 1024


def is_preset_file(name_or_file: str | Path) -> bool:
    """Whether a preset is given as its file, rather than by its name."""
    text = str(name_or_file)
    return isinstance(name_or_file, Path) or text.endswith(SUFFIX) or "/" in text or os.sep in text


def read_preset(path: Path, label: str | None = None) -> Preset:
    """The preset of a file, its style found from where that lies; ``label`` is what messages call
    the file. Raises PresetError naming the file, the key and what was meant."""
    said = str(path) if label is None else label
    preset = _checked(read_toml(path, said, "preset", MAX_BYTES, PresetError), said)
    style = style_from(path.parent, preset.style)
    return preset if style == preset.style else preset.with_options(style=style)


def parse_preset(text: str, label: str) -> Preset:
    """The preset of a text as a file would hold it; a style file stays as it is written. Raises
    PresetError naming ``label`` and the key."""
    return _checked(parse_toml(text, label, PresetError), label)


def _checked(data: dict[str, Any], label: str) -> Preset:
    # Before all else: a newer schema's other keys are not mistakes.
    check_schema(data, label, SCHEMA, PresetError)
    try:
        return Preset.model_validate(data)
    except ValidationError as error:
        raise PresetError(f"{label}: {problems(error, lambda key: f'`{key}`', KEYS)}") from None


def style_from(folder: Path, style: str) -> str:
    """``style`` as a file in ``folder`` writes it: a style file is found from where that lies, so
    that the two travel together."""
    if not is_style_file(style) or Path(style).is_absolute():
        return style
    return str(folder / style)
