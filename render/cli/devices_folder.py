"""Where the user's measurements of phones are kept, and a device with them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from render.devices.profile import Profile


def devices_folder() -> Path:
    """``RENDER_DEVICES``, else ``devices`` in the user's settings of render."""
    named = os.environ.get("RENDER_DEVICES")
    if named:
        return Path(named)
    from platformdirs import user_config_path

    return user_config_path("render") / "devices"


def device(name: str) -> Profile:
    """A device as options name it, with the user's measurements. Raises UsageError."""
    from render.devices.profile import load_profile

    return load_profile(name, devices_folder())
