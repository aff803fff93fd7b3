"""The network itself: sizes, edges, and the folded form."""

from __future__ import annotations

import copy

import pytest
import torch
import torch.nn.functional as F

from render.networks.modules import StyleNetwork, extend, folded
from render.networks.spec import NetworkSpec
from render.target import Size

pytestmark = pytest.mark.torch


def lively(name: str) -> StyleNetwork:
    """A network whose output spans its range and whose norms are not the identity."""
    torch.manual_seed(0)
    network = StyleNetwork(NetworkSpec.parse(name))
    with torch.no_grad():
        for key, tensor in network.state_dict().items():
            if key.endswith(("running_mean", "norm.bias")):
                tensor.normal_(0, 0.2)
            elif key.endswith(("running_var", "norm.weight")):
                tensor.uniform_(0.5, 1.5)
        network.get_parameter("decoder.6.weight").mul_(20)
    return network.eval()


@pytest.mark.parametrize(
    "name", ["res1-w8", "res1-w8-reflect", "res1-w8-k9-in-reflect", "res0-w4-c0", "res1-sep-w8"]
)
@pytest.mark.parametrize("size", [(1, 1), (2, 3), (3, 2), (1, 50), (9, 4), (37, 61)])
def test_any_size_comes_back(name: str, size: tuple[int, int]) -> None:
    network = lively(name)
    x = torch.rand(2, 3, *size) * 255
    with torch.inference_mode():
        y = network(x)
    assert y.shape == x.shape
    assert y.isfinite().all()
    assert y.min() >= 0
    assert y.max() <= 255


def test_a_phones_size_comes_back() -> None:
    with torch.inference_mode():
        assert lively("res1-w4")(torch.zeros(1, 3, 853, 480)).shape == (1, 3, 853, 480)


def test_padding_is_cropped_where_it_was_added() -> None:
    """A larger picture's own pixels, where they are the reflection, change nothing."""
    network = lively("res1-w8-c16").double()
    x = torch.rand(1, 3, 22, 19, dtype=torch.double) * 255
    c = network.spec.context
    right, bottom = (-x.shape[3]) % 4, (-x.shape[2]) % 4
    wider = extend(x, left=c, right=c + right, top=c, bottom=c + bottom)
    inner = StyleNetwork(NetworkSpec.parse("res1-w8-c0")).double().eval()
    inner.load_state_dict(network.state_dict())
    with torch.inference_mode():
        expected = inner(wider)[:, :, c : c + 22, c : c + 19]
        assert torch.allclose(network(x), expected, atol=1e-9)


@pytest.mark.parametrize(
    "name",
    ["res0-w8", "res1-w8", "res3-w8", "res1-w8-k9", "res1-w8-bilinear", "res2-sep-w8",
     "res1-w8-k9-bilinear", "res1-w8-c16", "res1-w8-c12d2"],
)  # fmt: skip
@pytest.mark.parametrize("size", [(60, 61), (9, 30)])
def test_context_keeps_zero_padding_out(name: str, size: tuple[int, int]) -> None:
    """What the convolutions see past their edges does not matter."""
    network = lively(name).double()
    other = copy.deepcopy(network)
    for module in other.modules():
        if isinstance(module, torch.nn.Conv2d) and module.padding[0]:
            module.register_forward_pre_hook(_nines, with_kwargs=False)
    x = torch.rand(1, 3, *size, dtype=torch.double) * 255
    with torch.inference_mode():
        y = network(x)
        assert torch.equal(other(x), y)
        flat = network(torch.full((1, 3, 60, 61), 100.0, dtype=torch.double))
    assert (flat - flat[..., 30:31, 30:31]).abs().max() < 1e-3


def _nines(convolution: torch.nn.Module, inputs: tuple[torch.Tensor]) -> torch.Tensor:
    """Nines past the edges instead of zeros."""
    assert isinstance(convolution, torch.nn.Conv2d)
    edge = int(convolution.padding[0])
    convolution.padding = (0, 0)
    x = inputs[0]
    return F.pad(x, (edge,) * 4, value=9.0) if edge else x


def test_deep_context_is_cheaper() -> None:
    size = Size(480, 853)
    for whole, deep in (("res3-c32", "res3"), ("res5-c48", "res5"), ("res3-sep-c32", "res3-sep")):
        bare = NetworkSpec.parse(f"{deep}-c0").macs(size)
        more = [NetworkSpec.parse(name).macs(size) / bare - 1 for name in (whole, deep)]
        assert more[1] < 0.65 * more[0]


def test_without_context_zero_padding_shows() -> None:
    with torch.inference_mode():
        y = lively("res1-w8-c0")(torch.full((1, 3, 60, 60), 100.0))
    assert (y - y[..., 30:31, 30:31]).abs().max() > 1


def test_extend_reflects_then_repeats() -> None:
    x = torch.tensor([[[[1.0, 2.0, 3.0]]]])
    y = extend(x, left=3, right=1, top=1, bottom=0)
    assert y.tolist() == [[[[3, 3, 2, 1, 2, 3, 2]] * 2]]


@pytest.mark.parametrize("name", ["res1-w8", "res1-sep-w8", "res1-w8-in"])
def test_folding_changes_rounding_only(name: str) -> None:
    network = lively(name)
    x = torch.rand(1, 3, 20, 20) * 255
    with torch.inference_mode():
        assert torch.allclose(folded(network)(x), network(x), atol=1e-2)
    assert any("norm" in key for key, _ in network.named_parameters())  # the original is untouched


@pytest.mark.parametrize("name", ["res1-w8", "res1-w8-in-reflect-bilinear"])
def test_it_exports_with_fixed_shapes(name: str) -> None:
    network = lively(name)
    x = torch.rand(1, 3, 21, 30) * 255
    with torch.no_grad():
        exported = torch.export.export(network, (x,)).run_decompositions({})
        assert torch.allclose(exported.module()(x), network(x), atol=1e-2)


def test_strength_is_no_weight_and_goes_with_copies() -> None:
    network = lively("res0-w4")
    names, x = set(network.state_dict()), torch.rand(1, 3, 9, 12) * 255
    with torch.inference_mode():
        whole = network(x)
        network.strength = 0.25
        part, deployed = network(x), folded(network)(x)
        network.strength = 1.0
        assert torch.equal(network(x), whole)
    assert set(network.state_dict()) == names
    assert torch.equal(part, whole * 0.25 + x * 0.75)
    assert (deployed - part).abs().max() < 0.01
