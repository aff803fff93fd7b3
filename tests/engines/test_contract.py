"""What every engine promises, held against the network in single precision."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

import render.export
from render.engines.base import DeviceName, Engine, EngineChoice, EngineName
from render.engines.select import create
from render.errors import EngineError
from render.media.frame import Picture
from render.networks.catalogue import styles_dir
from render.networks.checkpoint import load_style
from render.networks.modules import StyleNetwork, folded
from render.target import Size
from tests.networks.test_modules import lively

pytestmark = pytest.mark.torch

KINDS = [
    pytest.param(EngineName.TORCH, DeviceName.CPU, id="torch-cpu"),
    pytest.param(EngineName.OPENVINO, DeviceName.CPU, id="openvino-cpu"),
    pytest.param(EngineName.TORCH, DeviceName.CUDA, id="torch-cuda", marks=pytest.mark.gpu),
    pytest.param(EngineName.TORCH, DeviceName.MPS, id="torch-mps", marks=pytest.mark.gpu),
]

Make = Callable[..., Engine]

FRAMES = Path(render.export.__file__).with_name("frames")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine" in metafunc.fixturenames and "device" in metafunc.fixturenames:
        metafunc.parametrize(("engine", "device"), KINDS)


@pytest.fixture
def make(engine: EngineName, device: DeviceName) -> Make:
    there = {
        DeviceName.CUDA: torch.cuda.is_available(),
        DeviceName.MPS: torch.backends.mps.is_available(),
    }
    if not there.get(device, True):
        pytest.skip(f"no {device.value} device here: the {device.value} engine is NOT tested")
    if engine is EngineName.OPENVINO:
        pytest.importorskip("openvino")

    def build(network: StyleNetwork, width: int, height: int) -> Engine:
        return create(
            network.weights(), Size(width, height), EngineChoice(engine, device, "a test")
        )

    return build


@pytest.fixture(scope="module")
def kept() -> dict[object, Engine]:
    return {}


@pytest.fixture
def runner(
    make: Make, engine: EngineName, device: DeviceName, kept: dict[object, Engine]
) -> Engine:
    """A small network's, made once for all who do not ask how it is made."""
    if (engine, device) not in kept:
        kept[engine, device] = make(lively("res0-w4"), 16, 12)
    return kept[engine, device]


def picture(width: int, height: int, seed: int = 0) -> Picture:
    """Large soft patches and noise: both flat and busy places."""
    rng = np.random.default_rng(seed)
    patches = rng.integers(0, 256, (-(-height // 8), -(-width // 8), 3))
    big = patches.repeat(8, axis=0).repeat(8, axis=1)[:height, :width]
    noisy = big + rng.integers(-20, 21, (height, width, 3))
    clipped: Picture = np.clip(noisy, 0, 255).astype(np.uint8)
    return clipped


def reference(network: StyleNetwork, shown: Picture) -> Picture:
    with torch.inference_mode():
        y = network(torch.from_numpy(shown.transpose(2, 0, 1).copy())[None].float())
    array: Picture = y[0].clamp(0, 255).round().byte().permute(1, 2, 0).numpy()
    return array


def worst(a: Picture, b: Picture) -> int:
    return int(np.abs(a.astype(int) - b.astype(int)).max())


def allowed(device: DeviceName) -> int:
    return 1 if device is DeviceName.CPU else 2


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (48, 85), (61, 37)])
def test_it_is_the_network_rounded(
    make: Make, engine: EngineName, device: DeviceName, size: tuple[int, int]
) -> None:
    network = lively("res1-w8")
    shown = picture(*size)
    result = make(network, *size).stylize(shown)
    assert result.dtype == np.uint8
    assert result.shape == shown.shape
    assert worst(result, reference(network, shown)) <= allowed(device)


@pytest.mark.parametrize(
    "name",
    [
        "res1-sep-w8",
        "res0-w8-in-reflect-bilinear",
        "res3-w16-in",
        "res0-w8-k9-c0",
        "res1-sep-w8-k5-in-reflect",
        "res1-w8-reflect-linear",
        "res1-w8-k9-bilinear",
        "res1-w8-c16",
    ],
)
def test_every_form_of_network(
    make: Make, engine: EngineName, device: DeviceName, name: str
) -> None:
    network = lively(name)
    shown = picture(30, 21)
    assert worst(make(network, 30, 21).stylize(shown), reference(network, shown)) <= allowed(device)


@pytest.mark.parametrize("style", ["great-wave.res3", "udnie.res3-w16", "the-scream.res1"])
def test_trained_networks_on_a_photograph(
    make: Make, engine: EngineName, device: DeviceName, style: str
) -> None:
    """Trained weights are far less tame than random ones: half precision strays at some values."""
    network = load_style(styles_dir() / f"{style}.safetensors").network
    width, height = (853, 480) if device is DeviceName.CUDA else (213, 120)
    with Image.open(FRAMES / "2.jpg") as photograph:
        shown = np.asarray(photograph.convert("RGB").resize((width, height)))
    result = make(network, width, height).stylize(shown)
    off = np.abs(result.astype(int) - reference(folded(network), shown).astype(int))
    stray = 0.0 if device is DeviceName.CPU else 0.001
    assert (off > allowed(device)).mean() <= stray
    assert off.mean() < 0.1


@pytest.mark.parametrize("strength", [0.0, 0.35, 0.8])
def test_strength_blends_with_what_came_in(
    make: Make, engine: EngineName, device: DeviceName, strength: float
) -> None:
    network = lively("res1-w8")
    shown = picture(30, 21)
    with torch.inference_mode():
        y = network(torch.from_numpy(shown.transpose(2, 0, 1).copy())[None].float())
    whole = y[0].permute(1, 2, 0).double().numpy()
    blend = np.clip(np.round(whole * strength + shown * (1.0 - strength)), 0, 255).astype(np.uint8)
    assert worst(blend, reference(network, shown)) > 20  # it is another picture
    network.strength = strength
    result = make(network, 30, 21).stylize(shown)
    assert worst(result, blend) <= allowed(device)
    if strength == 0:
        assert worst(result, shown) <= allowed(device)


def test_what_it_returned_stays(runner: Engine, engine: EngineName, device: DeviceName) -> None:
    shown = picture(16, 12)
    kept_input = shown.copy()
    first = runner.stylize(shown)
    kept = first.copy()
    second = runner.stylize(picture(16, 12, seed=1))
    assert np.array_equal(first, kept)
    assert not np.array_equal(first, second)
    assert np.array_equal(shown, kept_input)
    assert np.array_equal(runner.stylize(shown), kept)
    first[:] = 0  # the caller's to write into
    assert np.array_equal(runner.stylize(shown), kept)


def test_any_layout_in_memory(runner: Engine, engine: EngineName, device: DeviceName) -> None:
    shown = picture(16, 12)
    expected = runner.stylize(shown)
    wide = np.zeros((12, 32, 3), np.uint8)
    wide[:, ::2] = shown
    read_only = shown.copy()
    read_only.flags.writeable = False
    for other in (wide[:, ::2], np.asfortranarray(shown), shown[:, :, ::-1].copy()[:, :, ::-1],
                  shown[::-1].copy()[::-1], read_only):  # fmt: skip
        assert np.array_equal(runner.stylize(other), expected)


def test_another_size_is_refused(runner: Engine, engine: EngineName, device: DeviceName) -> None:
    for wrong in (picture(12, 16), picture(16, 13), picture(16, 12)[:, :, :1]):
        with pytest.raises(EngineError, match="16x12"):
            runner.stylize(wrong)
    with pytest.raises(EngineError, match="float64"):
        runner.stylize(picture(16, 12).astype(float))


def test_it_says_what_it_is(runner: Engine, engine: EngineName, device: DeviceName) -> None:
    assert runner.size == Size(16, 12)
    assert (runner.choice.engine, runner.choice.device) == (engine, device)


def test_it_is_quiet(
    make: Make, engine: EngineName, device: DeviceName, capfd: pytest.CaptureFixture[str]
) -> None:
    make(lively("res0-w4"), 16, 12).stylize(picture(16, 12))
    assert capfd.readouterr() == ("", "")


def test_its_streams_work_at_once_and_apart(
    make: Make, engine: EngineName, device: DeviceName
) -> None:
    runner = make(lively("res0-w4"), 24, 16)
    assert runner.streams >= 1
    shown = [picture(24, 16, seed) for seed in range(12)]
    alone = [runner.stylize(p) for p in shown]
    with ThreadPoolExecutor(runner.streams) as pool:
        together = list(pool.map(runner.stylize, shown))
    assert all(np.array_equal(a, b) for a, b in zip(alone, together, strict=True))
