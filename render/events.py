"""What happens while a plan runs: the stream of updates that a front end shows."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias

from render.errors import RenderError
from render.plan import Cell
from render.target import Size


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds of work per stage (they overlap: their sum exceeds ``wall``); ``load`` is the
    engine's, 0 where it was loaded for an earlier cell."""

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

    ``frames`` were counted on the way out, ``stylized`` counts those the network really computed (a
    picture that repeats is not computed again), ``duration`` is in seconds, ``bytes`` the file's.
    """

    cell: Cell
    path: Path
    size: Size
    rate: Fraction
    frames: int
    stylized: int
    duration: Fraction
    bytes: int
    warnings: tuple[str, ...]
    timings: Timings


@dataclass(frozen=True, slots=True)
class CellStarted:
    cell: Cell


@dataclass(frozen=True, slots=True)
class CellProgress:
    """``frames`` have been handed to the encoder so far."""

    cell: Cell
    frames: int


@dataclass(frozen=True, slots=True)
class CellDone:
    cell: Cell
    preview: Preview


@dataclass(frozen=True, slots=True)
class CellFailed:
    """``cell`` is None where the clip was refused before it had one."""

    clip: Path
    cell: Cell | None
    error: RenderError


Event: TypeAlias = CellStarted | CellProgress | CellDone | CellFailed
