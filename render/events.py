"""What happens while a plan runs: the stream of updates that a front end shows."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias

from render.devices.playback import Shows
from render.errors import RenderError
from render.planning.plan import Cell
from render.storage.url import Place
from render.target import Size


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds of the work per stage that a preview needed. Stages overlap, so their sum exceeds
    ``wall``; what previews of one sweep share counts in each of them. ``load`` is the engine's, 0
    where it was loaded before; ``wall`` runs from the pass's begin to this preview's end."""

    load: float
    decode: float
    resize: float
    stylize: float
    upscale: float
    encode: float
    wall: float


@dataclass(frozen=True, slots=True)
class Preview:
    """A preview that was written, checked and put in place.

    ``frames`` were counted on the way out; ``stylized`` counts the different pictures among them,
    which are what the network computed; ``duration`` is in seconds, ``bytes`` the file's. ``ms`` is
    what the network took for a picture on this machine beside the rest of the work, whichever
    previews show it: the median, in milliseconds, divided by the pictures in work at once.
    ``shows`` is what its phone came to, if it plays on one.
    """

    cell: Cell
    path: Path
    size: Size
    rate: Fraction
    frames: int
    stylized: int | None
    duration: Fraction
    bytes: int
    ms: float | None
    warnings: tuple[str, ...]
    timings: Timings
    shows: Shows | None = None


@dataclass(frozen=True, slots=True)
class CellStarted:
    """``there`` of its frames were left by an earlier run, and are not rendered again."""

    cell: Cell
    there: int = 0


@dataclass(frozen=True, slots=True)
class CellProgress:
    """``frames`` have been handed to the encoder so far, or were there already."""

    cell: Cell
    frames: int


@dataclass(frozen=True, slots=True)
class CellDone:
    cell: Cell
    preview: Preview


@dataclass(frozen=True, slots=True)
class CellKept:
    """The preview was there already; ``stylized`` and ``ms`` of it are None, ``timings`` 0."""

    cell: Cell
    preview: Preview


@dataclass(frozen=True, slots=True)
class CellFailed:
    """``cell`` is None where the clip was refused before it had one."""

    clip: Place
    cell: Cell | None
    error: RenderError


@dataclass(frozen=True, slots=True)
class CellRetried:
    """It failed for what may well be over, ``error``, and is tried once more."""

    cell: Cell
    error: RenderError


@dataclass(frozen=True, slots=True)
class SegmentsLeft:
    """In ``folder`` there are finished parts, in all so many ``bytes``, of ``previews`` that were
    begun and never finished, and that this run was not about."""

    folder: Path
    previews: int
    bytes: int


@dataclass(frozen=True, slots=True)
class DraftMeasured:
    """A cell's network computes in 8-bit integers: its pictures are ``psnr`` dB from single
    precision's, and came ``faster`` times as fast on this machine, on ``pictures`` of the clip."""

    cell: Cell
    psnr: float
    faster: float
    pictures: int


@dataclass(frozen=True, slots=True)
class CacheTrouble:
    """Nothing could be kept in the cache, and why; the run does without."""

    reason: str


@dataclass(frozen=True, slots=True)
class WorkerLost:
    """A worker of a cluster died in its work, which another one, or its successor, takes up."""

    worker: str
    reason: str


@dataclass(frozen=True, slots=True)
class WorkersAwaited:
    """Nothing goes on: ``missing`` of ``workers`` have not started, for want of room in the cluster
    or of time."""

    missing: int
    workers: int


@dataclass(frozen=True, slots=True)
class WorkersBlind:
    """Workers of a cluster do not see ``path`` as this process does, which does their step."""

    path: Path


Aside: TypeAlias = CacheTrouble | SegmentsLeft | WorkerLost | WorkersAwaited | WorkersBlind
"""What is about no cell."""
Event: TypeAlias = (
    CellStarted
    | CellProgress
    | CellDone
    | CellKept
    | CellRetried
    | CellFailed
    | DraftMeasured
    | Aside
)
