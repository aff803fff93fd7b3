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
