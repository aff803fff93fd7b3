"""A bundle → a preset in the user's folder, there whole or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from render.bundles.bundle import Bundle
from render.bundles.manifest import NAME, Role
from render.errors import BundleError, OutputError, UsageError
from render.files.atomic import whole_tree
from render.files.names import inside, safe_part
from render.files.small import read_small

PRESET = "preset.toml"
"""What the preset of an installed bundle is called in its folder."""


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

    Raises UsageError for a name that cannot be one, OutputError where another preset is in its
    place (``force`` replaces it), BundleError for a style that is none.
    """
    called = bundle.manifest.name if name is None else name
    if safe_part(called) != called or len(called) > 60 or called.endswith(".toml"):
        raise UsageError(f"{called!r}: is no name for a preset; install it as another")
    place = inside(folder, called)
    if place.is_dir() and _said_by(place) == bundle.contents[NAME]:
        return Installed(called, place, already=True)
    own = inside(folder, f"{called}.toml")
    for there in (place, own):
        if there.exists() and (not force or there == own):
            todo = "install it as another" if there == own else "--force replaces it"
            raise OutputError(f"{there}: there is a preset of that name already; {todo}")
    with whole_tree(place, OutputError) as temporary:
        temporary.mkdir()
        bundle.unpack(temporary)
        if (given := bundle.name_of(Role.PRESET)) != PRESET:
            (temporary / given).rename(temporary / PRESET)
    return Installed(called, place, already=False)


def _said_by(place: Path) -> bytes | None:
    """The manifest of what is installed there."""
    try:
        return read_small(place / NAME, "manifest", 1 << 20, BundleError)
    except BundleError:
        return None
