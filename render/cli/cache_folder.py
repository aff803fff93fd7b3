"""Where what can be made again is kept for the next run."""

from __future__ import annotations

import os
from pathlib import Path


def cache_folder() -> Path:
    """``RENDER_CACHE``, else render's folder among the user's caches. May be emptied at any time:
    `render clean --cache` does."""
    named = os.environ.get("RENDER_CACHE")
    if named:
        return Path(named).absolute()
    from platformdirs import user_cache_path

    return user_cache_path("render")
