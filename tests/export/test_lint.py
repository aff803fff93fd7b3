"""Risks: each is found where it is, and not where it is not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from render.export.export_target import Surroundings, WeightPrecision
from render.export.graph import Graph, Image, Operation, Ref
from render.export.lint import Risk, Severity, lint
from render.target import Size
from tests.export.conftest import make_target

PLAIN: dict[str, Any] = {"size": Size(64, 96), "upscale": Size(128, 192)}


def graph(*kinds: str, **changes: Any) -> Graph:
    operations = tuple(
        Operation(
            kind.partition(" ")[0],
            {"x": Ref("image"), "mode": kind.partition(" ")[2], "pad": np.zeros(8)},
            str(n), None, half=True,
        )
        for n, kind in enumerate(kinds)
    )  # fmt: skip
    image = Image("image", Size(64, 96), "RGB")
    return replace(Graph(image, image, operations, True, False, {}, False), **changes)


def risks(*kinds: str, peak: float = 300.0, flexible: bool = False, **target: Any) -> list[Risk]:
    return lint(graph(*kinds, flexible=flexible), make_target(**(PLAIN | target)), peak)


def test_the_safe_form_has_none() -> None:
    """Zero padding, batch norm, nearest, whole factors."""
    assert risks("conv", "relu", "pad constant", "upsample_nearest_neighbor") == []


@pytest.mark.parametrize(
    ("found", "severity", "what", "do"),
    [
        (risks("pad reflect"), "medium", "edges are reflected 1 times", "--context camera"),
        (risks("instance_norm"), "medium", "instance norm", "batch norm"),
        (risks(upscale=Size(144, 216)), "medium", "upscale by 2.25 and 2.25", "--upscale 128x192"),
        (risks(flexible=True), "medium", "flexible sizes", "one model for each size"),
        (risks(peak=20_000.0), "high", "numbers up to 20000", "--clip"),
        (risks(peak=float("inf")), "high", "numbers up to inf", "--clip"),
        (risks(precision=WeightPrecision.FP32), "medium", "single precision", "--precision fp16"),
        (risks(size=Size(63, 96), upscale=None), "low", "63 is no multiple of 4", "multiples"),
        (risks(size=Size(1440, 2560), upscale=None), "low", "0.7 GB", "lower --size"),
    ],
)
def test_a_risk_is_found_with_what_to_do(
    found: list[Risk], severity: str, what: str, do: str
) -> None:
    (risk,) = found
    assert risk.severity == severity and what in risk.what and do in risk.do


def test_the_camera_is_not_advised_where_it_is_or_cannot_be() -> None:
    (camera,) = risks("pad reflect", surroundings=Surroundings.CAMERA)
    assert "--context" not in camera.do
    (instance,) = risks("pad reflect", network="res1-in", style_path=Path("none"))
    assert "--context" not in instance.do


def test_the_worst_come_first() -> None:
    found = risks("pad reflect", peak=20_000.0, size=Size(63, 95), upscale=None)
    assert [risk.severity for risk in found] == list(Severity)


def _conv(*shape: int, side: int = 3, half: bool = True) -> Operation:
    weight = np.zeros((shape[1], 3, side, side))
    return Operation("conv", {"x": Ref("image"), "weight": weight}, str(shape), shape, half=half)


def convolutions(*operations: Operation, **target: Any) -> list[Risk]:
    made = make_target(**({"size": Size(64, 96), "upscale": None} | target))
    return lint(graph(operations=operations), made, 300.0)


def test_each_time_the_engine_is_left_has_its_price() -> None:
    (twice,) = risks("pad reflect", "pad reflect")
    assert (
        "edges are reflected 2 times: not native on the neural engine before the A14" in twice.what
    )
    assert "costs 0.6 to 1.8 ms, 1.2 to 3.6 ms in all" in twice.what
    assert "coreai-ane-partition-cost" in twice.source and "H13 is the A14's" in twice.source
    (norm,) = risks("instance_norm", "instance_norm", "instance_norm")
    assert "instance norm, 3 times" in norm.what and "1.8 to 5.4 ms in all" in norm.what
    assert "not known to stay on the neural engine" in norm.what


def test_wide_kernels_are_better_in_two() -> None:
    (risk,) = convolutions(_conv(1, 32, 96, 64, side=9), _conv(1, 3, 96, 64, side=9))
    assert risk.what.startswith("2 convolutions of 9x9: the neural engine is better at two of 5x5")
    assert risk.severity is Severity.LOW and "neural_engine_rules" in risk.source
    assert convolutions(_conv(1, 32, 96, 64, side=7)) == []


def test_rows_that_the_engine_pads() -> None:
    inside = [_conv(1, 32, 96, 72), _conv(1, 64, 48, 36), _conv(1, 128, 24, 18)]
    (risk,) = convolutions(*inside, size=Size(72, 96))
    assert risk.what.startswith("rows of 72, 36, 18: padded to 64 bytes")
    assert risk.severity is Severity.LOW and "neural_engine_rules" in risk.source
    assert risk.do == "--size 64x96 pads 14%", "16 numbers are half a row"
    assert convolutions(_conv(1, 32, 96, 64), _conv(1, 64, 48, 32)) == [], "they are aligned"
    assert convolutions(_conv(1, 32, 96, 72, half=False), size=Size(72, 96)) == []


def test_an_upscale_over_twofold_is_doubtful() -> None:
    (risk,) = risks(upscale=Size(256, 384))
    assert risk.severity is Severity.LOW and "upscale by 4: over twofold" in risk.what
    assert "perhaps wrong" in risk.source
