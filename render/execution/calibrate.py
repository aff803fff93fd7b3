"""A few seconds of a plan's work, measured: what `planning/estimate.py` reckons with."""

from __future__ import annotations

import contextlib
import itertools
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from math import sqrt
from pathlib import Path

import numpy as np

from render.engines.base import DeviceName, Engine
from render.engines.openvino_int8 import seen_ranges
from render.engines.select import create, load_library
from render.errors import ClipError, OutputError
from render.execution.resize import resize
from render.execution.upscale import create as create_upscaler
from render.files.temporary import beside
from render.media.clip import Clip
from render.media.decode import Decoder
from render.media.encode import VideoWriter
from render.media.encoding import key_interval
from render.media.frame import Frame, Picture
from render.media.sample import sample
from render.networks.spec import NetworkSpec
from render.networks.weights import read_weights
from render.planning.estimate import Calibration, NetworkSpeed, Work
from render.planning.geometry import place
from render.planning.plan import Cell, Plan
from render.target import Fit, Size

# Pixels that networks are measured at. OpenVINO does about as many multiply-adds a second at this
# as at any larger size; on a device a picture so small would be all start-up.
_PIXELS = 180 * 320
_PIXELS_DEVICE = 480 * 853

BUDGET = 4.0  # seconds
_DECODING = 1.0  # seconds
_PART = Fraction(3)  # seconds of the clip
_CLIPS = 3  # tried
_SKIPPED = Fraction(2)  # seconds of the clip: it may begin in black
_WRITTEN = 16  # pictures in a row
_TIMED = 4  # pictures in each of the network's streams


class Machine:
    """Does what is measured. Everything that takes time is in here."""

    def __init__(self, plan: Plan) -> None:
        # Before any watch: importing torch takes longer than loading a network.
        load_library(plan.engine)
        self._plan = plan

    @property
    def cores(self) -> int:
        if hasattr(os, "sched_getaffinity"):  # not on macOS
            return len(os.sched_getaffinity(0))
        return os.cpu_count() or 1

    def decode(self, cell: Cell) -> tuple[list[Frame], Work]:
        """Some of the cell's clip, and what each picture took."""
        skipped = min(_SKIPPED, Fraction(cell.about_frames or 0) / cell.video_rate / 3)
        start = cell.start + skipped
        frames: list[Frame] = []
        until = time.perf_counter() + _DECODING
        with _Stopwatch() as watch:
            decoder = Decoder(
                cell.clip, cell.placement.canvas, self._plan.ffmpeg, start=start,
                duration=_PART,
            )  # fmt: skip
            with decoder:
                for frame in decoder:
                    frames.append(frame)
                    if time.perf_counter() > until and len(frames) > 1:
                        break
        return frames, watch.work * (1 / max(1, decoder.decoded))

    def load(self, cell: Cell, size: Size) -> tuple[Engine, Work]:
        """The cell's network, ready to run at ``size``."""
        with _Stopwatch() as watch:
            weights, choice = read_weights(cell.style_path), self._plan.engine
            ranges = seen_ranges(weights, size, [_noise(size)]) if choice.is_draft else None
            engine = create(weights, size, choice, ranges=ranges)
        return engine, watch.work

    def stylize(self, engine: Engine, inputs: Sequence[Picture]) -> tuple[list[Picture], Work]:
        """What becomes of ``inputs``, and what each took, as many at once as a preview has."""
        with ThreadPoolExecutor(engine.streams) as pool:
            list(pool.map(engine.stylize, [inputs[0]] * engine.streams))  # start-up
            with _Stopwatch() as watch:
                outputs = list(pool.map(engine.stylize, inputs))
        return outputs, watch.work * (1 / len(inputs))

    def write(
        self, cell: Cell, rate: Fraction, painted: Sequence[Picture]
    ) -> tuple[list[int], Work]:
        """Bytes of each picture of a preview of ``painted``, and what each took."""
        height, width = painted[0].shape[:2]
        upscaler = create_upscaler(Size(width, height), cell.output_size, cell.upscaler)
        with beside(Path(tempfile.gettempdir()), ".mkv", OutputError) as path:
            plan, spare = self._plan, self._plan.engine.device is DeviceName.CPU
            writer = VideoWriter(
                path, plan.ffmpeg, cell.output_size, rate, plan.encoding, {}, spare=spare
            )
            with _Stopwatch() as watch, writer as video:
                for picture in painted:
                    video.write(upscaler.upscale(picture))
                video.finish()
            return list(_packets(path)), watch.work * (1 / len(painted))


def calibrate(plan: Plan, machine: Machine | None = None, *, budget: float = BUDGET) -> Calibration:
    """Measure for a few seconds what ``plan``, which has a cell, takes here. Raises RenderError.

    ``machine`` does all that really runs: tests give one that runs nothing. Once ``budget`` seconds
    have gone no further network is measured.
    """
    machine = machine or Machine(plan)
    began = time.perf_counter()
    # The networks that the plan has most of come first: there may not be time for all.
    by_network: dict[NetworkSpec, Cell] = {}
    for cell in sorted(plan.cells, key=_macs, reverse=True):
        by_network.setdefault(cell.network, cell)
    first, frames, decode = _decoded(plan, machine)
    size = _measured_size(first.size, plan)
    placement = place(first.placement.canvas, size, Fit.COVER)
    rate = _lowest_rate(plan, first.clip)
    shown = sample(iter(frames), rate, start=frames[0].time)
    inputs = [resize(f.picture, placement, size) for f in itertools.islice(shown, _WRITTEN)]
    speeds: dict[NetworkSpec, NetworkSpeed] = {}
    engine: Engine | None = None
    for network, cell in by_network.items():
        if engine is not None and time.perf_counter() - began > budget:
            break
        engine, load = machine.load(cell, size)
        timed = list(itertools.islice(itertools.cycle(inputs), _TIMED * engine.streams))
        _, each = machine.stylize(engine, timed)
        speeds[network] = NetworkSpeed(load, each * (1 / network.macs(size)))
    assert engine is not None, "a plan to be measured has a cell"
    painted, _ = machine.stylize(engine, inputs)
    sizes, encode = machine.write(first, rate, painted)
    every = key_interval(rate)
    keys = sizes[::every]
    others = [size for n, size in enumerate(sizes) if n % every] or keys
    return Calibration(
        cores=machine.cores,
        networks=speeds,
        decode=decode * (1 / first.placement.canvas.pixels),
        encode=encode * (1 / first.output_size.pixels),
        size=size,
        shown=first.output_size,
        rate=rate,
        key=sum(keys) / len(keys),
        other=sum(others) / len(others),
    )


def _decoded(plan: Plan, machine: Machine) -> tuple[Cell, list[Frame], Work]:
    """The first cell whose clip decodes; of a few clips, since a broken one may take long."""
    clips = {cell.clip.path: cell for cell in reversed(plan.cells)}
    error = ClipError("no clip of the plan decodes")
    for cell in list(reversed(clips.values()))[:_CLIPS]:
        try:
            frames, decode = machine.decode(cell)
        except ClipError as failure:
            error = failure
        else:
            if frames:
                return cell, frames, decode
    raise error


def _macs(cell: Cell) -> int:
    return cell.network.macs(cell.size) * (cell.about_frames or 1)


def _measured_size(size: Size, plan: Plan) -> Size:
    """Of the same shape, and no larger than it is."""
    on_cores = plan.engine.device is DeviceName.CPU
    scale = min(1.0, sqrt((_PIXELS if on_cores else _PIXELS_DEVICE) / size.pixels))
    return Size(max(1, round(size.width * scale)), max(1, round(size.height * scale)))


def _lowest_rate(plan: Plan, clip: Clip) -> Fraction:
    """The plan's lowest, at which the pictures span most of the clip."""
    return min(clip.video.rate, *(cell.rate for cell in plan.cells))


class _Stopwatch:
    """What happens within a ``with``; a child process counts once it has ended."""

    work = Work()

    def __enter__(self) -> _Stopwatch:
        self._began = time.perf_counter(), _processor()
        return self

    def __exit__(self, *_: object) -> None:
        wall, cpu = self._began
        self.work = Work(time.perf_counter() - wall, _processor() - cpu)


def _noise(size: Size) -> Picture:
    """For ranges that are only to be computed with."""
    chance = np.random.default_rng(0)
    return chance.integers(0, 256, (size.height, size.width, 3), np.uint8)


def _processor() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _packets(path: Path) -> Iterator[int]:
    import av

    with contextlib.closing(av.open(f"file:{path}")) as container:
        yield from (packet.size for packet in container.demux(video=0) if packet.size)
