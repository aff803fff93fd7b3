"""The Painter seam: the network's input → what encoders take of it, for all that show it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from render.media.colour import Planes
from render.media.frame import Picture
from render.planning.plan import Cell
from render.target import Size, Upscaling


@dataclass(frozen=True, slots=True)
class Display:
    """What shows a network's pictures.

    Attributes:
        network: size of what comes in. upscale: what it is brought to, or None. how: upscaled.
        pixels: ffmpeg's name of the encoder's format.
    """

    network: Size
    upscale: Size | None
    how: Upscaling
    pixels: str

    @classmethod
    def of(cls, cell: Cell, pixels: str) -> Display:
        return cls(cell.size, cell.upscale, cell.upscaler, pixels)

    @property
    def size(self) -> Size:
        """Of its pictures, before they are made even."""
        return self.upscale or self.network


Displays: TypeAlias = Collection[Display]


@dataclass(frozen=True, slots=True)
class Displayed:
    """One picture on all displays that want it; seconds that the parts took of this machine."""

    planes: Mapping[Display, Planes]
    stylizing: float
    upscaling: float
    converting: float


class Stylized(Protocol):
    """Pictures that have been given to the network, and may still be in work."""

    def shown(self) -> list[Displayed]:
        """In their order; waits for them. Raises EngineError."""
        ...


class Painter(Protocol):
    """One network's pictures, from its input to the displays.

    Attributes:
        batch: how many pictures a call is best given. streams: how many calls to have going at
        once, each from a thread of its own; so many seconds of `Displayed.stylizing` overlap.
    """

    @property
    def batch(self) -> int: ...

    @property
    def streams(self) -> int: ...

    def stylize(self, given: Sequence[Picture], wanted: Sequence[Displays]) -> Stylized:
        """RGB uint8 of the network's size; for each, who wants it. Raises EngineError."""
        ...
