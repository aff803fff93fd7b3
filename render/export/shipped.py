"""What ships, as one torch module: picture in, picture out, everything between inside."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from render.export.export_target import ExportTarget, Surroundings
from render.networks.checkpoint import load_style
from render.networks.modules import StyleNetwork, folded
from render.target import Upscaling


class Shipped(nn.Module):
    """Takes (1, 3, height, width) RGB in 0..255 of the target's ``input_size`` and returns the same
    of its ``output_size``: the preview's network at its strength, with padding, context and crop,
    clamped, and brought to the display as `render/execution/upscale.py` does.

    The preview rounds the network's output to 8 bits before the upscale, and once more after it.
    Here nothing is rounded before the display, so what reaches the upscale differs by half a level
    at most, and the display's 8 bits by one.
    """

    def __init__(self, network: StyleNetwork, target: ExportTarget) -> None:
        super().__init__()
        self.network = network
        self.target = target

    def forward(self, image: Tensor) -> Tensor:
        target = self.target
        if target.surroundings is Surroundings.CAMERA:
            picture = self.network.middle(image, target.size)
        else:
            picture = self.network(image)
        picture = torch.clamp(picture, 0.0, 255.0)
        if target.upscale is None or target.upscale == target.size:
            return picture
        shown = (target.upscale.height, target.upscale.width)
        if target.upscaler is Upscaling.NEAREST:
            return F.interpolate(picture, size=shown, mode="nearest")
        return F.interpolate(picture, size=shown, mode="bilinear", align_corners=False)


def shipped(target: ExportTarget) -> Shipped:
    """The target's module in eval mode, batch norm folded. Raises StyleError."""
    network = load_style(target.style_path).network
    network.strength = target.strength
    network = folded(network)
    if target.surroundings is Surroundings.CAMERA:
        # What is cut off may as well see zeros: reflection is what phones may lack.
        for module in network.modules():
            if isinstance(module, nn.Conv2d):
                module.padding_mode = "zeros"
    return Shipped(network, target).eval()
