"""Is a saved model what the preview shows? Loaded again, evaluated, held against the preview's own
network on real pictures.

The limits were measured: a right export in single precision is within 0.0013 of 255 levels, one in
half precision has a mean of 0.10 to 0.16 and 61 to 66 dB; planted faults (scale, RGB for BGR,
corners, nearest for bilinear, repetition for reflection, epsilon, weights) come out under 50 dB.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from render.errors import ExportError
from render.export.evaluate import evaluate
from render.export.graph import Graph, Image, read
from render.export.pictures import Given
from render.export.target import Compression, ExportTarget, Precision, Surroundings
from render.media.frame import Picture, as_picture
from render.networks.checkpoint import load_style
from render.networks.modules import StyleNetwork
from render.target import Size, Upscaling
from render.upscale import create as create_upscaler

Floats: TypeAlias = npt.NDArray[np.floating[Any]]

MAX_SINGLE = 0.05
MEAN_HALF = 0.3
PSNR_HALF = 55.0
PSNR_COMPRESSED = 40.0
"""What is lost to fewer bits is lost on purpose: 40 dB are 2.6 levels, which the eye hardly finds
in brush strokes. That nothing else is lost, the same model says before it is compressed."""
PSNR_SHOWN = 50.0
PEAK = 30_000.0
_OVER = 0.5
"""Half precision stores numbers near 255 to an eighth, and an interpolation rounds once more."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold: what was found, what was allowed."""

    name: str
    value: str
    limit: str
    passed: bool


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """One picture: what the model is given, what the preview shows, what the model does."""

    name: str
    source: Picture
    preview: Picture
    exported: Picture


@dataclass(frozen=True, slots=True, eq=False)
class Verified:
    """``psnr`` (dB), ``mean``, ``largest`` (of 255): of the worst picture, against the preview's
    network in single precision. ``shown``: dB of the 8-bit pictures. ``peak``: the largest number
    inside."""

    graph: Graph
    checks: tuple[Check, ...]
    shots: tuple[Shot, ...]
    psnr: float
    mean: float
    largest: float
    shown: float
    peak: float
    where: str

    @property
    def passed(self) -> bool:
        return all(check.passed for check in self.checks)

    @property
    def failed(self) -> str:
        """Those that did not, in words."""
        return "; ".join(
            f"{check.name} {check.value}, allowed {check.limit}"
            for check in self.checks
            if not check.passed
        )


@dataclass(frozen=True, slots=True)
class Verifying:
    """How far it has come."""

    done: int
    total: int
    words: str


def verify(
    path: Path, target: ExportTarget, pictures: Sequence[Given]
) -> Generator[Verifying, None, Verified]:
    """The model at ``path``, which should be of ``target``, on ``pictures`` of its input's size.

    Raises ExportError when it cannot be read or evaluated, StyleError without its style.
    """
    graph = read(path)
    network = load_style(target.style_path).network
    network.strength = target.strength
    declared = [
        *_declared("takes", graph.image, target.input_size),
        *_declared("returns", graph.output, target.output_size),
    ]
    if not all(check.passed for check in declared):
        wrong = "; ".join(f"{c.name} {c.value}, not {c.limit}" for c in declared if not c.passed)
        raise ExportError(f"{path}: is not of this target: {wrong}")
    shots = []
    psnr, mean, largest, shown, peak, where = math.inf, 0.0, 0.0, math.inf, 0.0, ""
    low, high = math.inf, -math.inf
    for number, one in enumerate(pictures):
        yield Verifying(number, len(pictures), one.name)
        painted = _painted(network, target, one.picture)
        wanted = _upscaled(painted, target)
        found = evaluate(graph, one.picture)
        difference = found.picture - wanted
        psnr = min(psnr, _psnr(difference))
        mean = max(mean, float(np.abs(difference).mean()))
        largest = max(largest, float(np.abs(difference).max()))
        low, high = min(low, float(found.picture.min())), max(high, float(found.picture.max()))
        if found.peak > peak or not where:
            peak, where = found.peak, found.where
        preview = _preview(painted, target)
        exported = _rounded(found.picture)
        shown = min(shown, _psnr(exported.astype(np.float32) - preview))
        shots.append(Shot(one.name, one.picture, preview, exported))
    yield Verifying(len(pictures), len(pictures), "")
    checks = (
        *declared,
        *_close(target, psnr, mean, largest),
        _check(
            "as shown", shown, ">=", PSNR_SHOWN if not _lossy(target) else PSNR_COMPRESSED, "dB"
        ),
        Check(
            "range", f"{low:.2f} to {high:.2f}", "0 to 255", low >= -_OVER and high <= 255 + _OVER
        ),
        _check("peak inside", peak, "<", PEAK, f"({where})"),
    )
    return Verified(graph, checks, tuple(shots), psnr, mean, largest, shown, peak, where)


def _declared(what: str, image: Image, size: Size) -> list[Check]:
    colours = image.colours
    return [
        Check(f"{what}, colours", colours, "RGB", colours == "RGB"),
        Check(f"{what}, size", str(image.size), str(size), image.size == size),
    ]


def _close(target: ExportTarget, psnr: float, mean: float, largest: float) -> list[Check]:
    if _lossy(target):
        return [_check("PSNR", psnr, ">=", PSNR_COMPRESSED, "dB")]
    if target.precision is Precision.FP32:
        return [_check("largest difference", largest, "<=", MAX_SINGLE, "of 255")]
    return [
        _check("PSNR", psnr, ">=", PSNR_HALF, "dB"),
        _check("mean difference", mean, "<=", MEAN_HALF, "of 255"),
    ]


def _lossy(target: ExportTarget) -> bool:
    return target.compression is not Compression.NONE


def _check(name: str, value: float, sign: str, limit: float, unit: str) -> Check:
    passed = {">=": value >= limit, "<=": value <= limit, "<": value < limit}[sign]
    digits = 3 if limit < 1 else 1 if limit < 1000 else 0
    return Check(name, f"{value:.{digits}f} {unit}", f"{sign} {limit:g}", passed)


def _painted(network: StyleNetwork, target: ExportTarget, picture: Picture) -> Tensor:
    """What the preview's own network paints, (1, 3, height, width), clamped, not rounded."""
    x = torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None].float()
    with torch.inference_mode():
        if target.surroundings is Surroundings.REFLECT:
            whole: Tensor = network(x)
            return whole.clamp(0, 255)
        left, top, _, _ = target.margin
        size = target.size
        middle = x[:, :, top : top + size.height, left : left + size.width]
        painted = network.painted(x * (1 / 127.5) - 1, size)
        return network.blend(painted, middle).clamp(0, 255)


def _upscaled(painted: Tensor, target: ExportTarget) -> Floats:
    shown = target.output_size
    if (shown.height, shown.width) != tuple(painted.shape[2:]):
        size = (shown.height, shown.width)
        painted = F.interpolate(painted, size=size, mode="bilinear", align_corners=False)
    picture: Floats = painted[0].permute(1, 2, 0).numpy()
    return picture


def _preview(painted: Tensor, target: ExportTarget) -> Picture:
    """As the pipeline does it: rounded to 8 bits, then OpenCV's upscale."""
    picture = _rounded(painted[0].permute(1, 2, 0).numpy())
    upscaler = create_upscaler(target.size, target.upscale, Upscaling.BILINEAR)
    return upscaler.upscale(picture)


def _rounded(picture: Floats) -> Picture:
    # What is no number is shown black, as devices do.
    return as_picture(np.nan_to_num(np.clip(np.rint(picture), 0, 255)).astype(np.uint8))


def _psnr(difference: Floats) -> float:
    """dB of 255 levels; infinite where nothing differs, minus infinite where something is none."""
    square = float(np.mean(np.square(difference, dtype=np.float64)))
    if not math.isfinite(square):
        return -math.inf
    return math.inf if square == 0 else 10 * math.log10(255**2 / square)
