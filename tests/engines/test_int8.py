"""Networks in 8-bit integers: how near they come, of every form, and what they need for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import render.export
from render.engines.base import DeviceName, Engine, EngineChoice, EngineName, Precision
from render.engines.select import create
from render.media.frame import Picture
from render.networks.catalogue import styles_dir
from render.networks.weights import Weights, read_weights
from render.target import Size
from tests.networks.test_modules import lively

pytestmark = pytest.mark.torch
pytest.importorskip("openvino")

from render.engines.openvino_int8 import seen_ranges  # noqa: E402

SINGLE = EngineChoice(EngineName.OPENVINO, DeviceName.CPU, "a test")
INTEGER = EngineChoice(EngineName.OPENVINO, DeviceName.CPU, "a test", Precision.INTEGER)
SIZE = Size(96, 64)


@pytest.fixture(scope="module")
def photograph() -> Picture:
    path = Path(render.export.__file__).with_name("frames") / "2.jpg"
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB").resize((SIZE.width, SIZE.height)))


def drafted(weights: Weights, shown: Picture) -> Engine:
    return create(weights, SIZE, INTEGER, ranges=seen_ranges(weights, SIZE, [shown]))


def psnr(a: Picture, b: Picture) -> float:
    off = float(np.mean((a.astype(float) - b) ** 2))
    return 10 * float(np.log10(255**2 / off))


@pytest.mark.parametrize("style", ["great-wave.res3", "udnie.res3-sep", "the-scream.res1"])
def test_trained_networks_come_near(style: str, photograph: Picture) -> None:
    weights = read_weights(styles_dir() / f"{style}.safetensors")
    shown = drafted(weights, photograph).stylize(photograph)
    expected = create(weights, SIZE, SINGLE).stylize(photograph)
    # Neither as it was, nor another picture.
    assert 36 < psnr(shown, expected) < 70


@pytest.mark.parametrize(
    "name", ["res1-sep-w8", "res1-w8-k9-c0", "res1-w8-reflect-bilinear", "res2-w8-linear"]
)
def test_every_form_of_network(name: str, photograph: Picture) -> None:
    weights = lively(name).weights().at(0.8)
    expected = create(weights, SIZE, SINGLE).stylize(photograph)
    assert psnr(drafted(weights, photograph).stylize(photograph), expected) > 30


def test_a_clip_without_light_has_ranges(photograph: Picture) -> None:
    weights = lively("res0-w4").weights()
    black = np.zeros_like(photograph)
    ranges = seen_ranges(weights, SIZE, [black])
    assert all(least < greatest for least, greatest in ranges.values())
    assert create(weights, SIZE, INTEGER, ranges=ranges).stylize(black).shape == black.shape


def test_ranges_and_integers_go_together() -> None:
    weights = lively("res0-w4").weights()
    for choice, ranges in ((INTEGER, None), (SINGLE, {})):
        with pytest.raises(TypeError, match="ranges"):
            create(weights, SIZE, choice, ranges=ranges)
