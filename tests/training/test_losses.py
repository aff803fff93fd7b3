"""The losses on tensors whose answers are known."""

from __future__ import annotations

import pytest
import torch

from render.training import losses


def test_gram_of_known_features() -> None:
    features = torch.tensor([[[[1.0, 2.0]], [[3.0, 4.0]]]])
    expected = torch.tensor([[[5.0, 11.0], [11.0, 25.0]]]) / 4
    assert torch.equal(losses.gram(features), expected)
    assert losses.gram(features.bfloat16()).dtype == torch.float32


def test_style_is_relative_and_zero_at_its_target() -> None:
    features = torch.rand(2, 3, 8, 8)
    target = losses.gram(features[:1])
    assert losses.style_loss(features[:1], target).item() == 0
    scaled = losses.style_loss(features * 10, target * 100)
    assert scaled.item() == pytest.approx(losses.style_loss(features, target).item(), rel=1e-4)


def test_content_and_distillation() -> None:
    a, b = torch.zeros(1, 3, 4, 4), torch.full((1, 3, 4, 4), 51.0)
    assert losses.content_loss(a, b).item() == 51**2
    assert losses.distillation_loss(a, b).item() == pytest.approx(0.04)


def test_total_variation() -> None:
    assert losses.total_variation(torch.full((1, 3, 4, 4), 9.0)).item() == 0
    ramp = torch.arange(4.0).expand(1, 3, 4, 4) * 25.5
    assert losses.total_variation(ramp).item() == pytest.approx(0.01)


def test_warps_stay_small_and_move_pictures() -> None:
    warps = losses.random_warps(200, torch.Generator().manual_seed(0))
    identity = torch.tensor([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    assert (warps - identity).abs().amax(dim=0).max() <= 0.0601
    still, inside = losses.warped(torch.arange(48.0).view(1, 3, 4, 4), identity[None])
    assert torch.allclose(still, torch.arange(48.0).view(1, 3, 4, 4), atol=1e-4)
    assert inside.all()
    shift = torch.tensor([[[1.0, 0.0, 0.5], [0.0, 1.0, 0.0]]])  # a quarter of the width
    moved, inside = losses.warped(torch.arange(4.0).expand(1, 3, 4, 4), shift)
    assert moved[0, 0, 0, :3].tolist() == pytest.approx([1, 2, 3], abs=1e-4)
    assert inside[0, 0, 0].tolist() == [1, 1, 1, 0]


def test_a_picture_that_moves_with_its_content_is_stable() -> None:
    warps = losses.random_warps(2, torch.Generator().manual_seed(0))
    y = torch.rand(2, 3, 16, 16) * 255
    assert losses.stability_loss(y, warps, losses.warped(y, warps)[0]).item() == 0
    assert losses.stability_loss(y, warps, y).item() > 0.001
