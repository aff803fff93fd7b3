"""What happens while a folder is watched, beside what happens to each clip's sweep."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from render.errors import RenderError
from render.sweeping.sweep_events import SweepEvent


@dataclass(frozen=True, slots=True)
class WatchBegan:
    """The first event: previews of what arrives in ``folder`` go to ``output``."""

    folder: Path
    output: Path


@dataclass(frozen=True, slots=True)
class WatchIdle:
    """Again and again while there is nothing to render. ``arriving`` are clips that are there, but
    not whole yet."""

    arriving: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class FolderLost:
    """The folder cannot be listed any more; it is waited for."""

    folder: Path
    why: str


@dataclass(frozen=True, slots=True)
class FolderBack:
    """The folder is there again."""

    folder: Path


@dataclass(frozen=True, slots=True)
class ClipArrived:
    """A clip is whole; the events of its sweep follow. ``changed``: it was rendered before, and is
    another now, so that its previews are made anew."""

    path: Path
    changed: bool


@dataclass(frozen=True, slots=True)
class ClipThrough:
    """A clip's sweep is over. ``error`` is what ended it early, or None; ``failed`` counts what
    failed of it. ``again``: in so many seconds it is tried once more, None if it is not."""

    path: Path
    previews: int
    kept: int
    failed: int
    error: RenderError | None = None
    again: float | None = None


WatchEvent: TypeAlias = (
    WatchBegan | WatchIdle | FolderLost | FolderBack | ClipArrived | SweepEvent | ClipThrough
)
