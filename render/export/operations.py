"""What Core ML's operations compute, in torch: the definitions of coremltools' MIL ops reference
(https://apple.github.io/coremltools/source/coremltools.converters.mil.mil.ops.defs.html).

Each takes its inputs by name, tensors of float32 and whatever else as it was stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import floor
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from render.errors import ExportError

Inputs = Mapping[str, Any]


def _numbers(value: Any) -> list[int]:
    return [int(number) for number in np.asarray(value).ravel()]


def _scalar(value: Any) -> float:
    return float(np.asarray(value))


def _pad(i: Inputs) -> Tensor:
    x, pad, mode = i["x"], _numbers(i["pad"]), i["mode"]
    # (before, after) of the last axes, in their order; torch wants the last one first.
    pairs = [(pad[n], pad[n + 1]) for n in range(0, len(pad), 2)]
    while len(pairs) > 2 and pairs[0] == (0, 0):
        pairs = pairs[1:]
    flat = [side for pair in reversed(pairs) for side in pair]
    if mode == "constant":
        return F.pad(x, flat, value=_scalar(i.get("constant_val", 0.0)))
    return F.pad(x, flat, mode=mode)


def _conv(i: Inputs) -> Tensor:
    x, weight = i["x"], i["weight"]
    kind, pad = i.get("pad_type", "valid"), _numbers(i.get("pad", [0, 0, 0, 0]))
    if kind == "custom":
        x = F.pad(x, [pad[2], pad[3], pad[0], pad[1]])
    elif kind != "valid":
        raise ExportError(f"conv: padding {kind!r} is none that render exports")
    return F.conv2d(
        x,
        weight,
        i.get("bias"),
        stride=_numbers(i.get("strides", [1, 1])),
        dilation=_numbers(i.get("dilations", [1, 1])),
        groups=int(_scalar(i.get("groups", 1))),
    )


def _slice_by_index(i: Inputs) -> Tensor:
    x = i["x"]
    rank = x.ndim

    def mask(name: str) -> list[bool]:
        held = i.get(name)
        return [False] * rank if held is None else [bool(b) for b in np.asarray(held).ravel()]

    begin, end = _numbers(i["begin"]), _numbers(i["end"])
    stride = _numbers(i["stride"]) if "stride" in i else [1] * rank
    begins, ends = mask("begin_mask"), mask("end_mask")
    if any(mask("squeeze_mask")) or min(stride) < 1:
        raise ExportError("slice_by_index: squeezes or goes backwards, which render never exports")
    parts = tuple(
        slice(None if begins[n] else begin[n], None if ends[n] else end[n], stride[n])
        for n in range(rank)
    )
    result: Tensor = x[parts]
    return result


def _slice_axis(i: Inputs) -> Tensor:
    axis, begin, end = (int(_scalar(i[name])) for name in ("axis", "begin", "end"))
    x: Tensor = i["x"]
    size = x.shape[axis]
    return x.narrow(axis, begin, (end if end > 0 else size + end) - begin)


def _upsample(i: Inputs, **how: Any) -> Tensor:
    x = i["x"]
    height, width = (_scalar(i[f"scale_factor_{side}"]) for side in ("height", "width"))
    # The new size is the floor; where the samples lie follows from the two sizes, not the factor.
    size = (floor(x.shape[2] * height), floor(x.shape[3] * width))
    return F.interpolate(x, size=size, **how)


def _bilinear(i: Inputs) -> Tensor:
    return _upsample(i, mode="bilinear", align_corners=bool(i.get("align_corners", True)))


def _nearest(i: Inputs) -> Tensor:
    return _upsample(i, mode="nearest")


def _batch_norm(i: Inputs) -> Tensor:
    return F.batch_norm(
        i["x"], i["mean"], i["variance"], i.get("gamma"), i.get("beta"), eps=_scalar(i["epsilon"])
    )


def _instance_norm(i: Inputs) -> Tensor:
    return F.instance_norm(
        i["x"], weight=i.get("gamma"), bias=i.get("beta"), eps=_scalar(i["epsilon"])
    )


def _dequantize(i: Inputs) -> Tensor:
    """constexpr_affine_dequantize (iOS 16): scale * (quantized - zero point), along an axis."""
    held, axis = np.asarray(i["quantized_data"]), int(_scalar(i["axis"]))
    shape = [-1 if n == axis else 1 for n in range(held.ndim)]

    def along(value: Any) -> Any:
        array = np.asarray(value).astype(np.float32)
        return array.reshape(shape) if array.ndim else array

    return torch.from_numpy((held.astype(np.float32) - along(i["zero_point"])) * along(i["scale"]))


def _block_scale(i: Inputs) -> Tensor:
    """constexpr_blockwise_shift_scale (iOS 18): scale * (data - offset), each for a block."""
    held = np.asarray(i["data"]).astype(np.float32)

    def spread(value: Any) -> Any:
        array = np.asarray(value).astype(np.float32)
        for axis, (whole, blocks) in enumerate(zip(held.shape, array.shape, strict=True)):
            array = np.repeat(array, whole // blocks, axis=axis)
        return array

    offset = spread(i["offset"]) if "offset" in i else 0.0
    return torch.from_numpy((held - offset) * spread(i["scale"]))


def _look_up(i: Inputs) -> Tensor:
    """constexpr_lut_to_dense: of iOS 16 with indices packed into bytes, least significant bit
    first; of iOS 18 with indices in their own shape, and one table for all."""
    if "indices" in i and "shape" not in i:
        indices, tables = np.asarray(i["indices"]), np.asarray(i["lut"]).astype(np.float32)
        if tables.size != tables.shape[-2]:
            raise ExportError("constexpr_lut_to_dense: several tables, which render never exports")
        return torch.from_numpy(tables.ravel()[indices.astype(np.int64)])
    table = np.asarray(i["lut"]).astype(np.float32)
    shape = _numbers(i["shape"])
    bits = int(np.log2(len(table)))
    packed = np.unpackbits(np.asarray(i["indices"], np.uint8), bitorder="little")
    count = int(np.prod(shape))
    rows = packed[: count * bits].reshape(count, bits)
    index = (rows.astype(np.int64) << np.arange(bits)).sum(axis=1)
    return torch.from_numpy(table[index].reshape(shape))


OPERATIONS: dict[str, Callable[[Inputs], Tensor]] = {
    "add": lambda i: i["x"] + i["y"],
    "sub": lambda i: i["x"] - i["y"],
    "mul": lambda i: i["x"] * i["y"],
    "real_div": lambda i: i["x"] / i["y"],
    "cast": lambda i: i["x"],
    "identity": lambda i: i["x"],
    "relu": lambda i: torch.relu(i["x"]),
    "sigmoid": lambda i: torch.sigmoid(i["x"]),
    "tanh": lambda i: torch.tanh(i["x"]),
    "linear_activation": lambda i: i["x"] * _scalar(i["alpha"]) + _scalar(i.get("beta", 0.0)),
    "clip": lambda i: torch.clamp(i["x"], _scalar(i["alpha"]), _scalar(i["beta"])),
    "pad": _pad,
    "conv": _conv,
    "slice_by_index": _slice_by_index,
    "slice_axis": _slice_axis,
    "upsample_nearest_neighbor": _nearest,
    "upsample_bilinear": _bilinear,
    "batch_norm": _batch_norm,
    "instance_norm": _instance_norm,
    "constexpr_affine_dequantize": _dequantize,
    "constexpr_blockwise_shift_scale": _block_scale,
    "constexpr_lut_to_dense": _look_up,
}
