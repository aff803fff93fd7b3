"""Second views: where they lie, and that what moves with its content is stable."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from render.training.clips import Pair
from render.training.data import Place
from render.training.motion import (
    following_view,
    inside,
    moved,
    synthetic_grid,
    view_side,
    whole_view,
)

pytestmark = pytest.mark.torch


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("crop", [32, 64, 100, 256])
def test_synthetic_views_lie_inside_and_move_little(crop: int) -> None:
    side = view_side(crop)
    assert side % 4 == 0
    grid = synthetic_grid(100, crop, generator())
    assert grid.shape == (100, side, side, 2)
    assert inside(grid).mean() > 0.99
    # Neighbouring pixels lie about a pixel apart, and nearly straight.
    step = (grid[:, :, 1:] - grid[:, :, :-1]).mean(dim=(1, 2)) * crop / 2
    assert (step[:, 0] - 1).abs().max() < 0.03
    assert step[:, 1].abs().max() < 0.03
    centres = grid.mean(dim=(1, 2))
    assert centres.abs().max() > 0.1  # they are not all in the middle
    assert torch.equal(grid, synthetic_grid(100, crop, generator()))


def test_moving_a_ramp() -> None:
    ramp = torch.arange(4.0).expand(1, 3, 4, 4)
    shift = torch.tensor([[[1.0, 0.0, 0.5], [0.0, 1.0, 0.0]]])  # a quarter of the width
    grid = F.affine_grid(shift, [1, 3, 4, 4], align_corners=False)
    assert moved(ramp, grid)[0, 0, 0, :3].tolist() == pytest.approx([1, 2, 3], abs=1e-4)
    assert inside(grid)[0, 0, 0].tolist() == [1, 1, 1, 0]


def test_whole_views_keep_the_size() -> None:
    grid = whole_view(2, 12, 20, generator())
    assert grid.shape == (2, 12, 20, 2)
    assert not torch.equal(grid[0], grid[1])


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_following_view_is_explained_by_its_flow(mirrored: bool) -> None:
    crop, seen = 48, generator(3)
    y, x = np.mgrid[0:80, 0:90].astype(np.float32)
    first = np.stack([x * 2, y * 2, x + y], axis=-1).astype(np.uint8)
    # The camera went right by 3 and down by 2: what the second shows lies there in the first.
    flow = np.broadcast_to(np.float16((3, 2)), (80, 90, 2)).copy()
    second = np.roll(first, (-2, -3), axis=(0, 1))
    valid = np.ones((80, 90), bool)
    valid[:, -3:] = valid[-2:] = False
    place = Place(0, top=20, left=11, mirrored=mirrored)
    view = following_view(Pair(first, second, flow, valid), place, crop, seen)
    side = view_side(crop)
    assert view.picture.shape == (3, side, side)
    assert view.valid.shape == (1, side, side)
    piece = first[20 : 20 + crop, 11 : 11 + crop]
    piece = piece[:, ::-1] if mirrored else piece
    crops = torch.from_numpy(piece.transpose(2, 0, 1).copy())[None].float()
    explained = moved(crops, view.grid[None])[0]
    good = (view.valid * inside(view.grid[None])[0]).bool()[0]
    assert good.float().mean() > 0.8
    assert (explained - view.picture).abs()[:, good].max() < 0.01
