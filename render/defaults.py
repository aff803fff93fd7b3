"""Every default of the tool, once, as a user would write it.

They are the preset model's defaults (`preset.py`); they sit beside it so that ``--help`` can show
them without importing pydantic.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Defaults:
    """One value per key of a preset."""

    fps: str = "15"
    size: str = "480x853"
    network: str = "res3"
    style: str = "composition-vii"
    upscale: str = "1080x1920"
    upscaler: str = "bilinear"
    strength: float = 1.0
    orient: str = "auto"
    fit: str = "cover"
    encoder: str = "libx264"
    crf: int = 18
    audio: str = "keep"


DEFAULTS = Defaults()
