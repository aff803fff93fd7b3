"""What ships, as one torch module: picture in, picture out, everything between inside."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from render.export.target import ExportTarget, Surroundings
from render.networks.checkpoint import load_style
from render.networks.modules import StyleNetwork, folded


class Shipped(nn.Module):
    """Takes (1, 3, height, width) RGB in 0..255 of the target's ``input_size`` and returns the same
    of its ``output_size``: the preview's network at its strength, with padding, context and crop,
    clamped, and brought to the display as `render/upscale.py` does.

    The preview rounds the network's output to 8 bits before the upscale, and once more after it;
    here nothing is rounded before the display, which differs by half a level at most.
    """

    def __init__(self, network: StyleNetwork, target: ExportTarget) -> None:
        super().__init__()
        self.network = network
        self.target = target

    def forward(self, image: Tensor) -> Tensor:
        target = self.target
        if target.surroundings is Surroundings.CAMERA:
            size, (left, top, _, _) = target.size, target.margin
            middle = image[:, :, top : top + size.height, left : left + size.width]
            painted = self.network.painted(image * (1 / 127.5) - 1, size)
            picture = self.network.blend(painted, middle)
        else:
            picture = self.network(image)
        picture = torch.clamp(picture, 0.0, 255.0)
        if target.upscale is None or target.upscale == target.size:
            return picture
        shown = (target.upscale.height, target.upscale.width)
        return F.interpolate(picture, size=shown, mode="bilinear", align_corners=False)


def shipped(target: ExportTarget) -> Shipped:
    """The target's module in eval mode, batch norm folded. Raises StyleError."""
    network = load_style(target.style_path).network
    network.strength = target.strength
    return Shipped(folded(network), target).eval()
