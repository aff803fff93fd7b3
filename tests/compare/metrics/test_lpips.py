"""LPIPS against the authors' own figures, and what any distance must do."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from render.compare.metrics.lpips import Lpips
from render.compare.metrics.lpips import lpips as lpips_on
from render.media.frame import Picture, as_picture
from tests.compare.metrics.shops import OPENVINO, TORCH
from tests.compare.scenes import texture

# Of OpenVINO too, which is left out with it.
pytestmark = pytest.mark.torch

PICTURE = texture(96, 128)


def lpips() -> Lpips:
    return lpips_on(OPENVINO)


def soft(picture: Picture, deviation: float) -> Picture:
    return as_picture(cv2.GaussianBlur(picture, (0, 0), deviation))


# The package lpips 0.1.4, `LPIPS(net="alex")`, on this trunk; its own code and its own heads.
@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (soft(PICTURE, 2), 0.063464),
        (texture(96, 128, 1), 0.427681),
        (as_picture(PICTURE // 2), 0.118680),
        (as_picture(np.roll(PICTURE, 4, axis=1)), 0.093743),
    ],
    ids=["blurred", "another", "dark", "shifted"],
)
def test_it_gives_the_figures_of_the_authors_package(other: Picture, expected: float) -> None:
    assert lpips()(PICTURE, other) == pytest.approx(expected, rel=0.01)


def test_equal_pictures_are_alike_and_it_is_symmetric() -> None:
    assert lpips()(PICTURE, PICTURE.copy()) == 0
    other = texture(96, 128, 1)
    assert lpips()(PICTURE, other) == pytest.approx(lpips()(other, PICTURE), rel=1e-5)


def test_more_blur_is_further_away() -> None:
    distances = [lpips()(PICTURE, soft(PICTURE, deviation)) for deviation in (0.7, 1.5, 3, 6)]
    assert distances == sorted(distances) and distances[0] > 0


def test_it_does_not_take_rows_for_columns() -> None:
    tall, other = texture(96, 64), soft(texture(96, 64), 2)
    turned = lpips()(
        np.ascontiguousarray(tall.transpose(1, 0, 2)),
        np.ascontiguousarray(other.transpose(1, 0, 2)),
    )
    assert lpips()(tall, other) == pytest.approx(turned, rel=0.5)


def test_sizes_must_be_equal_and_not_tiny() -> None:
    with pytest.raises(ValueError, match="one size"):
        lpips()(PICTURE, PICTURE[:, :-2])
    with pytest.raises(ValueError, match="32 pixels"):
        lpips()(PICTURE[:31], PICTURE[:31])


def test_every_engine_gives_the_same() -> None:
    in_torch = lpips_on(TORCH)
    for other in (soft(PICTURE, 2), texture(96, 128, 1)):
        assert in_torch(PICTURE, other) == pytest.approx(lpips()(PICTURE, other), rel=1e-4)


def test_it_is_loaded_once_for_each_engine() -> None:
    assert lpips() is lpips()
