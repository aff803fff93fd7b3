"""Style distance: texture and colour, wherever they lie."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from render.compare.metrics.style import grams, style_distance
from render.media.frame import as_picture
from tests.compare.scenes import texture

pytestmark = pytest.mark.torch

PICTURE = texture(96, 128)


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
