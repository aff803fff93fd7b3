"""One contract for every upscaler."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from render.execution.upscale import create
from render.target import Size, Upscaling

pytestmark = pytest.mark.torch

SIZES = [("853x480", "1920x1080"), ("96x170", "1080x1920"), ("7x5", "33x20"), ("1x1", "4x2")]


def noise(size: Size) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (size.height, size.width, 3), np.uint8)


@pytest.mark.parametrize("how", [None, *Upscaling])
@pytest.mark.parametrize(("small", "large"), SIZES)
def test_contract(how: Upscaling | None, small: str, large: str) -> None:
    given, wanted = Size.parse(small), Size.parse(large) if how else Size.parse(small)
    upscaler = create(given, wanted if how else None, how or Upscaling.BILINEAR)
    assert upscaler.size == wanted
    picture = noise(given)
    before = picture.copy()
    result = upscaler.upscale(picture)
    assert result.shape == (wanted.height, wanted.width, 3)
    assert result.dtype == np.uint8
    assert np.array_equal(picture, before)
    flat = np.full_like(picture, 77)
    assert (upscaler.upscale(flat) == 77).all()
    # Channels stay apart.
    red = np.zeros_like(picture)
    red[..., 0] = 200
    assert (upscaler.upscale(red)[..., 1:] == 0).all()


@pytest.mark.parametrize(("small", "large"), SIZES)
def test_bilinear_is_the_exported_models(small: str, large: str) -> None:
    given, wanted = Size.parse(small), Size.parse(large)
    picture = noise(given)
    ours = create(given, wanted, Upscaling.BILINEAR).upscale(picture)
    tensor = torch.from_numpy(picture).permute(2, 0, 1)[None].float()
    theirs = F.interpolate(
        tensor, size=(wanted.height, wanted.width), mode="bilinear", align_corners=False
    )
    difference = np.abs(ours - theirs[0].permute(1, 2, 0).numpy())
    assert difference.max() < 1


def test_nearest_invents_no_colour() -> None:
    picture = noise(Size(7, 5))
    result = create(Size(7, 5), Size(21, 15), Upscaling.NEAREST).upscale(picture)
    assert np.array_equal(result, picture.repeat(3, axis=0).repeat(3, axis=1))
