"""The preview in a bundle: what its preset makes of its clip, rendered when it is packed and again
when somebody verifies it.

It is of the network's own size, without the phone's upscale, which any player adds and which would
be most of the bundle; and written one way, whatever the preset's encoder, so that it plays
anywhere.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from render.engines.base import DeviceName, EngineName
from render.errors import BundleError
from render.events import CellDone, CellFailed, CellProgress, Preview
from render.execution.execute import run
from render.look import Look
from render.media.encoding import AudioMode, Encoder, Encoding
from render.planning.plan import Cell, Plan, make_plan
from render.planning.request import Request
from render.presets.preset import Preset

LENGTH = Fraction(2)
"""Seconds of the clip in a bundle, and of its preview; of a longer one no more is read."""
ENCODING = Encoding(Encoder.X264, 18, AudioMode.NONE)


@dataclass(frozen=True, slots=True)
class RenderWith:
    """What renders: found by itself where nothing else is said."""

    engine: EngineName = EngineName.AUTO
    device: DeviceName = DeviceName.AUTO
    ffmpeg: Path | None = None


@dataclass(frozen=True, slots=True)
class BundleProgress:
    """``done`` of ``total`` frames of what ``words`` say is in hand; ``total`` may be a guess."""

    words: str
    done: int
    total: int


def planned(
    preset: Preset, clip: Path, output: Path, using: RenderWith, start: Fraction = Fraction(0)
) -> tuple[Plan, Cell]:
    """The plan of the preview of ``clip`` from ``start`` on, and its one cell. Raises what
    `make_plan` raises, and ClipError for the clip."""
    seen = preset.with_options(upscale="none")
    request = Request(
        clips=(clip,),
        looks=(Look(seen.style, seen.target()),),
        orient=preset.orient,
        fit=preset.fit,
        encoding=ENCODING,
        engine=using.engine,
        device=using.device,
        ffmpeg=using.ffmpeg,
        output=output,
        start=start,
        duration=LENGTH,
    )
    plan = make_plan(request)
    for refusal in plan.refusals:
        raise refusal.error
    if len(plan.cells) != 1:
        raise BundleError(f"{clip}: is {len(plan.cells)} clips; name one")
    return plan, plan.cells[0]


def rendered(
    preset: Preset, clip: Path, output: Path, using: RenderWith, words: str
) -> Generator[BundleProgress, None, Preview]:
    """Render the preview of all of ``clip`` into ``output``, a file that is not there. Raises what
    `planned` does, and what a cell can fail by."""
    plan, cell = planned(preset, clip, output, using)
    about = cell.about_frames or 1
    yield BundleProgress(words, 0, about)
    with contextlib.closing(run(plan)) as events:
        for event in events:
            match event:
                case CellProgress(_, frames):
                    yield BundleProgress(words, frames, max(frames, about))
                case CellFailed(_, _, error):
                    raise error
                case CellDone(_, preview):
                    return preview
    raise BundleError(f"{clip}: no preview came of it")
