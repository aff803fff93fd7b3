"""A drawing of lines, dots and words, written as SVG or as a picture: both look alike.

Places and sizes are pixels of the SVG. The picture is drawn larger, and then made smaller, which
smooths its edges.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from PIL import ImageDraw, ImageFont

SCALE = 1.5
"""Pixels of the picture for one of the SVG."""
_SMOOTH = 3
_FONT = "Aileron, 'Helvetica Neue', Helvetica, Arial, sans-serif"


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight line; ``dash`` are lengths of what is drawn and of what is left out."""

    start: tuple[float, float]
    end: tuple[float, float]
    colour: str
    wide: float = 1.0
    dash: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Dot:
    """A disc; ``strength`` says how much of it covers what is below."""

    at: tuple[float, float]
    radius: float
    colour: str
    strength: float = 1.0


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A filled rectangle."""

    start: tuple[float, float]
    end: tuple[float, float]
    colour: str


@dataclass(frozen=True, slots=True)
class Word:
    """A line of text on its base line; ``anchor``: whether ``at`` is its left, middle or right."""

    text: str
    at: tuple[float, float]
    size: float
    colour: str
    anchor: str = "start"


@dataclass(slots=True)
class Drawing:
    """What is drawn, from the back to the front."""

    width: int
    height: int
    paper: str
    marks: list[Stroke | Dot | Rectangle | Word] = field(default_factory=list)

    def add(self, *marks: Stroke | Dot | Rectangle | Word) -> None:
        """In front of all others."""
        self.marks += marks

    def svg(self) -> str:
        """As a document of its own, whose words stay words."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" height="{self.height}" '
            f'viewBox="0 0 {self.width} {self.height}" font-family="{_FONT}">'
        )
        paper = f'<rect width="100%" height="100%" fill="{self.paper}"/>'
        return "\n".join([head, paper, *map(_element, self.marks), "</svg>", ""])

    def save_png(self, path: Path) -> None:
        """As a picture. Raises OSError."""
        from PIL import Image, ImageDraw

        scale = SCALE * _SMOOTH
        large = Image.new(
            "RGB", (round(self.width * scale), round(self.height * scale)), self.paper
        )
        draw = ImageDraw.Draw(large, "RGBA")
        for mark in self.marks:
            _paint(draw, mark, scale)
        size = round(self.width * SCALE), round(self.height * SCALE)
        large.resize(size, Image.Resampling.BOX).save(path, "PNG")


def text_width(text: str, size: float) -> float:
    """As it is drawn in the picture; an SVG's reader may have another font."""
    return _face(100).getlength(text) * size / 100


def _element(mark: Stroke | Dot | Rectangle | Word) -> str:
    match mark:
        case Stroke((x1, y1), (x2, y2), colour, wide, dash):
            gaps = f' stroke-dasharray="{dash[0]:g} {dash[1]:g}"' if dash else ""
            return (
                f'<line x1="{x1:.2f}" y1="{y1:.2f}" x2="{x2:.2f}" y2="{y2:.2f}" stroke="{colour}" '
                f'stroke-width="{wide:g}"{gaps}/>'
            )
        case Dot((x, y), radius, colour, strength):
            return (
                f'<circle cx="{x:.2f}" cy="{y:.2f}" r="{radius:g}" fill="{colour}" '
                f'fill-opacity="{strength:g}"/>'
            )
        case Rectangle((x1, y1), (x2, y2), colour):
            return (
                f'<rect x="{x1:.2f}" y="{y1:.2f}" width="{x2 - x1:.2f}" height="{y2 - y1:.2f}" '
                f'fill="{colour}"/>'
            )
        case Word(text, (x, y), size, colour, anchor):
            return (
                f'<text x="{x:.2f}" y="{y:.2f}" font-size="{size:g}" fill="{colour}" '
                f'text-anchor="{anchor}">{escape(text)}</text>'
            )


def _paint(draw: ImageDraw.ImageDraw, mark: Stroke | Dot | Rectangle | Word, scale: float) -> None:
    match mark:
        case Stroke(_, _, colour, wide, _):
            for (x1, y1), (x2, y2) in _pieces(mark):
                line = x1 * scale, y1 * scale, x2 * scale, y2 * scale
                draw.line(line, fill=colour, width=max(1, round(wide * scale)))
        case Dot((x, y), radius, colour, strength):
            x, y, radius = x * scale, y * scale, radius * scale
            fill = f"{colour}{round(255 * strength):02x}"
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)
        case Rectangle((x1, y1), (x2, y2), colour):
            draw.rectangle((x1 * scale, y1 * scale, x2 * scale, y2 * scale), fill=colour)
        case Word(text, (x, y), size, colour, anchor):
            side = {"start": "l", "middle": "m", "end": "r"}[anchor]
            face = _face(round(size * scale))
            draw.text((x * scale, y * scale), text, fill=colour, font=face, anchor=f"{side}s")


def _pieces(stroke: Stroke) -> Iterator[tuple[tuple[float, float], tuple[float, float]]]:
    """What of a line is drawn."""
    (x1, y1), (x2, y2) = stroke.start, stroke.end
    length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5
    if stroke.dash is None or not length:
        yield stroke.start, stroke.end
        return
    drawn, left_out = stroke.dash
    at = 0.0
    while at < length:
        first, last = at / length, min(at + drawn, length) / length
        yield (
            (x1 + (x2 - x1) * first, y1 + (y2 - y1) * first),
            (x1 + (x2 - x1) * last, y1 + (y2 - y1) * last),
        )
        at += drawn + left_out


@cache
def _face(pixels: int) -> ImageFont.FreeTypeFont:
    """Aileron, which comes with Pillow: the same chart on every machine."""
    from PIL import ImageFont

    from render.errors import OutputError

    face = ImageFont.load_default(size=pixels)
    if not isinstance(face, ImageFont.FreeTypeFont):
        raise OutputError("this Pillow has no FreeType to write words with; reinstall Pillow")
    return face
