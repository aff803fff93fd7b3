"""NetworkSpec: everything that makes a style network's architecture, and its short name.

Imports no torch: plans, presets and ``--help`` speak of networks without loading one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any

from render.errors import UsageError
from render.files.limits import short
from render.nearest import nearest
from render.target import Size

STRIDE = 4
"""Two stride-2 convolutions: sides inside the network are multiples of this."""
MIN_SIDE = 8
"""The least side inside the network, so that inner reflection and statistics have two values."""

_MAX_BLOCKS = 5
_WIDTHS = range(4, 129)
_KERNELS = range(1, 10, 2)
_CONTEXTS = range(0, 257, STRIDE)
_DEEP_CONTEXTS = range(65)


class BlockKind(StrEnum):
    """What a residual block's two convolutions are."""

    FULL = "full"
    SEPARABLE = "separable"


class Norm(StrEnum):
    """What follows a convolution; batch norm folds into it when deployed."""

    BATCH = "batch"
    INSTANCE = "instance"


class Padding(StrEnum):
    """What the inner convolutions see past their input's edges."""

    ZERO = "zero"
    REFLECT = "reflect"


class UpsampleForm(StrEnum):
    """How the picture is doubled before a convolution."""

    NEAREST = "nearest"
    BILINEAR = "bilinear"


class OutputForm(StrEnum):
    """How the last convolution's numbers become 0..255: bounded by a sigmoid, or as they are."""

    SIGMOID = "sigmoid"
    LINEAR = "linear"


@dataclass(frozen=True, slots=True)
class NetworkSpec:
    """A Johnson-style network (arXiv 1603.08155), without transposed convolutions.

    In → kernel×kernel convolution to w channels → two 3×3 stride-2 convolutions (2w, 4w) → residual
    blocks at 4w → two of (×2 upsampling, 3×3 convolution) (2w, w) → kernel×kernel convolution to
    RGB → sigmoid, or nothing.

    Attributes:
        blocks: residual blocks, 0..5, two convolutions each.
        kind: what those convolutions are; a separable one is depthwise 3×3 + pointwise 1×1.
        width: w, the channels at full resolution, 4..128.
        kernel: side of the first and last convolution, odd, 1..9.
        norm: after every convolution but the last.
        padding: what the convolutions see past the edges.
        context: pixels at full resolution by which the picture is reflect-padded on every side, and
            the output cropped; a multiple of 4, 0..256.
        deep_context: pixels at quarter resolution, 0..64, by which the blocks' input is
            reflect-padded, after the ``trimmed`` ones that zero padding has touched are cut off.
            The defaults of ``make`` keep zero padding out of the picture for the fewest operations.
        upsample: how the picture is doubled.
        output: sigmoid; linear is for networks from elsewhere that were trained so.

    Raises UsageError when a value is out of range.
    """

    blocks: int
    kind: BlockKind
    width: int
    kernel: int
    norm: Norm
    padding: Padding
    context: int
    upsample: UpsampleForm
    output: OutputForm = OutputForm.SIGMOID
    deep_context: int = 0

    def __post_init__(self) -> None:
        _within("blocks", self.blocks, range(_MAX_BLOCKS + 1), f"0 to {_MAX_BLOCKS}")
        _within("width", self.width, _WIDTHS, f"{_WIDTHS[0]} to {_WIDTHS[-1]}")
        _within("kernel", self.kernel, _KERNELS, "odd, 1 to 9")
        _within("context", self.context, _CONTEXTS, f"a multiple of {STRIDE}, 0 to 256")
        _within("deep context", self.deep_context, _DEEP_CONTEXTS, "0 to 64")
        if self.deep_context and self.context < STRIDE * self.trimmed:
            raise UsageError(
                f"deep context {self.deep_context}: needs a context of {STRIDE * self.trimmed} or "
                "more"
            )

    @classmethod
    def make(
        cls,
        blocks: int = 3,
        *,
        kind: BlockKind = BlockKind.FULL,
        width: int = 32,
        kernel: int = 3,
        norm: Norm = Norm.BATCH,
        padding: Padding = Padding.ZERO,
        context: int | None = None,
        deep_context: int | None = None,
        upsample: UpsampleForm = UpsampleForm.NEAREST,
        output: OutputForm = OutputForm.SIGMOID,
    ) -> NetworkSpec:
        """A spec with the defaults. ``context`` None becomes the one that the rest implies, and
        ``deep_context`` with it; beside a given ``context``, ``deep_context`` None is 0."""
        usual = _usual_context(blocks, kernel, padding, upsample)
        deep = (usual[1] if context is None else 0) if deep_context is None else deep_context
        context = usual[0] if context is None else context
        return cls(blocks, kind, width, kernel, norm, padding, context, upsample, output, deep)

    @classmethod
    def parse(cls, name: str) -> NetworkSpec:
        """The spec of a short name such as ``res3`` or ``res3-sep-w16``. Raises UsageError."""
        match = _NAME.fullmatch(name.strip())
        if match is None:
            raise UsageError(_unknown(name))
        part = match.groupdict()
        numbers = ("width", "kernel", "context", "deep")
        number = {key: int(part[key]) for key in numbers if part[key]}
        try:
            return cls.make(
                int(part["blocks"]),
                kind=BlockKind.SEPARABLE if part["sep"] else BlockKind.FULL,
                width=number.get("width", 32),
                kernel=number.get("kernel", 3),
                norm=Norm.INSTANCE if part["instance"] else Norm.BATCH,
                padding=Padding.REFLECT if part["reflect"] else Padding.ZERO,
                context=number.get("context"),
                deep_context=number.get("deep"),
                upsample=UpsampleForm.BILINEAR if part["bilinear"] else UpsampleForm.NEAREST,
                output=OutputForm.LINEAR if part["linear"] else OutputForm.SIGMOID,
            )
        except UsageError as error:
            raise UsageError(f"network {name!r}: {error}") from None

    @property
    def name(self) -> str:
        """The short name; ``parse`` reads it back. What is default leaves no trace."""
        return "-".join(self._name_parts())

    def _name_parts(self) -> Iterator[str]:
        usual = _usual_context(self.blocks, self.kernel, self.padding, self.upsample)
        yield f"res{self.blocks}"
        if self.kind is BlockKind.SEPARABLE:
            yield "sep"
        if self.width != 32:
            yield f"w{self.width}"
        if self.kernel != 3:
            yield f"k{self.kernel}"
        if self.norm is Norm.INSTANCE:
            yield "in"
        if self.padding is Padding.REFLECT:
            yield "reflect"
        if (self.context, self.deep_context) != usual:
            yield f"c{self.context}" + (f"d{self.deep_context}" if self.deep_context else "")
        if self.upsample is UpsampleForm.BILINEAR:
            yield "bilinear"
        if self.output is OutputForm.LINEAR:
            yield "linear"

    @property
    def late_forms(self) -> tuple[str, ...]:
        """What of it the neural engine takes from the A14 on at the earliest, in words; what it
        does not take runs elsewhere, several times slower."""
        found = (
            ("instance norm", self.norm is Norm.INSTANCE),
            ("reflect padding", self.padding is Padding.REFLECT),
        )
        return tuple(words for words, there in found if there)

    def __str__(self) -> str:
        return self.name

    def as_dict(self) -> dict[str, str | int]:
        """JSON types; ``from_dict`` reads it back."""
        return {key: v.value if isinstance(v, StrEnum) else v for key, v in asdict(self).items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> NetworkSpec:
        """The spec of ``as_dict``. Raises UsageError on missing, unknown or wrong values."""
        names = {field.name for field in fields(cls)}
        # The first style files lack these.
        values = {"output": OutputForm.SIGMOID.value, "deep_context": 0, **values}
        if set(values) != names:
            raise UsageError(f"a network spec has the keys {', '.join(sorted(names))}")
        try:
            return cls(
                blocks=_integer(values["blocks"]),
                kind=BlockKind(values["kind"]),
                width=_integer(values["width"]),
                kernel=_integer(values["kernel"]),
                norm=Norm(values["norm"]),
                padding=Padding(values["padding"]),
                context=_integer(values["context"]),
                upsample=UpsampleForm(values["upsample"]),
                output=OutputForm(values["output"]),
                deep_context=_integer(values["deep_context"]),
            )
        except (ValueError, TypeError) as error:
            raise UsageError(f"a network spec with {error}") from None

    @property
    def trimmed(self) -> int:
        """The pixels at quarter resolution, from each edge, that the encoder's own zero padding
        has touched: cut off before the blocks where there is a deep context."""
        return _encoder_rings(self.kernel)

    @property
    def reach(self) -> int:
        """Pixels around the picture, a multiple of 4, that must be real ones for nothing of the
        picture to depend on the padding outside of them: what the encoder, the blocks and the
        decoder see. Instance norm sees all there is, and has no such bound."""
        return STRIDE * (
            self.trimmed + 2 * self.blocks + _decoder_rings(self.kernel, self.upsample)
        )

    def inner(self, size: Size) -> Size:
        """The size inside the network: context on every side, then the right and the bottom grow
        to a multiple of 4 and to at least 8 pixels. May exceed what ``Size`` allows a target.
        """
        return _AnySize(self._inner(size.width), self._inner(size.height))

    def _inner(self, side: int) -> int:
        padded = side + 2 * self.context
        return max(MIN_SIDE, -(-padded // STRIDE) * STRIDE)

    def parameters(self) -> int:
        """Numbers that the deployed network holds, batch norm folded into its convolution.

        A convolution and its norm hold the weights and, per channel, one bias (batch norm) or a
        scale and a shift (instance norm).
        """
        w = self.width
        per_channel = 1 if self.norm is Norm.BATCH else 2
        weights = sum(step.weights for step in self._convolutions())
        channels = w + 2 * w + 4 * w + self.blocks * 2 * 4 * w + 2 * w + w
        return weights + channels * per_channel + 3

    def macs(self, size: Size) -> int:
        """Multiply-accumulates of the convolutions for one picture of ``size``, with the context
        and the padding to a multiple of 4. Norms, sums and interpolation are not counted.
        """
        return sum(step.weights * pixels for step, pixels in self._worked(size))

    def traffic(self, size: Size) -> int:
        """Numbers that the convolutions read and write for one picture of ``size``: the activations
        that go to and from memory, counted where ``macs`` counts. A separable convolution is two
        here, as it is on a phone. Weights, norms, sums and interpolation are not counted.
        """
        return sum(step.moved * pixels for step, pixels in self._worked(size))

    def _worked(self, size: Size) -> Iterator[tuple[_Convolution, int]]:
        """Each convolution with the pixels of its output."""
        inside = self.inner(size)
        trim = self.trimmed if self.deep_context else 0
        around = {"encoder": 0, "blocks": self.deep_context - trim, "decoder": -trim}
        for step in self._convolutions():
            more = 2 * STRIDE * around[step.stage]
            pixels = (inside.width + more) * (inside.height + more)
            yield step, pixels // step.shrink**2

    def _convolutions(self) -> Iterator[_Convolution]:
        w, k = self.width, self.kernel * self.kernel
        block = _Convolution("blocks", (4 * w) ** 2 * 9, 4, 4 * w + 4 * w)
        if self.kind is BlockKind.SEPARABLE:
            block = _Convolution("blocks", 4 * w * 9 + (4 * w) ** 2, 4, 2 * (4 * w + 4 * w))
        yield _Convolution("encoder", 3 * w * k, 1, 3 + w)
        # A stride of 2 reads four pixels for each that it writes.
        yield _Convolution("encoder", w * 2 * w * 9, 2, 4 * w + 2 * w)
        yield _Convolution("encoder", 2 * w * 4 * w * 9, 4, 4 * 2 * w + 4 * w)
        for _ in range(2 * self.blocks):
            yield block
        yield _Convolution("decoder", 4 * w * 2 * w * 9, 2, 4 * w + 2 * w)
        yield _Convolution("decoder", 2 * w * w * 9, 1, 2 * w + w)
        yield _Convolution("decoder", w * 3 * k, 1, w + 3)


def _usual_context(
    blocks: int, kernel: int, padding: Padding, upsample: UpsampleForm
) -> tuple[int, int]:
    """The context and the deep context that keep zero padding out of the picture; reflection needs
    none. The encoder and the decoder get theirs from the picture, the blocks, which see farthest
    and would make it dear there, get theirs where they work."""
    if padding is Padding.REFLECT:
        return 0, 0
    rings = _encoder_rings(kernel) + _decoder_rings(kernel, upsample)
    return STRIDE * rings, 2 * blocks


def _encoder_rings(kernel: int) -> int:
    # One convolution at 1/1 with the kernel, one with 3, one at 1/2.
    return -(-(kernel // 2 + 1 + 2) // STRIDE)


def _decoder_rings(kernel: int, upsample: UpsampleForm) -> int:
    radius = 2 + 1 + kernel // 2
    if upsample is UpsampleForm.BILINEAR:
        radius += 4 + 2  # it reaches one pixel further at 1/4 and at 1/2
    return -(-radius // STRIDE)


@dataclass(frozen=True, slots=True)
class _Convolution:
    """``weights`` numbers, each used once per pixel at 1/``shrink`` of full resolution; ``moved``
    numbers are read and written for it."""

    stage: str
    weights: int
    shrink: int
    moved: int


class _AnySize(Size):
    """A size inside a network: context may carry it past a target's bounds."""

    __slots__ = ()

    def __post_init__(self) -> None:
        pass


_NAME = re.compile(
    r"res(?P<blocks>\d)(?P<sep>-sep)?(?:-w(?P<width>\d{1,3}))?(?:-k(?P<kernel>\d))?"
    r"(?P<instance>-in)?(?P<reflect>-reflect)?(?:-c(?P<context>\d{1,3})(?:d(?P<deep>\d{1,2}))?)?"
    r"(?P<bilinear>-bilinear)?"
    r"(?P<linear>-linear)?",
    re.ASCII,
)
_COMMON = (
    "res0", "res1", "res2", "res3", "res4", "res5", "res3-sep", "res5-sep", "res3-w16", "res1-w16",
    "res3-k9", "res5-k9", "res3-in", "res3-reflect", "res3-in-reflect", "res3-c0", "res3-bilinear",
)  # fmt: skip


def _unknown(name: str) -> str:
    close = nearest(name, _COMMON)
    meant = f"did you mean {close}? " if close else ""
    return (
        f"network {short(name)} is not known: {meant}Write res0 to res5, then in this order -sep, "
        "-w16 (width), -k9 (kernel), -in, -reflect, -c0 (context), -bilinear, -linear"
    )


def _within(what: str, value: int, allowed: range, words: str) -> None:
    if value not in allowed:
        raise UsageError(f"{what} {value}: must be {words}")


def _integer(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{short(value)} where a whole number belongs")
    return value
