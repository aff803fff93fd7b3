"""Second views: a part of the scene a moment later, of which the network must paint the same.

A second view is smaller than the first, which costs less, and lies inside it: so its edges, too,
learn to be what they would be if the picture went on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

if TYPE_CHECKING:
    from render.training.clips import Pair
    from render.training.data import Place

_SHARE = 5 / 8
"""The second view's side over the first's."""
_MARGIN = 1 / 16
"""Of the first view's side: kept between the edges of the two."""

_ANGLE, _ZOOM, _SHIFT = 0.02, 0.02, 0.03
"""Radians, share, and share of the side: about what a hand does between two frames."""


@dataclass(frozen=True, slots=True)
class SecondView:
    """Attributes:
    grid: (n, side, side, 2): where its pixels lie in the first view, as ``grid_sample`` takes it
        (x, y in −1..1 from edge to edge).
    valid: (n, 1, side, side), 1 where the first view shows the same thing.
    picture: (n, 3, side, side) in 0..255.
    """

    grid: Tensor
    valid: Tensor
    picture: Tensor


def view_side(crop: int) -> int:
    """The second view's side for a first view's, a multiple of 4."""
    return max(4, round(crop * _SHARE) // 4 * 4)


def synthetic_grid(n: int, crop: int, generator: torch.Generator) -> Tensor:
    """(n, side, side, 2): views at random places inside, each turned by up to ±0.02 rad, zoomed by
    ±2 % and shifted."""
    side = view_side(crop)
    share = side / crop
    room = max(0.0, 1 - share - 2 * _MARGIN)  # units of half a side
    x, y = _uniform(n, room, generator), _uniform(n, room, generator)
    return F.affine_grid(_maps(n, share, x, y, generator), [n, 3, side, side], align_corners=False)


def following_view(pair: Pair, place: Place, crop: int, generator: torch.Generator) -> SecondView:
    """What the pair's second frame shows inside a crop of its first: a view without the dimension
    n, at a random place, mirrored as the crop is."""
    side = view_side(crop)
    margin = min(round(_MARGIN * crop), (crop - side) // 2)
    y, x = (
        margin + int(torch.randint(crop - side - 2 * margin + 1, (), generator=generator))
        for _ in range(2)
    )
    rows = slice(place.top + y, place.top + y + side)
    columns = slice(place.left + x, place.left + x + side)
    # Where each pixel lies in the first frame's crop, in pixels.
    there = np.stack(np.meshgrid(np.arange(x, x + side), np.arange(y, y + side)), axis=-1)
    there = there + pair.flow[rows, columns].astype(np.float32)
    picture, valid = pair.second[rows, columns], pair.valid[rows, columns]
    if place.mirrored:
        there, picture, valid = there[:, ::-1], picture[:, ::-1], valid[:, ::-1]
        there = np.stack([crop - 1 - there[..., 0], there[..., 1]], axis=-1)
    return SecondView(
        grid=torch.from_numpy((2 * there + 1) / crop - 1).float(),
        valid=torch.from_numpy(valid.copy())[None].float(),
        picture=torch.from_numpy(picture.transpose(2, 0, 1).copy()).float(),
    )


def whole_view(n: int, height: int, width: int, generator: torch.Generator) -> Tensor:
    """(n, height, width, 2): the whole picture, moved as ``synthetic_grid`` moves."""
    maps = _maps(n, 1.0, torch.zeros(n), torch.zeros(n), generator)
    return F.affine_grid(maps, [n, 3, height, width], align_corners=False)


def moved(picture: Tensor, grid: Tensor) -> Tensor:
    """The picture (n, 3, height, width) as seen at ``grid``, bilinear, in single precision."""
    with torch.autocast(picture.device.type, enabled=False):
        return F.grid_sample(
            picture.float(), grid, mode="bilinear", padding_mode="reflection", align_corners=False
        )


def inside(grid: Tensor) -> Tensor:
    """(n, 1, side, side): 1 where ``grid`` lies inside the picture."""
    return (grid.abs() <= 1).all(dim=-1).unsqueeze(1).float()


def _uniform(n: int, most: float, generator: torch.Generator) -> Tensor:
    return (torch.rand(n, generator=generator) * 2 - 1) * most


def _maps(n: int, share: float, x: Tensor, y: Tensor, generator: torch.Generator) -> Tensor:
    """(n, 2, 3), as ``affine_grid`` takes them: views of ``share`` of the side around (x, y), moved
    a little."""
    angle, zoom = _uniform(n, _ANGLE, generator), 1 + _uniform(n, _ZOOM, generator)
    # The grid spans −1..1, two units a side.
    x = x + _uniform(n, 2 * _SHIFT, generator)
    y = y + _uniform(n, 2 * _SHIFT, generator)
    cos, sin = torch.cos(angle) * zoom * share, torch.sin(angle) * zoom * share
    rows = torch.stack([cos, -sin, x]), torch.stack([sin, cos, y])
    return torch.stack(rows).permute(2, 0, 1).contiguous()
