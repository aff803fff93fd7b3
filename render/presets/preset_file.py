"""A preset's file: read and checked, and written so that it works elsewhere too."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from render.distribution import VERSION
from render.errors import OutputError, PresetError
from render.files.atomic import whole
from render.files.problems import problems
from render.files.toml import parse_toml, read_toml
from render.networks.catalogue import shipped_as
from render.presets.migration import migrated
from render.presets.preset import KEYS, SCHEMA, Preset, is_style_file

SUFFIX = ".toml"
BUNDLE_SUFFIX = ".renderpreset"
MAX_BYTES = 64 * 1024


class ReadPreset(NamedTuple):
    """What a file holds, and what its reader should know: a line for each thing that was changed
    because the file is of an earlier version."""

    preset: Preset
    notes: tuple[str, ...] = ()


def is_preset_file(name_or_file: str | Path) -> bool:
    """Whether a preset is given as its file, rather than by its name."""
    text = str(name_or_file)
    return isinstance(name_or_file, Path) or text.endswith(SUFFIX) or "/" in text or os.sep in text


def read_preset(path: Path, label: str | None = None) -> ReadPreset:
    """The preset of a file, its style found from where that lies; ``label`` is what messages call
    the file. Raises PresetError naming the file, the key and what was meant."""
    said = str(path) if label is None else label
    data = read_toml(path, said, "preset", MAX_BYTES, PresetError)
    preset, notes = _read(data, said, path.parent)
    style = style_from(path.parent, preset.style)
    return ReadPreset(preset if style == preset.style else preset.with_options(style=style), notes)


def parse_preset(text: str, label: str, folder: Path) -> Preset:
    """The preset of a text as a file in ``folder`` would hold it; a style file stays as it is
    written. Raises PresetError naming ``label`` and the key."""
    return _read(parse_toml(text, label, PresetError), label, folder).preset


def _read(data: Mapping[str, Any], label: str, folder: Path) -> ReadPreset:
    # Before all else: a newer schema's other keys are not mistakes.
    data, notes = migrated(data, label, folder)
    try:
        return ReadPreset(Preset.model_validate(data), notes)
    except ValidationError as error:
        raise PresetError(f"{label}: {problems(error, lambda key: f'`{key}`', KEYS)}") from None


def style_from(folder: Path, style: str) -> str:
    """``style`` as a file in ``folder`` writes it: a style file is found from where that lies, so
    that the two travel together."""
    if not is_style_file(style) or Path(style).is_absolute():
        return style
    return str(folder / style)


def write_preset(preset: Preset, path: Path) -> tuple[str, ...]:
    """Write the file, whole or not at all; what there is to know of it, a line each. Its style is
    written so that the two can be moved together, where that is possible. Raises OutputError."""
    style = style_for(path.parent, preset)
    written = preset.with_options(**style)
    try:
        text = stamped(written).to_toml().encode("utf-8")
    except UnicodeEncodeError:  # a name of bytes that are no characters
        raise OutputError(
            f"{path}: cannot hold the name of its style, {written.style!r}, which is no UTF-8; "
            "rename that file"
        ) from None
    with whole(path, OutputError) as temporary:
        temporary.write_bytes(text)
    if is_style_file(written.style) and Path(written.style).is_absolute():
        return (
            f"{path}: its style {written.style} lies outside the preset's folder, so the preset "
            f"works on this computer only; `render presets pack {path} -o "
            f"{path.with_suffix(BUNDLE_SUFFIX)}` makes a file to share",
        )
    return ()


def style_for(folder: Path, preset: Preset) -> dict[str, str]:
    """The keys of the preset's style as a file in ``folder`` writes them, so that it is found from
    elsewhere too: a shipped one by name, one in or below the folder from there; any other by where
    it lies."""
    if not is_style_file(preset.style):
        return {}
    # Not resolved: a link below the folder belongs to it. Where only what it leads to does, too.
    path = _whole(Path(preset.style))
    if shipped := shipped_as(path):
        name, network = shipped
        return {"style": name, "network": network}
    roots = _whole(folder), folder.resolve()
    for root, place in zip(roots, (path, path.resolve()), strict=True):
        if place.is_relative_to(root):
            return {"style": f"./{place.relative_to(root).as_posix()}"}
    return {"style": str(path)}


def _whole(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100


def stamped(preset: Preset) -> Preset:
    """As this render writes it."""
    return preset.with_options(schema=SCHEMA, written_with=VERSION)
