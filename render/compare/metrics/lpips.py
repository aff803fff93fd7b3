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
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from render.compare.column import Better, Ranks
from render.compare.metrics.metric import Compared, Metric
from render.engines.base import DeviceName, EngineName
from render.media.frame import Picture

if TYPE_CHECKING:
    from render.compare.metrics.workshop import Workshop

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
    """The metric in a workshop, its weights loaded once."""

    def __init__(self, shop: Workshop) -> None:
        from render.compare.metrics.vision import SeenAs, Vision, VisionLayer
        from render.compare.metrics.vision_engine import ready

        with np.load(WEIGHTS, allow_pickle=False) as archive:
            arrays = {key: archive[key].astype(np.float32) for key in archive}
        layers = [
            VisionLayer(
                arrays[f"features.{n}.weight"],
                arrays[f"features.{n}.bias"],
                stride,
                padding,
                pool=3 if n in _POOL_BEFORE else 0,
                tap=True,
            )
            for n, (stride, padding) in _CONVOLUTIONS.items()
        ]
        half = np.float32(127.5)
        shift = (np.array(_SHIFT, np.float32) + 1) * half
        vision = Vision(tuple(layers), shift, np.array(_SCALE, np.float32) * half, SeenAs.UNIT)
        self._look = ready(vision, shop)
        self._heads = [arrays[f"heads.{i}"].reshape(-1) for i in range(len(layers))]
        if not shop.openvino:
            import torch

            on = torch.device(shop.choice.device.value)
            self._heads = [torch.from_numpy(head).to(on) for head in self._heads]

    def __call__(self, first: Picture, second: Picture) -> float:
        """Between two RGB uint8 pictures of one size. Raises ValueError when sizes differ or a side
        is under 32 pixels."""
        if first.shape != second.shape:
            raise ValueError("LPIPS needs pictures of one size")
        return self.between(self.features(first), self.features(second))

    def between(self, first: Sequence[Any], second: Sequence[Any]) -> float:
        """Between the `features` of two pictures of one size."""
        total = sum(
            ((a - b) ** 2).sum(1) @ head / a.shape[1]
            for head, a, b in zip(self._heads, first, second, strict=True)
        )
        return float(total)

    def features(self, picture: Picture) -> list[Any]:
        """What the metric compares: of each layer (channels, places), each place of length 1.
        Raises ValueError for a side under 32 pixels."""
        if min(picture.shape[:2]) < MIN_SIDE:
            raise ValueError(f"LPIPS needs sides of {MIN_SIDE} pixels or more")
        return self._look(picture)


_made: dict[tuple[EngineName, DeviceName], Lpips] = {}


def lpips(shop: Workshop) -> Lpips:
    """The one of this engine and device."""
    key = (shop.choice.engine, shop.choice.device)
    if key not in _made:
        _made[key] = Lpips(shop)
    return _made[key]


def _distance(of: Lpips, picture: Picture, reference: list[Any]) -> float:
    return of.between(of.features(picture), reference)


LPIPS = Metric(
    key="lpips",
    name="LPIPS",
    digits=3,
    better=Better.LESS,
    ranks=Ranks.PICTURES,
    says="Perceptual distance of single pictures from the reference's at the same moments.",
    brief="single pictures against the reference's",
    taken=Compared(_distance, alike=0.0, keep=Lpips.features, tool=lpips),
)
