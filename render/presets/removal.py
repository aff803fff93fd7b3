"""Taking one of the user's presets out of the folder."""

from __future__ import annotations

import os
from pathlib import Path

from render.errors import OutputError, PresetError
from render.files.temporary import beside
from render.presets.preset_library import KnownPreset, PresetOrigin


def place_of(known: KnownPreset) -> Path:
    """What goes with a preset of the user's: its file, or all that came with its bundle. Raises
    PresetError for one that comes with render."""
    if known.origin is PresetOrigin.SHIPPED:
        raise PresetError(
            f"{known.name}: comes with render and cannot be removed; a preset of your own with "
            "that name takes its place"
        )
    return known.path if known.origin is PresetOrigin.OWN else known.path.parent


def remove_preset(known: KnownPreset) -> Path:
    """Remove it, at once: first it has no name any more, then its files go. What was removed.
    Raises PresetError for one that comes with render, OutputError."""
    place = place_of(known)
    with beside(place.parent, "", OutputError) as temporary:
        try:
            place.rename(temporary)
        except OSError as error:
            raise OutputError(f"{place}: cannot be removed ({error.strerror})") from None
    if os.path.lexists(temporary):
        raise OutputError(
            f"{place}: is no preset any more, but not all of it could be removed; the rest lies in "
            f"{temporary}"
        )
    return place
