"""The losses, each a small pure function of tensors.

Pictures are float (n, 3, height, width) in 0..255; features (n, c, height, width). Every loss is a
scalar in single precision, whatever precision its inputs have.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

_BLUR = 9
_SMOOTH = 6.0
"""Deviation, in 0..255, under which a place of the photograph counts as smooth: a few times a
camera's noise."""


def gram(features: Tensor) -> Tensor:
    """(n, c, c): channel products averaged over pixels and channels, F·Fᵀ / (c·height·width).

    Gatys et al. (arXiv 1508.06576) eq. 3, in the normalisation of Johnson et al. (1603.08155)
    eq. 3. bfloat16 features are multiplied as they are, which sums in single precision on the
    device and costs a third of it; anything else is taken to single, since sums over a picture
    overrun half precision.
    """
    n, c, height, width = features.shape
    with torch.autocast(features.device.type, enabled=False):
        if features.dtype is not torch.bfloat16:
            features = features.float()
        # Channels last in memory: then this is no copy.
        pixels = features.permute(0, 2, 3, 1).reshape(n, height * width, c)
        return torch.bmm(pixels.transpose(1, 2), pixels).float() / (c * height * width)


def content_loss(features: Tensor, target: Tensor) -> Tensor:
    """Mean squared difference of features: Johnson et al. (1603.08155) eq. 2."""
    return (features.float() - target.float()).square().mean()


def style_loss(features: Tensor, target: Tensor) -> Tensor:
    """‖Gram(features) − target‖² / ‖target‖², averaged over the pictures; target is (1, c, c).

    Johnson et al. eq. 4, divided by the target's own energy, which differs twentyfold between
    paintings and a thousandfold between layers: so one weight serves them all.
    """
    difference = gram(features) - target
    return difference.square().sum(dim=(1, 2)).mean() / target.square().sum()


def stability_loss(moved: Tensor, second: Tensor, weight: Tensor) -> Tensor:
    """Mean squared difference, in 0..1, of the stylized picture moved to the second view, and the
    second view stylized, where ``weight`` (n, 1, height, width) is not 0.

    Stability without video: Zheng et al. (CVPR 2016, "stability training") with the synthetic
    motion of Wang et al. (AAAI 2020, "compound regularization"); with a clip's own motion it is the
    output-level temporal loss of Ruder et al. (arXiv 1604.08610) eq. 6.
    """
    difference = (moved.float() - second.float()) / 255
    return (difference.square() * weight).sum() / (3 * weight.sum()).clamp(min=1)


def smoothness_loss(stylized: Tensor, picture: Tensor) -> Tensor:
    """Dots where the photograph is smooth: mean square, in 0..1, of the stylized picture less its
    9×9 mean, weighted by exp(−(deviation of the photograph in the same 9×9 / 6)²).

    Edge-aware smoothing as in Godard et al. (arXiv 1609.03677) eq. 3, on detail instead of slope:
    strokes broader than the window cost nothing.
    """
    with torch.autocast(stylized.device.type, enabled=False):
        fine = (stylized.float() - _mean(stylized.float())) / 255
        x = picture.float()
        deviation = (_mean(x.square()) - _mean(x).square()).clamp(min=0).mean(dim=1, keepdim=True)
        return (fine.square() * torch.exp(-deviation / _SMOOTH**2)).mean()


def _mean(x: Tensor) -> Tensor:
    return F.avg_pool2d(x, _BLUR, stride=1, padding=_BLUR // 2, count_include_pad=False)
