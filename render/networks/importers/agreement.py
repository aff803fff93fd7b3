"""Whether two networks give the same pictures, and by how much they differ."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from render.errors import StyleError
from render.networks.modules import StyleNetwork
from render.target import Size


class Difference(NamedTuple):
    """Between two pictures clamped to 0..255: the largest and the mean of all numbers."""

    largest: float
    mean: float


def picture(size: Size) -> Tensor:
    """A float picture (1, 3, height, width) of whole numbers in 0..255: slopes, waves and grain,
    so that smooth places, edges and noise are all there. The same one every time."""
    y, x = torch.meshgrid(
        torch.linspace(0, 1, size.height), torch.linspace(0, 1, size.width), indexing="ij"
    )
    disc = ((x - 0.6) ** 2 + (y - 0.4) ** 2 < 0.04).float()
    planes = torch.stack(
        [255 * x, 190 * y + 60 * disc, 128 + 60 * torch.sin(12 * y) - 60 * x + 80 * disc]
    )
    grain = torch.randn(planes.shape, generator=torch.Generator().manual_seed(0))
    return (planes + 12 * grain).round().clamp(0, 255)[None]


def run(network: StyleNetwork, shown: Tensor) -> Tensor:
    """The network's picture of ``shown``, in single precision on the processor."""
    with torch.inference_mode():
        result: Tensor = network.eval()(shown)
    return result


def to_half(path: Path, network: StyleNetwork) -> StyleNetwork:
    """A copy whose convolutions hold numbers of half precision, as style files store them.

    Raises StyleError when one is too large for that.
    """
    network = copy.deepcopy(network)
    with torch.no_grad():
        for name, weight in network.named_parameters():
            if weight.ndim > 1:
                weight.copy_(weight.half())
                if not bool(torch.isfinite(weight).all()):
                    raise StyleError(
                        f"{path}: {name} holds numbers too large for half precision, in which "
                        "phones compute; train the style anew with `render train`"
                    )
    return network


def agreement(path: Path, theirs: Tensor, ours: Tensor) -> Difference:
    """How far apart both pictures are.

    Raises StyleError when their sizes differ or one holds numbers that are not finite.
    """
    if theirs.shape != ours.shape:
        sizes = " and ".join("×".join(map(str, x.shape[-2:])) for x in (theirs, ours))
        raise StyleError(
            f"{path}: gives pictures of another size than ours ({sizes}, height×width), so its "
            "network is another; train the style anew with `render train`"
        )
    if not bool(torch.isfinite(theirs).all() and torch.isfinite(ours).all()):
        raise StyleError(
            f"{path}: gives numbers that are not finite, so its weights are damaged; copy or "
            "download it again"
        )
    off = (theirs.clamp(0, 255) - ours.clamp(0, 255)).abs()
    return Difference(float(off.max()), float(off.mean()))
