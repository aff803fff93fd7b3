"""SSIM against a kept implementation's figures and the formula's own identities."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from render.compare.metrics.ssim import luma, ssim
from render.media.frame import Picture, as_picture
from tests.compare.scenes import texture

PICTURE = texture(96, 128)


def flat(value: int) -> Picture:
    return np.full((32, 48, 3), value, np.uint8)


# scikit-image 0.26, structural_similarity(gaussian_weights=True, sigma=1.5,
# use_sample_covariance=False, data_range=255) of the lumas, which it says is the published form.
@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (as_picture(cv2.GaussianBlur(PICTURE, (0, 0), 2)), 0.92229041),
        (texture(96, 128, 1), 0.24320267),
        (as_picture(PICTURE // 2), 0.68991357),
        (as_picture(np.roll(PICTURE, 4, axis=1)), 0.53591521),
    ],
    ids=["blurred", "another", "dark", "shifted"],
)
def test_it_gives_the_figures_of_scikit_image(other: Picture, expected: float) -> None:
    assert ssim(PICTURE, other) == pytest.approx(expected, abs=2e-4)


def test_equal_pictures_are_alike_and_it_is_symmetric() -> None:
    other = texture(96, 128, 1)
    assert ssim(PICTURE, PICTURE) == pytest.approx(1, abs=1e-12)
    assert ssim(PICTURE, other) == pytest.approx(ssim(other, PICTURE))


def test_flat_pictures_leave_the_luminance_term() -> None:
    c1 = (0.01 * 255) ** 2
    expected = (2 * 100 * 150 + c1) / (100**2 + 150**2 + c1)
    assert ssim(flat(100), flat(150)) == pytest.approx(expected, rel=1e-6)


def test_a_negative_has_the_structure_reversed() -> None:
    assert ssim(PICTURE, as_picture(255 - PICTURE)) < 0


def test_more_noise_is_less_alike() -> None:
    rng = np.random.default_rng(0)
    noise = rng.standard_normal(PICTURE.shape)
    values = [
        ssim(PICTURE, (PICTURE + noise * d).clip(0, 255).astype(np.uint8)) for d in (2, 8, 32)
    ]
    assert 1 > values[0] > values[1] > values[2] > 0


def test_luma_is_of_red_green_and_blue() -> None:
    picture = np.zeros((1, 3, 3), np.uint8)
    picture[0, 0, 0] = picture[0, 1, 1] = picture[0, 2, 2] = 200
    assert luma(picture)[0].tolist() == pytest.approx([59.8, 117.4, 22.8])


def test_sizes_must_be_equal_and_not_tiny() -> None:
    with pytest.raises(ValueError, match="one size"):
        ssim(PICTURE, PICTURE[:-1])
    with pytest.raises(ValueError, match="11 pixels"):
        ssim(PICTURE[:10], PICTURE[:10])
