"""Style distance: texture and colour, wherever they lie."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from render.compare.metrics.style import style_eye
from render.media.frame import Picture, as_picture
from tests.compare.metrics.shops import OPENVINO, TORCH
from tests.compare.scenes import texture

# Of OpenVINO too, which is left out with it.
pytestmark = pytest.mark.torch

PICTURE = texture(96, 128)


def grams(picture: Picture) -> list[Any]:
    return style_eye(OPENVINO).grams(picture)


def style_distance(picture: Picture, reference: list[Any]) -> float:
    return style_eye(OPENVINO).distance(picture, reference)


def test_equal_pictures_are_alike() -> None:
    assert style_distance(PICTURE, grams(PICTURE)) < 1e-9


def test_where_the_texture_lies_does_not_matter_as_much_as_what_it_is() -> None:
    reference = grams(PICTURE)
    mirrored = as_picture(np.ascontiguousarray(PICTURE[:, ::-1]))
    moved = as_picture(np.roll(PICTURE, (31, 17), axis=(0, 1)))
    softened = as_picture(cv2.GaussianBlur(PICTURE, (0, 0), 4))
    far = style_distance(softened, reference)
    assert style_distance(moved, reference) < 0.3 * far
    assert style_distance(mirrored, reference) < 0.3 * far


def test_more_blur_is_further_away() -> None:
    reference = grams(PICTURE)
    softer = [as_picture(cv2.GaussianBlur(PICTURE, (0, 0), d)) for d in (0.7, 1.5, 3)]
    distances = [style_distance(picture, reference) for picture in softer]
    assert 0 < distances[0] < distances[1] < distances[2]


def test_all_that_is_nothing_like_it_is_one_away() -> None:
    # ‖G − G'‖² / ‖G'‖² with G far smaller than G'.
    grey = np.full_like(PICTURE, 128)
    assert style_distance(grey, grams(PICTURE)) == pytest.approx(1, abs=0.3)


def test_tiny_pictures_are_refused() -> None:
    with pytest.raises(ValueError, match="8 pixels"):
        grams(PICTURE[:7])


def test_it_is_what_networks_are_trained_with_on_every_engine() -> None:
    import torch

    from render.training.backbone import load_backbone
    from render.training.losses import gram, style_loss

    other = as_picture(cv2.GaussianBlur(PICTURE, (0, 0), 2))
    backbone = load_backbone()
    x, y = (torch.from_numpy(p).permute(2, 0, 1)[None].float() for p in (other, PICTURE))
    found, of = (backbone(each, backbone.layers) for each in (x, y))
    losses = [style_loss(found[layer], gram(of[layer])) for layer in backbone.layers]
    expected = float(torch.stack(losses).mean())
    assert style_distance(other, grams(PICTURE)) == pytest.approx(expected, rel=1e-4)
    in_torch = style_eye(TORCH)
    assert in_torch.distance(other, in_torch.grams(PICTURE)) == pytest.approx(expected, rel=1e-4)
