"""The network as cuDNN runs it; whole networks are held to the contract of `test_contract.py`."""

from __future__ import annotations

import pytest
import torch

from render.engines.fused import places
from render.networks.modules import extend

pytestmark = pytest.mark.torch


@pytest.mark.parametrize("count", [1, 2, 3, 7])
@pytest.mark.parametrize("around", [(0, 0), (1, 2), (3, 3), (9, 0), (0, 12)])
def test_places_are_those_of_the_network_s_edges(count: int, around: tuple[int, int]) -> None:
    line = torch.arange(count, dtype=torch.float32)[None, None, None]
    left, right = around
    extended = extend(line, left=left, right=right, top=0, bottom=0)
    assert places(count, left, right) == extended.flatten().int().tolist()
