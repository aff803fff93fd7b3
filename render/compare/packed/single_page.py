"""The page that holds its videos itself, for a mail or a chat: one file to open."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path

from render.compare.packed.copies import SentVideo
from render.compare.packed.parcel import Parcel
from render.errors import Hint, OutputError

MOST = 50_000_000
"""Bytes. Browsers read all of a page before they show any of it, and mail takes less still."""

# What the page is besides its videos, about.
_REST = 200_000


def write_single_page(path: Path, parcel: Parcel) -> None:
    """Write it to ``path``, a temporary name. Raises OutputError."""
    # A player gets an address made of a text of the page, which it can seek in.
    files = {one.name: {"held": f"held-{n}", "there": True} for n, one in enumerate(parcel.videos)}
    page = parcel.page(files, "blob:", "\n".join(map(_held, range(len(files)), parcel.videos)))
    try:
        path.write_bytes(page.encode("utf-8", "replace"))
    except OSError as error:
        raise OutputError(f"{path.parent}: cannot be written ({error.strerror})") from error


def _held(number: int, video: SentVideo) -> str:
    text = base64.b64encode(video.stored.path.read_bytes()).decode("ascii")
    return f'<script type="text/plain" id="held-{number}">{text}</script>'


def check_size(path: Path, videos: Sequence[SentVideo], share: float) -> None:
    """Raise OutputError where a page of all, of which ``videos`` are about this ``share``, would be
    larger than a page may be."""
    size = _REST + sum(-(-one.stored.bytes // 3) * 4 for one in videos)
    if size > MOST:
        about = "about " if share < 1 else ""
        raise OutputError(
            f"{path}: would be {about}{size / share / 1e6:.0f} MB, and a page holds at most "
            f"{MOST / 1e6:.0f} MB",
            hint=Hint.ZIP,
        )
