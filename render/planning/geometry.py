"""How a clip's picture meets the network's input: where it is cropped, where it lands."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from render.errors import UsageError
from render.files.limits import short
from render.target import Fit, Size


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in whole pixels."""

    x: int
    y: int
    width: int
    height: int

    @classmethod
    def whole(cls, size: Size) -> Box:
        return cls(0, 0, size.width, size.height)

    @classmethod
    def centred(cls, inside: Size, width: int, height: int) -> Box:
        return cls((inside.width - width) // 2, (inside.height - height) // 2, width, height)

    @classmethod
    def parse(cls, text: str) -> Box:
        """``853x480+10+0``, as it is written. Raises UsageError."""
        match = re.fullmatch(r"([0-9]{1,6})x([0-9]{1,6})\+([0-9]{1,6})\+([0-9]{1,6})", text)
        if not match:
            raise UsageError(f"{short(text)} is no part of a picture; it is written WxH+X+Y")
        width, height, x, y = map(int, match.groups())
        return cls(x, y, width, height)

    @property
    def size(self) -> Size:
        return Size(self.width, self.height)

    def __str__(self) -> str:
        return f"{self.width}x{self.height}+{self.x}+{self.y}"


@dataclass(frozen=True, slots=True)
class Placement:
    """Attributes:
    canvas: the decoded picture, in square pixels, as displayed.
    crop: the part of the canvas that is used.
    inner: where that part lands in the network's input; less than all of it only for ``contain``.
    """

    canvas: Size
    crop: Box
    inner: Box

    @property
    def is_sound(self) -> bool:
        """Whether the crop lies in the canvas, and neither it nor where it lands is empty."""
        whole, crop = self.canvas, self.crop
        inside = crop.x + crop.width <= whole.width and crop.y + crop.height <= whole.height
        return inside and 0 not in (crop.width, crop.height, self.inner.width, self.inner.height)

    def at(self, size: Size, shown: Size) -> Placement:
        """The same crop in a picture of ``shown`` instead of ``size``: the clip itself as a preview
        of these sizes frames it."""
        x, y = Fraction(shown.width, size.width), Fraction(shown.height, size.height)
        left, top = round(self.inner.x * x), round(self.inner.y * y)
        right = round((self.inner.x + self.inner.width) * x)
        below = round((self.inner.y + self.inner.height) * y)
        inner = Box(left, top, max(1, right - left), max(1, below - top))
        return Placement(self.canvas, self.crop, inner)


def place(canvas: Size, size: Size, fit: Fit) -> Placement:
    """Meet ``canvas`` with ``size`` as CSS object-fit does, to the nearest whole pixel."""
    shape, wanted = Fraction(canvas.width, canvas.height), Fraction(size.width, size.height)
    crop, inner = Box.whole(canvas), Box.whole(size)
    if fit is Fit.COVER and shape > wanted:
        crop = Box.centred(canvas, max(1, round(canvas.height * wanted)), canvas.height)
    elif fit is Fit.COVER:
        crop = Box.centred(canvas, canvas.width, max(1, round(canvas.width / wanted)))
    elif fit is Fit.CONTAIN and shape > wanted:
        inner = Box.centred(size, size.width, max(1, round(size.width / shape)))
    elif fit is Fit.CONTAIN:
        inner = Box.centred(size, max(1, round(size.height * shape)), size.height)
    return Placement(canvas, crop, inner)


# A phone's live camera runs at 1080p: decoding more than that only to shrink it costs four times
# the pipe on a 4K clip and shows nothing else.
_CAMERA_SHORT_SIDE = 1080


def canvas_for(displayed: Size, size: Size) -> Size:
    """The size to decode a clip at: as displayed, but a camera's 1080p where that is enough.

    It depends on the clip alone unless ``size`` asks for more than 1080p, so that previews of one
    clip at many targets share one decode.
    """
    short = min(displayed.width, displayed.height)
    if short <= _CAMERA_SHORT_SIDE:
        return displayed
    scale = Fraction(_CAMERA_SHORT_SIDE, short)
    camera = Size(max(1, round(displayed.width * scale)), max(1, round(displayed.height * scale)))
    enough = size.width <= camera.width and size.height <= camera.height
    return camera if enough else displayed
