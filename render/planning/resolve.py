"""A look meets a clip: what it comes to there, what its preview is called, what to know of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from render.defaults import DEFAULTS
from render.devices.playback import Playback
from render.look import Look
from render.media.clip import Clip, Transfer
from render.media.colour import even
from render.networks.spec import NetworkSpec
from render.target import Orient, Rate, Size, Upscaling


@dataclass(frozen=True, slots=True)
class StyleFile:
    """A style file for one target's network; ``digest`` is of its content."""

    name: str
    network: NetworkSpec
    path: Path
    digest: str


@dataclass(frozen=True, slots=True)
class ResolvedLook:
    """A look as one clip turns and resolves it.

    ``asked`` is the rate as it was written; ``usual_upscale`` is what the default display would be;
    ``why`` says where the latency of ``playback`` comes from.
    """

    asked: Rate
    rate: Fraction
    size: Size
    upscale: Size | None
    usual_upscale: Size
    upscaler: Upscaling
    strength: float
    style: StyleFile
    playback: Playback | None = None
    why: str = ""

    @property
    def video_rate(self) -> Fraction:
        """Frames a second of its preview."""
        return self.rate if self.playback is None else self.playback.display

    @property
    def identity(self) -> tuple[object, ...]:
        """What its pictures depend on; an upscaler that is not used is not among it."""
        upscaler = None if self.upscale is None else self.upscaler
        shown = (self.upscale, upscaler, self.playback)
        return (self.rate, self.size, self.style, self.strength, *shown)


def resolve(look: Look, clip: Clip, orient: Orient, style: StyleFile) -> ResolvedLook:
    """``look`` on ``clip``: sizes turned, ``source`` resolved. Raises UsageError where nothing says
    how fast its phone is."""
    target, turn = look.target, orient is Orient.AUTO

    def turned(size: Size) -> Size:
        return size.oriented_as(clip.video.displayed) if turn else size

    rate, size = target.rate.fps or clip.video.rate, turned(target.size)
    playback, why = None, ""
    if look.phone is not None:
        playback, why = look.phone.playback(style.network, size, rate)
    return ResolvedLook(
        asked=target.rate,
        rate=rate,
        size=size,
        upscale=None if target.upscale is None else turned(target.upscale),
        usual_upscale=turned(Size.parse(DEFAULTS.upscale)),
        upscaler=target.upscaler,
        strength=target.strength,
        style=style,
        playback=playback,
        why=why,
    )


def said(resolved: ResolvedLook) -> Iterator[str]:
    """What the name of a preview says after its clip's, part by part (`render.files.names`). What
    is rarely changed says so only where it is, whatever else is in the run: a later one may write
    into the same folder."""
    yield from (
        resolved.style.name,
        resolved.style.network.name,
        str(resolved.size),
        f"{float(resolved.rate):.6g}",
    )
    if resolved.strength != 1:
        yield f"s{resolved.strength:.6g}"
    if resolved.playback is not None:
        yield f"on-{_plain(resolved.playback.on)}"
    if resolved.upscale is None:
        yield "upnone"
        return
    if resolved.upscale != resolved.usual_upscale:
        yield f"up{resolved.upscale}"
    if resolved.upscaler != DEFAULTS.upscaler:
        yield resolved.upscaler.value


def _plain(words: str) -> str:
    """As a part of a file's name: ``66±8`` as ``66-8``."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", words).strip("-.") or "phone"


def notes(resolved: ResolvedLook, clip: Clip) -> Iterator[str]:
    """What the user should know of it before it is rendered."""
    video = clip.video
    if resolved.playback is not None:
        yield _played(resolved.playback, resolved.why)
    rate, size, upscale = resolved.rate, resolved.size, resolved.upscale
    sampled = rate if resolved.playback is None else resolved.playback.camera
    if resolved.asked.fps is not None and sampled > video.rate and not video.variable_rate:
        what = "fps is" if resolved.playback is None else "fps of the camera are"
        above = f"{float(sampled):.4g} {what} above the clip's {float(video.rate):.4g}"
        yield f"{above}: pictures repeat"
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
    if even(shown) != shown:
        yield f"{shown} is odd and video needs even sides: written as {even(shown)}"
    if video.transfer is not Transfer.SDR:
        yield f"HDR ({video.transfer.value}): tone-mapped to BT.709"
    if clip.unknown is not None:
        yield clip.unknown
    elif video.alpha:
        yield "transparency is shown over black"


def _played(playback: Playback, why: str) -> str:
    """On what phone, and how fast that is."""
    latency = playback.latency
    constant = latency.p95 == latency.median
    spread = "no spread is known" if constant else f"95 of 100 within {latency.p95:.4g} ms"
    warm = ""
    if latency.sustained is not None:
        warm = f", {latency.sustained:.4g} ms after {latency.minutes:g} min"
    return f"on {playback.on}: {latency.median:.4g} ms a frame, {spread}{warm} ({why})"
