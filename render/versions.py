"""What made something, for its record: versions of render and its libraries, and the machine."""

from __future__ import annotations

import os
import platform
from functools import cache
from importlib import metadata

# What decides how a preview looks, by distribution; OpenCV comes under several names.
_LIBRARIES = ("torch", "openvino", "av", "opencv-python", "opencv-python-headless", "numpy")


def versions() -> dict[str, str]:
    """Of render, Python and the libraries that decide what a preview shows."""
    return dict(_versions())


@cache  # read from files, and asked for each run of many
def _versions() -> tuple[tuple[str, str], ...]:
    from render.distribution import VERSION

    found = {"render": VERSION, "python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return tuple(found.items())


def machine() -> str:
    """``x86_64, 8 cores, Linux 6.1``."""
    cores = os.cpu_count() or 1
    plural = "core" if cores == 1 else "cores"
    return f"{platform.machine()}, {cores} {plural}, {platform.system()} {platform.release()}"
