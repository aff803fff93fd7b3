"""Where the files that come with render lie: in a wheel beside the code, in a checkout above it."""

from __future__ import annotations

from pathlib import Path


def presets_dir() -> Path:
    """The folder of the shipped presets, with their styles in ``styles/``."""
    here = Path(__file__).parent
    installed = here / "_presets"
    return installed if installed.is_dir() else here.parent / "presets"
