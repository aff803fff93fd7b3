"""Style distance: how much two pictures differ in texture and colour, wherever these lie.

The Gram matrices of VGG16's features (Gatys et al., arXiv 1508.06576), on the layers and in the
normalisation that networks are trained with: ‖G − G_reference‖² / ‖G_reference‖², averaged over the
layers. 0 is alike. It is not symmetric, and compares at one size of picture only: to the network a
smaller picture of the same strokes has finer ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from render.compare.column import Better, Ranks
from render.compare.metrics.metric import Compared, Metric, Pictures
from render.engines.base import DeviceName, EngineName
from render.media.frame import Picture

if TYPE_CHECKING:
    from render.compare.metrics.workshop import Workshop

MIN_SIDE = 8


class StyleEye:
    """The metric in a workshop, the bundled VGG16 loaded once."""

    def __init__(self, shop: Workshop) -> None:
        from render.compare.metrics.vision import SeenAs, Vision, VisionLayer
        from render.compare.metrics.vision_engine import ready
        from render.training import vgg16

        with np.load(vgg16.BUNDLED, allow_pickle=False) as archive:
            arrays = {key: archive[key].astype(np.float32) for key in archive}
        layers = tuple(
            VisionLayer(
                arrays[f"features.{n}.weight"],
                arrays[f"features.{n}.bias"],
                pool=2 if n in vgg16.POOL_BEFORE else 0,
                tap=n in vgg16.TAPS,
            )
            for n in vgg16.CONVOLUTIONS
            if f"features.{n}.weight" in arrays
        )
        shift, scale = (np.array(each, np.float32) * 255 for each in (vgg16.MEAN, vgg16.STD))
        self._look = ready(Vision(layers, shift, scale, SeenAs.GRAM), shop)

    def grams(self, picture: Picture) -> list[Any]:
        """The Gram matrix of each layer: all that is kept of a reference. Raises ValueError for a
        side under 8 pixels."""
        if min(picture.shape[:2]) < MIN_SIDE:
            raise ValueError(f"style distance needs sides of {MIN_SIDE} pixels or more")
        return self._look(picture)

    def distance(self, picture: Picture, reference: Sequence[Any]) -> float:
        """From a picture to the `grams` of another; 0 is alike."""
        pairs = zip(self.grams(picture), reference, strict=True)
        losses = [((found - of) ** 2).sum() / (of**2).sum() for found, of in pairs]
        return float(sum(losses)) / len(losses)


_made: dict[tuple[EngineName, DeviceName], StyleEye] = {}


def style_eye(shop: Workshop) -> StyleEye:
    """The one of this engine and device."""
    key = (shop.choice.engine, shop.choice.device)
    if key not in _made:
        _made[key] = StyleEye(shop)
    return _made[key]


STYLE = Metric(
    key="style",
    name="style",
    digits=3,
    better=Better.LESS,
    ranks=Ranks.PICTURES,
    says="Distance of single pictures' textures (Gram matrices) from the reference's.",
    brief="single pictures' textures against the reference's",
    taken=Compared(
        StyleEye.distance,
        alike=0.0,
        keep=StyleEye.grams,
        pictures=Pictures.FEW,
        tool=style_eye,
    ),
)
