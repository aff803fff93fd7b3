"""Sharpness and stroke, on patterns whose period is known."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from render.compare.metrics.detail import detail
from render.media.frame import Picture, as_picture
from tests.compare.scenes import texture


def waves(period: float, height: int = 180, width: int = 320, angle: float = 0.0) -> Picture:
    rows, columns = np.indices((height, width))
    along = columns * np.cos(angle) + rows * np.sin(angle)
    light = 128 + 60 * np.sin(2 * np.pi * along / period)
    return np.repeat(light.round().astype(np.uint8)[..., None], 3, axis=2)


def of(picture: Picture) -> tuple[float, float]:
    found = detail(picture)
    assert found is not None
    return found.sharpness, found.stroke


@pytest.mark.parametrize("period", [5.0, 8.0, 16.0, 31.0])
@pytest.mark.parametrize("angle", [0.0, 0.7, np.pi / 2])
def test_stripes_have_their_period(period: float, angle: float) -> None:
    assert of(waves(period, angle=angle))[1] == pytest.approx(period, rel=0.06)


def test_strokes_grow_with_the_picture() -> None:
    small = texture(180, 320)
    large = as_picture(cv2.resize(small, (640, 360)))
    assert of(large)[1] == pytest.approx(2 * of(small)[1], rel=0.05)


def test_only_what_is_finer_than_four_pixels_is_sharp() -> None:
    assert of(waves(6))[0] < 0.02
    assert of(waves(3))[0] > 0.99
    both = (waves(3).astype(float) + waves(16)) / 2  # the same contrast of each
    assert of(both.round().astype(np.uint8))[0] == pytest.approx(0.5**0.5, abs=0.02)


def test_blur_softens_and_enlarging_leaves_almost_nothing_sharp() -> None:
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 255, (180, 320, 3), dtype=np.uint8)
    values = [of(as_picture(cv2.GaussianBlur(picture, (0, 0), d)))[0] for d in (0.5, 0.8, 1.5)]
    assert of(picture)[0] > values[0] > values[1] > values[2]
    small = as_picture(cv2.resize(picture, (80, 45), interpolation=cv2.INTER_AREA))
    assert of(as_picture(cv2.resize(small, (320, 180))))[0] < 0.1


def test_brightness_and_contrast_do_not_matter() -> None:
    rng = np.random.default_rng(0)
    rough = rng.integers(0, 255, (180, 320, 3), dtype=np.uint8)
    picture = as_picture(cv2.GaussianBlur(rough, (0, 0), 1))
    pale = (60 + picture * 0.5).round().astype(np.uint8)
    assert of(pale) == pytest.approx(of(picture), rel=0.03)


def test_a_flat_picture_has_neither_and_a_tiny_one_is_refused() -> None:
    assert detail(np.full((64, 64, 3), 90, np.uint8)) is None
    with pytest.raises(ValueError, match="16 pixels"):
        detail(np.zeros((15, 64, 3), np.uint8))
