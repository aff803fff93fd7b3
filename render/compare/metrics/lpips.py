"""LPIPS: how different two pictures look, by what a network for photographs sees in them.

Zhang et al., CVPR 2018 (arXiv 1801.03924), version 0.1 on AlexNet: features after each of the five
rectifiers, each place scaled to length 1; squared differences, weighted by the authors' calibrated
heads, averaged over the places and added. 0 is alike; two unrelated pictures come near 1. Figures
compare at one size of picture only.

The weights are bundled (`LICENSE-lpips.md`); stored in half precision, which changes figures by
less than a thousandth of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from render.compare.column import Better, Ranks
from render.compare.metrics.metric import Compared, Metric
from render.media.frame import Picture

if TYPE_CHECKING:
    from torch import Tensor

WEIGHTS = Path(__file__).with_name("lpips_alex_fp16.npz")
MIN_SIDE = 32
"""Pixels: two steps of 4 and 2 pixels and two poolings leave something of it."""

# torchvision's numbers of AlexNet's convolutions: stride and padding.
_CONVOLUTIONS = {0: (4, 2), 3: (1, 2), 6: (1, 1), 8: (1, 1), 10: (1, 1)}
_POOL_BEFORE = (3, 6)
# Of RGB in −1..1: ImageNet's mean and deviation, as the authors' "scaling layer" has them.
_SHIFT = (-0.030, -0.088, -0.188)
_SCALE = (0.458, 0.448, 0.450)


class Lpips:
    """The metric, its weights loaded once."""

    def __init__(self, weights: Path = WEIGHTS) -> None:
        import torch

        with np.load(weights, allow_pickle=False) as archive:
            arrays = {key: torch.from_numpy(archive[key].astype(np.float32)) for key in archive}
        self._convolutions = [
            (arrays[f"features.{n}.weight"], arrays[f"features.{n}.bias"], n) for n in _CONVOLUTIONS
        ]
        self._heads = [arrays[f"heads.{i}"].view(1, -1, 1, 1) for i in range(len(_CONVOLUTIONS))]
        self._shift = torch.tensor(_SHIFT).view(1, 3, 1, 1)
        self._scale = torch.tensor(_SCALE).view(1, 3, 1, 1)

    def __call__(self, first: Picture, second: Picture) -> float:
        """Between two RGB uint8 pictures of one size. Raises ValueError when sizes differ or a side
        is under 32 pixels."""
        if first.shape != second.shape:
            raise ValueError("LPIPS needs pictures of one size")
        return self.between(self.features(first), self.features(second))

    def between(self, first: Sequence[Tensor], second: Sequence[Tensor]) -> float:
        """Between the `features` of two pictures of one size."""
        import torch

        with torch.inference_mode():
            return sum(
                float(((a - b).square() * head).sum(1).mean())
                for head, a, b in zip(self._heads, first, second, strict=True)
            )

    def features(self, picture: Picture) -> list[Tensor]:
        """What the metric compares: of each layer (1, channels, height, width), each place of
        length 1. Raises ValueError for a side under 32 pixels."""
        import torch

        if min(picture.shape[:2]) < MIN_SIDE:
            raise ValueError(f"LPIPS needs sides of {MIN_SIDE} pixels or more")
        with torch.inference_mode():
            x = torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None]
            layers = self._layers(x.float() / 127.5 - 1)
            return [x / (x.square().sum(1, keepdim=True).sqrt() + 1e-10) for x in layers]

    def _layers(self, x: Tensor) -> list[Tensor]:
        import torch.nn.functional as F

        x = (x - self._shift) / self._scale
        found = []
        for weight, bias, number in self._convolutions:
            if number in _POOL_BEFORE:
                x = F.max_pool2d(x, 3, 2)
            stride, padding = _CONVOLUTIONS[number]
            x = F.relu(F.conv2d(x, weight, bias, stride, padding))
            found.append(x)
        return found


@cache
def lpips() -> Lpips:
    """The one that everything here uses."""
    return Lpips()


def _features(picture: Picture) -> list[Tensor]:
    return lpips().features(picture)


def _distance(picture: Picture, reference: list[Tensor]) -> float:
    return lpips().between(_features(picture), reference)


LPIPS = Metric(
    key="lpips",
    name="LPIPS",
    digits=3,
    better=Better.LESS,
    ranks=Ranks.PICTURES,
    says="Perceptual distance of single pictures from the reference's at the same moments.",
    brief="single pictures against the reference's",
    taken=Compared(_distance, alike=0.0, keep=_features),
)
