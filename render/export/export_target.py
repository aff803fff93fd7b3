"""What is exported: a style at a target, in a form that Core ML takes. Plain data, decided once."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from render.errors import ExportError, UsageError
from render.networks.spec import STRIDE, NetworkSpec, Norm
from render.target import Size, Upscaling

MAX_BYTES = 2_000_000_000
"""Of the network's largest numbers at one time: half of the 4 GB of an iPhone XS, about what iOS
leaves to one app. Pictures themselves are no matter: ``Size`` ends at 8192 pixels a side, Metal's
textures at 16384 (Metal Feature Set Tables, Apple GPU family 3, the A9, and later)."""


class Format(StrEnum):
    """How Core ML stores a model."""

    MLPACKAGE = "mlpackage"
    """An ML program, in a folder; iOS 15 and later."""
    MLMODEL = "mlmodel"
    """A neural network, in one file; iOS 14 and later."""

    @property
    def suffix(self) -> str:
        return f".{self.value}"


class WeightPrecision(StrEnum):
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


def least_ios(form: Format, compression: Compression = Compression.NONE) -> int:
    """The oldest iOS that can run it at all."""
    if form is Format.MLMODEL:
        return 14
    return 15 if compression is Compression.NONE else 16


class Surroundings(StrEnum):
    """Where the pixels around the picture come from that the network is given."""

    REFLECT = "reflect"
    """From the picture itself, inside the model, as in the preview."""
    CAMERA = "camera"
    """From the camera: the model takes a picture that is larger by all that the network sees, and
    returns its middle. Nothing is reflected, neither around the picture nor inside."""


@dataclass(frozen=True, slots=True)
class ExportTarget:
    """All that a model depends on.

    Attributes:
        style_path: the weights. spec: their network. strength: how much of the style shows, 0..1.
        size: what the filter paints, as the phone is held. upscale: the display's, or None for the
        network's own output. upscaler: bilinear; or nearest, by whole factors.
        surroundings, format, precision, compression: as above. ios: the oldest that must run it.

    Raises UsageError or ExportError for what no phone takes.
    """

    style_path: Path
    spec: NetworkSpec
    strength: float
    size: Size
    upscale: Size | None
    upscaler: Upscaling = Upscaling.BILINEAR
    surroundings: Surroundings = Surroundings.REFLECT
    format: Format = Format.MLPACKAGE
    precision: WeightPrecision = WeightPrecision.FP16
    compression: Compression = Compression.NONE
    ios: int = 15

    def __post_init__(self) -> None:
        if self.surroundings is Surroundings.CAMERA and self.spec.norm is Norm.INSTANCE:
            raise ExportError(
                f"--context camera: {self.spec.name} has instance norm, which goes by all that it "
                "is given, so what is around would change the picture; use --context reflect"
            )
        self._check_memory()
        self._check_upscaler()
        if self.format is Format.MLMODEL and self.compression is not Compression.NONE:
            raise ExportError(
                f"--compress {self.compression}: render compresses ML programs only; use "
                "--format mlpackage"
            )
        least = least_ios(self.format, self.compression)
        if self.format is Format.MLMODEL and self.ios != least:
            raise UsageError(
                f"--ios {self.ios}: a neural network (.mlmodel) is a form of iOS {least}, which "
                "later ones run as well; leave --ios out, or use --format mlpackage"
            )
        if not least <= self.ios <= 18:
            packed = (
                "" if self.compression is Compression.NONE else f", --compress {self.compression}"
            )
            raise UsageError(
                f"--ios {self.ios}: this form ({self.format}{packed}) is for iOS {least} to 18 and "
                "what follows"
            )

    def _check_memory(self) -> None:
        held = self.held_bytes
        if held > MAX_BYTES:
            raise UsageError(
                f"--size {self.size} in {self.spec.name} holds {held / 1e9:.1f} GB of numbers at "
                f"one time, and an app has about {MAX_BYTES / 1e9:g} GB; lower --size"
            )

    def _check_upscaler(self) -> None:
        shown = self.upscale
        if shown is None or shown == self.size or self.upscaler is Upscaling.BILINEAR:
            return
        if self.upscaler is not Upscaling.NEAREST:
            raise ExportError(
                f"--upscaler {self.upscaler}: Core ML has none; use bilinear, nearest by a whole "
                "factor, or --no-upscale and scale in the app"
            )
        factor = max(1, round(shown.width / self.size.width))
        if shown.width % self.size.width or shown.height % self.size.height:
            whole = f"{self.size.width * factor}x{self.size.height * factor}"
            raise ExportError(
                f"--upscaler nearest from {self.size} to {shown}: by a factor that is not whole, "
                f"Core ML takes other pixels than the preview; use --upscale {whole}, or bilinear"
            )

    @property
    def held_bytes(self) -> int:
        """Of the decoder's last but one convolution, the widest: its doubled input and its output
        are there at one time."""
        inner = self.spec.inner(self.size)
        numbers = 3 * self.spec.width * inner.width * inner.height
        return numbers * (2 if self.precision is WeightPrecision.FP16 else 4)

    @property
    def input_size(self) -> Size:
        """What the model takes."""
        if self.surroundings is Surroundings.REFLECT:
            return self.size
        return Size(self._surrounded(self.size.width), self._surrounded(self.size.height))

    @property
    def worked(self) -> NetworkSpec:
        """The network that devices are asked about. With surroundings from the camera the blocks
        and the decoder work on as much as with the usual context, whatever the spec's own is; only
        the encoder, a tenth of it, on more: `res3` at 480x853 takes 3 % more operations."""
        if self.surroundings is Surroundings.REFLECT:
            return self.spec
        spec = self.spec
        return NetworkSpec.make(
            spec.blocks, kind=spec.kind, width=spec.width, kernel=spec.kernel,
            upsample=spec.upsample, output=spec.output,
        )  # fmt: skip

    @property
    def output_size(self) -> Size:
        """What it returns."""
        return self.upscale or self.size

    @property
    def margin(self) -> tuple[int, int, int, int]:
        """Pixels of the input around what is painted: left, top, right, bottom."""
        if self.surroundings is Surroundings.REFLECT:
            return (0, 0, 0, 0)
        reach, whole = self.spec.reach, self.input_size
        right, bottom = whole.width - self.size.width, whole.height - self.size.height
        return (reach, reach, right - reach, bottom - reach)

    def _surrounded(self, side: int) -> int:
        return -(-(side + 2 * self.spec.reach) // STRIDE) * STRIDE
