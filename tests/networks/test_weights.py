"""Weights without torch: the same tensors as the modules have, and the same network again."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from render.networks.checkpoint import StyleMetadata, save_style
from render.networks.modules import StyleNetwork
from render.networks.spec import NetworkSpec
from render.networks.weights import read_weights
from tests.networks.test_modules import lively

pytestmark = pytest.mark.torch

FORMS = ["res0", "res2-w8", "res1-sep-w8", "res1-w8-k9", "res1-w8-in-reflect", "res3-sep-w16-in",
         "res0-w4-c0-bilinear-linear"]  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_a_style_file_is_read_as_torch_wrote_it(name: str, tmp_path: Path) -> None:
    """What is expected of a file is said once with torch's modules, once without: the same."""
    path = tmp_path / "style.safetensors"
    network = lively(name)
    said = StyleMetadata(style="a", spec=network.spec, licence="CC0-1.0", trained_on="nothing")
    save_style(path, network, said)
    weights = read_weights(path)
    assert weights.spec == network.spec
    expected = network.numbers()
    assert set(weights.tensors) == set(expected)
    for key, tensor in expected.items():
        stored = tensor.half() if tensor.ndim > 1 else tensor
        assert np.array_equal(weights.tensors[key], stored.numpy())


def test_there_and_back() -> None:
    network = lively("res1-w8-in")
    network.strength = 0.25
    again = StyleNetwork.of(network.weights())
    assert (again.spec, again.strength, again.training) == (network.spec, 0.25, False)
    x = torch.rand(1, 3, 12, 9) * 255
    with torch.inference_mode():
        assert torch.equal(again(x), network(x))


def test_weights_are_a_copy() -> None:
    network = StyleNetwork(NetworkSpec.parse("res0-w4"))
    weights = network.weights()
    before = weights.tensors["decoder.6.bias"].copy()
    with torch.no_grad():
        network.get_parameter("decoder.6.bias").add_(1)
    assert np.array_equal(weights.tensors["decoder.6.bias"], before)
    assert weights.at(0.5).strength == 0.5
    assert weights.strength == 1


SCRIPT = """
import sys
sys.modules["torch"] = None  # an import of it fails
import numpy as np
from render.engines.base import DeviceName, EngineName
from render.engines.select import choose, create
from render.networks.catalogue import find_style
from render.networks.weights import read_weights
from render.target import Size

choice = choose(EngineName.OPENVINO, DeviceName.CPU)
weights = read_weights(find_style("the-scream", "res1").path).at(0.5)
shown = create(weights, Size(48, 32), choice).stylize(np.zeros((32, 48, 3), np.uint8))
assert shown.any()
"""


def test_a_processors_network_needs_no_torch() -> None:
    pytest.importorskip("openvino")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
