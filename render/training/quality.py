"""What a trained network is like, measured on pictures that it was not trained on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from render.media.frame import Picture
from render.networks.modules import StyleNetwork
from render.training.backbone import CONTENT_LAYER, Backbone
from render.training.losses import content_loss, style_loss
from render.training.motion import inside, moved, whole_view

# Greys, primaries, a sky and a skin: what walls and skies are made of.
_FLAT = (
    (0, 0, 0), (64, 64, 64), (128, 128, 128), (192, 192, 192), (255, 255, 255),
    (200, 30, 30), (30, 160, 60), (30, 60, 200), (150, 190, 230), (225, 180, 150),
)  # fmt: skip
_SIDE = 192


@torch.inference_mode()
def stylized(network: StyleNetwork, picture: Picture, device: torch.device) -> Picture:
    """One picture through the network, uint8 RGB in and out."""
    y = network(as_batch(picture, device))[0]
    array: Picture = y.clamp(0, 255).round().byte().permute(1, 2, 0).cpu().numpy()
    return array


def as_batch(picture: Picture, device: torch.device) -> Tensor:
    """(1, 3, height, width) float in 0..255."""
    return torch.from_numpy(picture.transpose(2, 0, 1).copy())[None].to(device).float()


@torch.inference_mode()
def measure(
    network: StyleNetwork,
    backbone: Backbone,
    targets: Mapping[str, Tensor],
    layer_weights: Mapping[str, float],
    pictures: Sequence[Picture],
    device: torch.device,
) -> dict[str, float]:
    """Figures of a network in eval mode, means over ``pictures``.

    content, style: the losses (style weighted by layer). flicker: RMS change under small warps
    that the warp does not explain, divided by the output's contrast (its standard deviation).
    border_step: on flat pictures, the largest difference of an edge from the middle, in 0..255.
    texture_on_smooth: on a smooth, faintly noisy sky, the RMS of what a blur takes away, in 0..255.
    """
    generator = torch.Generator().manual_seed(1)
    sums = {"content": 0.0, "style": 0.0, "flicker": 0.0}
    for picture in pictures:
        x = as_batch(picture, device)
        y = network(x)
        ours = backbone(y, tuple(dict.fromkeys([*layer_weights, CONTENT_LAYER])))
        theirs = backbone(x, (CONTENT_LAYER,))
        sums["content"] += float(content_loss(ours[CONTENT_LAYER], theirs[CONTENT_LAYER]))
        sums["style"] += sum(
            weight * float(style_loss(ours[layer], targets[layer]))
            for layer, weight in layer_weights.items()
        )
        sums["flicker"] += _flicker(network, x, y, generator)
    means = {name: value / max(1, len(pictures)) for name, value in sums.items()}
    means["border_step"] = border_step(network, device)
    means["texture_on_smooth"] = texture_on_smooth(network, device)
    return {name: round(value, 4) for name, value in means.items()}


@torch.inference_mode()
def border_step(network: StyleNetwork, device: torch.device) -> float:
    """The frame that zero padding can paint: over flat pictures, channels and the four edges, the
    largest difference of an 8-pixel edge's mean from the middle's, in 0..255."""
    worst = 0.0
    for colour in _FLAT:
        x = torch.tensor(colour, dtype=torch.float32, device=device).view(1, 3, 1, 1)
        y = network(x.expand(1, 3, _SIDE, _SIDE))
        middle = y[..., 64:128, 64:128].mean(dim=(2, 3))
        edges = (y[..., :8, :], y[..., -8:, :], y[..., :8], y[..., -8:])
        worst = max(worst, *(float((e.mean(dim=(2, 3)) - middle).abs().max()) for e in edges))
    return worst


@torch.inference_mode()
def texture_on_smooth(network: StyleNetwork, device: torch.device) -> float:
    """How much dots and ripples a sky gets: the RMS of the output less its 9×9 mean, in 0..255, on
    a gradient from (90, 140, 210) to (200, 220, 240) with noise of deviation 1.5."""
    generator = torch.Generator().manual_seed(1)
    top = torch.tensor((90.0, 140.0, 210.0)).view(1, 3, 1, 1)
    bottom = torch.tensor((200.0, 220.0, 240.0)).view(1, 3, 1, 1)
    sky = top + (bottom - top) * torch.linspace(0, 1, _SIDE).view(1, 1, -1, 1)
    sky = sky + 1.5 * torch.randn(1, 3, _SIDE, _SIDE, generator=generator)
    y = network(sky.clamp(0, 255).to(device))
    fine = y - F.avg_pool2d(y, 9, stride=1, padding=4, count_include_pad=False)
    return float(fine[..., 8:-8, 8:-8].square().mean().sqrt())


def _flicker(network: StyleNetwork, x: Tensor, y: Tensor, generator: torch.Generator) -> float:
    grid = whole_view(x.shape[0], x.shape[-2], x.shape[-1], generator).to(x.device)
    noise = 2.55 * torch.randn(x.shape, generator=generator).to(x.device)
    after = network((moved(x, grid) + noise).clamp(0, 255))
    valid = inside(grid)
    error = ((moved(y, grid) - after).square() * valid).sum() / (3 * valid.sum()).clamp(min=1)
    return float(error.sqrt() / y.std().clamp(min=1e-3))
