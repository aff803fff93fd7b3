"""A torch module → a Core ML model, compressed, with its words, in the form asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import nn

from render.errors import ExportError, OutputError
from render.export.canonical import write_model, write_package
from render.export.export_target import Compression, ExportTarget, Format, WeightPrecision
from render.export.palette import palette
from render.export.tools import coremltools, quiet

INPUT, OUTPUT = "image", "stylized"


def convert(module: nn.Module, target: ExportTarget, words: Mapping[str, str]) -> tuple[Any, Any]:
    """The Core ML model of ``module``, a `Shipped` of ``target``, and its specification.

    ``words`` are ``author``, ``license``, ``version``, ``description`` and whatever else, which
    becomes user-defined metadata. Raises ExportError naming what the format cannot express, and
    OutputError without space for what coremltools writes on its way.
    """
    ct = coremltools()
    size = target.input_size
    example = (torch.zeros(1, 3, size.height, size.width),)
    with quiet():
        kind = ct.colorlayout.RGB
        program_kind: dict[str, Any] = {"convert_to": "neuralnetwork"}
        if target.format is Format.MLPACKAGE:
            precision = ct.precision.FLOAT16 if _half(target) else ct.precision.FLOAT32
            program_kind = {"convert_to": "mlprogram", "compute_precision": precision}
        try:
            # torch.export: traced shape arithmetic breaks with numpy 2.4 (coremltools #2633).
            program = torch.export.export(module, example).run_decompositions({})
            model = ct.convert(
                program,
                inputs=[ct.ImageType(name=INPUT, shape=example[0].shape, color_layout=kind)],
                outputs=[ct.ImageType(name=OUTPUT, color_layout=kind)],
                minimum_deployment_target=getattr(ct.target, f"iOS{target.ios}"),
                skip_model_load=True,
                **program_kind,
            )
            model = _compressed(model, target, ct)
        except (ValueError, RuntimeError, NotImplementedError, TypeError, KeyError) as error:
            if "[MIL FileWriter]" in str(error):
                raise OutputError(
                    "the weights cannot be written: the disk is full, or the folder for temporary "
                    "files is; free some space"
                ) from error
            raise ExportError(_why(error, target)) from error
    spec = model.get_spec()
    if target.format is Format.MLMODEL and _half(target):
        _halve(spec)
    _describe(spec, words)
    return model, spec


def save(model: Any, spec: Any, target: ExportTarget, path: Path) -> None:
    """Write it to ``path``, the same bytes for the same model. Raises OSError."""
    if target.format is Format.MLPACKAGE:
        write_package(spec, Path(model.weights_dir), path)
    else:
        write_model(spec, path)


def _half(target: ExportTarget) -> bool:
    return target.precision is WeightPrecision.FP16


def _compressed(model: Any, target: ExportTarget, ct: Any) -> Any:
    how = target.compression
    if how is Compression.NONE:
        return model
    optimize = ct.optimize.coreml
    if how is Compression.INT8:
        config = optimize.OpLinearQuantizerConfig(mode="linear_symmetric", dtype="int8")
        configured = optimize.OptimizationConfig(global_config=config)
        return optimize.linear_quantize_weights(model, configured)
    bits = int(how.value.removeprefix("palettize"))
    config = optimize.OpPalettizerConfig(
        mode="custom", lut_function=lambda weights: palette(weights, bits)
    )
    configured = optimize.OptimizationConfig(global_config=config)
    return optimize.palettize_weights(model, configured)


def _halve(spec: Any) -> None:
    """A neural network's convolutions in half precision; what is added per channel stays single."""
    import numpy as np

    for layer in spec.neuralNetwork.layers:
        if layer.WhichOneof("layer") != "convolution":
            continue
        weights = layer.convolution.weights
        numbers = np.asarray(weights.floatValue, np.float32)
        del weights.floatValue[:]
        weights.float16Value = numbers.astype(np.float16).tobytes()


def _describe(spec: Any, words: Mapping[str, str]) -> None:
    metadata = spec.description.metadata
    metadata.author = words.get("author", "")
    metadata.license = words.get("license", "")
    metadata.versionString = words.get("version", "")
    metadata.shortDescription = words.get("description", "")
    # coremltools writes its own name, its version and today's date here.
    metadata.userDefined.clear()
    known = ("author", "license", "version", "description")
    for key in sorted(set(words) - set(known)):
        metadata.userDefined[key] = words[key]
    for one in spec.description.input:
        one.shortDescription = words.get("input", "The camera's picture, RGB")
    for one in spec.description.output:
        one.shortDescription = words.get("output", "The picture in the style, RGB")


def _why(error: Exception, target: ExportTarget) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    said = (lines[0] if lines else type(error).__name__)[:200]
    name = target.spec.name
    if lacks := re.match(r"Unsupported fx node \w+, kind (\w+)", said):
        return f"{name} uses {lacks[1]}, which Core ML has in no form; use another network"
    if later := re.match(r"No available version for (\w+) in .*iOS(\d+)$", said):
        least = max(15, int(later[2]))
        return (
            f"{name} uses {later[1]}, which {target.format} for iOS {target.ios} does not have; "
            f"--format mlpackage --ios {least} does"
        )
    return f"{name} cannot be expressed as {target.format} for iOS {target.ios}: {said}"
