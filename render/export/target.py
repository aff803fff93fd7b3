"""What is exported: a style at a target, in a form that Core ML takes. Plain data, decided once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from render.errors import ExportError, UsageError
from render.networks.spec import NetworkSpec
from render.target import Size

MAX_SIDE = 4096
"""Pixels of a picture on a phone, each side: the 4K of its camera and no more. Metal's textures go
on to 16384 (Metal feature set tables, Apple GPU family 3 and later), a phone's memory does not."""


class Format(StrEnum):
    """How Core ML stores a model."""

    MLPACKAGE = "mlpackage"
    """An ML program, in a folder; iOS 15 and later."""
    MLMODEL = "mlmodel"
    """A neural network, in one file; iOS 14 and later."""

    @property
    def suffix(self) -> str:
        return f".{self.value}"


class Precision(StrEnum):
    """Of numbers and of what is computed with them."""

    FP16 = "fp16"
    FP32 = "fp32"


class Compression(StrEnum):
    """Of the weights; needs iOS 16."""

    NONE = "none"
    INT8 = "int8"
    PALETTIZE8 = "palettize8"
    PALETTIZE6 = "palettize6"
    PALETTIZE4 = "palettize4"


class Surroundings(StrEnum):
    """Where the pixels around the picture come from that the network is given."""

    REFLECT = "reflect"
    """From the picture itself, inside the model, as in the preview."""
    CAMERA = "camera"
    """From the camera: the model takes the larger picture and returns its middle."""


@dataclass(frozen=True, slots=True)
class ExportTarget:
    """All that a model depends on.

    Attributes:
        style_path: the weights. spec: their network. strength: how much of the style shows, 0..1.
        size: what the filter paints, as the phone is held. upscale: the display's, or None for the
        network's own output.
        surroundings, format, precision, compression: as above. ios: the oldest that must run it.

    Raises UsageError or ExportError for what no phone takes.
    """

    style_path: Path
    spec: NetworkSpec
    strength: float
    size: Size
    upscale: Size | None
    surroundings: Surroundings = Surroundings.REFLECT
    format: Format = Format.MLPACKAGE
    precision: Precision = Precision.FP16
    compression: Compression = Compression.NONE
    ios: int = 15

    def __post_init__(self) -> None:
        for what, size in (("--size", self.input_size), ("--upscale", self.output_size)):
            if max(size.width, size.height) > MAX_SIDE:
                raise UsageError(f"{what} {size}: a phone takes at most {MAX_SIDE} pixels a side")
        if self.format is Format.MLMODEL and self.compression is not Compression.NONE:
            raise ExportError(
                f"--compress {self.compression}: a neural network (.mlmodel) cannot; use "
                "--format mlpackage"
            )
        if not self.least_ios <= self.ios <= 18:
            raise UsageError(
                f"--ios {self.ios}: this form runs on iOS {self.least_ios} to 18 and what follows"
            )

    @property
    def least_ios(self) -> int:
        """The oldest that can run this form at all."""
        if self.format is Format.MLMODEL:
            return 14
        return 15 if self.compression is Compression.NONE else 16

    @property
    def input_size(self) -> Size:
        """What the model takes."""
        if self.surroundings is Surroundings.REFLECT:
            return self.size
        inner = self.spec.inner(self.size)
        return Size(inner.width, inner.height)

    @property
    def output_size(self) -> Size:
        """What it returns."""
        return self.upscale or self.size

    @property
    def margin(self) -> tuple[int, int, int, int]:
        """Pixels of the input around what is painted: left, top, right, bottom."""
        if self.surroundings is Surroundings.REFLECT:
            return (0, 0, 0, 0)
        c, inner = self.spec.context, self.input_size
        return (c, c, inner.width - self.size.width - c, inner.height - self.size.height - c)
