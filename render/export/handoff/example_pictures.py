"""The pictures of a hand-off: what differs made visible, files of full size, small ones for the
page."""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from render.export.as_previewed import psnr
from render.export.proof import Shot
from render.media.frame import Picture, as_picture

TIMES = 8
"""A difference of one level is not seen; eight are."""
SMALL = 540
"""Pixels of a picture's width on the page, at most."""
_JPEG = 90


@dataclass(frozen=True, slots=True, eq=False)
class ExamplePicture:
    """One of a shot's four pictures: ``key`` names its file, ``words`` say what it is."""

    key: str
    words: str
    picture: Picture

    def file(self, number: int) -> str:
        """Its place in the folder; shots are counted from 1."""
        return f"pictures/{number}-{self.key}.png"


@dataclass(frozen=True, slots=True)
class Apart:
    """How far the model's picture is from the preview's, of 255 levels; ``psnr`` in dB, infinite
    where nothing differs."""

    psnr: float
    mean: float
    largest: int

    @classmethod
    def of(cls, shot: Shot) -> Apart:
        apart = _apart(shot)
        return cls(psnr(apart.astype(np.float32)), float(apart.mean()), int(apart.max()))

    def __str__(self) -> str:
        if self.largest == 0:
            return "the same in every pixel"
        return f"{self.psnr:.1f} dB; {self.mean:.2f} of 255 on average, {self.largest} at most"


def shown(shot: Shot) -> tuple[ExamplePicture, ...]:
    """The four, in the order in which they are looked at."""
    return (
        ExamplePicture("source", "what the model is given", shot.source),
        ExamplePicture("preview", "what the preview shows", shot.preview),
        ExamplePicture("exported", "what the model returns", shot.exported),
        ExamplePicture("difference", f"their difference, times {TIMES}", difference(shot)),
    )


def difference(shot: Shot) -> Picture:
    """Between the preview and the model, times eight, on black."""
    return as_picture(np.minimum(_apart(shot) * TIMES, 255).astype(np.uint8))


def save(picture: Picture, path: Path) -> None:
    """As PNG: nothing is lost, each pixel can be compared. Raises OSError."""
    # Level 1 of 9: a third of the time for a tenth more bytes.
    Image.fromarray(picture).save(path, "PNG", compress_level=1)


def small(one: ExamplePicture) -> str:
    """A ``data:`` address of the picture for the page.

    What is smaller than a level of JPEG would be lost in a difference, and averaging would hide
    single pixels: there every small pixel is the largest that it stands for, as PNG.
    """
    held = io.BytesIO()
    if one.key == "difference":
        Image.fromarray(_peaks(one.picture, SMALL)).save(held, "PNG", optimize=True)
        kind = "png"
    else:
        image = Image.fromarray(one.picture)
        if image.width > SMALL:
            size = (SMALL, max(1, round(image.height * SMALL / image.width)))
            image = image.resize(size, Image.Resampling.LANCZOS)
        image.save(held, "JPEG", quality=_JPEG, subsampling=0)
        kind = "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(held.getvalue()).decode()}"


def _apart(shot: Shot) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    return np.abs(shot.exported.astype(np.int16) - shot.preview.astype(np.int16))


def _peaks(picture: Picture, width: int) -> Picture:
    """No wider than ``width``, each pixel the largest of its area, channel by channel."""
    high, wide = picture.shape[:2]
    if wide <= width:
        return picture
    rows = _edges(high, max(1, round(high * width / wide)))
    columns = _edges(wide, width)
    return as_picture(np.maximum.reduceat(np.maximum.reduceat(picture, rows, 0), columns, 1))


def _edges(length: int, parts: int) -> np.ndarray[tuple[int, ...], np.dtype[np.intp]]:
    return (np.arange(parts) * length // parts).astype(np.intp)
