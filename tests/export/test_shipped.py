"""What ships: the same sums as the preview's network, with pixels of the camera's around it too."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from render.errors import ExportError, UsageError
from render.export.export_target import ExportTarget, Surroundings, WeightPrecision
from render.export.read_model import read
from render.export.shipped import Shipped, shipped
from render.networks.checkpoint import load_style
from render.networks.modules import folded
from render.target import Size, Upscaling
from tests.export.conftest import make_target, saved, verified
from tests.networks.test_modules import lively

CAMERA = Surroundings.CAMERA


@pytest.mark.parametrize("strength", [1.0, 0.6])
def test_without_an_upscale_it_is_the_preview_s_network(strength: float) -> None:
    target = make_target(upscale=None, strength=strength)
    network = load_style(target.style_path).network
    network.strength = strength
    image = torch.rand(1, 3, 131, 97) * 255
    with torch.inference_mode():
        wanted = network(image).clamp(0, 255)
        assert torch.allclose(shipped(target)(image), wanted, atol=1e-3)


@pytest.mark.parametrize(
    "name",
    ["res1", "res3-sep-w8", "res0-w8-k9", "res1-w8-bilinear", "res2-w8-c0", "res1-w8-reflect"],
)
def test_with_the_camera_s_surroundings_it_is_the_middle_of_a_larger_picture(name: str) -> None:
    """Whatever the network does at the edges, it is outside."""
    network = lively(name)
    target = make_target(
        name, style_path=Path("none"), size=Size(41, 30), upscale=None, surroundings=CAMERA
    )
    left, top, right, bottom = target.margin
    assert min(target.margin) == left == top == network.spec.reach
    image = torch.rand(1, 3, 30 + top + bottom, 41 + left + right) * 255
    assert image.shape[2] % 4 == image.shape[3] % 4 == 0
    # The same in other surroundings still: what lies further out has no part in it.
    around = torch.nn.functional.pad(image, (8, 8, 8, 8), value=255.0)
    with torch.inference_mode():
        wanted = network(image)[:, :, top : top + 30, left : left + 41].clamp(0, 255)
        wider = network(around)[:, :, top + 8 : top + 38, left + 8 : left + 49].clamp(0, 255)
        found = Shipped(folded(network), target)(image)
    assert torch.allclose(found, wanted, atol=2e-3)
    assert torch.allclose(found, wider, atol=2e-3)


def test_a_pixel_less_of_surroundings_would_be_seen() -> None:
    """So the reach is no larger than need be by a whole ring."""
    network = lively("res1-w8")
    reach = network.spec.reach
    image = torch.rand(1, 3, 40 + 2 * reach, 40 + 2 * reach) * 255
    changed = image.clone()
    changed[:, :, :4] = 255 - changed[:, :, :4]
    with torch.inference_mode():
        middle = slice(reach, reach + 40)
        first, second = (network.middle(one, Size(40, 40)) for one in (image, changed))
        assert not torch.equal(first, second)
        assert first.shape == image[:, :, middle, middle].shape


def test_nothing_is_reflected_with_the_camera_s_surroundings(tmp_path: Path) -> None:
    def reflections(target: ExportTarget) -> int:
        graph = read(saved(target, tmp_path / target.surroundings.value))
        return sum(o.kind == "pad" and o.inputs["mode"] == "reflect" for o in graph.operations)

    for kind in Surroundings:
        (tmp_path / kind.value).mkdir()
    assert reflections(make_target()) == 2
    assert reflections(make_target(surroundings=CAMERA)) == 0


def test_a_device_is_asked_about_what_is_computed(tmp_path: Path) -> None:
    target = make_target("res3-w16", size=Size(240, 320), upscale=None, surroundings=CAMERA)
    assert target.worked == target.spec
    macs = verified(saved(target, tmp_path), target).macs
    assert 1 < macs / target.worked.macs(target.size) < 1.1
    imported = {"style_path": Path("none"), "surroundings": CAMERA}
    assert make_target("res5-k9-reflect", **imported).worked.name == "res5-k9"
    assert make_target("res1-c0", **imported).worked.name == "res1"
    assert make_target("res1-c0", style_path=Path("none")).worked.name == "res1-c0"


def test_instance_norm_goes_by_all_that_it_is_given() -> None:
    with pytest.raises(ExportError, match="use --context reflect"):
        make_target("res1-in", style_path=Path("none"), surroundings=CAMERA)


def test_nearest_only_by_whole_factors() -> None:
    nearest = {"upscaler": Upscaling.NEAREST}
    assert make_target(upscale=Size(194, 393), **nearest).output_size == Size(194, 393)
    assert make_target(upscale=Size(97, 131), **nearest)
    with pytest.raises(ExportError, match="use --upscale 194x262, or bilinear"):
        make_target(**nearest)
    with pytest.raises(ExportError, match="Core ML has none"):
        make_target(upscaler=Upscaling.LANCZOS)
    assert make_target(upscale=None, upscaler=Upscaling.LANCZOS).upscale is None


def test_what_no_phone_holds_is_refused() -> None:
    half = make_target("res3", size=Size(2160, 3840))
    assert half.held_bytes == 3 * 32 * 2176 * 3856 * 2
    with pytest.raises(UsageError, match=r"3\.2 GB of numbers at one time"):
        make_target("res3", size=Size(2160, 3840), precision=WeightPrecision.FP32)
