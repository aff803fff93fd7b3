"""What encoders get: the same from every painter, within what rounding allows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch

from render.engines.base import DeviceName, EngineChoice, EngineName
from render.engines.torch_engine import TorchEngine
from render.errors import EngineError
from render.execution.on_device import DevicePainter
from render.execution.on_processor import ProcessorPainter
from render.execution.painter import Display, Painter
from render.execution.pipeline import painter_for
from render.media.colour import Planes
from render.media.frame import Picture
from render.planning.geometry import Box, Placement
from render.target import Size, Upscaling
from tests.networks.test_modules import lively

pytestmark = pytest.mark.torch

SIZE = Size(86, 47)
TWICE = Size(172, 96)
WHOLE = Placement(SIZE, Box.whole(SIZE), Box.whole(SIZE))
BARRED = Placement(SIZE, Box.whole(SIZE), Box(6, 0, 74, 47))

DEVICES = [
    pytest.param(DeviceName.CPU, id="cpu"),
    pytest.param(DeviceName.CUDA, id="cuda", marks=pytest.mark.gpu),
    pytest.param(DeviceName.MPS, id="mps", marks=pytest.mark.gpu),
]


def soft(seed: int) -> Picture:
    """Patches with edges, as a painting has them, and some noise."""
    rng = np.random.default_rng(seed)
    patches = rng.integers(0, 256, (-(-SIZE.height // 6), -(-SIZE.width // 6), 3))
    big = patches.repeat(6, axis=0).repeat(6, axis=1)[: SIZE.height, : SIZE.width]
    noisy = big + rng.integers(-9, 10, big.shape)
    picture: Picture = np.clip(noisy, 0, 255).astype(np.uint8)
    return picture


def engine_on(device: DeviceName, *, batch: int = 4) -> TorchEngine:
    there = {
        DeviceName.CUDA: torch.cuda.is_available(),
        DeviceName.MPS: torch.backends.mps.is_available(),
    }
    if not there.get(device, True):
        pytest.skip(f"no {device.value} device here: painting on it is NOT tested")
    choice = EngineChoice(EngineName.TORCH, device, "a test")
    return TorchEngine(lively("res0-w4"), SIZE, choice, batch=batch)


def parts(planes: Planes) -> list[np.ndarray[tuple[int, ...], np.dtype[np.int64]]]:
    """Luma and chroma as whole numbers."""
    size = planes.size
    wide, kind, bits = {
        "yuv420p": (4, np.uint8, 8), "yuv444p": (1, np.uint8, 8), "yuv422p10le": (2, np.uint16, 10)
    }[planes.pixels]  # fmt: skip
    assert planes.data.flags.c_contiguous and planes.data.dtype == np.uint8
    numbers = planes.data.view(kind).astype(np.int64)
    luma, chroma = size.pixels, size.pixels // wide
    assert len(numbers) == luma + 2 * chroma
    assert numbers.max() < 1 << bits
    return [numbers[:luma], numbers[luma:]]


@dataclass(frozen=True)
class Case:
    upscale: Size | None = TWICE
    how: Upscaling = Upscaling.BILINEAR
    pixels: str = "yuv420p"
    placement: Placement = WHOLE


CASES = [
    Case(),
    Case(placement=BARRED),
    Case(upscale=None),
    Case(upscale=Size(129, 71)),
    Case(upscale=Size(60, 32)),
    Case(pixels="yuv444p"),
    Case(pixels="yuv422p10le"),
    *(Case(how=how) for how in Upscaling if how is not Upscaling.BILINEAR),
]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_device_s_planes_are_those_of_a_processor(case: Case, device: DeviceName) -> None:
    engine = engine_on(device)
    display = Display(SIZE, case.upscale, case.how, case.pixels)
    given = [soft(seed) for seed in range(3)]
    wanted = [(display,)] * 3
    found = DevicePainter(engine, case.placement).stylize(given, wanted).shown()
    expected = ProcessorPainter(engine, case.placement).stylize(given, wanted).shown()
    grain = 4 if case.pixels.endswith("10le") else 1
    for one, other in zip(found, expected, strict=True):
        assert one.planes[display].size == other.planes[display].size
        assert one.planes[display].pixels == case.pixels
        for mine, theirs in zip(
            parts(one.planes[display]), parts(other.planes[display]), strict=True
        ):
            off = np.abs(mine - theirs)
            # swscale and OpenCV compute in fixed point; chroma stands for several pixels.
            assert (off > 2 * grain).mean() < 0.002, off.max()
            assert off.mean() < 0.5 * grain


@pytest.mark.parametrize("device", DEVICES)
def test_each_display_gets_what_it_wants_in_order(device: DeviceName) -> None:
    engine = engine_on(device)
    large = Display(SIZE, Size(172, 96), Upscaling.BILINEAR, "yuv420p")
    small = Display(SIZE, None, Upscaling.BILINEAR, "yuv420p")
    given = [soft(seed) for seed in range(4)]
    wanted = [{large}, {small, large}, set[Display](), {small}]
    painters: list[Painter] = [
        DevicePainter(engine, WHOLE),
        ProcessorPainter(engine, WHOLE),
    ]
    for painter in painters:
        made = painter.stylize(given, wanted)
        again = painter.stylize(given[::-1], [{small}] * 4)  # handed over before the first is seen
        found = made.shown()
        assert [each.planes.keys() for each in found] == wanted
        assert all(each.stylizing > 0 for each in found)
        alone = [painter.stylize([one], [{small}]).shown()[0].planes[small].data for one in given]
        assert np.array_equal(found[1].planes[small].data, alone[1])
        assert np.array_equal(found[3].planes[small].data, alone[3])
        turned = [each.planes[small].data for each in again.shown()]
        assert all(np.array_equal(a, b) for a, b in zip(turned, alone[::-1], strict=True))


def test_only_a_device_keeps_its_pictures() -> None:
    assert isinstance(painter_for(engine_on(DeviceName.CPU, batch=1), WHOLE), ProcessorPainter)
    assert isinstance(painter_for(engine_on(DeviceName.CPU), WHOLE), DevicePainter)


def test_a_picture_of_another_size_is_refused() -> None:
    painter = DevicePainter(engine_on(DeviceName.CPU), WHOLE)
    with pytest.raises(EngineError, match="86x47"):
        painter.stylize([soft(0)[1:]], [()])
