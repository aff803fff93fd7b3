"""A folded network as cuDNN runs it quickest without a compiler: with fewer passes over memory.

Half of an eager network's time on an H100 goes to what is no product (res3 at 853x480): biases,
ReLUs, edges and doubling, each of which reads and writes everything. cuDNN adds bias and ReLU while
it convolves; edges are gathered and pixels doubled with channels last, as convolutions want them.
torch.compile is quicker still, but takes 12 s for each network and size before it begins to pay.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from render.networks.modules import Block, Layer, StyleNetwork, cut
from render.networks.spec import STRIDE, BlockKind, NetworkSpec, Norm, Padding, UpsampleForm
from render.target import Size


def can_fuse(spec: NetworkSpec) -> bool:
    """Whether a network has the form that is written out here, which the shipped styles have."""
    return (
        spec.norm is Norm.BATCH
        and spec.padding is Padding.ZERO
        and spec.upsample is UpsampleForm.NEAREST
        and spec.kind is BlockKind.FULL
    )


class FusedNetwork(nn.Module):
    """``network``, folded, its weights on a CUDA device with channels last. Takes and returns what
    it does."""

    def __init__(self, network: StyleNetwork) -> None:
        super().__init__()
        self._network = network
        self._places: dict[tuple[int, int, int], Tensor] = {}

    def forward(self, picture: Tensor) -> Tensor:
        """As `StyleNetwork.forward`, step by step."""
        network, spec = self._network, self._network.spec
        height, width = int(picture.shape[-2]), int(picture.shape[-1])
        inside = spec.inner(Size(width, height))
        c = spec.context
        x = picture * (1 / 127.5) - 1
        x = self._extended(x, (c, inside.height - height - c), (c, inside.width - width - c))
        for layer in network.encoder:
            if isinstance(layer, Layer):
                x = _with_relu(x, layer)
        if d := spec.deep_context:
            x = self._extended(cut(x, spec.trimmed), (d, d), (d, d))
            c -= STRIDE * spec.trimmed
        for block in network.blocks:
            assert isinstance(block, Block)
            x = x + block.second(_with_relu(x, block.first))
        x = cut(x, d)
        for layer in network.decoder:
            if isinstance(layer, nn.Upsample):
                x = _doubled(x)
            elif isinstance(layer, Layer):
                x = _with_relu(x, layer)
        x = network.decoder[-1](x)
        return network.shown(x[:, :, c : c + height, c : c + width], picture)

    def _extended(self, x: Tensor, rows: tuple[int, int], columns: tuple[int, int]) -> Tensor:
        """As `extend`; pixels before and after."""
        by_rows = x.permute(0, 2, 3, 1)
        if any(rows):
            by_rows = by_rows.index_select(1, self._places_of(by_rows.shape[1], rows, x.device))
        if any(columns):
            by_rows = by_rows.index_select(2, self._places_of(by_rows.shape[2], columns, x.device))
        return by_rows.permute(0, 3, 1, 2)

    def _places_of(self, count: int, around: tuple[int, int], device: torch.device) -> Tensor:
        key = (count, *around)
        if key not in self._places:
            self._places[key] = torch.tensor(places(count, *around), device=device)
        return self._places[key]


def places(count: int, before: int, after: int) -> list[int]:
    """Which of ``count`` pixels stands at each place of the extended line: reflected as far as
    there are others, then the outermost one repeated."""
    room = count - 1
    reached = (min(max(place, -room), count - 1 + room) for place in range(-before, count + after))
    return [room - abs(room - abs(place)) for place in reached]


def _with_relu(x: Tensor, layer: Layer) -> Tensor:
    conv = layer.convolution
    assert isinstance(conv, nn.Conv2d) and not isinstance(conv.padding, str)
    result: Tensor = torch.cudnn_convolution_relu(
        x, conv.weight, conv.bias, conv.stride, conv.padding, conv.dilation, conv.groups
    )
    return result


def _doubled(x: Tensor) -> Tensor:
    n, height, width, channels = x.permute(0, 2, 3, 1).shape
    each = x.permute(0, 2, 3, 1)[:, :, None, :, None].expand(n, height, 2, width, 2, channels)
    return each.reshape(n, 2 * height, 2 * width, channels).permute(0, 3, 1, 2)
