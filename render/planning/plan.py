"""clips × looks → Plan: everything that will run, decided before anything does."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TypeAlias

from render.devices.playback import Playback, refreshes_of
from render.engines.base import EngineChoice
from render.errors import ClipError, OutputError, RenderError, StyleError, UsageError
from render.files.digest import digest_of
from render.files.names import file_name, inside
from render.look import Look
from render.media.clip import Clip
from render.media.colour import even
from render.media.encoding import Encoding, container_of
from render.media.ffmpeg import FFmpeg, check_writes, find_ffmpeg
from render.media.find import Found, find_clips
from render.networks.spec import NetworkSpec
from render.planning.as_gif import as_gif
from render.planning.fingerprint import Identity
from render.planning.geometry import Placement
from render.planning.identify import identify, is_kept, placement
from render.planning.probing import Probe, as_given, fetch_clips, probe_all, probe_clip
from render.planning.request import Request, container, written_file
from render.planning.resolve import ResolvedLook, StyleFile, notes, resolve, said
from render.storage.fetching import ClipFetching
from render.storage.url import Place, Url
from render.target import Size, Upscaling

PREVIEWS = Path("previews")

# Beyond these it was a range with a step too fine, or the wrong folder.
MAX_LOOKS = 1_000
MAX_CELLS = 10_000


@dataclass(frozen=True, slots=True)
class Cell:
    """One clip at one target: everything that its preview depends on, already turned and resolved.

    Attributes:
        rate: frames a second of the target. size: the network's input, turned.
        network, style, style_path: what stylizes. strength: how much of it shows, 0..1.
        placement: how the clip meets the input.
        upscale: the display's size, turned, or None. output_size: the file's picture, even sides.
        start, duration: seconds of the clip.
        about_frames: an estimate for progress, or None. notes: what the user should know of the
        plan (a repeat of frames, a stretch, a padded row). output: the preview's path.
        identity: all that the preview depends on; fingerprint: its hash.
        playback: the phone whose display the preview shows, or None for every frame of the target.
        kept: whether the preview is there already, and is of this identity.
    """

    clip: Clip
    rate: Fraction
    size: Size
    network: NetworkSpec
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
    identity: Identity
    fingerprint: str
    playback: Playback | None = None
    kept: bool = False

    @property
    def sampled(self) -> Fraction:
        """Pictures of the clip that it is about, a second: the camera's on a phone."""
        return self.rate if self.playback is None else self.playback.camera

    @property
    def video_rate(self) -> Fraction:
        """Frames a second of the preview: the display's refreshes on a phone."""
        return self.rate if self.playback is None else self.playback.display


@dataclass(frozen=True, slots=True)
class Refusal:
    """A clip that will not be rendered, and why: recorded, so that the others go on."""

    clip: Place
    error: RenderError


@dataclass(frozen=True, slots=True)
class Plan:
    """Frozen, serialisable (``plan_as_dict``) and complete: no stage decides what is decided here.

    ``segment`` is how many seconds of a preview are rendered as one (`segments.py`); ``cache`` and
    ``publish``, see ``Request``. ``anew``: what was in the places of its previews gives way.
    """

    cells: tuple[Cell, ...]
    refusals: tuple[Refusal, ...]
    encoding: Encoding
    engine: EngineChoice
    ffmpeg: Path
    force: bool
    strict: bool
    segment: Fraction
    cache: Path | None = None
    publish: Url | None = None
    anew: bool = False

    @property
    def todo(self) -> tuple[Cell, ...]:
        """The cells whose previews are not there yet."""
        return tuple(cell for cell in self.cells if not cell.kept)

    def shown(self, path: Path) -> Place:
        """Where people look for what is made at ``path``: at its URL, if it goes to one."""
        return path if self.publish is None else self.publish.child(path.name)


def style_file(style: str, network: str | None) -> StyleFile:
    """A style by its name or file, for a network. Raises StyleError."""
    from render.networks.catalogue import find_style

    path, metadata = find_style(style, network)
    return StyleFile(metadata.style, metadata.spec, path, digest_of(path, StyleError))


FindStyle: TypeAlias = Callable[[str, str | None], StyleFile]


def make_plan(
    request: Request,
    *,
    probe: Probe = probe_clip,
    styles: FindStyle = style_file,
    anew: bool = False,
) -> Plan:
    """Find and probe the clips, find the styles, decide every cell.

    A clip that cannot be read, or whose preview cannot be written, becomes a ``Refusal``; what is
    wrong with the request itself raises UsageError, StyleError, EngineError or FFmpegError.
    ``probe`` is what looks into a clip; ``styles`` finds one, by its name or file, for a network.
    ``anew``: other previews in the places of this plan's are no reason to refuse it; whoever asks
    so removes them before it runs. Clips at URLs are fetched; ``planning`` says how that goes.
    """
    steps = planning(request, probe=probe, styles=styles, anew=anew)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            plan: Plan = end.value
            return plan


def planning(
    request: Request,
    *,
    probe: Probe = probe_clip,
    styles: FindStyle = style_file,
    anew: bool = False,
) -> Generator[ClipFetching, None, Plan]:
    """`make_plan`, which says what it fetches."""
    _check(request)
    found = find_clips(request.clips)
    _check_count(request, found)
    found_styles, ffmpeg, engine = _prepare(request, styles)
    cells: list[Cell] = []
    refusals: list[Refusal] = []
    taken: set[Path] = set()
    fetched = yield from fetch_clips(request, found)
    probed = list(probe_all(found, fetched, ffmpeg, probe))
    sources = {one[0].path for one in probed if not isinstance(one, RenderError)}
    for place, one in zip((each.place for each in found), probed, strict=True):
        if isinstance(one, RenderError):
            refusals.append(Refusal(place, one))
            continue
        clip, digest = one
        planned: set[tuple[object, ...]] = set()
        for look in request.looks:
            try:
                resolved = resolve(look, clip, request.orient, found_styles[look])
                # Rates and sizes that were written differently may be one on this clip.
                if resolved.identity not in planned:
                    planned.add(resolved.identity)
                    identity = identify(request, clip, digest, resolved, engine)
                    cells.append(_cell(request, clip, resolved, identity, taken, sources, anew))
            except ClipError as error:  # so it is for every look
                refusals.append(Refusal(place, error))
                break
            except OutputError as error:
                refusals.append(Refusal(place, error))
    return Plan(
        cells=tuple(cells),
        refusals=tuple(refusals),
        encoding=request.coding,
        engine=engine,
        ffmpeg=ffmpeg.path,
        force=request.force,
        strict=request.strict,
        segment=request.segment,
        cache=request.cache,
        publish=_url(request.publish),
        anew=anew,
    )


def decided_again(plan: Plan, url: Url) -> Plan:
    """``plan`` after its folder has changed: what is there by now is kept, or refused. ``url`` is
    what the folder is called in words."""
    cells: list[Cell] = []
    refusals = list(plan.refusals)
    sources = {cell.clip.path for cell in plan.cells}
    for cell in plan.cells:
        try:
            kept = is_kept(cell.output, cell.identity, cell.clip, sources, force=plan.force)
        except OutputError as error:
            place = url.child(cell.output.name)
            refusals.append(Refusal(cell.clip.place, as_given(error, cell.output, place)))
        else:
            cells.append(replace(cell, kept=kept))
    return replace(plan, cells=tuple(cells), refusals=tuple(refusals))


def check_request(request: Request, *, styles: FindStyle = style_file) -> None:
    """Raise what `make_plan` would, whatever the clips are."""
    _check(request)
    _prepare(request, styles)


def _prepare(
    request: Request, styles: FindStyle
) -> tuple[dict[Look, StyleFile], FFmpeg, EngineChoice]:
    found = _find_styles(request.looks, styles)
    ffmpeg = find_ffmpeg(request.ffmpeg)
    check_writes(ffmpeg, request.coding, container(request))
    return found, ffmpeg, choose_engine(request)


def _check(request: Request) -> None:
    if not request.clips:
        raise UsageError("no clip given; try: render clip.mp4 --fps 15 --size 480x853")
    if not request.looks:
        raise UsageError("no target given: a request needs a style at a target")
    if request.start < 0:
        raise UsageError(f"--start {float(request.start):g}: must be 0 or more")
    if request.segment <= 0:
        raise UsageError(f"segments of {float(request.segment):g} s: must be over 0")
    if request.duration is not None and request.duration <= 0:
        raise UsageError(f"--duration {float(request.duration):g}: must be over 0")
    written_file(request)  # of a kind that is written
    _url(request.publish)


def _url(publish: Url | str | None) -> Url | None:
    return Url(publish) if isinstance(publish, str) else publish


def _check_count(request: Request, found: tuple[Found, ...]) -> None:
    looks = len(request.looks)
    if looks > MAX_LOOKS:
        raise UsageError(
            f"{looks} targets for each clip: at most {MAX_LOOKS} in one run; name fewer values, or "
            "take larger steps"
        )
    if looks * len(found) > MAX_CELLS:
        raise UsageError(
            f"{looks * len(found)} previews ({len(found)} clips at {looks} targets): at most "
            f"{MAX_CELLS} in one run; name fewer of either"
        )
    if looks * len(found) > 1 and (out := written_file(request)) is not None:
        raise UsageError(f"-o {out}: several previews need a folder, not one file")


def choose_engine(request: Request) -> EngineChoice:
    from render.engines.select import choose

    if request.elsewhere:
        return choose(
            request.engine, request.device, request.precision, available=lambda _device: True
        )
    return choose(request.engine, request.device, request.precision)


def _find_styles(looks: tuple[Look, ...], styles: FindStyle) -> dict[Look, StyleFile]:
    """Each look's style file. Raises one StyleError that names all that are not there."""
    from render.networks.catalogue import MissingNetworkError, missing_networks

    found: dict[tuple[str, str | None], StyleFile] = {}
    missing: list[MissingNetworkError] = []
    errors: list[StyleError] = []
    for style, network in dict.fromkeys((look.style, look.target.network) for look in looks):
        try:
            found[style, network] = styles(style, network)
        except MissingNetworkError as error:
            missing.append(error)
        except StyleError as error:
            errors.append(error)
    if missing:
        errors.append(missing_networks(missing))
    if errors:
        # Once each: a style that is not known is so for each of its networks.
        words = tuple(dict.fromkeys(str(error) for error in errors))
        raise errors[0] if len(words) == 1 else StyleError("; ".join(words))
    return {look: found[look.style, look.target.network] for look in looks}


def _cell(
    request: Request,
    clip: Clip,
    resolved: ResolvedLook,
    identity: Identity,
    taken: set[Path],
    sources: set[Path],
    anew: bool,
) -> Cell:
    rate, size, upscale, style = resolved.rate, resolved.size, resolved.upscale, resolved.style
    if clip.duration is not None and request.start >= clip.duration:
        raise ClipError(
            f"{clip.place}: --start {float(request.start):g} is past its end "
            f"({float(clip.duration):.2f} s)"
        )
    output = written_file(request) or _output(request, clip, resolved, taken)
    kept = is_kept(output, identity, clip, sources, force=request.force, anew=anew)
    shown = even(upscale or size)
    about = _about_frames(clip, resolved, request.start, request.duration)
    more: tuple[str, ...] = ()
    if container_of(output).palette:
        shown, more = as_gif(shown, resolved, about, clip, request.coding)
    return Cell(
        clip=clip,
        rate=rate,
        size=size,
        network=style.network,
        style=style.name,
        style_path=style.path,
        strength=resolved.strength,
        placement=placement(request, clip, size),
        upscale=upscale,
        upscaler=resolved.upscaler,
        output_size=shown,
        start=request.start,
        duration=request.duration,
        about_frames=about,
        output=output,
        notes=(*notes(resolved, clip), *more),
        identity=identity,
        fingerprint=identity.fingerprint,
        playback=resolved.playback,
        kept=kept,
    )


def _about_frames(
    clip: Clip, resolved: ResolvedLook, start: Fraction, duration: Fraction | None
) -> int | None:
    if clip.duration is None and duration is None:
        return None
    left = duration if clip.duration is None else clip.duration - start
    assert left is not None, "one of the two is known"
    seconds = min(left, duration or left)
    if resolved.playback is None:
        return max(1, round(seconds * resolved.rate))
    return refreshes_of(resolved.playback, max(1, round(seconds * resolved.playback.camera)))


def _output(request: Request, clip: Clip, resolved: ResolvedLook, taken: set[Path]) -> Path:
    folder, suffix = request.output or PREVIEWS, request.coding.codec.suffix
    parts = [clip.place.stem, *said(resolved)]
    output, count = inside(folder, file_name(parts, suffix)), 1
    while output in taken:  # clips of one name from several folders
        count += 1
        output = inside(folder, file_name([*parts, str(count)], suffix))
    taken.add(output)
    return output
