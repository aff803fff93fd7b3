"""What a device may not like about a model: risks, each with what to do. None of them is measured
here; on the A12's neural engine little is documented."""

from __future__ import annotations

from dataclasses import dataclass

from render.export.graph import Graph
from render.export.target import ExportTarget, Surroundings

_NEAR = 10_000.0
"""A sixth of what half precision holds: other pictures may go further than those tried."""


@dataclass(frozen=True, slots=True)
class Risk:
    """What it is, and what to do about it."""

    what: str
    do: str


def lint(graph: Graph, target: ExportTarget, peak: float) -> list[Risk]:
    """The model's risks, by its operations and by the largest number inside."""
    kinds = [operation.kind for operation in graph.operations]
    found = []
    reflected = sum(o.kind == "pad" and o.inputs.get("mode") == "reflect" for o in graph.operations)
    if reflected:
        camera = ""
        if target.surroundings is Surroundings.REFLECT and target.spec.context:
            camera = "--context camera leaves the outer one out; "
        found.append(
            Risk(
                f"{reflected} reflections of edges: not known to be native on an A12's neural "
                "engine, so parts may run elsewhere",
                f"{camera}look at Xcode's performance report of the model",
            )
        )
    if "instance_norm" in kinds:
        found.append(
            Risk(
                "instance norm: statistics of every picture, not native before A13 or A14",
                "train with batch norm, which folds into the convolutions",
            )
        )
    found += _sizes(target)
    if graph.flexible:
        found.append(
            Risk("flexible sizes: such models leave the neural engine", "export one size a model")
        )
    if peak >= _NEAR:
        found.append(
            Risk(
                f"numbers up to {peak:.0f} inside: half precision ends at 65504, and a picture "
                "that was not tried may come out black",
                "verify it on more clips with --clip",
            )
        )
    return found


def _sizes(target: ExportTarget) -> list[Risk]:
    found = []
    inside = target.spec.inner(target.size)
    odd = [side for side in (target.size.width, target.size.height) if side % 4]
    if odd:
        found.append(
            Risk(
                f"{target.size}: {odd[0]} is no multiple of 4, so the model pads to {inside} and "
                "crops back",
                "a size in multiples of 4 saves a copy",
            )
        )
    shown = target.output_size
    scales = (shown.width / target.size.width, shown.height / target.size.height)
    if any(scale != int(scale) for scale in scales):
        found.append(
            Risk(
                f"an upscale by {scales[0]:.4g} and {scales[1]:.4g}: a fractional bilinear has no "
                "native sampler on an A12's neural engine",
                "--no-upscale and scale in Metal, or a size of which the display is a multiple",
            )
        )
    return found
