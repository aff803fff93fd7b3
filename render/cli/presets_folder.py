"""Where the user's presets are kept, and a preset as options name it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from render.presets.preset import Preset


def presets_folder() -> Path:
    """``RENDER_PRESETS``, else ``presets`` in the user's settings of render."""
    named = os.environ.get("RENDER_PRESETS")
    if named:
        return Path(named)
    from platformdirs import user_config_path

    return user_config_path("render") / "presets"


def preset_of(name_or_file: str) -> Preset:
    """A preset as options name it, the user's own among them; what was changed of an old one is
    said. Raises PresetError."""
    from render.cli.output import labelled, say
    from render.presets.preset_library import load_with_notes

    preset, notes = load_with_notes(name_or_file, presets_folder())
    for note in notes:
        say(labelled("note", note, sys.stderr))
    return preset


def said_by_preset(name_or_file: str) -> dict[str, object]:
    """What a preset says itself, by key. Quietly: the command that reads it too says what there is
    to say of it. Raises PresetError."""
    from render.presets.preset_library import load_preset

    preset = load_preset(name_or_file, presets_folder())
    return {key: getattr(preset, key) for key in preset.model_fields_set}
