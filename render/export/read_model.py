"""A saved model's file → a graph, whichever of Core ML's forms it has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from render.errors import ExportError
from render.export import read_network, read_program
from render.export.graph import Graph, Image
from render.export.package import model_file
from render.export.tools import coremltools, quiet
from render.target import Size


def read(path: Path) -> Graph:
    """A .mlpackage or .mlmodel. Raises ExportError when it is neither, or is damaged."""
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
