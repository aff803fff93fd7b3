"""What a device may not like about a model: risks, each with what to do and who says so. None of
them is measured here: little is documented of the neural engine. What is known was found out by
trying, was read off its compiler, or stands in rules of Apple's for a framework that came later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from render.devices.engine_forms import (
    LEAVING,
    NOT_BEFORE,
    ROW_BYTES,
    RULES,
    WIDE,
    doubt,
    left,
)
from render.export.export_target import ExportTarget, Format, Surroundings, WeightPrecision
from render.export.graph import Graph, Operation
from render.networks.spec import STRIDE

_NEAR = 10_000.0
"""A sixth of what half precision holds: other pictures may go further than those tried."""
_MUCH = 500_000_000
_PADDED = 0.05
"""More than this share of what convolutions write is padding of rows: worth a word."""
_LATER = 2025
"""A year of chips whose engines the tables say to take late forms."""
_NAMED = 3
_TABLES = "tables read off the engine's compiler by others, not Apple's; H13 is the A14's engine"
_TRIED = "https://github.com/hollance/neural-engine, by its own words perhaps wrong"
_OVERFLOW = "https://github.com/apple/coremltools/issues/1380"


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
    """How bad, what it is, and what to do about it; ``source``: who says so, empty where it follows
    from arithmetic."""

    severity: Severity
    what: str
    do: str
    source: str = ""


def lint(graph: Graph, target: ExportTarget, peak: float) -> list[Risk]:
    """The model's risks, the worst first: by its operations, its target, and by ``peak``, the
    largest number inside."""
    found = [*_numbers(target, peak), *_operations(graph, target), *_sizes(graph, target)]
    found += [*_kernels(graph), *_rows(graph, target)]
    order = list(Severity)
    return sorted(found, key=lambda risk: order.index(risk.severity))


def _numbers(target: ExportTarget, peak: float) -> Iterator[Risk]:
    if peak >= _NEAR:
        yield Risk(
            Severity.HIGH,
            f"numbers up to {peak:.0f} inside: half precision ends at 65504, and a picture that "
            "was not tried may come out black",
            "verify it on more clips with --clip, and train the style anew if they go on growing",
            _OVERFLOW,
        )
    if target.precision is WeightPrecision.FP32 and target.format is Format.MLPACKAGE:
        yield Risk(
            Severity.MEDIUM,
            "single precision: the neural engine computes in half alone, so none of it runs there",
            "--precision fp16",
            RULES,
        )


def _operations(graph: Graph, target: ExportTarget) -> Iterator[Risk]:
    kinds = [operation.kind for operation in graph.operations]
    reflected = sum(o.kind == "pad" and o.inputs.get("mode") == "reflect" for o in graph.operations)
    if reflected:
        camera = "--context camera needs none; " if _may_take_camera(target) else ""
        yield Risk(
            Severity.MEDIUM,
            f"edges are reflected {reflected} times: {NOT_BEFORE}; {left(reflected)}",
            f"{camera}look at Xcode's performance report of the model",
            f"{_TABLES}; the cost: {LEAVING}",
        )
    if norms := kinds.count("instance_norm"):
        yield Risk(
            Severity.MEDIUM,
            f"instance norm, {norms} times: statistics of every picture, {NOT_BEFORE}, and later "
            f"{doubt(_LATER)}; {left(norms)}",
            "train with batch norm, which folds into the convolutions",
            f"{_TABLES}; the cost: {LEAVING}",
        )


def _may_take_camera(target: ExportTarget) -> bool:
    return target.surroundings is Surroundings.REFLECT and target.spec.norm.value == "batch"


def _sizes(graph: Graph, target: ExportTarget) -> Iterator[Risk]:
    if graph.flexible:
        yield Risk(
            Severity.MEDIUM,
            "flexible sizes: such models leave the neural engine",
            "export one model for each size",
            RULES,
        )
    shown = target.output_size
    scales = (shown.width / target.size.width, shown.height / target.size.height)
    whole = all(scale == int(scale) for scale in scales)
    if not whole:
        twice = f"{target.size.width * 2}x{target.size.height * 2}"
        yield Risk(
            Severity.MEDIUM,
            f"an upscale by {scales[0]:.4g} and {scales[1]:.4g}: a fractional bilinear has no "
            "native sampler on an A12's neural engine",
            f"--no-upscale and scale in Metal, or whole factors such as --upscale {twice}",
            _TABLES,
        )
    elif max(scales) > 2:
        yield Risk(
            Severity.LOW,
            f"an upscale by {max(scales):.4g}: over twofold the engine may not take it",
            "--no-upscale and scale in Metal, or look at Xcode's performance report",
            _TRIED,
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


def _kernels(graph: Graph) -> Iterator[Risk]:
    sides = [max(shape[-2:]) for shape in map(_weights, graph.operations) if len(shape) == 4]
    wide = [side for side in sides if side >= WIDE]
    if wide:
        yield Risk(
            Severity.LOW,
            f"{len(wide)} convolutions of {wide[0]}x{wide[0]}: the neural engine is better at two "
            "of 5x5, which see as far",
            "train a network with -k5 or 3x3 ends",
            RULES,
        )


def _weights(operation: Operation) -> tuple[int, ...]:
    """The shape of a convolution's weights; empty for anything else."""
    found = operation.inputs.get("weight") if operation.kind == "conv" else None
    return tuple(getattr(found, "shape", ()))


def _rows(graph: Graph, target: ExportTarget) -> Iterator[Risk]:
    """Rows that are padded to the engine's alignment, in half precision."""
    rows = [
        (shape[-1], shape[1] * shape[2])
        for operation in graph.operations
        if operation.kind == "conv" and operation.half and (shape := operation.shape) is not None
        if len(shape) == 4
    ]
    more = _padding(rows)
    if more <= _PADDED:
        return
    odd = list(dict.fromkeys(str(width) for width, _ in rows if _padding([(width, 1)])))
    others = f" and {len(odd) - _NAMED} other widths" if len(odd) > _NAMED else ""
    yield Risk(
        Severity.LOW,
        f"rows of {', '.join(odd[:_NAMED])}{others}: padded to {ROW_BYTES} bytes on the neural "
        f"engine, {more:.0%} more to move",
        _better_width(rows, target, more),
        RULES,
    )


def _padding(rows: Iterable[tuple[int, int]]) -> float:
    """By what share rows of such widths, so many each, grow."""
    pairs = [(2 * width * count, -(-2 * width // ROW_BYTES) * ROW_BYTES) for width, count in rows]
    counts = [count for _, count in rows]
    written = sum(bytes_ for bytes_, _ in pairs)
    padded = sum(full * count for (_, full), count in zip(pairs, counts, strict=True))
    return padded / written - 1 if written else 0.0


def _better_width(rows: Sequence[tuple[int, int]], target: ExportTarget, now: float) -> str:
    """The nearest width at which less than half as much is padded."""
    size, inside = target.size, target.worked.inner(target.size).width
    shrinks = [min((1, 2, STRIDE), key=lambda by: abs(inside / by - width)) for width, _ in rows]
    for step in range(1, 2 * ROW_BYTES // STRIDE):
        for more in (STRIDE * step, -STRIDE * step):
            there = [
                (width + more // by, count)
                for (width, count), by in zip(rows, shrinks, strict=True)
            ]
            if min(width for width, _ in there) > 0 and _padding(there) < now / 2:
                less = f"{_padding(there):.0%}"
                return f"--size {size.width + more}x{size.height} pads {less}"
    return "nothing: no width nearby pads much less"
