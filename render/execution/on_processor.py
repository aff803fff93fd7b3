"""Pictures on a processor, from the network's input to the encoders' planes, one at a time."""

from __future__ import annotations

import time
from collections.abc import Sequence

from render.engines.base import Engine
from render.execution.painter import Display, Displayed, Displays, Stylized
from render.execution.resize import bars
from render.execution.upscale import Upscaler
from render.execution.upscale import create as create_upscaler
from render.media.colour import Planes, ToYUV
from render.media.frame import Picture
from render.planning.geometry import Placement


class ProcessorPainter:
    """Upscaling and colours are left to whoever asks for what is shown, beside the network's
    threads."""

    batch = 1

    def __init__(self, engine: Engine, placement: Placement) -> None:
        self._engine, self._placement = engine, placement
        self._upscalers: dict[Display, Upscaler] = {}
        self._colours: dict[Display, ToYUV] = {}

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
        """With seconds of the upscale and of the conversion. For one thread: swscale serves one."""
        began = time.perf_counter()
        if display not in self._upscalers:
            self._upscalers[display] = create_upscaler(
                display.network, display.upscale, display.how
            )
        upscaled = self._upscalers[display].upscale(picture)
        between = time.perf_counter()
        if display not in self._colours:
            self._colours[display] = ToYUV(display.size, display.pixels)
        planes = self._colours[display].convert(upscaled)
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
