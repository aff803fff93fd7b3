"""clips × targets → Plan: everything that will run, decided before anything does."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any

from render.engines.base import DeviceName, EngineChoice, EngineName
from render.errors import ClipError, OutputError, RenderError, UsageError
from render.geometry import Placement, canvas_for, place
from render.media.clip import Clip, Transfer
from render.media.encode import SUFFIXES, encoded_size
from render.media.encoding import Encoder, Encoding
from render.media.ffmpeg import FFmpeg, find_ffmpeg
from render.target import Fit, Orient, Rate, Size, Target, Upscaling

PREVIEWS = Path("previews")


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for, parsed but not yet met with any clip.

    Attributes:
        clips: paths as given.
        targets, styles: every combination becomes a cell of each clip.
        start, duration: seconds; duration None runs to the clip's end.
        output: a file (one cell only), a folder, or None for ``previews/``.
        force: overwrite existing previews. strict: fail at the first decoding damage.
        ffmpeg: a binary to use instead of the look-up.
    """

    clips: tuple[Path, ...]
    targets: tuple[Target, ...]
    styles: tuple[str, ...]
    orient: Orient
    fit: Fit
    encoding: Encoding
    start: Fraction = Fraction(0)
    duration: Fraction | None = None
    engine: EngineName = EngineName.AUTO
    device: DeviceName = DeviceName.AUTO
    output: Path | None = None
    force: bool = False
    strict: bool = False
    ffmpeg: Path | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One clip at one target: everything that its preview depends on, already turned and resolved.

    Attributes:
        rate: frames a second of the preview. size: the network's input, turned.
        network, style, style_path: what stylizes. strength: how much of it shows, 0..1.
        placement: how the clip meets the input.
        upscale: the display's size, turned, or None. output_size: the file's picture, even sides.
        start, duration: seconds of the clip.
        about_frames: an estimate for progress, or None. notes: what the user should know of the
        plan (a repeat of frames, a stretch, a padded row). output: the preview's path.
    """

    clip: Clip
    rate: Fraction
    size: Size
    network: str
    style: str
    style_path: Path
    strength: float
    placement: Placement
    upscale: Size | None
    upscaler: Upscaling
    output_size: Size
    start: Fraction
    duration: Fraction | None
    about_frames: int | None
    output: Path
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A clip that will not be rendered, and why: recorded, so that the others go on."""

    clip: Path
    error: RenderError


@dataclass(frozen=True, slots=True)
class Plan:
    """Frozen, serialisable (``plan_as_dict``) and complete: no stage decides what is decided
    here."""

    cells: tuple[Cell, ...]
    refusals: tuple[Refusal, ...]
    encoding: Encoding
    engine: EngineChoice
    ffmpeg: Path
    force: bool
    strict: bool


@dataclass(frozen=True, slots=True)
class _Style:
    """A style file for one target's network."""

    name: str
    network: str
    path: Path


def make_plan(request: Request) -> Plan:
    """Probe the clips, find the styles, decide every cell.

    A clip that cannot be read, or whose preview cannot be written, becomes a ``Refusal``; what is
    wrong with the request itself raises UsageError, StyleError, EngineError or FFmpegError.
    """
    _check(request)
    looks = [(t, _find_style(s, t.network)) for s in request.styles for t in request.targets]
    ffmpeg = find_ffmpeg(request.ffmpeg)
    if request.encoding.encoder in (Encoder.X265, Encoder.AV1):
        _check_encoder(ffmpeg, request.encoding.encoder)
    engine = _choose_engine(request.engine, request.device)
    cells: list[Cell] = []
    refusals: list[Refusal] = []
    taken: set[Path] = set()
    several = len(request.clips) * len(looks) > 1
    for path, clip in zip(request.clips, _probe_all(request.clips, ffmpeg), strict=True):
        if isinstance(clip, RenderError):
            refusals.append(Refusal(path, clip))
            continue
        for target, style in looks:
            try:
                cells.append(_cell(request, clip, target, style, taken, several=several))
            except (ClipError, OutputError) as error:
                refusals.append(Refusal(path, error))
    return Plan(
        cells=tuple(cells),
        refusals=tuple(refusals),
        encoding=request.encoding,
        engine=engine,
        ffmpeg=ffmpeg.path,
        force=request.force,
        strict=request.strict,
    )


def _check(request: Request) -> None:
    if not request.clips:
        raise UsageError("no clip given; try: render clip.mp4 --fps 15 --size 480x853")
    if request.start < 0:
        raise UsageError(f"--start {float(request.start):g}: must be 0 or more")
    if request.duration is not None and request.duration <= 0:
        raise UsageError(f"--duration {float(request.duration):g}: must be over 0")
    out = request.output
    if out is not None and _is_file_name(out):
        if out.suffix.lower() not in SUFFIXES:
            raise UsageError(f"-o {out}: previews are written as {', '.join(SUFFIXES)}")
        if len(request.clips) * len(request.targets) * len(request.styles) > 1:
            raise UsageError(f"-o {out}: several previews need a folder, not one file")


def _is_file_name(output: Path) -> bool:
    return bool(output.suffix) and not output.is_dir()


def _check_encoder(ffmpeg: FFmpeg, encoder: Encoder) -> None:
    if encoder.value not in ffmpeg.abilities:
        raise UsageError(
            f"--encoder {encoder.value}: ffmpeg {ffmpeg.version} lacks it; use libx264"
        )


def _choose_engine(engine: EngineName, device: DeviceName) -> EngineChoice:
    from render.engines.select import choose

    return choose(engine, device)


def _find_style(style: str, network: str | None) -> _Style:
    from render.networks.catalogue import find_style

    path, metadata = find_style(style, network)
    return _Style(metadata.style, metadata.network, path)


def _probe_all(paths: tuple[Path, ...], ffmpeg: FFmpeg) -> Iterator[Clip | RenderError]:
    from render.media.probe import probe

    def one(path: Path) -> Clip | RenderError:
        try:
            return probe(path, ffmpeg)
        except RenderError as error:
            return error

    # Each probe is mostly the start of a small process of its own.
    with ThreadPoolExecutor(4) as pool:
        yield from pool.map(one, paths)


def _cell(
    request: Request, clip: Clip, target: Target, style: _Style, taken: set[Path], *, several: bool
) -> Cell:
    displayed = clip.video.displayed
    turn = request.orient is Orient.AUTO
    size = target.size.oriented_as(displayed) if turn else target.size
    upscale = target.upscale
    if upscale is not None and turn:
        upscale = upscale.oriented_as(displayed)
    rate = target.rate.fps or clip.video.rate
    if clip.duration is not None and request.start >= clip.duration:
        raise ClipError(
            f"{clip.path}: --start {float(request.start):g} is past its end "
            f"({float(clip.duration):.2f} s)"
        )
    tail = _tail(style, size, rate, target.strength)
    output = _output(request.output, clip.path, tail, taken, several=several)
    _check_output(output, clip, force=request.force)
    shown = upscale or size
    return Cell(
        clip=clip,
        rate=rate,
        size=size,
        network=style.network,
        style=style.name,
        style_path=style.path,
        strength=target.strength,
        placement=place(canvas_for(displayed, size), size, request.fit),
        upscale=upscale,
        upscaler=target.upscaler,
        output_size=encoded_size(shown),
        start=request.start,
        duration=request.duration,
        about_frames=_about_frames(clip, rate, request.start, request.duration),
        output=output,
        notes=tuple(_notes(clip, target.rate, rate, size, upscale)),
    )


def _about_frames(
    clip: Clip, rate: Fraction, start: Fraction, duration: Fraction | None
) -> int | None:
    if clip.duration is None:
        return None if duration is None else max(1, round(duration * rate))
    seconds = clip.duration - start
    return max(1, round(min(seconds, duration or seconds) * rate))


def _tail(style: _Style, size: Size, rate: Fraction, strength: float) -> str:
    """What the name of a preview says after its clip's."""
    tail = f"-{style.name}-{style.network}-{size}-{float(rate):.6g}"
    return tail if strength == 1 else f"{tail}-s{strength:.6g}"


def _output(asked: Path | None, clip: Path, tail: str, taken: set[Path], *, several: bool) -> Path:
    if asked is not None and not several and _is_file_name(asked):
        return asked
    # 255 bytes is what file systems give a name; the clip's own part yields.
    stem = clip.stem
    while len((stem + tail).encode(errors="surrogateescape")) > 240:
        stem = stem[:-1]
    folder = PREVIEWS if asked is None else asked
    output, count = folder / f"{stem}{tail}.mp4", 1
    while output in taken:  # clips of one name from several folders
        count += 1
        output = folder / f"{stem}{tail}-{count}.mp4"
    taken.add(output)
    return output


def _check_output(output: Path, clip: Clip, *, force: bool) -> None:
    if output.exists():
        if output.samefile(clip.path):
            raise OutputError(f"{output}: is the clip itself; choose another place with -o")
        if not force:
            raise OutputError(f"{output}: exists already; --force overwrites it")


def _notes(
    clip: Clip, asked: Rate, rate: Fraction, size: Size, upscale: Size | None
) -> Iterator[str]:
    video = clip.video
    if asked.fps is not None and rate > video.rate and not video.variable_rate:
        yield f"{float(rate):.4g} fps is above the clip's {float(video.rate):.4g}: pictures repeat"
    if size.width > video.displayed.width and size.height > video.displayed.height:
        yield f"{size} is larger than the clip's {video.displayed}: it is enlarged first"
    shown = upscale or size
    stretch = Fraction(shown.width, shown.height) / Fraction(size.width, size.height)
    if abs(stretch - 1) > Fraction(2, 100):
        keeps = Size(shown.width, max(1, round(shown.width * Fraction(size.height, size.width))))
        yield (
            f"{size} and {shown} differ in shape: the picture is stretched by "
            f"{abs(float(stretch) - 1):.0%}; --upscale {keeps} keeps it"
        )
    if encoded_size(shown) != shown:
        yield f"{shown} is odd and video needs even sides: written as {encoded_size(shown)}"
    if video.transfer is not Transfer.SDR:
        yield f"HDR ({video.transfer.value}): tone-mapped to BT.709"
    if video.alpha:
        yield "transparency is shown over black"


def plan_as_dict(plan: Plan) -> dict[str, object]:
    """The plan as JSON types: exactly what runs. Fractions and sizes are strings."""
    result = _jsonable(plan)
    assert isinstance(result, dict)
    return result


def _jsonable(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Fraction | Path | Size):
        return str(value)
    if isinstance(value, RenderError):
        return {"kind": value.kind, "message": str(value)}
    if is_dataclass(value):
        return {f.name: _jsonable(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, tuple | list):
        return [_jsonable(v) for v in value]
    return value
