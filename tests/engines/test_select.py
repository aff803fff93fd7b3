"""Which engine is taken, and what is said when it cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from render.engines import select
from render.engines.base import DeviceName, EngineChoice, EngineName, Precision
from render.engines.base import precision as computed
from render.engines.torch_engine import TorchEngine
from render.errors import EngineError
from render.networks.spec import NetworkSpec
from render.target import Size
from tests.networks.test_modules import lively

pytestmark = pytest.mark.torch


def choose(engine: str, device: str, *there: str, precision: str | None = None) -> EngineChoice:
    """On a machine that has these packages and devices."""
    return select.choose(
        EngineName(engine),
        DeviceName(device),
        None if precision is None else Precision(precision),
        installed=lambda package: package in there,
        available=lambda device: device.value in there,
    )


@pytest.mark.parametrize(
    ("there", "engine", "device", "expected"),
    [
        (["cuda", "openvino"], "auto", "auto", ("torch", "cuda")),
        (["mps", "openvino"], "auto", "auto", ("torch", "mps")),
        (["openvino"], "auto", "auto", ("openvino", "cpu")),
        ([], "auto", "auto", ("torch", "cpu")),
        (["cuda", "openvino"], "auto", "cpu", ("openvino", "cpu")),
        (["cuda", "openvino"], "openvino", "auto", ("openvino", "cpu")),
        (["cuda", "openvino"], "torch", "auto", ("torch", "cuda")),
        (["openvino"], "torch", "auto", ("torch", "cpu")),
        (["mps"], "torch", "mps", ("torch", "mps")),
    ],
)
def test_choices(there: list[str], engine: str, device: str, expected: tuple[str, str]) -> None:
    choice = choose(engine, device, *there)
    assert (choice.engine.value, choice.device.value) == expected
    assert choice.why


@pytest.mark.parametrize(
    ("engine", "device", "words"),
    [
        ("auto", "cuda", "--device cpu"),
        ("torch", "mps", "--device cpu"),
        ("openvino", "auto", "pip install openvino"),
        ("openvino", "cuda", "--engine torch"),
    ],
)
def test_what_is_not_there(engine: str, device: str, words: str) -> None:
    with pytest.raises(EngineError, match=words):
        choose(engine, device)


@pytest.mark.parametrize(("engine", "device"), [("auto", "auto"), ("openvino", "cpu")])
def test_integers_run_in_openvino_whatever_else_is_there(engine: str, device: str) -> None:
    choice = choose(engine, device, "cuda", "openvino", precision="int8")
    assert (choice.engine.value, choice.device.value) == ("openvino", "cpu")
    assert choice.is_draft


@pytest.mark.parametrize(
    ("engine", "device", "precision", "words"),
    [
        ("torch", "auto", "int8", "not on torch"),
        ("auto", "cuda", "int8", "not on cuda"),
        ("auto", "auto", "f16", "leave it out"),
    ],
)
def test_a_precision_that_is_not_there(
    engine: str, device: str, precision: str, words: str
) -> None:
    with pytest.raises(EngineError, match=words):
        choose(engine, device, "cuda", "openvino", precision=precision)
    with pytest.raises(EngineError, match="pip install openvino"):
        choose("auto", "auto", precision="int8")


def test_single_precision_is_taken_on_a_gpu_too() -> None:
    choice = choose("auto", "auto", "cuda", precision="f32")
    assert choice.device is DeviceName.CUDA and not choice.is_draft
    for name in ("res3", "res3-in"):
        assert computed(choice, NetworkSpec.parse(name)) is Precision.SINGLE


@pytest.mark.parametrize(
    ("platform", "files", "cuda", "mps"),
    [
        ("linux", [], False, False),
        ("linux", ["null", "dri"], False, False),
        ("linux", ["nvidiactl"], True, False),
        ("linux", ["dxg"], True, False),
        ("linux", ["kfd"], True, False),
        ("darwin", [], False, True),
        ("win32", [], True, False),
    ],
)
def test_torch_is_asked_only_where_there_can_be_a_device(
    tmp_path: Path, platform: str, files: list[str], cuda: bool, mps: bool
) -> None:
    for name in files:
        (tmp_path / name).touch()
    assert select.possible(DeviceName.CUDA, platform, tmp_path) is cuda
    assert select.possible(DeviceName.MPS, platform, tmp_path) is mps


def test_out_of_memory_says_what_to_lower(monkeypatch: pytest.MonkeyPatch) -> None:
    choice = EngineChoice(EngineName.TORCH, DeviceName.CPU, "a test")
    engine = TorchEngine(lively("res0-w4"), Size(8, 8), choice)

    def full(_: object) -> None:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 TB")

    monkeypatch.setattr(engine, "_network", full)
    with pytest.raises(EngineError, match="lower --size"):
        engine.stylize(torch.zeros((8, 8, 3), dtype=torch.uint8).numpy())
