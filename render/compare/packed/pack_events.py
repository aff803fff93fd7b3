"""What happens while a report is packed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from render.errors import RenderError


@dataclass(frozen=True, slots=True)
class CopiesNotKept:
    """Nothing can be written into ``folder``, so the next packing makes its copies again."""

    folder: Path


@dataclass(frozen=True, slots=True)
class CopyProgress:
    """``done`` of about ``total`` frames are written and compared, of all copies; ``name``, a file
    of the results, is in hand."""

    name: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class CopyMade:
    """A light copy, and how near it comes to its video: the mean SSIM, and the PSNR in dB (None
    where they are alike). ``kept``: it was there from the last time."""

    name: str
    bytes: int
    ssim: float
    psnr: float | None
    kept: bool


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file that the report names and that is not in what is sent, and why. ``error`` is what
    failed; None where nothing did: the file is gone, or was not asked for."""

    name: str
    why: str
    error: RenderError | None = None


@dataclass(frozen=True, slots=True)
class ReportPacked:
    """The last event: the file is whole and in its place. ``videos`` are in it."""

    path: Path
    bytes: int
    videos: int


PackEvent: TypeAlias = CopiesNotKept | CopyProgress | CopyMade | LeftOut | ReportPacked
