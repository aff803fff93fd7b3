"""Render without a network, and read back what came out.

The engine here returns its input: what a hazard does to pictures and sound then shows undisguised.
The engines have a suite of their own.
"""

from __future__ import annotations

import subprocess
from collections.abc import Generator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt

from render.engines.base import DeviceName, EngineChoice, EngineName
from render.events import CellDone, CellFailed, Event, Preview
from render.execution import execute, pipeline
from render.execution.local import LocalExecutor
from render.look import Look
from render.media.encoding import AudioMode, Encoder, Encoding
from render.media.ffmpeg import FFmpeg
from render.media.frame import Picture
from render.media.watch import PATIENCE, Patience
from render.networks.spec import NetworkSpec
from render.planning.plan import Plan, make_plan
from render.planning.request import Request
from render.planning.resolve import StyleFile
from render.target import Fit, Orient, Rate, Size, Target

FINE = Encoding(Encoder.X264, 1, AudioMode.KEEP)


@dataclass
class Identity:
    size: Size
    streams = 2
    choice = EngineChoice(EngineName.TORCH, DeviceName.CPU, "test")

    def stylize(self, picture: Picture) -> Picture:
        assert picture.shape == (self.size.height, self.size.width, 3)
        return picture.copy()


def any_style(_style: str, network: str | None) -> StyleFile:
    return StyleFile(
        "none", NetworkSpec.parse(network or "res3"), Path("none.safetensors"), "0" * 64
    )


def plan_for(asked: Request, **seams: Any) -> Plan:
    """``make_plan``, for whatever style is asked for."""
    return make_plan(asked, styles=any_style, **seams)


def run(plan: Plan, patience: Patience = PATIENCE) -> Generator[Event, None, None]:
    """Each cell by an engine that returns its input."""
    engines = pipeline.Engines(plan.engine, lambda cell, _: Identity(cell.size))
    executor = LocalExecutor(engines, patience=patience)
    yield from execute.run(plan, executor, patience=patience)


def request(clip: Path, output: Path, **changes: Any) -> Request:
    """A Request for one clip; ``fps``, ``size`` and ``upscale`` as strings, the rest as fields."""
    upscale = changes.pop("upscale", None)
    target = Target(
        rate=Rate.parse(changes.pop("fps", "15")),
        size=Size.parse(changes.pop("size", "160x90")),
        network="res3",
        upscale=Size.parse(upscale) if upscale else None,
    )
    given: dict[str, Any] = {
        "clips": (clip,),
        "looks": (Look("none", target),),
        "orient": Orient.AUTO,
        "fit": Fit.COVER,
        "encoding": FINE,
        "output": output,
        # Known to be there, without asking torch.
        "engine": EngineName.TORCH,
        "device": DeviceName.CPU,
    }
    return Request(**given | changes)


def events(clip: Path, output: Path, **changes: Any) -> list[Any]:
    return list(run(plan_for(request(clip, output, **changes))))


def preview(clip: Path, output: Path, **changes: Any) -> Preview:
    last = events(clip, output, **changes)[-1]
    if isinstance(last, CellFailed):
        raise last.error
    assert isinstance(last, CellDone)
    return last.preview


def refusal(clip: Path, output: Path, **changes: Any) -> str:
    last = events(clip, output, **changes)[-1]
    assert isinstance(last, CellFailed), last
    return str(last.error)


def pictures(ff: FFmpeg, path: Path) -> npt.NDArray[np.uint8]:
    """All pictures of a file as ffmpeg itself shows them: (n, height, width, 3) RGB."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        width, height = stream.codec_context.width, stream.codec_context.height
    command = [ff.path, "-nostdin", "-v", "error", "-i", path, "-map", "0:v:0", "-vf"]
    command += ["scale=flags=accurate_rnd+full_chroma_int+bicubic,format=rgb24"]
    command += ["-fps_mode", "passthrough", "-f", "rawvideo", "-"]
    raw = subprocess.run(command, capture_output=True, check=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3)


def sound(path: Path) -> tuple[npt.NDArray[np.float64], int, Fraction]:
    """Mono samples, their rate, and the time of the first one in seconds."""
    parts, first, rate = [], None, 0
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="flt", layout="mono")
        for frame in container.decode(audio=0):
            if first is None and frame.pts is not None:
                first = frame.pts * Fraction(frame.time_base)
            for part in resampler.resample(frame):
                rate = part.sample_rate
                parts.append(part.to_ndarray().ravel())
    return np.concatenate(parts).astype(float), rate, first or Fraction(0)


def oracle_frames(ff: FFmpeg, clip: Path, rate: str) -> int:
    """How many frames ffmpeg's own fps filter gives."""
    command = [ff.path, "-nostdin", "-v", "error", "-i", clip, "-map", "0:v:0", "-vf"]
    command += [f"fps={rate}:start_time=0", "-fps_mode", "passthrough", "-f", "framecrc", "-"]
    out = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    return sum(not line.startswith("#") for line in out.splitlines())
