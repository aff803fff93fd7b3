"""A bundle → a preset in the user's folder, there whole or not at all."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from render.bundles.bundle import Bundle
from render.bundles.manifest import Role
from render.errors import BundleError, OutputError, UsageError
from render.files.atomic import whole_tree
from render.files.limits import short
from render.files.names import inside
from render.files.small import read_small
from render.presets.preset_library import INSTALLED_PRESET, MANIFEST, is_preset_name


@dataclass(frozen=True, slots=True)
class Installed:
    """Attributes:
    name: what it is used as. folder: where it lies. already: whether it was there, the same.
    """

    name: str
    folder: Path
    already: bool


def install(
    bundle: Bundle, folder: Path, name: str | None = None, *, force: bool = False
) -> Installed:
    """Unpack ``bundle`` into a folder of its own in ``folder``, as ``name`` or as it calls itself.

    Raises what `check_install` does, BundleError for a style that is none, OutputError.
    """
    found = check_install(bundle, folder, name, force=force)
    if found.already:
        return found
    with whole_tree(found.folder, OutputError) as temporary:
        temporary.mkdir()
        bundle.unpack(temporary)
        if (called := bundle.name_of(Role.PRESET)) != INSTALLED_PRESET:
            (temporary / called).rename(temporary / INSTALLED_PRESET)
    return found


def check_install(
    bundle: Bundle, folder: Path, name: str | None = None, *, force: bool = False
) -> Installed:
    """Where `install` would put it, before anything is written.

    Raises UsageError for a name that cannot be one, OutputError where another preset is in its
    place (``force`` replaces one that was installed, never the user's own).
    """
    called = bundle.manifest.name if name is None else name
    if not is_preset_name(called):
        raise UsageError(f"{short(called)}: is no name for a preset; --as gives it another")
    place = inside(folder, called)
    if _said_by(place) == bundle.contents[MANIFEST]:
        return Installed(called, place, already=True)
    own = inside(folder, f"{called}.toml")
    if os.path.lexists(own):
        raise OutputError(f"{own}: there is a preset of that name; --as gives this one another")
    if os.path.lexists(place) and not (force and (place / MANIFEST).is_file()):
        todo = "" if not (place / MANIFEST).is_file() else "--force replaces it, "
        raise OutputError(f"{place}: is there already; {todo}--as gives this one another name")
    return Installed(called, place, already=False)


def _said_by(place: Path) -> bytes | None:
    """The manifest of what is installed there."""
    try:
        return read_small(place / MANIFEST, "manifest", 1 << 20, BundleError)
    except BundleError:
        return None
