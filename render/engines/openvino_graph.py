"""A style network as OpenVINO's own operations, written down from its weights.

The same sums in the same order as ``StyleNetwork.forward`` of `render/networks/modules.py`, batch
norms folded, for one size. The contract suite of the engines holds the two together.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from render.libraries import silent_openvino
from render.networks.spec import STRIDE, BlockKind, Norm, OutputForm, Padding, UpsampleForm
from render.networks.weights import NORM_EPSILON, Array, Weights
from render.target import Size

Node: TypeAlias = Any  # OpenVINO has no types of its own

_SIDES = (2, 3)  # height and width, of (n, channels, height, width)


def style_graph(weights: Weights, size: Size) -> Any:
    """An ``openvino.Model`` that takes and gives uint8 (1, height, width, 3) of ``size``.

    What comes out is clamped and rounded; conversion from and to bytes is part of the graph.
    """
    return GraphWriter(weights).model(size)


class GraphWriter:
    """Writes one network down, operation by operation, in single precision.

    What a convolution reads goes through ``_read``, its weights through ``_kernel``: others put
    something in there (`openvino_int8.py`).
    """

    def __init__(self, weights: Weights) -> None:
        silent_openvino.load()
        from openvino import opset13

        self._op = opset13
        self._spec = weights.spec
        self._tensors = weights.tensors
        self._strength = weights.strength

    def model(self, size: Size) -> Any:
        """All of it, as an ``openvino.Model``."""
        import openvino

        given, taken = self.ends(size)
        return openvino.Model([given], [taken], "style")

    def ends(self, size: Size) -> tuple[Node, Node]:
        """What is given out, and what is taken in."""
        op = self._op
        taken = op.parameter([1, size.height, size.width, 3], np.uint8, "picture")
        picture = op.transpose(op.convert(taken, "f32"), self._integers([0, 3, 1, 2]))
        shown = op.clamp(op.round(self._network(picture, size), "half_to_even"), 0.0, 255.0)
        given = op.transpose(op.convert(shown, "u8"), self._integers([0, 2, 3, 1]))
        return given, taken

    def _read(self, x: Node, name: str) -> Node:
        """What a convolution reads; ``name`` is the only one of that name in the network."""
        return x

    def _kernel(self, kernel: Array) -> Node:
        """A convolution's weights, (outputs, …) or (groups, …)."""
        return self._op.constant(kernel)

    def _network(self, picture: Node, size: Size) -> Node:
        op, spec = self._op, self._spec
        inside, context = spec.inner(size), spec.context
        x = op.add(op.multiply(picture, self._single(1 / 127.5)), self._single(-1.0))
        right = inside.width - size.width - context
        bottom = inside.height - size.height - context
        x = self._extended(x, left=context, right=right, top=context, bottom=bottom)
        x = op.relu(self._layer(x, "encoder.0"))
        x = op.relu(self._layer(x, "encoder.2", stride=2))
        x = op.relu(self._layer(x, "encoder.4", stride=2))
        if deep := spec.deep_context:
            x = self._cut(x, spec.trimmed)
            x = self._extended(x, left=deep, right=deep, top=deep, bottom=deep)
            x = self._cut(self._blocks(x), deep)
            context -= STRIDE * spec.trimmed
        else:
            x = self._blocks(x)
        x = op.relu(self._layer(x, "decoder.1", doubled=True))
        x = op.relu(self._layer(x, "decoder.4", doubled=True))
        x = self._read(x, "decoder.6")
        x = self._convolution(x, self._tensor("decoder.6.weight"), self._tensor("decoder.6.bias"))
        x = self._window(x, context, context, size.height, size.width)
        if spec.output is OutputForm.SIGMOID:
            x = op.multiply(op.sigmoid(x), self._single(255.0))
        if self._strength == 1:
            return x
        rest = op.multiply(picture, self._single(1 - self._strength))
        return op.add(op.multiply(x, self._single(self._strength)), rest)

    def _blocks(self, x: Node) -> Node:
        for number in range(self._spec.blocks):
            y = self._op.relu(self._layer(x, f"blocks.{number}.first"))
            x = self._op.add(x, self._layer(y, f"blocks.{number}.second"))
        return x

    def _layer(self, x: Node, name: str, stride: int = 1, *, doubled: bool = False) -> Node:
        """A convolution and its norm, of the picture as it is or ``doubled``."""
        if doubled and self._spec.upsample is UpsampleForm.NEAREST:
            # The same numbers four times: what is done to each of them is done once.
            x = self._doubled(self._read(x, name))
        else:
            x = self._read(self._doubled(x) if doubled else x, name)
        if self._spec.kind is BlockKind.SEPARABLE and name.startswith("blocks."):
            x = self._depthwise(x, self._tensor(f"{name}.depthwise.weight"))
            x = self._read(x, f"{name}.pointwise")
        kernel = self._tensor(f"{name}.convolution.weight")
        scale = self._tensor(f"{name}.norm.weight")
        shift = self._tensor(f"{name}.norm.bias")
        if self._spec.norm is Norm.INSTANCE:
            x = self._convolution(x, kernel, None, stride)
            sides = self._op.constant(np.array(_SIDES, np.int32))
            x = self._op.mvn(x, sides, True, NORM_EPSILON, "inside_sqrt")
            return self._op.add(self._op.multiply(x, _channels(scale)), _channels(shift))
        # Folded as torch folds: the same sums in the same order and precision.
        root = 1 / np.sqrt(self._tensor(f"{name}.norm.running_var") + np.float32(NORM_EPSILON))
        shift = (0 - self._tensor(f"{name}.norm.running_mean")) * root * scale + shift
        return self._convolution(x, kernel * (scale * root).reshape(-1, 1, 1, 1), shift, stride)

    def _convolution(
        self, x: Node, kernel: Array, bias: Array | None = None, stride: int = 1
    ) -> Node:
        edge = kernel.shape[-1] // 2
        x, pads = self._padded(x, edge)
        x = self._op.convolution(x, self._kernel(kernel), [stride, stride], pads, pads, [1, 1])
        return x if bias is None else self._op.add(x, _channels(bias))

    def _depthwise(self, x: Node, kernel: Array) -> Node:
        x, pads = self._padded(x, kernel.shape[-1] // 2)
        # (groups, outputs and inputs of each, height, width)
        weights = self._kernel(kernel[:, np.newaxis])
        return self._op.group_convolution(x, weights, [1, 1], pads, pads, [1, 1])

    def _padded(self, x: Node, edge: int) -> tuple[Node, list[int]]:
        """What a convolution reads, and the zeros that it is to add itself."""
        if self._spec.padding is Padding.ZERO or not edge:
            return x, [edge, edge]
        return self._pad(x, (edge, edge), (edge, edge), "reflect"), [0, 0]

    def _doubled(self, x: Node) -> Node:
        bilinear = self._spec.upsample is UpsampleForm.BILINEAR
        return self._op.interpolate(
            x,
            self._op.constant(np.array([2.0, 2.0], np.float32)),
            "linear_onnx" if bilinear else "nearest",
            "scales",
            coordinate_transformation_mode="pytorch_half_pixel" if bilinear else "asymmetric",
            nearest_mode="floor",
            axes=self._op.constant(np.array(_SIDES, np.int32)),
        )

    def _extended(self, x: Node, *, left: int, right: int, top: int, bottom: int) -> Node:
        """Grown by reflection, and by repetition where it is too small, as ``modules.extend``."""
        height, width = (int(x.get_output_shape(0)[side]) for side in _SIDES)
        begin = min(top, height - 1), min(left, width - 1)
        end = min(bottom, height - 1), min(right, width - 1)
        x = self._pad(x, begin, end, "reflect")
        return self._pad(
            x, (top - begin[0], left - begin[1]), (bottom - end[0], right - end[1]), "edge"
        )

    def _pad(self, x: Node, begin: Sequence[int], end: Sequence[int], mode: str) -> Node:
        if not any((*begin, *end)):
            return x
        before, after = self._integers([0, 0, *begin]), self._integers([0, 0, *end])
        return self._op.pad(x, before, after, mode, self._single(0.0))

    def _cut(self, x: Node, edge: int) -> Node:
        """Without ``edge`` pixels on every side."""
        height, width = (int(x.get_output_shape(0)[side]) for side in _SIDES)
        return self._window(x, edge, edge, height - 2 * edge, width - 2 * edge)

    def _window(self, x: Node, top: int, left: int, height: int, width: int) -> Node:
        first, last = self._integers([top, left]), self._integers([top + height, left + width])
        return self._op.slice(x, first, last, self._integers([1, 1]), self._integers(_SIDES))

    def _tensor(self, name: str) -> Array:
        """In single precision, whatever the style file holds."""
        return self._tensors[name].astype(np.float32)

    def _single(self, value: float) -> Node:
        return self._op.constant(np.float32(value))

    def _integers(self, values: Sequence[int]) -> Node:
        return self._op.constant(np.array(values, np.int64))


def _channels(numbers: Array) -> Array:
    """One number a channel, for (n, channels, height, width)."""
    return numbers.reshape(1, -1, 1, 1)
