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

import numpy as np

from render.errors import ExportError
from render.export import on_mac
from render.export.as_previewed import Floats, painted, preview, psnr, rounded, upscaled
from render.export.evaluate import Evaluated, evaluate
from render.export.export_target import Compression, ExportTarget, WeightPrecision
from render.export.graph import Graph, Image
from render.export.proof_pictures import Given
from render.export.read_model import read
from render.media.frame import Picture
from render.networks.checkpoint import load_style
from render.target import Size

MAX_SINGLE = 0.05
MEAN_HALF = 0.3
PSNR_HALF = 55.0
PSNR_COMPRESSED = 35.0
"""What is lost to fewer bits is lost on purpose, and said; 35 dB are 4.5 levels. That nothing else
is lost, the same model says before it is compressed, under the limits above."""
PSNR_SHOWN = 50.0
"""Of the 8-bit pictures on the display. The preview rounds once more than the model, before the
upscale, which alone comes to 55 dB."""
PEAK = 30_000.0
_OVER = 0.01
"""What single precision may add to 255 in an interpolation."""


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
    inside, at ``where``. ``macs``: multiply-adds of the model. ``ran_on``: where Core ML itself ran
    it, none but on a Mac."""

    graph: Graph
    checks: tuple[Check, ...]
    shots: tuple[Shot, ...]
    psnr: float
    mean: float
    largest: float
    shown: float
    peak: float
    where: str
    macs: int
    ran_on: tuple[str, ...] = ()

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
    worst = _Worst()
    shots: list[Shot] = []
    macs = 0
    for number, one in enumerate(pictures):
        yield Verifying(number, len(pictures), one.name)
        right = painted(network, target, one.picture)
        found = evaluate(graph, one.picture)
        shot = Shot(one.name, one.picture, preview(right, target), rounded(found.picture))
        shots.append(shot)
        worst.take(found, upscaled(right, target), shot)
        macs = found.macs
    ran: dict[str, float] = {}
    if on_mac.is_here():
        for shot in shots:
            yield Verifying(len(shots), len(shots), "with Core ML")
            for name, made in on_mac.run(path, graph, shot.source):
                ran[name] = min(ran.get(name, math.inf), _apart(made, shot.preview))
    yield Verifying(len(pictures), len(pictures), "")
    shown = PSNR_COMPRESSED if _lossy(target) else PSNR_SHOWN
    checks = (
        *declared,
        *_close(target, worst),
        _check("as shown", worst.shown, ">=", shown, "dB"),
        Check(
            "range", f"{worst.low:.2f} to {worst.high:.2f}", "0 to 255",
            worst.low >= -_OVER and worst.high <= 255 + _OVER,
        ),
        _check("peak inside", worst.peak, "<", PEAK, f"({worst.where})"),
        *(_check(f"Core ML on {name}", found, ">=", shown, "dB") for name, found in ran.items()),
    )  # fmt: skip
    return Verified(
        graph=graph,
        checks=checks,
        shots=tuple(shots),
        psnr=worst.psnr,
        mean=worst.mean,
        largest=worst.largest,
        shown=worst.shown,
        peak=worst.peak,
        where=worst.where,
        macs=macs,
        ran_on=tuple(ran),
    )


@dataclass(slots=True)
class _Worst:
    """Of all pictures; what is no number is the worst there is."""

    psnr: float = math.inf
    mean: float = 0.0
    largest: float = 0.0
    shown: float = math.inf
    peak: float = -1.0
    where: str = ""
    low: float = math.inf
    high: float = -math.inf

    def take(self, found: Evaluated, wanted: Floats, shot: Shot) -> None:
        difference = np.abs(found.picture - wanted)
        difference[~np.isfinite(difference)] = math.inf
        self.psnr = min(self.psnr, psnr(difference))
        self.mean = max(self.mean, float(difference.mean()))
        self.largest = max(self.largest, float(difference.max()))
        self.shown = min(self.shown, _apart(shot.exported, shot.preview))
        if found.peak > self.peak:
            self.peak, self.where = found.peak, found.where
        finite = bool(np.isfinite(found.picture).all())
        self.low = min(self.low, float(found.picture.min()) if finite else -math.inf)
        self.high = max(self.high, float(found.picture.max()) if finite else math.inf)


def _apart(exported: Picture, shown: Picture) -> float:
    """dB between two 8-bit pictures."""
    return psnr(exported.astype(np.float32) - shown)


def _declared(what: str, image: Image, size: Size) -> list[Check]:
    colours = image.colours
    return [
        Check(f"{what}, colours", colours, "RGB", colours == "RGB"),
        Check(f"{what}, size", str(image.size), str(size), image.size == size),
    ]


def _close(target: ExportTarget, worst: _Worst) -> list[Check]:
    if _lossy(target):
        return [_check("PSNR", worst.psnr, ">=", PSNR_COMPRESSED, "dB")]
    if target.precision is WeightPrecision.FP32:
        return [_check("largest difference", worst.largest, "<=", MAX_SINGLE, "of 255")]
    return [
        _check("PSNR", worst.psnr, ">=", PSNR_HALF, "dB"),
        _check("mean difference", worst.mean, "<=", MEAN_HALF, "of 255"),
    ]


def _lossy(target: ExportTarget) -> bool:
    return target.compression is not Compression.NONE


def _check(name: str, value: float, sign: str, limit: float, unit: str) -> Check:
    passed = {">=": value >= limit, "<=": value <= limit, "<": value < limit}[sign]
    digits = 3 if limit < 1 else 1 if limit < 1000 else 0
    return Check(name, f"{value:.{digits}f} {unit}", f"{sign} {limit:g}", passed)
