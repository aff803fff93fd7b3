"""Photographs: still pictures, as they are meant to be seen."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageOps

from render.errors import ClipError
from render.files.small import opened
from render.media.frame import Picture
from render.target import MAX_SIDE

UNREADABLE = (OSError, ValueError, SyntaxError, MemoryError, Image.DecompressionBombError)
"""What `open_photo` raises for a file that is no picture, or a damaged or immense one."""

_MAX_PIXELS = 200_000_000
_SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp")
# The formats of cameras and screens (MPO comes as JPEG); what else there is is left to ffmpeg.
_FORMATS = ("JPEG", "PNG", "WEBP", "TIFF", "BMP")
# In these several pictures are an animation, which is a clip; in MPO and TIFF they are not.
_ANIMATED = ("PNG", "WEBP")


def is_photo(path: Path) -> bool:
    """Whether ``path`` is a still picture, by its first bytes, or else is named like one."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with opened(path) as data, Image.open(data, formats=_FORMATS) as file:
                moves = getattr(file, "n_frames", 1) > 1
                return not (moves and file.format in _ANIMATED)
    except UNREADABLE:
        return path.suffix.lower() in _SUFFIXES


def load_photo(path: Path) -> Picture:
    """A photograph as RGB uint8 (height, width, 3), sides at most 8192: larger ones are shrunk.

    Raises ClipError when it is missing, damaged or no picture.
    """
    try:
        image = open_photo(path)
    except FileNotFoundError:
        raise ClipError(f"{path}: does not exist") from None
    except MemoryError:
        raise ClipError(f"{path}: is too large to load; scale it down first") from None
    except UNREADABLE as error:
        reason = getattr(error, "strerror", None) or "it is no picture, or a damaged one"
        raise ClipError(f"{path}: cannot be read as a photograph ({reason})") from None
    if max(image.size) > MAX_SIDE:
        image.thumbnail((MAX_SIDE, MAX_SIDE), Image.Resampling.LANCZOS)
    return np.array(image)


def open_photo(path: Path) -> Image.Image:
    """RGB, as it is meant to be seen: turned by its EXIF orientation, transparency over white.

    Raises one of ``UNREADABLE``.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # damaged EXIF and the like: the picture is what counts
        with opened(path) as data, Image.open(data) as file:
            if file.width * file.height > _MAX_PIXELS:
                raise Image.DecompressionBombError
            image: Image.Image = ImageOps.exif_transpose(file)
            image.load()
    if image.mode.startswith(("I", "F")):  # 16 bits of grey; convert() would clip them
        grey: npt.NDArray[np.float32] = np.asarray(image, np.float32)
        scale = 255 / 65535 if grey.max(initial=0) > 255 else 1.0
        image = Image.fromarray(np.clip(grey * scale, 0, 255).astype(np.uint8))
    if image.has_transparency_data:
        paper = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(paper, image.convert("RGBA"))
    return image.convert("RGB")
