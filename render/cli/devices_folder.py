"""Where the user's measurements of phones are kept, and a device with them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from render.errors import UsageError
from render.files.limits import short

if TYPE_CHECKING:
    from render.devices.profile import Profile


def devices_folder() -> Path:
    """``RENDER_DEVICES``, else ``devices`` in the user's settings of render."""
    named = os.environ.get("RENDER_DEVICES")
    if named:
        return Path(named)
    from platformdirs import user_config_path

    return user_config_path("render") / "devices"


def device(name: str, like: str | None = None) -> Profile:
    """A device as options name it, with the user's measurements; with the evidence of the one that
    it is assumed to be ``like``. Raises UsageError."""
    from render.devices.profile import load_profile

    found = load_profile(name, devices_folder())
    if like is None:
        return found
    from render.devices.assumed import assumed_like

    try:
        return assumed_like(found, load_profile(like, devices_folder()))
    except UsageError as error:
        raise UsageError(f"--like {short(like)}: {error}") from None
