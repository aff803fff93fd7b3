"""A TransformerNet found in an ONNX graph, by following the picture through it.

Exporters may call weights what they like, so names say nothing here; places do.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from render.errors import StyleError
from render.networks.importers.onnx_file import Array, Node, OnnxFile
from render.networks.importers.transformer_net import EPSILON, TRANSPOSED

_FLOAT = 1  # onnx.TensorProto.FLOAT


def state_of(path: Path, file: OnnxFile) -> dict[str, Tensor]:
    """The weights under TransformerNet's names.

    Raises StyleError that names the first operation which TransformerNet does not have there.
    """
    for node in file.graph.node:
        if node.op_type == "ConvTranspose":
            raise StyleError(f"{path}: {TRANSPOSED} (ConvTranspose {node.name[:60]})")
    if len(file.inputs) != 1 or len(file.graph.output) != 1:
        raise StyleError(
            f"{path}: takes {len(file.inputs)} inputs and gives {len(file.graph.output)} outputs, "
            "and a style network one picture each; export the network alone"
        )
    given = next(i for i in file.graph.input if i.name == file.inputs[0])
    if given.type.tensor_type.elem_type != _FLOAT:
        raise StyleError(
            f"{path}: takes no single precision pictures; export the network in single precision"
        )
    walk = _Walk(file)
    walk.through()
    return walk.state


class _Walk:
    """Where the picture is, and the weights that were met on its way."""

    def __init__(self, file: OnnxFile) -> None:
        self.state: dict[str, Tensor] = {}
        self._file = file
        self._at = file.inputs[0]
        self._after = "the input"

    def through(self) -> None:
        """From the input to the output."""
        for i, stride in ((1, 1), (2, 2), (3, 2)):
            self._layer(f"conv{i}", f"in{i}", stride)
            self._take("Relu")
        block = 1
        while self._next("Add") is not None:
            self._block(f"res{block}")
            block += 1
        for i in (1, 2):
            self._double()
            self._layer(f"deconv{i}", f"in{i + 3}")
            self._take("Relu")
        self._convolution("deconv3", keep_bias=True)
        rest = next(self._file.users(self._at), None)
        if rest is not None or self._file.source(self._file.graph.output[0].name) != self._at:
            what = _called(rest) if rest is not None else "another output"
            raise self._error(f"goes on with {what} after {self._after}, where its output belongs")

    def _block(self, name: str) -> None:
        start = self._at
        self._layer(f"{name}.conv1", f"{name}.in1")
        self._take("Relu")
        self._layer(f"{name}.conv2", f"{name}.in2")
        inner = self._at
        add = self._take("Add")
        if sorted(map(self._file.source, add.input)) != sorted((start, inner)):
            raise self._error(f"adds in {_called(add)} something else than a block's input")

    def _layer(self, conv: str, norm: str, stride: int = 1) -> None:
        self._convolution(conv, stride)
        node = self._take("InstanceNormalization")
        epsilon = self._file.attributes(node).get("epsilon", EPSILON)
        if not np.isclose(epsilon, EPSILON, rtol=1e-3):
            raise self._error(
                f"adds {epsilon:g} to the variance in {_called(node)}, and render {EPSILON:g}"
            )
        for part, name in zip(("weight", "bias"), node.input[1:], strict=True):
            self.state[f"{norm}.{part}"] = self._tensor(node, name)

    def _convolution(self, name: str, stride: int = 1, *, keep_bias: bool = False) -> None:
        pad = self._take("Pad")
        node = self._take("Conv")
        weight = self._tensor(node, node.input[1])
        said = self._file.attributes(node)
        plain = {"group": 1, "dilations": [1, 1], "strides": [stride] * 2, "pads": [0] * 4}
        for key, wanted in plain.items():
            usual = [1, 1] if key == "strides" else wanted
            if said.get(key, usual) != wanted:
                raise self._error(
                    f"has {key} {said.get(key, usual)} in {_called(node)}, not {wanted}"
                )
        if said.get("auto_pad", "NOTSET") not in ("NOTSET", "VALID"):
            raise self._error(
                f"has auto_pad {said['auto_pad']} in {_called(node)}, and it is to have none"
            )
        self._check_pad(pad, weight.shape[-1] // 2)
        self.state[f"{name}.conv2d.weight"] = weight
        if keep_bias and len(node.input) > 2 and node.input[2]:
            self.state[f"{name}.conv2d.bias"] = self._tensor(node, node.input[2])
        self._after = name

    def _check_pad(self, node: Node, wanted: int) -> None:
        said = self._file.attributes(node)
        mode = said.get("mode", "constant")
        if mode != "reflect":
            raise self._error(
                f"pads by {mode} in {_called(node)}, and only reflect can be expressed"
            )
        pads = self._numbers(node, "pads", 1)
        axes = self._numbers(node, "axes", 3)
        axes = list(range(4)) if axes is None else [int(axis) % 4 for axis in axes]
        if pads is None or len(pads) != 2 * len(axes):
            raise self._error(f"computes from the picture how far {_called(node)} pads it")
        sides = {axis: (pads[i], pads[i + len(axes)]) for i, axis in enumerate(axes)}
        found = [sides.get(axis, (0, 0)) for axis in range(4)]
        if found != [(0, 0)] * 2 + [(wanted, wanted)] * 2:
            raise self._error(
                f"pads by {list(map(int, pads))} in {_called(node)}, not {wanted} all round"
            )

    def _double(self) -> None:
        node = self._take("Upsample", "Resize")
        mode = self._file.attributes(node).get("mode", "nearest")
        if mode != "nearest":
            raise self._error(f"upsamples by {mode} in {_called(node)}, not by nearest")
        place = 2 if node.op_type == "Resize" and self._file.opset >= 11 else 1
        scales = self._numbers(node, "scales", place)
        # Scales that are computed from the picture's size are shown right or wrong by the pictures.
        if scales is not None and len(scales) and list(scales) != [1, 1, 2, 2]:
            shown = ", ".join(f"{scale:g}" for scale in scales)
            raise self._error(f"upsamples by {shown} in {_called(node)}, not by 1, 1, 2, 2")

    def _take(self, *wanted: str) -> Node:
        """Go through the next node, which has to be one of ``wanted``."""
        for name in wanted:
            node = self._next(name)
            if node is not None and node.input and self._file.source(node.input[0]) == self._at:
                break
            if node is not None and name == "Add":
                break
        else:
            found = next(self._file.users(self._at), None)
            what = f"has {_called(found)}" if found is not None else "ends"
            raise self._error(f"{what} after {self._after}, where {' or '.join(wanted)} belongs")
        self._at = node.output[0]
        return node

    def _next(self, name: str) -> Node | None:
        return next((n for n in self._file.users(self._at) if n.op_type == name), None)

    def _numbers(self, node: Node, name: str, place: int) -> Sequence[float] | None:
        """An attribute, or in later operator sets an input; None when neither is known."""
        said: Any = self._file.attributes(node).get(name)
        if said is not None:
            return list(said)
        if len(node.input) <= place or not node.input[place]:
            return None
        value = self._file.small(node.input[place])
        return None if value is None else [float(v) for v in value.ravel()]

    def _tensor(self, node: Node, name: str) -> Tensor:
        value: Array | None = self._file.weights(name)
        if value is None:
            raise self._error(f"computes the weights of {_called(node)}; export it without that")
        if value.dtype.kind != "f":
            raise self._error(f"holds {value.dtype} in {_called(node)}, not single precision")
        return torch.from_numpy(value.astype(np.float32))

    def _error(self, what: str) -> StyleError:
        return StyleError(
            f"{self._file.path}: {what}; only the graph of a TransformerNet (fast_neural_style of "
            "pytorch/examples) can be imported"
        )


def _called(node: Node) -> str:
    """An operation and its name, where it has one."""
    return f"{node.op_type} {node.name[:60]}".strip()
