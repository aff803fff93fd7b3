"""StyleNetwork: the torch module of a NetworkSpec, and its deployed (folded) form."""

from __future__ import annotations

import copy
from typing import TypeVar

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

from render.networks.spec import (
    STRIDE,
    BlockKind,
    NetworkSpec,
    Norm,
    OutputForm,
    Padding,
    UpsampleForm,
)
from render.networks.weights import NORM_EPSILON, Weights
from render.target import Size

AnyModule = TypeVar("AnyModule", bound=nn.Module)


class StyleNetwork(nn.Module):
    """A style network made from its spec, with fresh weights.

    ``forward`` takes float (n, 3, height, width) RGB in 0..255, any height and width from 1, and
    returns the same shape in 0..255, neither rounded nor clamped: the sigmoid bounds it, a linear
    output may leave the range.

    How the edges are treated, here and in every exported model: the picture is reflected outwards
    by ``spec.context`` pixels on all four sides alike; the right and the bottom then grow by the
    0..3 pixels that make the sides multiples of 4 (tiny pictures: at least 8). The context is a
    multiple of 4 itself, so the picture's top left corner stays on the network's grid, and one crop
    gives the picture's size back. Where there is a deep context, the outermost ``spec.trimmed``
    pixels at quarter resolution are cut off, since zero padding has touched them, and the rest is
    reflected outwards by ``spec.deep_context`` for the blocks, then cut off again. Where there is
    too little to be reflected that far, the outermost pixels are repeated for the rest.

    ``strength``, 0..1, is how much of the style shows: what is returned is the network's output
    times it plus the picture that came in times the rest. It is a choice, no weight: style files do
    not hold it, copies (``folded``) and whatever is traced or exported from them do.
    """

    strength: float = 1.0

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        self.spec = spec
        w, k = spec.width, spec.kernel
        self.encoder = nn.Sequential(
            Layer(spec, 3, w, kernel=k),
            nn.ReLU(),
            Layer(spec, w, 2 * w, stride=2),
            nn.ReLU(),
            Layer(spec, 2 * w, 4 * w, stride=2),
            nn.ReLU(),
        )
        self.blocks = nn.Sequential(*(Block(spec, 4 * w) for _ in range(spec.blocks)))
        self.decoder = nn.Sequential(
            _upsample(spec),
            Layer(spec, 4 * w, 2 * w),
            nn.ReLU(),
            _upsample(spec),
            Layer(spec, 2 * w, w),
            nn.ReLU(),
            _convolution(spec, w, 3, k, bias=True),
        )

    @classmethod
    def of(cls, weights: Weights) -> StyleNetwork:
        """The network of these weights, in eval mode and single precision."""
        with torch.random.fork_rng(devices=[]):  # fresh weights, which take nobody's chance
            network = cls(weights.spec)
        with torch.no_grad():
            for name, tensor in network.numbers().items():
                tensor.copy_(torch.from_numpy(np.array(weights.tensors[name])))
        network.strength = weights.strength
        return network.eval()

    def weights(self) -> Weights:
        """Its numbers as they are now, and its strength."""
        copies = {name: t.detach().cpu().numpy().copy() for name, t in self.numbers().items()}
        return Weights(self.spec, copies, self.strength)

    def numbers(self) -> dict[str, Tensor]:
        """Its own tensors, less the count of batches that batch norm keeps."""
        state: dict[str, Tensor] = self.state_dict()
        return {name: t for name, t in state.items() if t.is_floating_point()}

    def forward(self, picture: Tensor) -> Tensor:
        height, width = int(picture.shape[-2]), int(picture.shape[-1])
        inside = self.spec.inner(Size(width, height))
        c = self.spec.context
        x = picture * (1 / 127.5) - 1
        x = extend(x, left=c, right=inside.width - width - c, top=c,
                   bottom=inside.height - height - c)  # fmt: skip
        x = self.encoder(x)
        if d := self.spec.deep_context:
            trim = self.spec.trimmed
            x = extend(cut(x, trim), left=d, right=d, top=d, bottom=d)
            x = cut(self.blocks(x), d)
            c -= STRIDE * trim
        else:
            x = self.blocks(x)
        return self.shown(self.decoder(x)[:, :, c : c + height, c : c + width], picture)

    def middle(self, picture: Tensor, size: Size) -> Tensor:
        """The middle, of ``size``, of what ``forward`` makes of a picture that brings its own
        surroundings along: ``spec.reach`` pixels of them left and top, that or more right and
        bottom, its sides multiples of 4. Nothing is reflected, and the decoder leaves out what is
        cut off. Holds for batch norm and zero padding inside.
        """
        c = self.spec.reach
        middle = picture[:, :, c : c + size.height, c : c + size.width]
        spare = self.spec.trimmed + 2 * self.spec.blocks  # all that the decoder does not see
        x = self.blocks(self.encoder(picture * (1 / 127.5) - 1))
        c -= STRIDE * spare
        x = self.decoder(cut(x, spare))[:, :, c : c + size.height, c : c + size.width]
        return self.shown(x, middle)

    def shown(self, x: Tensor, picture: Tensor) -> Tensor:
        """The decoder's numbers as a picture in 0..255, as much of it as ``strength`` says."""
        y = torch.sigmoid(x) * 255.0 if self.spec.output is OutputForm.SIGMOID else x
        if self.strength == 1:
            return y
        return y * self.strength + picture * (1 - self.strength)


class Layer(nn.Module):
    """A convolution and its norm. A separable one is depthwise 3×3, then pointwise 1×1, with
    nothing between: Xception (arXiv 1610.02357, 4.7) found a non-linearity there to hurt.
    """

    def __init__(
        self,
        spec: NetworkSpec,
        inputs: int,
        outputs: int,
        *,
        kernel: int = 3,
        stride: int = 1,
        separable: bool = False,
    ) -> None:
        super().__init__()
        self.depthwise: nn.Module = nn.Identity()
        if separable:
            self.depthwise = _convolution(spec, inputs, inputs, 3, groups=inputs)
            kernel = 1
        self.convolution = _convolution(spec, inputs, outputs, kernel, stride=stride)
        self.norm: nn.Module = (
            nn.BatchNorm2d(outputs, NORM_EPSILON)
            if spec.norm is Norm.BATCH
            else nn.InstanceNorm2d(outputs, NORM_EPSILON, affine=True)
        )

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.norm(self.convolution(self.depthwise(x)))
        return result

    def fold(self) -> None:
        """Fold a batch norm into the convolution; changes the result by rounding only."""
        if isinstance(self.norm, nn.BatchNorm2d):
            self.convolution = fuse_conv_bn_eval(self.convolution, self.norm)
            self.norm = nn.Identity()


class Block(nn.Module):
    """x + layer(relu(layer(x))): the residual block of arXiv 1603.08155, no ReLU after the sum."""

    def __init__(self, spec: NetworkSpec, channels: int) -> None:
        super().__init__()
        separable = spec.kind is BlockKind.SEPARABLE
        self.first = Layer(spec, channels, channels, separable=separable)
        self.relu = nn.ReLU()
        self.second = Layer(spec, channels, channels, separable=separable)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = x + self.second(self.relu(self.first(x)))
        return result


def folded(network: StyleNetwork) -> StyleNetwork:
    """A copy in eval mode with every batch norm folded into its convolution: what is deployed."""
    network = copy.deepcopy(network).eval()
    for module in network.modules():
        if isinstance(module, Layer):
            module.fold()
    return network


def channels_last(module: AnyModule) -> AnyModule:
    """The module, its 4-D weights with channels last in memory, torch's faster order."""
    module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return module


def extend(x: Tensor, *, left: int, right: int, top: int, bottom: int) -> Tensor:
    """``x`` (n, c, height, width) grown by reflection, and by repetition where it is too small.

    Reflection needs more pixels than it adds; the numbers are Python integers, so that a trace or
    an export holds plain pads and no branches.
    """
    height, width = int(x.shape[-2]), int(x.shape[-1])
    pads = (left, right, top, bottom)
    room = (width - 1, width - 1, height - 1, height - 1)
    reflected = [min(pad, most) for pad, most in zip(pads, room, strict=True)]
    repeated = [pad - done for pad, done in zip(pads, reflected, strict=True)]
    if any(reflected):
        x = F.pad(x, reflected, mode="reflect")
    if any(repeated):
        x = F.pad(x, repeated, mode="replicate")
    return x


def cut(x: Tensor, edge: int) -> Tensor:
    """``x`` (n, c, height, width) without ``edge`` pixels on every side."""
    return x[:, :, edge : x.shape[2] - edge, edge : x.shape[3] - edge]


def _convolution(
    spec: NetworkSpec,
    inputs: int,
    outputs: int,
    kernel: int,
    *,
    stride: int = 1,
    groups: int = 1,
    bias: bool = False,
) -> nn.Conv2d:
    return nn.Conv2d(
        inputs,
        outputs,
        kernel,
        stride=stride,
        padding=kernel // 2,
        padding_mode="reflect" if spec.padding is Padding.REFLECT else "zeros",
        groups=groups,
        bias=bias,
    )


def _upsample(spec: NetworkSpec) -> nn.Module:
    if spec.upsample is UpsampleForm.BILINEAR:
        return nn.Upsample(scale_factor=2.0, mode="bilinear", align_corners=False)
    return nn.Upsample(scale_factor=2.0, mode="nearest")
