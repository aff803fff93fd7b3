"""What would ship on the phone: frame rate × input size × network × upscale."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from render.errors import UsageError
from render.files.limits import short

MAX_SIDE = 8192
MAX_RATE = 240


class Orient(StrEnum):
    """How sizes meet a clip's displayed orientation."""

    AUTO = "auto"
    AS_GIVEN = "as-given"


class Fit(StrEnum):
    """How a clip's shape meets the network's input, in CSS object-fit's words."""

    COVER = "cover"
    CONTAIN = "contain"
    STRETCH = "stretch"


class Upscaling(StrEnum):
    """How the network's output is brought to the display; bilinear is the phone's."""

    BILINEAR = "bilinear"
    NEAREST = "nearest"
    BICUBIC = "bicubic"
    LANCZOS = "lanczos"


@dataclass(frozen=True, slots=True)
class Size:
    """Width × height in pixels, each 1..8192."""

    width: int
    height: int

    def __post_init__(self) -> None:
        for side in (self.width, self.height):
            if not 1 <= side <= MAX_SIDE:
                raise UsageError(f"size {self}: each side must be 1 to {MAX_SIDE} pixels")

    @classmethod
    def parse(cls, text: str) -> Size:
        """``480x853`` (also ``480×853``, ``480X853``). Raises UsageError."""
        match = re.fullmatch(r"\s*([0-9]{1,6})\s*[xX×]\s*([0-9]{1,6})\s*", text)
        if not match:
            raise UsageError(f"size {short(text)}: write it as WIDTHxHEIGHT, for example 480x853")
        return cls(int(match[1]), int(match[2]))

    @property
    def landscape(self) -> bool:
        return self.width > self.height

    @property
    def square(self) -> bool:
        return self.width == self.height

    @property
    def pixels(self) -> int:
        return self.width * self.height

    def turned(self) -> Size:
        return Size(self.height, self.width)

    def upright(self) -> Size:
        """As a phone is held."""
        return self.turned() if self.landscape else self

    def oriented_as(self, displayed: Size) -> Size:
        """Turned, if needed, to the orientation of ``displayed``; squares turn nothing."""
        if self.square or displayed.square or self.landscape == displayed.landscape:
            return self
        return self.turned()

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


def as_held(size: Size, displayed: Size) -> str:
    """How a target's size is called on a clip that is ``displayed`` so: as the phone is held,
    whichever way the clip has turned it. One that was kept from turning says so."""
    if size.square or displayed.square:
        return str(size)
    return str(size.upright()) if size.landscape == displayed.landscape else f"{size} as given"


# Broadcast rates are written in decimals and meant as n·1000/1001 (SMPTE 12M).
_NTSC = {
    "23.976": Fraction(24000, 1001),
    "23.98": Fraction(24000, 1001),
    "29.97": Fraction(30000, 1001),
    "47.95": Fraction(48000, 1001),
    "59.94": Fraction(60000, 1001),
    "119.88": Fraction(120000, 1001),
}


@dataclass(frozen=True, slots=True)
class Rate:
    """Frames a second, exact; ``fps`` None means the clip's own rate (``source``)."""

    fps: Fraction | None

    def __post_init__(self) -> None:
        if self.fps is not None and not 0 < self.fps <= MAX_RATE:
            raise UsageError(f"fps {self}: must be over 0 and at most {MAX_RATE}")

    @classmethod
    def parse(cls, text: str | float) -> Rate:
        """``15``, ``29.97`` (= 30000/1001), ``30000/1001`` or ``source``. Raises UsageError."""
        word = str(text).strip()
        if word == "source":
            return cls(None)
        if word in _NTSC:
            return cls(_NTSC[word])
        # Not \d, which also means the digits of other scripts, and among them their noughts.
        if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?|[0-9]{1,9}/0*[1-9][0-9]{0,8}", word):
            raise UsageError(
                f"fps {short(word)}: write a number (15, 29.97), a fraction (30000/1001) or "
                "'source'"
            )
        return cls(Fraction(word))

    def __str__(self) -> str:
        return "source" if self.fps is None else str(self.fps)


@dataclass(frozen=True, slots=True)
class Target:
    """What would ship on the phone, before it meets a clip.

    ``upscale`` None shows the network's own output; ``network`` None is whatever a style file is
    for. Sizes are as written; ``plan`` turns them. ``strength``, 0..1, blends the network's output
    with the picture that it was given. Raises UsageError for another.
    """

    rate: Rate
    size: Size
    network: str | None
    upscale: Size | None
    upscaler: Upscaling = Upscaling.BILINEAR
    strength: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.strength <= 1:  # so written, NaN is refused too
            raise UsageError(f"strength {self.strength:g}: must be 0 to 1")
