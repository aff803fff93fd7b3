"""Real pictures that a model is verified on: moments of a clip, or two that come with render."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from render.errors import ClipError
from render.execution.still import take
from render.export.export_target import ExportTarget
from render.media.ffmpeg import FFmpeg, find_ffmpeg
from render.media.frame import Picture
from render.media.photo import is_photo
from render.media.probe import probe
from render.presets.preset import Preset
from render.target import Fit, Orient

_OWN = Path(__file__).with_name("frames")
MOMENTS = 3


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """What the model is given: RGB uint8 of its input's size; where from, in words."""

    picture: Picture
    name: str


def given(
    target: ExportTarget, clip: Path | None, ffmpeg: Path | None = None, moments: int = MOMENTS
) -> list[Given]:
    """Moments evenly over ``clip`` (a video or a photograph; None: render's own pictures), cropped
    and scaled to the model's input as a preview does. Raises ClipError."""
    preset = Preset().with_options(
        size=str(target.input_size), upscale="none", orient=Orient.AS_GIVEN, fit=Fit.COVER
    )
    found = find_ffmpeg(ffmpeg)
    if clip is None:
        paths: list[tuple[Path, Fraction | None]] = [(p, None) for p in sorted(_OWN.glob("*.jpg"))]
    elif is_photo(clip):
        paths = [(clip, None)]
    else:
        length = probe(clip, found).duration
        if length is None:
            raise ClipError(f"{clip}: does not say how long it is; cut a part of it into a file")
        paths = [(clip, length * (2 * n + 1) / (2 * moments)) for n in range(moments)]
    return [_taken(path, moment, preset, found) for path, moment in paths]


def _taken(path: Path, moment: Fraction | None, preset: Preset, ffmpeg: FFmpeg) -> Given:
    still = take(path, preset, ffmpeg, moment)
    name = path.name if moment is None else f"{path.name} at {float(moment):.2f} s"
    return Given(still.given, name)
