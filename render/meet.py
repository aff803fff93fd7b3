"""A look meets a clip: what it comes to there, what its preview is called, what to know of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from render.defaults import DEFAULTS
from render.media.clip import Clip, Transfer
from render.media.colour import even
from render.target import Orient, Rate, Size, Target, Upscaling


@dataclass(frozen=True, slots=True)
class StyleFile:
    """A style file for one target's network."""

    name: str
    network: str
    path: Path


@dataclass(frozen=True, slots=True)
class Met:
    """A look as one clip turns and resolves it.

    ``asked`` is the rate as it was written; ``usual_upscale`` is what the default display would be.
    """

    asked: Rate
    rate: Fraction
    size: Size
    upscale: Size | None
    usual_upscale: Size
    upscaler: Upscaling
    strength: float
    style: StyleFile

    @property
    def identity(self) -> tuple[object, ...]:
        """What its pictures depend on; an upscaler that is not used is not among it."""
        upscaler = None if self.upscale is None else self.upscaler
        return (self.rate, self.size, self.style, self.strength, self.upscale, upscaler)


def meet(target: Target, clip: Clip, orient: Orient, style: StyleFile) -> Met:
    """``target`` on ``clip``: sizes turned, ``source`` resolved."""
    turn = orient is Orient.AUTO

    def turned(size: Size) -> Size:
        return size.oriented_as(clip.video.displayed) if turn else size

    return Met(
        asked=target.rate,
        rate=target.rate.fps or clip.video.rate,
        size=turned(target.size),
        upscale=None if target.upscale is None else turned(target.upscale),
        usual_upscale=turned(Size.parse(DEFAULTS.upscale)),
        upscaler=target.upscaler,
        strength=target.strength,
        style=style,
    )


def tail(met: Met) -> str:
    """What the name of a preview says after its clip's. What is rarely changed says so only where
    it is, whatever else is in the run: a later one may write into the same folder."""
    tail = f"-{met.style.name}-{met.style.network}-{met.size}-{float(met.rate):.6g}"
    if met.strength != 1:
        tail += f"-s{met.strength:.6g}"
    if met.upscale is None:
        return f"{tail}-upnone"
    if met.upscale != met.usual_upscale:
        tail += f"-up{met.upscale}"
    return tail if met.upscaler == DEFAULTS.upscaler else f"{tail}-{met.upscaler.value}"


def notes(met: Met, clip: Clip) -> Iterator[str]:
    """What the user should know of it before it is rendered."""
    video = clip.video
    rate, size, upscale = met.rate, met.size, met.upscale
    if met.asked.fps is not None and rate > video.rate and not video.variable_rate:
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
    if even(shown) != shown:
        yield f"{shown} is odd and video needs even sides: written as {even(shown)}"
    if video.transfer is not Transfer.SDR:
        yield f"HDR ({video.transfer.value}): tone-mapped to BT.709"
    if video.alpha:
        yield "transparency is shown over black"
