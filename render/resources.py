"""Where the files that come with render lie: in a wheel beside the code, in a checkout above it."""

from __future__ import annotations

from pathlib import Path


def presets_dir() -> Path:
    """The folder of the shipped presets, with their styles in ``styles/``."""
    return _folder("presets")


def sample_clip() -> Path:
    """The clip to try things on; `samples/LICENSE.md` is its licence."""
    return _folder("samples") / "bigbuckbunny.mp4"


def _folder(name: str) -> Path:
    here = Path(__file__).parent
    installed = here / f"_{name}"
    return installed if installed.is_dir() else here.parent / name
