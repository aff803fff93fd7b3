"""ML programs (MIL) → operations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from render.errors import ExportError
from render.export.graph import Input, Operation, Ref


def operations(spec: Any, weights: Path) -> tuple[list[Operation], bool]:
    """In the order that they run, constants written into those that use them; whether some of the
    weights are compressed."""
    from coremltools.converters.mil.frontend.milproto.load import load
    from coremltools.converters.mil.mil.types import builtin_to_string

    program = load(spec, spec.specificationVersion, file_weights_dir=str(weights))
    if list(program.functions) != ["main"]:
        raise ExportError("the model holds more than one function")
    made: list[Operation] = []
    compressed = False
    for operation in program.functions["main"].operations:
        if operation.op_type == "const":
            continue
        compressed = compressed or operation.op_type.startswith("constexpr")
        if len(operation.outputs) != 1:
            raise ExportError(f"{operation.op_type}: makes more than one value")
        output = operation.outputs[0]
        made.append(
            Operation(
                kind=operation.op_type,
                inputs={name: _input(v) for name, v in operation.inputs.items() if v is not None},
                output=output.name,
                shape=tuple(int(side) for side in output.shape),
                half=builtin_to_string(output.dtype) == "fp16",
            )
        )
    return made, compressed


def _input(value: Any) -> Input:
    if isinstance(value, list | tuple):
        return tuple(_input(each) for each in value)
    # What a constexpr makes has a value too: it is made here again, from what is stored.
    constant = value.op is not None and value.op.op_type == "const"
    if not constant or value.val is None:
        return Ref(value.name)
    held = value.val
    if isinstance(held, str | bool):
        return held
    array = np.asarray(held)
    return str(held) if array.dtype.kind in "US" else array
