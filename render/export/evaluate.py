"""A saved model's graph on a picture: every operation computed with torch, every shape checked.

Sums are in single precision and what is stored between operations is rounded to half where the
model says so. What a device adds to that (the order of its sums, its own rounding) is not here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from render.errors import ExportError
from render.export.graph import Graph, Image, Input, Operation, Ref
from render.export.operations import OPERATIONS
from render.media.frame import Picture

# Weights, and the picture itself on its way in and out.
_NO_SUMS = ("cast", "identity", "constexpr_affine_dequantize", "constexpr_lut_to_dense")


@dataclass(frozen=True, slots=True, eq=False)
class Evaluated:
    """``picture``: float32 (height, width, 3) RGB, as the display gets it but not rounded.
    ``peak``: the largest number between operations, without its sign, infinite where half precision
    overflows; ``where``: the operation that made it. ``macs``: the convolutions' multiply-adds."""

    picture: np.ndarray[Any, np.dtype[np.float32]]
    peak: float
    where: str
    macs: int


def evaluate(graph: Graph, picture: Picture) -> Evaluated:
    """What the model makes of ``picture``, RGB uint8 of its input's size. Raises ExportError for an
    operation that is not known, or whose result has another shape than it declares."""
    height, width = picture.shape[:2]
    declared = graph.image.size
    if declared is None or (declared.width, declared.height) != (width, height):
        raise ExportError(f"the model takes {declared}, the picture is {width}x{height}")
    values: dict[str, Tensor] = {graph.image.name: _as_input(picture, graph.image)}
    peak, where, macs = 0.0, "", 0
    left = _uses(graph)
    with torch.inference_mode():
        for operation in graph.operations:
            result = _run(operation, values)
            values[operation.output] = result
            if operation.kind not in _NO_SUMS and (largest := _largest(result)) > peak:
                peak, where = largest, f"{operation.kind} {operation.output}"
            if operation.kind == "conv":
                macs += _macs(operation, values, result)
            for name in _refs(operation):
                left[name] -= 1
                if not left[name] and name != graph.output.name:
                    values.pop(name, None)
    if graph.output.name not in values:
        raise ExportError(f"the model makes no {graph.output.name!r}, which it declares")
    picture_out = _as_picture(values[graph.output.name], graph.output)
    return Evaluated(picture_out, peak, where, macs)


def _run(operation: Operation, values: dict[str, Tensor]) -> Tensor:
    compute = OPERATIONS.get(operation.kind)
    if compute is None:
        raise ExportError(
            f"{operation.kind}: an operation that render does not know, so it cannot be verified"
        )
    inputs = {name: _value(value, values) for name, value in operation.inputs.items()}
    try:
        result = compute(inputs)
    except (RuntimeError, ValueError, IndexError, KeyError, TypeError) as error:
        said = (str(error).splitlines() or [type(error).__name__])[0]
        raise ExportError(
            f"{operation.kind} {operation.output}: cannot be done ({said})"
        ) from error
    if operation.shape is not None and tuple(result.shape) != operation.shape:
        raise ExportError(
            f"{operation.kind} {operation.output}: makes {tuple(result.shape)}, but the model says "
            f"{operation.shape}"
        )
    return result.half().float() if operation.half else result


def _macs(operation: Operation, values: dict[str, Tensor], result: Tensor) -> int:
    weight = _value(operation.inputs["weight"], values)
    return int(weight.numel()) * result.shape[2] * result.shape[3]


def _value(value: Input, values: dict[str, Tensor]) -> Any:
    if isinstance(value, Ref):
        if value.name not in values:
            raise ExportError(f"{value.name!r} is used before it is made")
        return values[value.name]
    if isinstance(value, tuple):
        return tuple(_value(each, values) for each in value)
    if isinstance(value, np.ndarray | np.generic) and value.dtype.kind == "f":
        return torch.from_numpy(np.array(value, np.float32, copy=True))
    return value


def _as_input(picture: Picture, image: Image) -> Tensor:
    """(1, 3, height, width) in the order of colours that the model declares, with what it does to
    them before its first operation."""
    x = torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None].float()
    x = x * image.scale + torch.tensor(image.bias)[None, :, None, None]
    return x.flip(1) if image.colours == "BGR" else x


def _as_picture(result: Tensor, image: Image) -> np.ndarray[Any, np.dtype[np.float32]]:
    size = image.size
    if size is None or tuple(result.shape) != (1, 3, size.height, size.width):
        raise ExportError(f"the model returns {tuple(result.shape)}, but declares {size} in RGB")
    rgb = result.flip(1) if image.colours == "BGR" else result
    return rgb[0].permute(1, 2, 0).contiguous().numpy()


def _largest(result: Tensor) -> float:
    largest = float(result.abs().max())
    return float("inf") if np.isnan(largest) else largest


def _refs(operation: Operation) -> list[str]:
    found: list[str] = []

    def walk(value: Input) -> None:
        if isinstance(value, Ref):
            found.append(value.name)
        elif isinstance(value, tuple):
            for each in value:
                walk(each)

    for value in operation.inputs.values():
        walk(value)
    return found


def _uses(graph: Graph) -> dict[str, int]:
    uses: dict[str, int] = {}
    for operation in graph.operations:
        for name in _refs(operation):
            uses[name] = uses.get(name, 0) + 1
    return uses
