"""The Upscaler seam: the network's output → the display's size."""

from __future__ import annotations

from typing import Protocol

from render.media.frame import Picture, as_picture
from render.target import Size, Upscaling


class Upscaler(Protocol):
    """Brings pictures to ``size``; every implementation passes one contract suite."""

    @property
    def size(self) -> Size: ...

    def upscale(self, picture: Picture) -> Picture:
        """RGB uint8 of any size → RGB uint8 of ``size``, never a view of the input's memory that
        a later call changes."""
        ...


class Interpolation:
    """OpenCV's interpolations. ``bilinear`` samples at half-pixel centres with repeated edges:
    Core ML's upsample and torch's ``align_corners=False``, within 1/255."""

    def __init__(self, size: Size, how: Upscaling) -> None:
        import cv2

        self._size = size
        self._flag = {
            Upscaling.BILINEAR: cv2.INTER_LINEAR,
            Upscaling.NEAREST: cv2.INTER_NEAREST_EXACT,
            Upscaling.BICUBIC: cv2.INTER_CUBIC,
            Upscaling.LANCZOS: cv2.INTER_LANCZOS4,
        }[how]

    @property
    def size(self) -> Size:
        return self._size

    def upscale(self, picture: Picture) -> Picture:
        import cv2

        size = (self._size.width, self._size.height)
        return as_picture(cv2.resize(picture, size, interpolation=self._flag))


class AsIs:
    """``--upscale none``: the network's own output."""

    def __init__(self, size: Size) -> None:
        self._size = size

    @property
    def size(self) -> Size:
        return self._size

    def upscale(self, picture: Picture) -> Picture:
        return picture


def create(network_size: Size, upscale: Size | None, how: Upscaling) -> Upscaler:
    return AsIs(network_size) if upscale is None else Interpolation(upscale, how)
