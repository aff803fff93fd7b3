"""A saved model as plain data: its picture in, its operations, its picture out.

Both of Core ML's forms become this one, in the words of its ML programs (MIL), so that one
evaluator does for both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from render.errors import ExportError
from render.export.package import model_file
from render.target import Size

Array: TypeAlias = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Ref:
    """A value that an operation before has made, by its name."""

    name: str


Input: TypeAlias = "Ref | Array | np.generic | str | bool | int | float | tuple[Input, ...]"


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """Attributes:
    kind: its type in MIL. inputs: by their names there. output: the name of what it makes, of
    ``shape`` (None: the form does not say) and in half precision or not.
    """

    kind: str
    inputs: Mapping[str, Input]
    output: str
    shape: tuple[int, ...] | None
    half: bool


@dataclass(frozen=True, slots=True)
class Image:
    """A picture that the model declares: its name, its size, RGB, BGR or gray; ``scale`` and
    ``bias`` (three, RGB) are applied to it before the first operation."""

    name: str
    size: Size | None
    colours: str
    scale: float = 1.0
    bias: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """``half``: whether its weights or its sums are in half precision. ``compressed``: or in fewer
    bits. ``metadata``: its words. ``flexible``: whether it takes pictures of several sizes."""

    image: Image
    output: Image
    operations: tuple[Operation, ...]
    half: bool
    compressed: bool
    metadata: Mapping[str, str]
    flexible: bool


def read(path: Path) -> Graph:
    """A .mlpackage or .mlmodel. Raises ExportError when it is neither, or is damaged."""
    from render.export.tools import coremltools, quiet

    file = model_file(path)
    ct = coremltools()
    try:
        with quiet():
            # Its own reader follows the manifest, which must therefore be right.
            spec = ct.utils.load_spec(str(path))
            return _read(spec, file.parent / "weights")
    except ExportError:
        raise
    except Exception as error:  # protobuf's, json's and coremltools' own, of a damaged file
        said = (str(error).splitlines() or [type(error).__name__])[0][:200]
        raise ExportError(f"{path}: is damaged, or no model of one picture ({said})") from error


def _read(spec: Any, weights: Path) -> Graph:
    from render.export import read_network, read_program

    kind = spec.WhichOneof("Type")
    if kind == "mlProgram":
        operations, compressed = read_program.operations(spec, weights)
        half = any(operation.half for operation in operations)
        scale, bias = 1.0, (0.0, 0.0, 0.0)
    elif kind == "neuralNetwork":
        operations, half = read_network.operations(spec)
        compressed = False
        scale, bias = read_network.preprocessing(spec)
    else:
        raise ExportError(f"the model is a {kind}, which no exporter of render's writes")
    description = spec.description
    if len(description.input) != 1 or len(description.output) != 1:
        raise ExportError("the model takes or returns more than one thing")
    declared = description.metadata
    words = dict(declared.userDefined) | {
        "author": declared.author,
        "license": declared.license,
        "version": declared.versionString,
        "description": declared.shortDescription,
    }
    image, flexible = _image(description.input[0], scale, bias)
    output, flexible_output = _image(description.output[0])
    return Graph(
        image=image,
        output=output,
        operations=tuple(operations),
        half=half,
        compressed=compressed,
        metadata=words,
        flexible=flexible or flexible_output,
    )


def _image(
    feature: Any, scale: float = 1.0, bias: tuple[float, float, float] = (0.0, 0.0, 0.0)
) -> tuple[Image, bool]:
    kind = feature.type
    if kind.WhichOneof("Type") != "imageType":
        return Image(feature.name, None, "no image"), False
    image = kind.imageType
    colours = {10: "GRAY", 20: "RGB", 30: "BGR"}.get(image.colorSpace, "unknown")
    flexible = image.WhichOneof("SizeFlexibility") is not None
    size = Size(image.width, image.height) if image.width and image.height else None
    return Image(feature.name, size, colours, scale, bias), flexible
