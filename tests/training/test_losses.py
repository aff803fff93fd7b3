"""The losses on tensors whose answers are known."""

from __future__ import annotations

import pytest
import torch

from render.training import losses

pytestmark = pytest.mark.torch


def test_gram_of_known_features() -> None:
    features = torch.tensor([[[[1.0, 2.0]], [[3.0, 4.0]]]])
    expected = torch.tensor([[[5.0, 11.0], [11.0, 25.0]]]) / 4
    assert torch.equal(losses.gram(features), expected)


def test_style_is_relative_and_zero_at_its_target() -> None:
    features = torch.rand(2, 3, 8, 8)
    target = losses.gram(features[:1])
    assert losses.style_loss(features[:1], target).item() == 0
    scaled = losses.style_loss(features * 10, target * 100)
    assert scaled.item() == pytest.approx(losses.style_loss(features, target).item(), rel=1e-4)


def test_gram_of_bfloat16_is_near() -> None:
    features = torch.rand(2, 8, 16, 16)
    exact, near = losses.gram(features), losses.gram(features.bfloat16())
    assert near.dtype == torch.float32
    assert ((near - exact).norm() / exact.norm()).item() < 0.01


def test_content() -> None:
    a, b = torch.zeros(1, 3, 4, 4), torch.full((1, 3, 4, 4), 51.0)
    assert losses.content_loss(a, b).item() == 51**2


def test_stability_counts_where_both_show_the_same() -> None:
    a, b = torch.zeros(1, 3, 4, 4), torch.zeros(1, 3, 4, 4)
    b[..., 2:] = 51.0
    valid = torch.ones(1, 1, 4, 4)
    assert losses.stability_loss(a, b, valid).item() == pytest.approx(0.02)
    valid[..., 2:] = 0
    assert losses.stability_loss(a, b, valid).item() == 0
    assert losses.stability_loss(a, b, torch.zeros(1, 1, 4, 4)).item() == 0


def test_smoothness_asks_for_calm_where_the_photograph_is() -> None:
    dots = 128 + 40 * ((torch.arange(32)[:, None] + torch.arange(32)) % 2).float()
    dots = dots.expand(1, 3, 32, 32)
    flat = torch.full((1, 3, 32, 32), 128.0)
    busy = 255 * torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    calm = losses.smoothness_loss(dots, flat).item()
    assert calm == pytest.approx((20 / 255) ** 2, rel=0.1)
    assert losses.smoothness_loss(dots, busy).item() < 1e-6 * calm
    assert losses.smoothness_loss(flat, flat).item() < 1e-9
    ramp = torch.linspace(0, 255, 32).expand(1, 3, 32, 32)
    assert losses.smoothness_loss(ramp[..., 8:24], flat[..., 8:24]).item() < 0.2 * calm
