"""What is measured for an estimate, on a machine that runs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from render.engines.base import DeviceName, Engine, EngineChoice, EngineName
from render.errors import ClipError
from render.execution.calibrate import Machine, calibrate
from render.media.encoding import key_interval
from render.media.frame import Frame, Picture
from render.networks.spec import NetworkSpec
from render.planning.estimate import Work
from render.planning.plan import Cell
from render.target import Size
from tests.cli.conftest import make_plan
from tests.planning.test_estimate import RES1, RES3, cell


class StillMachine(Machine):
    """Measures nothing: what was asked of it, and work that is known."""

    cores = 4

    def __init__(self) -> None:
        self.loaded: list[tuple[NetworkSpec, Size]] = []
        self.written: list[tuple[Fraction, int]] = []

    def decode(self, cell: Cell) -> tuple[list[Frame], Work]:
        canvas = cell.placement.canvas
        dark = np.zeros((canvas.height, canvas.width, 3), np.uint8)
        return [Frame(Fraction(n, 30), dark.copy()) for n in range(60)], Work(1, 2)

    def load(self, cell: Cell, size: Size) -> tuple[Engine, Work]:
        self.loaded.append((cell.network, size))
        return StillEngine(size), Work(3, 4)

    def stylize(self, engine: Engine, inputs: Sequence[Picture]) -> tuple[list[Picture], Work]:
        assert all(p.shape[:2] == (engine.size.height, engine.size.width) for p in inputs)
        return list(inputs), Work(5, 6)

    def write(
        self, cell: Cell, rate: Fraction, painted: Sequence[Picture]
    ) -> tuple[list[int], Work]:
        self.written.append((rate, len(painted)))
        every = key_interval(rate)
        return [100 if n % every else 1000 for n in range(len(painted))], Work(7, 8)


class StillEngine:
    choice = EngineChoice(EngineName.TORCH, DeviceName.CPU, "a test")
    streams = 2

    def __init__(self, size: Size) -> None:
        self.size = size

    def stylize(self, picture: Picture) -> Picture:
        return picture


def test_each_network_is_measured_once_at_a_small_size() -> None:
    machine = StillMachine()
    cells = [cell("30"), cell("10", network=RES1), cell("30", network=RES1), cell("15")]
    found = calibrate(make_plan(*cells), machine)
    small = Size(320, 180)
    assert machine.loaded == [(RES3, small), (RES1, small)]
    assert machine.written == [(Fraction(10), 16)]
    assert found.networks[RES1].load == Work(3, 4)
    per = RES1.macs(small)
    assert found.networks[RES1].mac.wall == pytest.approx(5 / per)
    assert found.decode.cpu == pytest.approx(2 / (1280 * 720))
    assert found.encode.wall == pytest.approx(7 / (1920 * 1080))
    assert (found.key, found.other, found.cores) == (1000, 100, 4)
    assert (found.size, found.shown, found.rate) == (small, Size(1920, 1080), Fraction(10))


def test_measuring_ends_in_time() -> None:
    machine = StillMachine()
    res5 = NetworkSpec.parse("res5")
    found = calibrate(make_plan(cell("30"), cell("30", network=res5)), machine, budget=-1)
    assert list(found.networks) == [res5], "the one that there is most to do for"


def test_a_clip_that_does_not_decode_is_passed_over() -> None:
    class Broken(StillMachine):
        def decode(self, cell: Cell) -> tuple[list[Frame], Work]:
            if "bad" in cell.clip.path.name:
                raise ClipError("bad")
            return super().decode(cell)

    bad = cell(clip=replace(cell().clip, path=Path("bad.mp4")), output_size=Size(2, 2))
    assert calibrate(make_plan(bad, bad, cell()), Broken()).shown == Size(1920, 1080)
    with pytest.raises(ClipError, match="bad"):
        calibrate(make_plan(bad), Broken())


def test_a_clip_of_a_single_picture_can_be_measured() -> None:
    class Short(StillMachine):
        def decode(self, cell: Cell) -> tuple[list[Frame], Work]:
            frames, work = super().decode(cell)
            return frames[:2], work

    found = calibrate(make_plan(cell("1")), Short())
    assert found.key == found.other == 1000
