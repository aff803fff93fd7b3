"""Core ML's neural networks (.mlmodel) → operations, in MIL's words.

The layers are those of Core ML's NeuralNetwork.proto; each becomes the MIL operation of the same
sums. Only what networks of ours are made of is read; anything else raises.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from render.errors import ExportError
from render.export.graph import Array, Input, Operation, Ref


def operations(spec: Any) -> tuple[list[Operation], bool]:
    """In the order that they run; whether any weights are in half precision."""
    half = False
    made: list[Operation] = []
    for layer in spec.neuralNetwork.layers:
        kind = layer.WhichOneof("layer")
        if kind not in _LAYERS:
            raise ExportError(f"{kind}: a layer that render does not know; it exports none such")
        if len(layer.output) != 1:
            raise ExportError(f"{kind}: makes more than one value")
        named, inputs = _LAYERS[kind](layer)
        half = half or (kind == "convolution" and bool(layer.convolution.weights.float16Value))
        made.append(Operation(named, inputs, layer.output[0], None, half=False))
    if half:
        # The form does not say it, but GPU and neural engine then store all numbers so.
        made = [replace(operation, half=True) for operation in made]
    return made, half


def preprocessing(spec: Any) -> tuple[float, tuple[float, float, float]]:
    """What is done to the picture before the first layer: a scale, and a bias for R, G and B."""
    scale, bias = 1.0, (0.0, 0.0, 0.0)
    for one in spec.neuralNetwork.preprocessing:
        if one.WhichOneof("preprocessor") == "scaler":
            s = one.scaler
            scale, bias = s.channelScale, (s.redBias, s.greenBias, s.blueBias)
    return scale, bias


_Read = tuple[str, dict[str, Input]]


def _two(kind: str) -> Callable[[Any], _Read]:
    def read(layer: Any) -> _Read:
        """With one input the layer's ``alpha`` is the other."""
        first: Input = Ref(layer.input[0])
        if len(layer.input) == 2:
            return kind, {"x": first, "y": Ref(layer.input[1])}
        return kind, {"x": first, "y": np.float32(getattr(layer, _FIELD[kind]).alpha)}

    return read


_FIELD = {"add": "add", "mul": "multiply"}


def _constant(layer: Any) -> _Read:
    held = layer.loadConstantND
    return "identity", {"x": _numbers(held.data).reshape([int(n) for n in held.shape])}


def _activation(layer: Any) -> _Read:
    kind = layer.activation.WhichOneof("NonlinearityType")
    x: Input = Ref(layer.input[0])
    if kind == "linear":
        line = layer.activation.linear
        return "linear_activation", {
            "x": x, "alpha": np.float32(line.alpha), "beta": np.float32(line.beta),
        }  # fmt: skip
    names = {"ReLU": "relu", "sigmoid": "sigmoid", "tanh": "tanh"}
    if kind not in names:
        raise ExportError(f"activation {kind}: render does not know it; it exports none such")
    return names[kind], {"x": x}


def _padding(layer: Any) -> _Read:
    how = layer.padding.WhichOneof("PaddingType")
    sides = layer.padding.paddingAmounts.borderAmounts
    top, left = sides[0], sides[1]
    pad = [top.startEdgeSize, top.endEdgeSize, left.startEdgeSize, left.endEdgeSize]
    mode = {"reflection": "reflect", "replication": "replicate", "constant": "constant"}[how]
    value = layer.padding.constant.value if how == "constant" else 0.0
    return "pad", {
        "x": Ref(layer.input[0]), "pad": np.array(pad), "mode": mode,
        "constant_val": np.float32(value),
    }  # fmt: skip


def _convolution(layer: Any) -> _Read:
    held = layer.convolution
    if held.isDeconvolution:
        raise ExportError("a deconvolution: render exports none")
    shape = (held.outputChannels, held.kernelChannels, *held.kernelSize)
    inputs: dict[str, Input] = {
        "x": Ref(layer.input[0]),
        "weight": _numbers(held.weights).reshape(shape),
        "strides": np.array(list(held.stride) or [1, 1]),
        "dilations": np.array(list(held.dilationFactor) or [1, 1]),
        "groups": np.int32(held.nGroups or 1),
        "pad_type": "custom",
    }
    if held.hasBias:
        inputs["bias"] = _numbers(held.bias)
    if held.WhichOneof("ConvolutionPaddingType") == "same":
        raise ExportError("a convolution that pads by itself: render exports none")
    sides = held.valid.paddingAmounts.borderAmounts
    pad = [0, 0, 0, 0]
    if sides:
        pad = [sides[0].startEdgeSize, sides[0].endEdgeSize,
               sides[1].startEdgeSize, sides[1].endEdgeSize]  # fmt: skip
    inputs["pad"] = np.array(pad)
    return "conv", inputs


def _slice(layer: Any) -> _Read:
    held = layer.slice
    axis = {0: -3, 1: -2, 2: -1}[held.axis]
    return "slice_axis", {
        "x": Ref(layer.input[0]), "axis": np.int32(axis), "begin": np.int64(held.startIndex),
        "end": np.int64(held.endIndex), "stride": np.int64(held.stride or 1),
    }  # fmt: skip


def _slice_static(layer: Any) -> _Read:
    held = layer.sliceStatic
    return "slice_by_index", {
        "x": Ref(layer.input[0]),
        "begin": np.array(held.beginIds), "end": np.array(held.endIds),
        "begin_mask": np.array(held.beginMasks, bool), "end_mask": np.array(held.endMasks, bool),
        "stride": np.array(held.strides),
    }  # fmt: skip


def _upsample(layer: Any) -> _Read:
    held = layer.upsample
    factors = list(held.fractionalScalingFactor) or [float(f) for f in held.scalingFactor]
    inputs: dict[str, Input] = {
        "x": Ref(layer.input[0]),
        "scale_factor_height": np.float32(factors[0]),
        "scale_factor_width": np.float32(factors[1]),
    }
    if held.mode == 0:
        return "upsample_nearest_neighbor", inputs
    # 0: as `align_corners` False does not; 1: align_corners True; 2: False (NeuralNetwork.proto).
    inputs["align_corners"] = held.linearUpsampleMode == 1
    if held.linearUpsampleMode == 0:
        raise ExportError("an upscale by Core ML's own corners: render exports none")
    return "upsample_bilinear", inputs


def _clip(layer: Any) -> _Read:
    held = layer.clip
    return "clip", {
        "x": Ref(layer.input[0]), "alpha": np.float32(held.minVal), "beta": np.float32(held.maxVal),
    }  # fmt: skip


def _batchnorm(layer: Any) -> _Read:
    held = layer.batchnorm
    inputs: dict[str, Input] = {
        "x": Ref(layer.input[0]), "gamma": _numbers(held.gamma), "beta": _numbers(held.beta),
        "epsilon": np.float32(held.epsilon),
    }  # fmt: skip
    if held.instanceNormalization:
        return "instance_norm", inputs
    inputs["mean"], inputs["variance"] = _numbers(held.mean), _numbers(held.variance)
    return "batch_norm", inputs


_LAYERS: dict[str, Callable[[Any], _Read]] = {
    "add": _two("add"),
    "addBroadcastable": _two("add"),
    "multiply": _two("mul"),
    "multiplyBroadcastable": _two("mul"),
    "loadConstantND": _constant,
    "activation": _activation,
    "padding": _padding,
    "convolution": _convolution,
    "slice": _slice,
    "sliceStatic": _slice_static,
    "upsample": _upsample,
    "clip": _clip,
    "batchnorm": _batchnorm,
}


def _numbers(held: Any) -> Array:
    """A WeightParams: single precision, or half."""
    if held.float16Value:
        return np.frombuffer(held.float16Value, np.float16).astype(np.float32)
    if held.rawValue or held.int8RawValue:
        raise ExportError("quantised weights in a neural network: render exports none")
    return np.array(held.floatValue, np.float32)
