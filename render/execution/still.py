"""One moment of a clip, or a photograph, and what a preview shows of it in a style."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from render.engines.base import Engine
from render.errors import ClipError, UsageError
from render.execution.resize import bars, resize
from render.execution.upscale import create as create_upscaler
from render.media.clip import Clip
from render.media.decode import Decoder
from render.media.ffmpeg import FFmpeg
from render.media.frame import Frame, Picture
from render.media.photo import is_photo, load_photo
from render.media.probe import probe
from render.media.sample import sample
from render.planning.geometry import Placement, canvas_for, place
from render.presets.preset import Preset
from render.target import Orient, Size

# One tick of any rate: which picture is on show at a moment does not depend on it.
_RATE = Fraction(30)


@dataclass(frozen=True, slots=True, eq=False)
class Still:
    """A picture that met a target, as a cell of a plan does.

    Attributes:
        name: of its file. moment: seconds into the clip, None of a photograph.
        given: what the network is given, RGB uint8 of ``size``, the input's, turned.
        upscale: the display's size, turned, or None. warnings: damage, in one line each.
    """

    name: str
    moment: Fraction | None
    given: Picture
    size: Size
    placement: Placement
    upscale: Size | None
    preset: Preset
    warnings: tuple[str, ...]

    @property
    def shape(self) -> Size:
        """The size of what is shown."""
        return self.upscale or self.size

    def source(self) -> Picture:
        """The picture without a style, through the same sizes."""
        return self._shown(self.given)

    def stylized(self, engine: Engine) -> Picture:
        """What a preview shows."""
        return self._shown(engine.stylize(self.given))

    def _shown(self, picture: Picture) -> Picture:
        upscaler = create_upscaler(self.size, self.upscale, self.preset.upscaler)
        return upscaler.upscale(bars(picture, self.placement))


def take(path: Path, preset: Preset, ffmpeg: FFmpeg, at: Fraction | None = None) -> Still:
    """A photograph, or what a clip shows ``at`` seconds (None: at its middle).

    Raises ClipError when it cannot be read or has no such moment, UsageError for a photograph's.
    """
    if is_photo(path):
        if at is not None:
            raise UsageError(f"--at {float(at):g}: {path} is a photograph; leave --at out")
        picture = load_photo(path)
        displayed = Size(picture.shape[1], picture.shape[0])
        return _met(path, None, picture, displayed, preset, ())
    clip = probe(path, ffmpeg)
    moment = at if at is not None else (clip.duration or Fraction(0)) / 2
    if clip.duration is not None and moment >= clip.duration:
        raise _past(path, moment, clip.duration)
    picture, warnings = _decoded(clip, path, moment, preset, ffmpeg)
    return _met(path, moment, picture, clip.video.displayed, preset, warnings)


def _met(
    path: Path,
    moment: Fraction | None,
    picture: Picture,
    displayed: Size,
    preset: Preset,
    warnings: tuple[str, ...],
) -> Still:
    size, upscale = _turned(preset, displayed)
    placement = place(Size(picture.shape[1], picture.shape[0]), size, preset.fit)
    given = resize(picture, placement, size)
    return Still(path.name, moment, given, size, placement, upscale, preset, warnings)


def _turned(preset: Preset, displayed: Size) -> tuple[Size, Size | None]:
    if preset.orient is not Orient.AUTO:
        return preset.size, preset.upscale
    upscale = None if preset.upscale is None else preset.upscale.oriented_as(displayed)
    return preset.size.oriented_as(displayed), upscale


def _decoded(
    clip: Clip, path: Path, moment: Fraction, preset: Preset, ffmpeg: FFmpeg
) -> tuple[Picture, tuple[str, ...]]:
    size, _ = _turned(preset, clip.video.displayed)
    canvas = canvas_for(clip.video.displayed, size)
    end = Fraction(0)

    def watched(frames: Iterator[Frame]) -> Iterator[Frame]:
        nonlocal end
        for frame in frames:
            end = frame.time
            yield frame

    with Decoder(clip, canvas, ffmpeg.path, start=moment, duration=1 / _RATE) as decoder:
        frames = watched(iter(decoder))
        shown = next(sample(frames, _RATE, start=moment, duration=1 / _RATE), None)
        for _ in frames:  # to the end of the range, where the damage is counted in full
            pass
        if shown is None or end <= moment:
            raise _past(path, moment, end)
        said = (clip.unknown, decoder.damage.describe())
    return shown.picture, tuple(f"{path.name}: {words}" for words in said if words)


def _past(path: Path, moment: Fraction, end: Fraction) -> ClipError:
    return ClipError(
        f"{path}: --at {float(moment):g} is past its end ({float(end):.2f} s); lower --at"
    )
