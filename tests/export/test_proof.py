"""The proof: right models pass, and every fault that was thought of does not."""

from __future__ import annotations

import contextlib
import copy
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from render.errors import ExportError
from render.export.export_target import (
    Compression,
    ExportTarget,
    Format,
    Surroundings,
    WeightPrecision,
)
from render.export.proof import MAX_SINGLE, MEAN_HALF, PSNR_HALF, PSNR_SHOWN
from render.export.proof_pictures import given
from render.export.read_model import read
from render.export.shipped import Shipped, shipped
from render.export.tools import coremltools
from render.networks.checkpoint import load_style, save_style
from render.networks.metadata import StyleMetadata
from render.networks.modules import folded
from render.networks.spec import NetworkSpec
from render.target import Size, Upscaling
from tests.export.conftest import make_target, saved, verified
from tests.networks.test_modules import lively

pytestmark = pytest.mark.usefixtures("loaded")

FORMS = [
    pytest.param({}, id="mlpackage"),
    pytest.param({"precision": WeightPrecision.FP32}, id="mlpackage-fp32"),
    pytest.param({"format": Format.MLMODEL}, id="mlmodel"),
    pytest.param({"format": Format.MLMODEL, "precision": WeightPrecision.FP32}, id="mlmodel-fp32"),
]


HALF = [FORMS[0], FORMS[2]]
TARGETS = [
    pytest.param({"network": "res3-sep"}, id="res3-sep"),
    pytest.param({"strength": 0.6}, id="strength"),
    pytest.param({"upscale": None}, id="no-upscale"),
    pytest.param({"size": Size(64, 96), "upscale": Size(128, 192)}, id="even"),
    pytest.param({"upscale": Size(81, 77)}, id="smaller"),
    pytest.param({"upscale": Size(194, 393), "upscaler": Upscaling.NEAREST}, id="nearest"),
]


@pytest.mark.parametrize("form", HALF)
@pytest.mark.parametrize("target", TARGETS)
def test_a_right_model_of_any_target_passes(
    form: dict[str, Any], target: dict[str, Any], tmp_path: Path
) -> None:
    made = make_target(**target, **form)
    found = verified(saved(made, tmp_path), made)
    assert found.passed, found.failed
    assert found.graph.image.size == made.input_size


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "target",
    [
        pytest.param({}, id="reflect"),
        pytest.param({"surroundings": Surroundings.CAMERA}, id="camera"),
    ],
)
def test_a_right_model_passes(form: dict[str, Any], target: dict[str, Any], tmp_path: Path) -> None:
    made = make_target(**target, **form)
    found = verified(saved(made, tmp_path), made)
    assert found.passed, found.failed
    half = made.precision is WeightPrecision.FP16
    assert found.graph.half == half
    computed = [o.half for o in found.graph.operations if o.kind in ("conv", "clip", "relu")]
    assert len(computed) > 9 and all(stored == half for stored in computed)
    if made.precision is WeightPrecision.FP32:
        assert found.largest <= MAX_SINGLE
        # The preview rounds before the upscale, the model does not: one level at most.
        for shot in found.shots:
            assert np.abs(shot.exported.astype(int) - shot.preview).max() <= 1
    else:
        assert found.psnr >= PSNR_HALF and found.mean <= MEAN_HALF
    assert found.shown >= PSNR_SHOWN
    assert 1 < found.peak < 30_000
    assert found.graph.image.size == made.input_size
    assert all(shot.exported.shape == shot.preview.shape for shot in found.shots)


SPECS = ["res1-in", "res1-w8-k9-in-reflect", "res1-bilinear", "res1-w8-c0", "res2-w8-linear"]


@pytest.mark.parametrize("form", HALF)
@pytest.mark.parametrize("name", SPECS)
def test_networks_from_elsewhere_pass(name: str, form: dict[str, Any], tmp_path: Path) -> None:
    made = make_target(name, style_path=_style(name, tmp_path), size=Size(66, 94), **form)
    assert verified(saved(made, tmp_path), made).passed


def _style(name: str, folder: Path) -> Path:
    spec = NetworkSpec.parse(name)
    network = lively(name)
    with torch.no_grad():  # as steep as a trained one, no steeper
        network.get_parameter("decoder.6.weight").mul_(0.2)
    path = folder / f"own.{name}.safetensors"
    save_style(path, network, StyleMetadata(style="own", spec=spec))
    return path


class Faulty(nn.Module):
    """`Shipped`, with something put before or after it."""

    def __init__(self, target: ExportTarget, fault: str) -> None:
        super().__init__()
        self.inner = shipped(target)
        self.size = (target.output_size.height, target.output_size.width)
        self.fault = fault
        network = self.inner.network
        first = network.encoder[0].convolution
        last = network.decoder[-1]
        with torch.no_grad():
            if fault == "input-bgr":
                first.weight.copy_(first.weight.flip(1))
            elif fault == "output-bgr":
                last.weight.copy_(last.weight.flip(0))
                last.bias.copy_(last.bias.flip(0))
            elif fault == "strength":
                network.strength = 0.97

    def forward(self, image: Tensor) -> Tensor:
        if self.fault == "scale":
            image = image * 0.97
        if self.fault == "shifted":
            image = F.pad(image[:, :, :, :-1], (1, 0, 0, 0), mode="replicate")
        if self.fault not in ("align-corners", "nearest"):
            result: Tensor = self.inner(image)
            return result
        picture = self.inner.network(image).clamp(0, 255)
        if self.fault == "nearest":
            return F.interpolate(picture, size=self.size, mode="nearest")
        return F.interpolate(picture, size=self.size, mode="bilinear", align_corners=True)


FAULTS = ["scale", "input-bgr", "output-bgr", "shifted", "align-corners", "nearest", "strength"]


# In the other form the scale and the colours are said in another way; the rest is the same numbers.
@pytest.mark.parametrize(
    ("form", "fault"),
    [(Format.MLPACKAGE, one) for one in FAULTS] + [(Format.MLMODEL, one) for one in FAULTS[:3]],
)
def test_a_faulty_model_is_caught(form: Format, fault: str, tmp_path: Path) -> None:
    target = make_target(format=form)
    found = verified(saved(target, tmp_path, Faulty(target, fault).eval()), target)
    assert not found.passed
    assert found.psnr < 50 and found.mean > MEAN_HALF
    assert "PSNR" in found.failed and "mean difference" in found.failed


@pytest.fixture(scope="module")
def right_ones(tmp_path_factory: pytest.TempPathFactory) -> dict[Format, Path]:
    folder = tmp_path_factory.mktemp("right")
    return {form: saved(make_target(format=form), folder) for form in Format}


def copied(path: Path, folder: Path) -> Path:
    """The same model, to be changed."""
    copy = shutil.copytree if path.is_dir() else shutil.copy
    return Path(copy(path, folder / path.name))


def test_other_colours_as_declared_are_caught(
    right_ones: dict[Format, Path], tmp_path: Path
) -> None:
    """A model that says BGR is given BGR."""
    target = make_target(format=Format.MLMODEL)
    path = copied(right_ones[Format.MLMODEL], tmp_path)
    ct = coremltools()
    spec = ct.utils.load_spec(str(path))
    spec.description.input[0].type.imageType.colorSpace = 30
    path.write_bytes(spec.SerializeToString())
    with pytest.raises(ExportError, match="takes, colours BGR, not RGB"):
        verified(path, target)


def test_repetition_instead_of_reflection_is_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = make_target()
    module = shipped(target)
    pad = F.pad

    def replicated(x: Tensor, pads: list[int], mode: str = "constant", value: Any = None) -> Tensor:
        return pad(x, pads, mode="replicate" if mode == "reflect" else mode, value=value)

    monkeypatch.setattr(F, "pad", replicated)
    path = saved(target, tmp_path, module)
    monkeypatch.undo()
    assert not verified(path, target).passed


def test_a_wrong_epsilon_of_batch_norm_is_caught(tmp_path: Path) -> None:
    """Keras' instead of torch's, before it is folded."""
    target = make_target()
    network = load_style(target.style_path).network
    for one in network.modules():
        if isinstance(one, nn.BatchNorm2d):
            one.eps = 1e-3
    path = saved(target, tmp_path, Shipped(folded(network), target).eval())
    assert not verified(path, target).passed


def test_a_wrong_epsilon_of_instance_norm_is_caught(tmp_path: Path) -> None:
    path = _style("res1-in", tmp_path)
    target = make_target("res1-in", style_path=path)
    module = copy.deepcopy(shipped(target))
    for one in module.modules():
        if isinstance(one, nn.InstanceNorm2d):
            one.eps = 0.1
    assert not verified(saved(target, tmp_path, module), target).passed


def test_a_crop_by_another_offset_is_caught(tmp_path: Path) -> None:
    target = make_target(surroundings=Surroundings.CAMERA)
    module = shipped(target)

    class Off(Shipped):
        def forward(self, image: Tensor) -> Tensor:
            return super().forward(F.pad(image[:, :, :-1, :-1], (1, 0, 1, 0), mode="replicate"))

    module.__class__ = Off
    assert not verified(saved(target, tmp_path, module), target).passed


def test_a_missing_clamp_is_caught(tmp_path: Path) -> None:
    """Of a linear output, which alone can leave the range."""
    spec = NetworkSpec.parse("res1-w8-linear")
    network = lively(spec.name)
    with torch.no_grad():
        network.get_parameter("decoder.6.bias").add_(255.0)
    path = tmp_path / "own.safetensors"
    save_style(path, network, StyleMetadata(style="own", spec=spec))
    target = make_target(spec.name, style_path=path, upscale=None)
    assert verified(saved(target, tmp_path), target).passed

    class Loose(Shipped):
        def forward(self, image: Tensor) -> Tensor:
            result: Tensor = self.network(image)
            return result

    module = shipped(target)
    module.__class__ = Loose
    shutil.rmtree(tmp_path / "model.mlpackage")
    found = verified(saved(target, tmp_path, module), target)
    assert any(check.name == "range" and not check.passed for check in found.checks)


@pytest.mark.parametrize("where", [0.3, 0.9])
def test_corrupt_weights_are_caught(
    where: float, right_ones: dict[Format, Path], tmp_path: Path
) -> None:
    target = make_target()
    path = copied(right_ones[Format.MLPACKAGE], tmp_path)
    file = next(path.rglob("weight.bin"))
    data = bytearray(file.read_bytes())
    at = int(len(data) * where) // 2 * 2
    data[at : at + 2] = np.float16(60000).tobytes()
    file.write_bytes(bytes(data))
    with contextlib.suppress(ExportError):  # or it cannot be read at all
        assert not verified(path, target).passed


def test_a_network_s_weights_too(right_ones: dict[Format, Path], tmp_path: Path) -> None:
    target = make_target(format=Format.MLMODEL)
    path = copied(right_ones[Format.MLMODEL], tmp_path)
    data = bytearray(path.read_bytes())
    at = len(data) // 2
    data[at : at + 2] = np.float16(60000).tobytes()
    path.write_bytes(bytes(data))
    with contextlib.suppress(ExportError):
        assert not verified(path, target).passed


def test_numbers_near_the_end_of_half_precision_are_caught(tmp_path: Path) -> None:
    """The same sums, through numbers that half precision hardly holds."""
    target = make_target(upscale=None)

    class High(Shipped):
        def forward(self, image: Tensor) -> Tensor:
            return super().forward((image * 200.0).clamp(0, 60_000.0) / 200.0)

    module = shipped(target)
    module.__class__ = High
    found = verified(saved(target, tmp_path, module), target)
    assert found.peak > 30_000
    assert any(check.name == "peak inside" and not check.passed for check in found.checks)


def test_a_model_of_another_target_is_told(right_ones: dict[Format, Path]) -> None:
    made = right_ones[Format.MLPACKAGE]
    with pytest.raises(ExportError, match="takes, size 97x131, not 96x128"):
        verified(made, make_target(size=Size(96, 128)))


@pytest.mark.parametrize("ios", [16, 18])
def test_fewer_bits_pass_and_lose_more(ios: int, tmp_path: Path) -> None:
    """iOS 18 has operations of its own for them."""
    last = 70.0
    for how in (Compression.INT8, Compression.PALETTIZE6, Compression.PALETTIZE4):
        target = make_target(compression=how, ios=ios)
        found = verified(saved(target, tmp_path), target)
        assert found.passed and found.graph.compressed, found.failed
        assert found.psnr < last - 5
        last = found.psnr
        shutil.rmtree(tmp_path / "model.mlpackage")


def test_a_faulty_compressed_model_is_caught(tmp_path: Path) -> None:
    target = make_target(compression=Compression.PALETTIZE6, ios=16)
    found = verified(saved(target, tmp_path, Faulty(target, "input-bgr").eval()), target)
    assert not found.passed


@pytest.mark.parametrize("name", ["a.mlpackage", "a.mlmodel", "a.txt"])
def test_what_is_no_model_is_told(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    with pytest.raises(ExportError, match="there is no such model"):
        read(path)
    path.write_bytes(b"\x08\x01nothing")
    with pytest.raises(ExportError) as error:
        read(path)
    assert str(path) in str(error.value) and "\n" not in str(error.value)


def test_the_pictures_are_real_and_fit(tmp_path: Path, moving: Path) -> None:
    target = make_target()
    own = given(target, None)
    assert len(own) == 2
    for one in (*own, *given(target, moving)):
        assert one.picture.shape == (131, 97, 3) and one.picture.std() > 10
    assert [one.name for one in given(target, moving, moments=2)] == [
        "moving.mp4 at 0.50 s", "moving.mp4 at 1.50 s"
    ]  # fmt: skip
