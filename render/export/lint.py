"""What a device may not like about a model: risks, each with what to do. None of them is measured
here: little is documented of the A12's neural engine, and what is known was found out by trying."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from render.export.export_target import ExportTarget, Format, Surroundings, WeightPrecision
from render.export.graph import Graph

_NEAR = 10_000.0
"""A sixth of what half precision holds: other pictures may go further than those tried."""
_MUCH = 500_000_000


class Severity(StrEnum):
    """How bad it may be."""

    HIGH = "high"
    """Another picture than the preview's."""
    MEDIUM = "medium"
    """Parts of the model, or all of it, beside the neural engine: several times slower."""
    LOW = "low"
    """A little time or memory."""


@dataclass(frozen=True, slots=True)
class Risk:
    """How bad, what it is, and what to do about it."""

    severity: Severity
    what: str
    do: str


def lint(graph: Graph, target: ExportTarget, peak: float) -> list[Risk]:
    """The model's risks, the worst first: by its operations, its target, and by ``peak``, the
    largest number inside."""
    found = [*_numbers(target, peak), *_operations(graph, target), *_sizes(graph, target)]
    order = list(Severity)
    return sorted(found, key=lambda risk: order.index(risk.severity))


def _numbers(target: ExportTarget, peak: float) -> Iterator[Risk]:
    if peak >= _NEAR:
        yield Risk(
            Severity.HIGH,
            f"numbers up to {peak:.0f} inside: half precision ends at 65504, and a picture that "
            "was not tried may come out black",
            "verify it on more clips with --clip, and train the style anew if they go on growing",
        )
    if target.precision is WeightPrecision.FP32 and target.format is Format.MLPACKAGE:
        yield Risk(
            Severity.MEDIUM,
            "single precision: the neural engine computes in half alone, so none of it runs there",
            "--precision fp16",
        )


def _operations(graph: Graph, target: ExportTarget) -> Iterator[Risk]:
    kinds = [operation.kind for operation in graph.operations]
    reflected = sum(o.kind == "pad" and o.inputs.get("mode") == "reflect" for o in graph.operations)
    if reflected:
        camera = "--context camera needs none; " if _may_take_camera(target) else ""
        yield Risk(
            Severity.MEDIUM,
            f"edges are reflected {reflected} times: not known to be native on the neural engine "
            "before A13 or A14",
            f"{camera}look at Xcode's performance report of the model",
        )
    if "instance_norm" in kinds:
        yield Risk(
            Severity.MEDIUM,
            "instance norm: statistics of every picture, not native on the neural engine before "
            "A13 or A14",
            "train with batch norm, which folds into the convolutions",
        )


def _may_take_camera(target: ExportTarget) -> bool:
    return target.surroundings is Surroundings.REFLECT and target.spec.norm.value == "batch"


def _sizes(graph: Graph, target: ExportTarget) -> Iterator[Risk]:
    if graph.flexible:
        yield Risk(
            Severity.MEDIUM,
            "flexible sizes: such models leave the neural engine",
            "export one model for each size",
        )
    shown = target.output_size
    scales = (shown.width / target.size.width, shown.height / target.size.height)
    if any(scale != int(scale) for scale in scales):
        twice = f"{target.size.width * 2}x{target.size.height * 2}"
        yield Risk(
            Severity.MEDIUM,
            f"an upscale by {scales[0]:.4g} and {scales[1]:.4g}: a fractional bilinear has no "
            "native sampler on an A12's neural engine",
            f"--no-upscale and scale in Metal, or whole factors such as --upscale {twice}",
        )
    odd = [side for side in (target.size.width, target.size.height) if side % 4]
    if odd and target.surroundings is Surroundings.REFLECT:
        yield Risk(
            Severity.LOW,
            f"{target.size}: {odd[0]} is no multiple of 4, so the model pads and crops back",
            "a --size in multiples of 4 saves a copy",
        )
    held = target.held_bytes
    if held >= _MUCH:
        yield Risk(
            Severity.LOW,
            f"{held / 1e9:.1f} GB of numbers at one time",
            "lower --size, or take a narrower network",
        )
