"""The losses, each a small pure function of tensors.

Pictures are float (n, 3, height, width) in 0..255; features (n, c, height, width). Every loss is a
scalar in single precision, whatever precision its inputs have.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def gram(features: Tensor) -> Tensor:
    """(n, c, c): channel products averaged over pixels and channels, F·Fᵀ / (c·height·width).

    Gatys et al. (arXiv 1508.06576) eq. 3, in the normalisation of Johnson et al. (1603.08155)
    eq. 3. Computed in single precision: sums over a picture overrun half precision.
    """
    n, c, height, width = features.shape
    with torch.autocast(features.device.type, enabled=False):
        flat = features.float().reshape(n, c, height * width)
        return torch.bmm(flat, flat.transpose(1, 2)) / (c * height * width)


def content_loss(features: Tensor, target: Tensor) -> Tensor:
    """Mean squared difference of features: Johnson et al. (1603.08155) eq. 2."""
    return F.mse_loss(features.float(), target.float())


def style_loss(features: Tensor, target: Tensor) -> Tensor:
    """‖Gram(features) − target‖² / ‖target‖², averaged over the pictures; target is (1, c, c).

    Johnson et al. eq. 4, divided by the target's own energy, which differs twentyfold between
    paintings and a thousandfold between layers: so one weight serves them all.
    """
    difference = gram(features) - target
    return difference.square().sum(dim=(1, 2)).mean() / target.square().sum()


def total_variation(picture: Tensor) -> Tensor:
    """Mean squared step between neighbours, of pictures scaled to 0..1 (Mahendran & Vedaldi,
    arXiv 1412.0035, β = 2)."""
    y = picture.float() / 255
    across = (y[..., 1:] - y[..., :-1]).square().mean()
    down = (y[..., 1:, :] - y[..., :-1, :]).square().mean()
    return across + down


def random_warps(n: int, generator: torch.Generator) -> Tensor:
    """(n, 2, 3) affine maps, as ``affine_grid`` takes them: rotation ±0.02 rad, zoom ±2 %,
    shift ±3 % of the side. About what a hand-held camera does between two frames."""

    def uniform(most: float) -> Tensor:
        return (torch.rand(n, generator=generator) * 2 - 1) * most

    angle, zoom = uniform(0.02), 1 + uniform(0.02)
    # The grid spans −1..1, two units a side.
    x, y = uniform(0.06), uniform(0.06)
    cos, sin = torch.cos(angle) * zoom, torch.sin(angle) * zoom
    rows = torch.stack([cos, -sin, x]), torch.stack([sin, cos, y])
    return torch.stack(rows).permute(2, 0, 1).contiguous()


def warped(picture: Tensor, warps: Tensor) -> tuple[Tensor, Tensor]:
    """The pictures moved by ``warps`` (bilinear), and the mask (n, 1, height, width) of 1 where
    the result comes from inside."""
    size = list(picture.shape)
    with torch.autocast(picture.device.type, enabled=False):
        grid = F.affine_grid(warps.to(picture.device), size, align_corners=False)
        moved = F.grid_sample(
            picture.float(), grid, mode="bilinear", padding_mode="reflection", align_corners=False
        )
    inside = (grid.abs() <= 1).all(dim=-1).unsqueeze(1).float()
    return moved, inside


def stability_loss(stylized: Tensor, warps: Tensor, stylized_warped: Tensor) -> Tensor:
    """Mean squared difference, in 0..1, of the warped stylized picture and the stylized warped
    one, where the warp stays inside.

    Stability without video or flow: Zheng et al. (CVPR 2016, "stability training") with the
    synthetic motion of Wang et al. (AAAI 2020, "compound regularization").
    """
    moved, inside = warped(stylized, warps)
    difference = (moved - stylized_warped.float()) / 255
    return (difference.square() * inside).sum() / (3 * inside.sum()).clamp(min=1)


def distillation_loss(stylized: Tensor, teacher: Tensor) -> Tensor:
    """Mean squared difference, in 0..1, to what a teacher makes of the same pictures."""
    return F.mse_loss(stylized.float() / 255, teacher.float() / 255)
