"""All that is wrong with a preset's file, and what would keep it from working elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from render.errors import PresetError, RenderError
from render.files.problems import every_problem
from render.files.toml import read_toml
from render.networks.catalogue import find_style, shipped_as
from render.networks.metadata import read_metadata
from render.networks.spec import NetworkSpec
from render.presets.migration import migrated
from render.presets.preset import KEYS, SCHEMA, Preset, is_style_file
from render.presets.preset_file import BUNDLE_SUFFIX, MAX_BYTES, style_from


@dataclass(frozen=True, slots=True)
class PresetFindings:
    """What checking a preset came to, a line each.

    Attributes:
        problems: why it cannot be used. elsewhere: why it may not be found whole on another
            computer. notes: what is read otherwise than it is written, since the file is an old
            one.
    """

    problems: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


ReadStyle = Callable[[Path], object]


def check_preset(path: Path, read_style: ReadStyle = read_metadata) -> PresetFindings:
    """Everything there is to say of the file. ``read_style`` raises a RenderError for a style file
    that cannot be used: reading its header, if nothing else is given, and not its weights."""
    lead = f"{path}: "
    try:
        data = read_toml(path, str(path), "preset", MAX_BYTES, PresetError)
    except PresetError as error:
        return PresetFindings((error.message.removeprefix(lead),))
    problems = []
    notes: tuple[str, ...] = ()
    keys: dict[str, Any] = data | {"schema": SCHEMA}
    try:
        keys, notes = migrated(data, str(path), path.parent)
    except PresetError as error:
        problems.append(error.message.removeprefix(lead))
        if _is_newer(data.get("schema")):
            return PresetFindings(tuple(problems))  # its other keys are not mistakes
    wrong: set[object] = set()
    try:
        Preset.model_validate(keys)
    except ValidationError as error:
        problems += every_problem(error, lambda key: f"`{key}`", KEYS)
        wrong = {detail["loc"][0] for detail in error.errors(include_url=False)}
    elsewhere: tuple[str, ...] = ()
    if "style" not in wrong:
        named = {key: keys[key] for key in ("style", "network") if key in keys and key not in wrong}
        sound = Preset.model_validate(named)
        problems += _of_style(sound, path.parent, "network" in wrong, read_style)
        elsewhere = tuple(_elsewhere(sound.style, path))
    said = tuple(note.removeprefix(lead) for note in notes)
    return PresetFindings(tuple(problems), elsewhere, said)


def _is_newer(schema: object) -> bool:
    return isinstance(schema, int) and schema > SCHEMA


def _of_style(
    preset: Preset, folder: Path, any_network: bool, read_style: ReadStyle
) -> Iterator[str]:
    """What is wrong with the style, or with the network beside it."""
    style = style_from(folder, preset.style)
    network = None if any_network else preset.target().network
    try:
        found = find_style(style, None if is_style_file(style) else network)
        read_style(found.path)
    except RenderError as error:
        yield f"`style`: {error}"
        return
    if network is not None and found.metadata.spec != NetworkSpec.parse(network):
        own = found.metadata.network
        yield f"`network`: is {network}, but the style {style} is for {own}; write that, or nothing"


def _elsewhere(style: str, path: Path) -> Iterator[str]:
    """Why a style that is found from here would not be found where the preset's folder is moved."""
    if not is_style_file(style):
        return
    place = Path(style_from(path.parent, style))
    if shipped := shipped_as(place):
        yield f'`style`: {style} comes with render; write its name, style = "{shipped[0]}"'
        return
    try:
        inner = place.resolve().relative_to(path.parent.resolve())
    except (ValueError, OSError, RuntimeError):  # outside, or a ring of links
        what = "is an absolute path" if Path(style).is_absolute() else "leads out of the folder"
        yield (
            f"`style`: {style} {what}; needs packing: `render presets pack {path} -o "
            f"{path.with_suffix(BUNDLE_SUFFIX).name}`"
        )
        return
    if Path(style).is_absolute() or ".." in Path(style).parts:
        yield f'`style`: {style} names more than the preset\'s folder; write "./{inner.as_posix()}"'
