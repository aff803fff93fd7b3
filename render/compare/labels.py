"""What stands inside a cell: its label, at the lower left edge, and the dark of an empty one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from render.compare.lettering import cut, drawable, font
from render.media.frame import Picture
from render.target import Size

# A phone held upright shows a grid about 390 points wide, on which 8 points can be read.
_PHONE, _POINTS = 390, 8
_SMALL = 0.8
_LEAST = 13
_TALLEST = 0.09
"""Of a cell's height: two lines and their ground stay under a quarter, away from the middle."""
_HIGHEST = 0.4

_GROUND = (0, 0, 0, 150)
_OVER = (168, 32, 26, 215)
_INK = (255, 255, 255, 255)
_MUTED = (255, 255, 255, 205)
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

    As large as a phone needs, as far as the cell's width and a quarter of its height allow.
    """
    words = [text for text in (drawable(title), *map(drawable, lines)) if text]
    if not words:
        return None
    large = max(_LEAST, min(round(whole.width * _POINTS / _PHONE), round(cell.height * _TALLEST)))
    room = cell.width * 0.94
    while large > _LEAST and _width(words, large) > room - 2 * _padding(large):
        large -= 1
    pad, edge = _padding(large), max(2, round(large * 0.4))
    faces = [font(large), *(font(_smaller(large)) for _ in words[1:])]
    words = [cut(text, face, int(room - 2 * pad)) for text, face in zip(words, faces, strict=True)]
    heights = [round(face.size * 1.25) for face in faces]
    while len(heights) > 1 and sum(heights) + pad > cell.height * _HIGHEST:
        heights.pop()  # the last words are the least
    width = min(cell.width, round(_width(words, large)) + 2 * pad)
    height = min(cell.height, sum(heights) + pad)
    box = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    pen = ImageDraw.Draw(box)
    ground = _OVER if over else _GROUND
    pen.rounded_rectangle((0, 0, width - 1, height - 1), radius=round(large * 0.35), fill=ground)
    y = pad / 2
    for number, (text, face, step) in enumerate(zip(words, faces, heights, strict=False)):
        baseline = y + step * 0.78
        pen.text((pad, baseline), text, font=face, fill=_MUTED if number else _INK, anchor="ls")
        y += step
    rgba = np.asarray(box, np.uint16)
    alpha = rgba[..., 3:]
    x, y = min(edge, cell.width - width), max(0, cell.height - height - edge)
    return Overlay(x, y, rgba[..., :3] * alpha // 255, np.repeat(255 - alpha, 3, axis=2))


def _smaller(large: int) -> int:
    return max(_LEAST - 2, round(large * _SMALL))


def _padding(large: int) -> int:
    return max(4, round(large * 0.45))


def _width(words: list[str], large: int) -> float:
    sizes = [large, *(_smaller(large) for _ in words[1:])]
    return max(font(size).getlength(text) for size, text in zip(sizes, words, strict=True))
