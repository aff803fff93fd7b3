"""The presets that there are by name: those that come with render, and the user's in a folder.

In the user's folder a preset NAME is ``NAME.toml``, the user's own, or ``NAME/preset.toml``,
installed from a bundle with its style files beside it. The first hides the second, and either a
shipped preset of that name, also where it is broken: whoever asks for a name gets what it means to
the user, or hears what is wrong with that.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from pathlib import Path

from render.errors import PresetError
from render.files.limits import short
from render.files.names import safe_part
from render.nearest import did_you_mean
from render.presets.preset import Preset
from render.presets.preset_file import (
    BUNDLE_SUFFIX,
    SUFFIX,
    ReadPreset,
    is_preset_file,
    read_preset,
)
from render.resources import presets_dir

INSTALLED_PRESET = "preset.toml"
MANIFEST = "bundle.json"
"""Of an installed preset, beside it: what its bundle says of itself."""
_NAMED = 12  # names in a message
_MOST_OF_A_NAME = 200  # bytes; files made of it have names of their own


class PresetOrigin(StrEnum):
    """Where a preset comes from: with render, from the user, from a bundle that the user
    installed."""

    SHIPPED = "shipped"
    OWN = "own"
    INSTALLED = "installed"


@dataclass(frozen=True, slots=True)
class KnownPreset:
    """A preset that has a name here.

    Attributes:
        name: what it is asked for by. path: of its file. origin: where it comes from.
        hidden_by: the file of the preset that is taken in its place, None where it is this one.
        preset: what the file holds. error: what is wrong with it; one of the two is None.
        notes: what was changed because the file is of an earlier version.
    """

    name: str
    path: Path
    origin: PresetOrigin
    hidden_by: Path | None = None
    preset: Preset | None = None
    error: PresetError | None = None
    notes: tuple[str, ...] = ()

    def read(self) -> Preset:
        """What the file holds. Raises PresetError."""
        if self.preset is None:
            raise self.error or PresetError(f"{self.path}: is no preset")
        return self.preset


def known_presets(folder: Path | None = None) -> tuple[KnownPreset, ...]:
    """All of them by name, also those that others hide (each after the one that hides it) and those
    that cannot be read. ``folder`` is the user's; it need not exist. Raises PresetError when it is
    there and cannot be listed."""
    found = [*_places(folder), *_shipped()]
    found.sort(key=lambda place: place.name)  # stable: who hides stands before who is hidden
    known = []
    for _, same in groupby(found, key=lambda place: place.name):
        first, *hidden = same
        known.append(_read(first, None))
        known += [_read(each, first.path) for each in hidden]
    return tuple(known)


def find_preset(name: str, folder: Path | None = None) -> KnownPreset:
    """The one that a name stands for, whether or not it can be read. Raises PresetError when there
    is none."""
    if is_preset_name(name):
        own = () if folder is None else _places_of(name, folder)
        shipped = (place for place in _shipped() if place.name == name)
        for place in (*own, *shipped):
            return _read(place, None)
    raise PresetError(_unknown(name, folder))


def load_preset(name_or_file: str | Path, folder: Path | None = None) -> Preset:
    """A preset by its name, or a preset file (a ``Path``, or text that ends in ``.toml`` or holds a
    slash).

    A name is one of those that come with render, or in the user's ``folder`` of presets, whose own
    come first. Raises PresetError naming the file, the key and what was meant.
    """
    return load_with_notes(name_or_file, folder).preset


def load_with_notes(name_or_file: str | Path, folder: Path | None) -> ReadPreset:
    """As `load_preset`, with what was changed of a file of an earlier version."""
    if is_preset_file(name_or_file):
        return read_preset(Path(name_or_file))
    found = find_preset(str(name_or_file), folder)
    return ReadPreset(found.read(), found.notes)


def list_presets() -> tuple[Preset, ...]:
    """The shipped presets, by name."""
    return tuple(_read(place, None).read() for place in _shipped())


def is_preset_name(name: str) -> bool:
    """Whether a preset may be called so: a file's name, and no word that means a file itself."""
    return (
        safe_part(name) == name
        and not name.endswith((SUFFIX, BUNDLE_SUFFIX))
        and len(name.encode()) <= _MOST_OF_A_NAME
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a preset lies that was not read yet."""

    name: str
    path: Path
    origin: PresetOrigin


def _shipped() -> list[_Place]:
    found = sorted(presets_dir().glob(f"*{SUFFIX}"))
    return [_Place(path.stem, path, PresetOrigin.SHIPPED) for path in found]


def _places(folder: Path | None) -> list[_Place]:
    """All that are presets in the user's folder, or mean to be; own ones first."""
    if folder is None:
        return []
    try:
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries)
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "is no name that a folder can have"
        raise PresetError(f"{folder}: cannot be read as a folder of presets: {reason}") from None
    names = [name for name in names if not name.startswith(".")]
    own = [
        _Place(name.removesuffix(SUFFIX), folder / name, PresetOrigin.OWN)
        for name in names
        if name.endswith(SUFFIX)
    ]
    others = (name for name in names if not name.endswith(SUFFIX))
    return own + [place for name in others for place in _installed(name, folder)]


def _places_of(name: str, folder: Path) -> Iterator[_Place]:
    path = folder / f"{name}{SUFFIX}"
    if os.path.lexists(path):
        yield _Place(name, path, PresetOrigin.OWN)
    yield from _installed(name, folder)


def _installed(name: str, folder: Path) -> Iterator[_Place]:
    """An installed preset, also one that has lost its file; other folders are the user's affair."""
    place = folder / name
    if any(os.path.lexists(place / each) for each in (INSTALLED_PRESET, MANIFEST)):
        yield _Place(name, place / INSTALLED_PRESET, PresetOrigin.INSTALLED)


def _read(place: _Place, hidden_by: Path | None) -> KnownPreset:
    shipped = place.origin is PresetOrigin.SHIPPED
    preset, problem = None, None
    notes: tuple[str, ...] = ()
    try:
        if not shipped and not is_preset_name(place.name):
            what = place.path if place.origin is PresetOrigin.OWN else place.path.parent
            raise PresetError(f"{what}: is no name for a preset; rename it")
        preset, notes = read_preset(place.path, place.path.name if shipped else None)
    except PresetError as error:
        problem = error
    return KnownPreset(place.name, place.path, place.origin, hidden_by, preset, problem, notes)


def _unknown(name: str, folder: Path | None) -> str:
    if name.endswith(BUNDLE_SUFFIX):
        return f"{short(name)}: is a bundle; `render presets install` makes a preset of it"
    shipped = [place.name for place in _shipped()]
    mine = dict.fromkeys(place.name for place in _places(folder) if is_preset_name(place.name))
    there = f"shipped: {_listed(shipped)}"
    if mine:
        there += f"; in {folder}: {_listed(mine)}"
    close = did_you_mean(name, dict.fromkeys([*mine, *shipped]))
    file = Path(f"{name}{SUFFIX}")
    if is_preset_name(name) and file.exists():  # as `choose --save` leaves it
        close = f"; did you mean the file `{file}`?"
    return (
        f"there is no preset named {short(name)}{close} "
        f"({there}; a file of your own ends in {SUFFIX})"
    )


def _listed(names: Iterable[str]) -> str:
    named = list(names)
    more = len(named) - _NAMED
    return ", ".join(named[:_NAMED]) + (f" and {more} more" if more > 0 else "")
