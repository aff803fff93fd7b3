"""The Painter seam: the network's input → what encoders take of it, for all that show it."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Protocol, TypeAlias

from render.engines.base import Engine, OnDevice
from render.execution.resize import bars
from render.execution.upscale import Upscaler
from render.execution.upscale import create as create_upscaler
from render.media.colour import Planes, ToYUV
from render.media.frame import Picture
from render.planning.geometry import Placement
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


def painter_for(engine: Engine, placement: Placement) -> Painter:
    """What suits the engine: pictures stay on a device until they are planes."""
    if isinstance(engine, OnDevice) and engine.batch > 1:
        from render.execution.on_device import DevicePainter

        return DevicePainter(engine, placement)
    return ProcessorPainter(engine, placement)


class ProcessorPainter:
    """One picture at a time. Upscaling and colours are left to whoever asks for what is shown,
    beside the network's threads."""

    batch = 1

    def __init__(self, engine: Engine, placement: Placement) -> None:
        self._engine, self._placement = engine, placement
        self._upscalers: dict[Display, Upscaler] = {}
        # A converter serves one thread at a time.
        self._colours: dict[Display, SimpleQueue[ToYUV]] = {}

    @property
    def streams(self) -> int:
        return self._engine.streams

    def stylize(self, given: Sequence[Picture], wanted: Sequence[Displays]) -> Stylized:
        """As `Painter.stylize`."""
        done = []
        for picture in given:
            began = time.perf_counter()
            painted = bars(self._engine.stylize(picture), self._placement)
            done.append((painted, time.perf_counter() - began))
        return _OnProcessor(self, done, wanted)

    def show(self, picture: Picture, display: Display) -> tuple[Planes, float, float]:
        """With seconds of the upscale and of the conversion."""
        began = time.perf_counter()
        if display not in self._upscalers:
            self._upscalers[display] = create_upscaler(
                display.network, display.upscale, display.how
            )
        upscaled = self._upscalers[display].upscale(picture)
        between = time.perf_counter()
        free = self._colours.setdefault(display, SimpleQueue())
        colours = ToYUV(display.size, display.pixels) if free.empty() else free.get()
        planes = colours.convert(upscaled)
        free.put(colours)
        return planes, between - began, time.perf_counter() - between


class _OnProcessor:
    def __init__(
        self,
        painter: ProcessorPainter,
        done: Sequence[tuple[Picture, float]],
        wanted: Sequence[Displays],
    ) -> None:
        self._painter, self._done, self._wanted = painter, done, wanted

    def shown(self) -> list[Displayed]:
        found = []
        for (picture, stylizing), displays in zip(self._done, self._wanted, strict=True):
            each = {display: self._painter.show(picture, display) for display in displays}
            planes = {display: one[0] for display, one in each.items()}
            upscaling = sum(one[1] for one in each.values())
            converting = sum(one[2] for one in each.values())
            found.append(Displayed(planes, stylizing, upscaling, converting))
        return found
