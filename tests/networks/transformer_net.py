"""TransformerNet as others have it: a torch module of random weights, and its ONNX graphs.

Written apart from render.networks.importers, to hold that to it. The output is scaled so that it
fills 0..255 on pictures: a network that is misread cannot look right.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import onnx
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn


class ConvLayer(nn.Module):
    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, double: bool) -> None:
        super().__init__()
        self.double = double
        self.reflection_pad = nn.ReflectionPad2d(kernel // 2)
        self.conv2d = nn.Conv2d(inputs, outputs, kernel, stride)

    def forward(self, x: Tensor) -> Tensor:
        if self.double:
            x = F.interpolate(x, scale_factor=2, mode="nearest")
        y: Tensor = self.conv2d(self.reflection_pad(x))
        return y


def conv(inputs: int, outputs: int, kernel: int = 3, stride: int = 1, double: bool = False) -> Any:
    return ConvLayer(inputs, outputs, kernel, stride, double)


def norm(channels: int) -> nn.InstanceNorm2d:
    return nn.InstanceNorm2d(channels, affine=True)


class ResidualBlock(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1, self.in1 = conv(channels, channels), norm(channels)
        self.conv2, self.in2 = conv(channels, channels), norm(channels)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.in2(self.conv2(F.relu(self.in1(self.conv1(x))))) + x
        return y


class TransformerNet(nn.Module):
    def __init__(self, width: int = 8, blocks: int = 1, kernel: int = 9, seed: int = 0) -> None:
        super().__init__()
        torch.manual_seed(seed)
        w = width
        self.conv1, self.in1 = conv(3, w, kernel), norm(w)
        self.conv2, self.in2 = conv(w, 2 * w, stride=2), norm(2 * w)
        self.conv3, self.in3 = conv(2 * w, 4 * w, stride=2), norm(4 * w)
        self.blocks = [f"res{i + 1}" for i in range(blocks)]
        for name in self.blocks:
            self.add_module(name, ResidualBlock(4 * w))
        self.deconv1, self.in4 = conv(4 * w, 2 * w, double=True), norm(2 * w)
        self.deconv2, self.in5 = conv(2 * w, w, double=True), norm(w)
        self.deconv3 = conv(w, 3, kernel)
        for module in self.modules():
            if isinstance(module, nn.InstanceNorm2d):
                nn.init.uniform_(module.weight, 0.3, 1.7)
                nn.init.normal_(module.bias, 0, 0.3)
        with torch.no_grad():
            spread = self(torch.rand(1, 3, 64, 64) * 255).std()
            self.deconv3.conv2d.weight *= 60 / spread
            self.deconv3.conv2d.bias.fill_(128)
        self.eval()

    def forward(self, x: Tensor) -> Tensor:
        x = F.relu(self.in1(self.conv1(x)))
        x = F.relu(self.in2(self.conv2(x)))
        x = F.relu(self.in3(self.conv3(x)))
        for name in self.blocks:
            x = getattr(self, name)(x)
        x = F.relu(self.in4(self.deconv1(x)))
        x = F.relu(self.in5(self.deconv2(x)))
        y: Tensor = self.deconv3(x)
        return y


class Graph:
    """An ONNX graph of a TransformerNet, node by node, in the ways that exporters have had.

    ``opset`` 7 and 8 give scales as an attribute, 9 and 10 as an input, and later ones Resize;
    from 11 on pads are an input. ``numbered`` calls weights 1, 2, 3, …; ``sized`` computes scales
    from the picture's shape, as torch 1.0 to 1.2 did; ``listed`` names the weights as inputs too,
    as files before IR version 4 do.
    """

    def __init__(self, net: TransformerNet, opset: int = 9, *, numbered: bool = False,
                 sized: bool = False, listed: bool = False,
                 size: tuple[int | str, int | str] = ("h", "w"), epsilon: float = 1e-5,
                 mode: str = "reflect", identities: bool = False) -> None:  # fmt: skip
        self.state = net.state_dict()
        self.opset, self.numbered, self.sized, self.listed = opset, numbered, sized, listed
        self.size, self.epsilon, self.mode, self.identities = size, epsilon, mode, identities
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []
        self.count = 1000
        x = "picture"
        for i, stride in ((1, 1), (2, 2), (3, 2)):
            x = self.op("Relu", self.layer(x, f"conv{i}", f"in{i}", stride))
        for name in net.blocks:
            y = self.op("Relu", self.layer(x, f"{name}.conv1", f"{name}.in1"))
            y = self.layer(y, f"{name}.conv2", f"{name}.in2")
            x = self.op("Add", y, x)
        for i in (1, 2):
            x = self.op("Relu", self.layer(self.double(x), f"deconv{i}", f"in{i + 3}"))
        self.output = self.convolution(x, "deconv3")

    def op(self, kind: str, *inputs: str, **attributes: Any) -> str:
        self.count += 1
        self.nodes.append(
            helper.make_node(kind, inputs, [f"v{self.count}"], f"{kind}_{self.count}", **attributes)
        )
        return f"v{self.count}"

    def weight(self, name: str) -> str:
        called = str(len(self.weights) + 1) if self.numbered else name
        self.weights.append(numpy_helper.from_array(self.state[name].numpy(), called))
        return self.op("Identity", called) if self.identities else called

    def constant(self, values: list[Any], kind: int) -> str:
        tensor = helper.make_tensor("", kind, [len(values)], values)
        return self.op("Constant", value=tensor)

    def layer(self, x: str, name: str, normed: str, stride: int = 1) -> str:
        x = self.convolution(x, name, stride)
        given = (self.weight(f"{normed}.weight"), self.weight(f"{normed}.bias"))
        return self.op("InstanceNormalization", x, *given, epsilon=self.epsilon)

    def convolution(self, x: str, name: str, stride: int = 1) -> str:
        kernel = self.state[f"{name}.conv2d.weight"].shape[-1]
        pads = [0, 0, *[kernel // 2] * 2] * 2
        if self.opset < 11:
            x = self.op("Pad", x, mode=self.mode, pads=pads)
        else:
            x = self.op("Pad", x, self.constant(pads, TensorProto.INT64), mode=self.mode)
        given = (self.weight(f"{name}.conv2d.weight"), self.weight(f"{name}.conv2d.bias"))
        return self.op("Conv", x, *given, strides=[stride] * 2, kernel_shape=[kernel] * 2)

    def double(self, x: str) -> str:
        scales = [1.0, 1.0, 2.0, 2.0]
        if self.opset < 9:
            return self.op("Upsample", x, mode="nearest", scales=scales)
        given = self.scales(x) if self.sized else self.constant(scales, TensorProto.FLOAT)
        if self.opset == 9:
            return self.op("Upsample", x, given, mode="nearest")
        if self.opset == 10:
            return self.op("Resize", x, given, mode="nearest")
        return self.op("Resize", x, "", given, mode="nearest", nearest_mode="floor",
                       coordinate_transformation_mode="asymmetric")  # fmt: skip

    def scales(self, x: str) -> str:
        """Twice the size, over the size."""
        shape = self.op("Cast", self.op("Shape", x), to=TensorProto.FLOAT)
        two = self.constant([1.0, 1.0, 2.0, 2.0], TensorProto.FLOAT)
        doubled = self.op("Floor", self.op("Mul", shape, two))
        return self.op("Div", doubled, shape)

    def model(self) -> onnx.ModelProto:
        given = helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, 3, *self.size])
        made = helper.make_tensor_value_info(self.output, TensorProto.FLOAT, [1, 3, *self.size])
        inputs = [given]
        if self.listed:
            inputs += [
                helper.make_tensor_value_info(t.name, t.data_type, t.dims) for t in self.weights
            ]
        graph = helper.make_graph(self.nodes, "style", inputs, [made], self.weights)
        return helper.make_model(
            graph,
            opset_imports=[helper.make_opsetid("", self.opset)],
            ir_version=3 if self.listed else 8,
        )

    def save(self, path: Path) -> Path:
        onnx.save(self.model(), str(path))
        return path
