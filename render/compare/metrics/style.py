"""Style distance: how much two pictures differ in texture and colour, wherever these lie.

The Gram matrices of VGG16's features (Gatys et al., arXiv 1508.06576), on the layers and in the
normalisation that networks are trained with: ‖G − G_reference‖² / ‖G_reference‖², averaged over the
layers. 0 is alike. It is not symmetric, and compares at one size of picture only: to the network a
smaller picture of the same strokes has finer ones.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from render.compare.column import Better, Ranks
from render.compare.metrics.metric import Compared, Metric, Pictures
from render.media.frame import Picture

if TYPE_CHECKING:
    from torch import Tensor

    from render.training.backbone import Backbone

MIN_SIDE = 8


def features(picture: Picture) -> dict[str, Tensor]:
    """VGG16's features of an RGB uint8 picture, by layer. Raises ValueError for a side under 8."""
    import torch

    if min(picture.shape[:2]) < MIN_SIDE:
        raise ValueError(f"style distance needs sides of {MIN_SIDE} pixels or more")
    with torch.inference_mode():
        x = torch.from_numpy(np.ascontiguousarray(picture)).permute(2, 0, 1)[None].float()
        found: dict[str, Tensor] = backbone()(x, backbone().layers)
        return found


def grams(picture: Picture) -> dict[str, Tensor]:
    """The Gram matrix of each layer: all that is kept of a reference."""
    import torch

    from render.training.losses import gram

    with torch.inference_mode():
        return {layer: gram(f) for layer, f in features(picture).items()}


def style_distance(picture: Picture, reference: dict[str, Tensor]) -> float:
    """From a picture to the `grams` of another; 0 is alike."""
    import torch

    from render.training.losses import style_loss

    with torch.inference_mode():
        found = features(picture)
        losses = [style_loss(found[layer], target) for layer, target in reference.items()]
        return float(torch.stack(losses).mean())


@cache
def backbone() -> Backbone:
    """The bundled VGG16, loaded once."""
    from render.training.backbone import load_backbone

    return load_backbone()


STYLE = Metric(
    key="style",
    name="style",
    digits=3,
    better=Better.LESS,
    ranks=Ranks.PICTURES,
    says="Distance of single pictures' textures (Gram matrices) from the reference's.",
    brief="single pictures' textures against the reference's",
    taken=Compared(style_distance, alike=0.0, keep=grams, pictures=Pictures.FEW),
)
