"""Pictures on a device, from the network's input to the encoders' planes: what crosses the bus are
8-bit pictures one way and planes the other, and the next batch is in work meanwhile.

Held within 2/255 of what the same does on processors (`upscale.py`, `colour.py`).
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from render.engines.base import OnDevice
from render.execution.painter import Display, Displayed, Displays, Stylized
from render.media.colour import Planes, even
from render.media.frame import Picture
from render.planning.geometry import Placement
from render.target import Upscaling

# Luma of ITU-R BT.709, part 3: of red and of blue.
_RED, _BLUE = 0.2126, 0.0722


class DevicePainter:
    """Batches of pictures, handed over without waiting for them."""

    streams = 1
    """Calls only queue work, in order; a second one would have to share the device."""

    def __init__(self, engine: OnDevice, placement: Placement) -> None:
        self._engine, self._placement = engine, placement
        self._device: torch.device = engine.torch_device
        # Planes come here beside the next batch's network.
        self._home = _new_stream(self._device)
        self._weights: dict[tuple[int, int], Tensor] = {}

    @property
    def batch(self) -> int:
        return self._engine.batch

    def stylize(self, given: Sequence[Picture], wanted: Sequence[Displays]) -> Stylized:
        """As `Painter.stylize`."""
        try:
            with torch.inference_mode():
                return self._launched(given, wanted)
        except (RuntimeError, MemoryError) as error:
            raise self._engine.failure(error) from error

    def _launched(self, given: Sequence[Picture], wanted: Sequence[Displays]) -> Stylized:
        uploaded = self._engine.uploaded(given)
        clock = _Clock(self._device)
        painted = self._barred(self._engine.stylized(uploaded))
        clock.lap()
        planes: dict[Display, _Share] = {}
        for display in dict.fromkeys(display for each in wanted for display in each):
            who = [n for n, each in enumerate(wanted) if display in each]
            some = painted if len(who) == len(given) else painted[who]
            planes[display] = who, as_planes(self._upscaled(some, display), display.pixels)
        clock.lap()
        if self._home is None:
            here = {display: (who, each.cpu()) for display, (who, each) in planes.items()}
            return _Launched(self._engine, len(given), here, clock, None)
        self._home.wait_stream(torch.cuda.current_stream(self._device))
        with torch.cuda.stream(self._home):
            here = {display: (who, self._fetched(each)) for display, (who, each) in planes.items()}
            there = torch.cuda.Event()  # type: ignore[no-untyped-call]
            there.record()
        return _Launched(self._engine, len(given), here, clock, there)

    def _fetched(self, planes: Tensor) -> Tensor:
        """On its way here, beside what the device goes on with."""
        # torch keeps page-locked memory, and hands it out again when the planes are gone.
        here = torch.empty(planes.shape, dtype=torch.uint8, pin_memory=True)
        here.copy_(planes, non_blocking=True)
        planes.record_stream(self._home)  # type: ignore[arg-type]
        return here

    def _barred(self, painted: Tensor) -> Tensor:
        """Black outside the inner box, as `bars`."""
        inner = self._placement.inner
        if painted.shape[2:] == (inner.height, inner.width):
            return painted
        rows = slice(inner.y, inner.y + inner.height)
        columns = slice(inner.x, inner.x + inner.width)
        barred = torch.zeros_like(painted)
        barred[:, :, rows, columns] = painted[:, :, rows, columns]
        return barred

    def _upscaled(self, pictures: Tensor, display: Display) -> Tensor:
        """Rounded to whole numbers, as OpenCV does it."""
        size = display.size
        if display.upscale is None or size == display.network:
            return pictures
        to = (size.height, size.width)
        if display.how is Upscaling.NEAREST:
            return F.interpolate(pictures, to, mode="nearest-exact")
        if display.how is Upscaling.LANCZOS:  # which torch does not have
            rows = self._lanczos(display.network.height, size.height)
            columns = self._lanczos(display.network.width, size.width)
            scaled = rows @ (pictures @ columns.T)
        else:
            how = "bilinear" if display.how is Upscaling.BILINEAR else "bicubic"
            scaled = F.interpolate(pictures, to, mode=how, align_corners=False)
        return scaled.round_().clamp_(0, 255)

    def _lanczos(self, given: int, wanted: int) -> Tensor:
        """(wanted, given): what OpenCV makes of each single pixel along a line."""
        key = given, wanted
        if key not in self._weights:
            one = np.eye(given, dtype=np.float32)
            found = cv2.resize(one, (given, wanted), interpolation=cv2.INTER_LANCZOS4)
            self._weights[key] = torch.from_numpy(np.asarray(found)).to(self._device)
        return self._weights[key]


def _new_stream(device: torch.device) -> torch.cuda.Stream | None:
    if device.type != "cuda":
        return None
    return torch.cuda.Stream(device)  # type: ignore[no-untyped-call]


_Share = tuple[list[int], Tensor]
"""Which pictures of a batch, and what became of them: (pictures, …)."""


class _Launched:
    """A batch on its way; ``there`` comes when all of it is here, None where it is already."""

    def __init__(
        self,
        engine: OnDevice,
        count: int,
        planes: Mapping[Display, _Share],
        clock: _Clock,
        there: torch.cuda.Event | None,
    ) -> None:
        self._engine, self._count, self._planes = engine, count, planes
        self._clock, self._there = clock, there

    def shown(self) -> list[Displayed]:
        """As `Stylized.shown`."""
        try:
            if self._there is not None:
                self._there.synchronize()
        except RuntimeError as error:
            raise self._engine.failure(error) from error
        stylizing, showing = (seconds / self._count for seconds in self._clock.laps())
        found: list[dict[Display, Planes]] = [{} for _ in range(self._count)]
        for display, (who, planes) in self._planes.items():
            for n, each in zip(who, planes.numpy(), strict=True):
                found[n][display] = Planes(even(display.size), each, display.pixels)
        return [Displayed(each, stylizing, 0.0, showing) for each in found]


class _Clock:
    """The device's own time between laps, or this machine's where the device has no clock."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._marks: list[Any] = []
        self.lap()

    def lap(self) -> None:
        if self._device.type == "cuda":
            event = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]
            event.record()
            self._marks.append(event)
        else:
            if self._device.type == "mps":
                torch.mps.synchronize()
            self._marks.append(time.perf_counter())

    def laps(self) -> list[float]:
        """In seconds. All of it must be through."""
        between = itertools.pairwise(self._marks)
        if self._device.type == "cuda":
            return [first.elapsed_time(second) / 1e3 for first, second in between]
        return [second - first for first, second in between]


def as_planes(pictures: Tensor, pixels: str) -> Tensor:
    """RGB (n, 3, height, width) in 0..255 → uint8 (n, bytes), as `Planes` has them: BT.709, limited
    range (ITU-R BT.709-6, 3.2 to 3.5), chroma averaged over the pixels that share it. Odd sides
    repeat their last pixels."""
    form = _FORMS[pixels]
    height, width = pictures.shape[2:]
    if height % 2 or width % 2:
        pictures = F.pad(pictures, (0, width % 2, 0, height % 2), mode="replicate")
    scale = 2.0 ** (form.bits - 8)
    red, green, blue = pictures.unbind(1)
    luma = red * _RED + green * (1 - _RED - _BLUE) + blue * _BLUE
    few = [
        F.avg_pool2d(one[:, None], (form.rows, form.columns))
        if form.rows * form.columns > 1
        else one
        for one in (blue - luma, red - luma)
    ]
    parts = [
        luma * (219 / 255 * scale) + 16 * scale,
        few[0] * (112 / 255 * scale / (1 - _BLUE)) + 128 * scale,
        few[1] * (112 / 255 * scale / (1 - _RED)) + 128 * scale,
    ]
    flat = torch.cat([part.flatten(1) for part in parts], 1).round_()
    if form.bits == 8:
        return flat.to(torch.uint8)
    return flat.to(torch.int16).view(torch.uint8)  # the low byte first, as on every machine of ours


@dataclass(frozen=True, slots=True)
class _Form:
    """Bits of a number; rows and columns of pixels that share chroma."""

    bits: int
    rows: int
    columns: int


_FORMS = {
    "yuv420p": _Form(8, 2, 2),
    "yuv444p": _Form(8, 1, 1),
    "yuv422p10le": _Form(10, 1, 2),
}
