"""What is written on a grid: a cell's label, at its lower left edge, and a line below all cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from render.compare.lettering import drawable, font, in_lines, shortened, wrapped
from render.media.frame import Picture, as_picture
from render.target import Size

# A phone held upright shows a grid about 390 points wide, on which 7 points can be read and 11 at
# a glance.
_PHONE, _POINTS = 390, 11
_CAPTION_POINTS = 7
_SMALL = 0.72
_LEAST = 13
_TALLEST = 0.09
"""Of a cell's height: two lines and their ground stay under a quarter, away from the middle."""
_HIGHEST = 0.4
_NEARLY = 0.85
"""Of its size, a title in one line rather than two."""

_GROUND = (0, 0, 0, 150)
_OVER = (168, 32, 26, 215)
_INK = (255, 255, 255, 255)
_MUTED = (255, 255, 255, 205)
_CAPTION = (205, 205, 208)
EMPTY = (30, 30, 32)
"""Of a cell that has no video."""


@dataclass(frozen=True, slots=True, eq=False)
class Overlay:
    """A label ready to be laid over pictures: premultiplied colour and what of the picture stays,
    both (height, width, 3), at rows and columns from ``y`` and ``x``."""

    x: int
    y: int
    colour: npt.NDArray[np.uint16]
    stays: npt.NDArray[np.uint16]

    def lay(self, picture: Picture) -> None:
        """Over ``picture``, in place: RGB uint8 of the cell's size."""
        height, width = self.colour.shape[:2]
        part = picture[self.y : self.y + height, self.x : self.x + width]
        part[:] = self.colour + part * self.stays // 255


def overlay(
    title: str, lines: tuple[str, ...], cell: Size, whole: Size, *, over: bool = False
) -> Overlay | None:
    """The label of a cell in a grid as large as ``whole``; None without words. Red where the cell
    is ``over`` what a device can do.

    As large as a phone needs, as far as the cell's width and a quarter of its height allow. A long
    title takes two lines before it is made much smaller, and only then loses its middle.
    """
    title = drawable(title).strip()
    rest = [text for text in map(drawable, lines) if text]
    if not title and not rest:
        return None
    large = max(_LEAST, min(round(whole.width * _POINTS / _PHONE), round(cell.height * _TALLEST)))
    room = round(cell.width * 0.94)
    large, titles = _title(title, large, room)
    pad, edge = _padding(large), max(2, round(large * 0.4))
    small = font(_smaller(large))
    rows = [(text, font(large), _INK) for text in titles]
    rows += [(shortened(text, small, room - 2 * pad), small, _MUTED) for text in rest]
    heights = [round(face.size * 1.25) for _, face, _ in rows]
    while len(heights) > 1 and sum(heights) + pad > cell.height * _HIGHEST:
        heights.pop()  # the last words are the least
    widest = max(face.getlength(text) for text, face, _ in rows)
    width = min(cell.width, round(widest) + 2 * pad)
    height = min(cell.height, sum(heights) + pad)
    box = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    pen = ImageDraw.Draw(box)
    ground = _OVER if over else _GROUND
    pen.rounded_rectangle((0, 0, width - 1, height - 1), radius=round(large * 0.35), fill=ground)
    y = pad / 2
    for (text, face, ink), step in zip(rows, heights, strict=False):
        pen.text((pad, y + step * 0.78), text, font=face, fill=ink, anchor="ls")
        y += step
    rgba = np.asarray(box, np.uint16)
    alpha = rgba[..., 3:]
    x, y = min(edge, cell.width - width), max(0, cell.height - height - edge)
    return Overlay(x, y, rgba[..., :3] * alpha // 255, np.repeat(255 - alpha, 3, axis=2))


def _title(title: str, large: int, room: int) -> tuple[int, list[str]]:
    """How large it is written, and its lines: in one if that is nearly as large, else in two."""
    for most, least in ((1, max(_LEAST, round(large * _NEARLY))), (2, _LEAST)):
        for size in range(large, least - 1, -1):
            lines = list(wrapped(title, font(size), room - 2 * _padding(size)))
            if len(lines) <= most and _unbroken(lines, title):
                return size, lines
    face, width = font(_LEAST), room - 2 * _padding(_LEAST)
    return _LEAST, in_lines(title, face, width, 2)


def _unbroken(lines: list[str], title: str) -> bool:
    """Whether it was broken at spaces only, or is one word."""
    return " ".join(lines) == " ".join(title.split()) or " " not in title


def caption_height(caption: str, whole: Size) -> int:
    """Of the line below a grid as large as ``whole``; even, 0 without words."""
    return round(_caption_letters(whole) * 0.9) * 2 if drawable(caption).strip() else 0


def caption_picture(caption: str, whole: Size, height: int) -> Picture:
    """That line, RGB."""
    image = Image.new("RGB", (whole.width, height), EMPTY)
    face = font(_caption_letters(whole))
    edge = round(height * 0.4)
    words = shortened(drawable(caption).strip(), face, whole.width - 2 * edge)
    pen = ImageDraw.Draw(image)
    pen.text((edge, height / 2), words, font=face, fill=_CAPTION, anchor="lm")
    return as_picture(np.asarray(image))


def _caption_letters(whole: Size) -> int:
    share = min(whole.width * _CAPTION_POINTS / _PHONE, whole.height * _TALLEST / 2)
    return max(_LEAST - 2, round(share))


def _smaller(large: int) -> int:
    return max(_LEAST - 2, round(large * _SMALL))


def _padding(large: int) -> int:
    return max(4, round(large * 0.45))
