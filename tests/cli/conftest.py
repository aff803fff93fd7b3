"""Plans made by hand, and a command line without a machine behind it."""

from collections.abc import Callable, Generator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

import render.planning.plan
from render.cli.app import run as run_command_line
from render.engines.base import DeviceName, EngineChoice, EngineName
from render.errors import ClipError, RenderError
from render.events import (
    CellDone,
    CellFailed,
    CellProgress,
    CellStarted,
    Event,
    Preview,
    Timings,
)
from render.execution.executor import Executor
from render.media.clip import AudioStream, Clip, Transfer, VideoStream
from render.media.encoding import AudioMode, Encoder, Encoding
from render.networks.spec import NetworkSpec
from render.planning.estimate import Calibration, NetworkSpeed, Work
from render.planning.fingerprint import Identity
from render.planning.geometry import place
from render.planning.plan import Cell, Plan, Refusal
from render.planning.request import Request
from render.storage.fetching import ClipFetching
from render.target import Fit, Size, Upscaling


def make_clip(path: Path) -> Clip:
    video = VideoStream(
        index=0,
        codec="h264",
        pixel_format="yuv420p",
        coded=Size(1280, 720),
        sar=Fraction(1),
        rotation=0,
        displayed=Size(1280, 720),
        rate=Fraction(30000, 1001),
        variable_rate=False,
        header_frames=150,
        matrix="bt709",
        full_range=False,
        transfer=Transfer.SDR,
        alpha=False,
        interlaced=False,
    )
    return Clip(path, "mov,mp4", Fraction(5), video, AudioStream(1, "aac", 48000, 2, True))


IDENTITY = Identity(
    clip="c" * 64,
    part="0+end",
    rate="15",
    size="853x480",
    view="1280x720+0+0 of 1280x720 in 853x480+0+0",
    network="res3",
    weights="w" * 64,
    strength="1",
    upscale="1920x1080 bilinear",
    playback="none",
    engine="torch cpu f32",
    encoding="libx264 crf 18, sound keep, mp4",
    segment="2",
)


def make_cell(path: Path, about: int | None = 75) -> Cell:
    size = Size(853, 480)
    return Cell(
        clip=make_clip(path),
        rate=Fraction(15),
        size=size,
        network=NetworkSpec.parse("res3"),
        style="composition-vii",
        style_path=Path("composition-vii.safetensors"),
        strength=1.0,
        placement=place(Size(1280, 720), size, Fit.COVER),
        upscale=Size(1920, 1080),
        upscaler=Upscaling.BILINEAR,
        output_size=Size(1920, 1080),
        start=Fraction(0),
        duration=None,
        about_frames=about,
        output=Path("previews") / f"{path.stem}.mp4",
        notes=("a note of the plan",),
        identity=IDENTITY,
        fingerprint=IDENTITY.fingerprint,
    )


def make_plan(*cells: Cell, refusals: tuple[Refusal, ...] = ()) -> Plan:
    return Plan(
        cells=cells,
        refusals=refusals,
        encoding=Encoding(Encoder.X264, 18, AudioMode.KEEP),
        engine=EngineChoice(EngineName.TORCH, DeviceName.CPU, "the only one there"),
        ffmpeg=Path("/usr/bin/ffmpeg"),
        force=False,
        strict=False,
        segment=Fraction(2),
    )


def plan_by(make: Callable[[Request], Plan]) -> None:
    """Plans are what ``make`` gives, for the rest of this process."""

    def planning(request: Request) -> Generator[ClipFetching, None, Plan]:
        yield from ()
        return make(request)

    render.planning.plan.planning = planning
    render.planning.plan.make_plan = make


def make_preview(cell: Cell, frames: int = 75) -> Preview:
    return Preview(
        cell=cell,
        path=cell.output,
        size=cell.output_size,
        rate=cell.rate,
        frames=frames,
        stylized=frames - 2,
        duration=frames / cell.rate,
        bytes=3_100_000,
        ms=250.0,
        warnings=("70 of about 75 frames decoded",),
        timings=Timings(load=1, decode=1, resize=0.5, stylize=30, upscale=0.5, encode=2, wall=32),
    )


class Machine:
    """Stands where planning and rendering would be. Clips whose name holds ``bad`` are refused,
    those with ``broken`` fail while they render."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.closed = False
        self.cells_a_clip = 1
        self.calibrated = 0
        self.calibration_error: RenderError | None = None

    def planning(self, request: Request) -> Generator[ClipFetching, None, Plan]:
        yield from ()
        return render.planning.plan.make_plan(request)  # which tests replace

    def make_plan(self, request: Request) -> Plan:
        self.requests.append(request)
        refusals = tuple(
            Refusal(path, ClipError(f"{path}: is not a video"))
            for path in request.clips
            if "bad" in path.name
        )
        cells = [
            replace(make_cell(path), rate=Fraction(15 * n), about_frames=75 * n)
            for path in request.clips
            if "bad" not in path.name
            for n in range(1, self.cells_a_clip + 1)
        ]
        return make_plan(*cells, refusals=refusals)

    def run(self, plan: Plan, _executor: Executor | None) -> Generator[Event, None, None]:
        try:
            for refusal in plan.refusals:
                yield CellFailed(refusal.clip, None, refusal.error)
            for cell in plan.cells:
                yield CellStarted(cell)
                yield CellProgress(cell, 1)
                if "broken" in cell.clip.path.name:
                    yield CellFailed(cell.clip.path, cell, ClipError("ran out of frames"))
                else:
                    yield CellDone(cell, make_preview(cell))
        finally:
            self.closed = True

    def calibrate(self, plan: Plan) -> Calibration:
        """A machine whose every stage takes no time but the network: a microsecond for a million
        multiply-adds."""
        self.calibrated += 1
        if self.calibration_error:
            raise self.calibration_error
        return Calibration(
            cores=2,
            networks={NetworkSpec.parse("res3"): NetworkSpeed(load=Work(), mac=Work(wall=1e-12))},
            decode=Work(),
            encode=Work(),
            key=100_000,
            other=10_000,
            size=Size(853, 480),
            shown=Size(1920, 1080),
            rate=Fraction(15),
        )

    @property
    def request(self) -> Request:
        return self.requests[-1]


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.delenv("RENDER_FFMPEG", raising=False)
    stand_in = Machine()
    monkeypatch.setattr("render.planning.plan.make_plan", stand_in.make_plan)
    monkeypatch.setattr("render.planning.plan.planning", stand_in.planning)
    monkeypatch.setattr("render.execution.execute.run", stand_in.run)
    monkeypatch.setattr("render.execution.calibrate.calibrate", stand_in.calibrate)
    return stand_in


@pytest.fixture
def command(machine: Machine) -> Callable[..., int]:
    return lambda *arguments: run_command_line([str(a) for a in arguments])
