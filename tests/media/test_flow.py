"""Flow finds a motion that is known, and says where it cannot."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from render.media.flow import MIN_SIDE, motion, optical_flow, visible, warp
from tests.compare.scenes import pan, texture


@pytest.mark.parametrize(("step"), [0, 1, 3, 7])
def test_a_pan_is_found_in_pixels_to_the_right_and_down(step: int) -> None:
    first, second = pan(2, 96, 128, step)
    found = optical_flow(first, second)
    assert found.shape == (96, 128, 2)
    assert found.dtype == np.float32
    # The camera moves right, so what is seen moves left.
    inner = found[16:-16, 16:-16]
    assert np.abs(inner - (-step, 0)).mean() < 0.05
    upright = optical_flow(first.transpose(1, 0, 2).copy(), second.transpose(1, 0, 2).copy())
    assert np.abs(upright[16:-16, 16:-16] - (0, -step)).mean() < 0.05


def test_a_zoom_is_found_everywhere() -> None:
    first = texture(120, 160)
    matrix = cv2.getRotationMatrix2D((80, 60), 0, 1.04)
    second = cv2.warpAffine(first, matrix, (160, 120), flags=cv2.INTER_CUBIC)
    found = motion(first, second)
    rows, columns = np.indices((120, 160), np.float32)
    true = np.stack([0.04 * (columns - 80), 0.04 * (rows - 60)], axis=2)
    inner = (slice(12, -12), slice(12, -12))
    assert np.abs(found.flow - true)[inner].mean() < 0.1
    assert found.valid[inner].mean() > 0.99


def test_warping_brings_the_second_picture_back_onto_the_first() -> None:
    first, second = pan(2, 96, 128, 5)
    back = warp(second, optical_flow(first, second))
    assert back.dtype == np.uint8
    before, after = (np.abs(p.astype(int) - first)[12:-12, 12:-12].mean() for p in (second, back))
    assert after < 0.05 * before


def test_warping_is_bilinear_and_repeats_edges() -> None:
    ramp = np.tile(np.arange(32, dtype=np.float32), (32, 1))
    flow = np.zeros((32, 32, 2), np.float32)
    flow[..., 0] = 2.25
    moved = warp(ramp, flow)
    assert np.allclose(moved[:, :28], ramp[:, :28] + 2.25)
    assert (moved[:, -2:] == 31).all()
    assert warp(np.dstack([ramp] * 3), flow).shape == (32, 32, 3)


def test_what_is_covered_is_occluded() -> None:
    # A square moves 8 pixels to the right over a scene that stands still: the strip that it covers
    # in the second picture is seen in the first only.
    scene, square = texture(128, 160), texture(48, 48, seed=9)
    first, second = scene.copy(), scene.copy()
    first[40:88, 48:96] = square
    second[40:88, 56:104] = square
    found = motion(first, second)
    assert found.valid[46:82, 97:103].mean() < 0.3
    assert found.valid[46:82, 54:90].mean() > 0.95  # on the square
    assert found.valid[:, 124:-4].mean() > 0.95  # far from it
    # Looked at backwards, it is the strip that the square uncovers.
    assert motion(second, first).valid[46:82, 49:55].mean() < 0.3


def test_what_leaves_the_picture_is_not_visible() -> None:
    first, second = pan(2, 96, 128, 6)
    valid = motion(first, second).valid
    assert not valid[:, :4].any()
    assert valid[8:-8, 12:-12].mean() > 0.99


def test_the_occlusion_rule_is_the_published_one() -> None:
    forward = np.zeros((20, 20, 2), np.float32)
    backward = np.zeros((20, 20, 2), np.float32)
    backward[..., 0] = 0.709  # 0.5027 against 0.01 · 0.5027 + 0.5
    assert visible(forward, backward).all()
    backward[..., 0] = 0.72  # 0.5184 against 0.01 · 0.5184 + 0.5
    assert not visible(forward, backward).any()
    # Where things move far, more is allowed: 1 pixel of 10 is.
    forward[..., 0], backward[..., 0] = 10, -9
    assert visible(forward, backward)[:, :10].all()
    assert not visible(forward, backward)[:, 10:].any()


def test_the_way_back_is_taken_from_where_the_way_there_ends() -> None:
    forward = np.zeros((20, 20, 2), np.float32)
    forward[..., 0] = 6
    backward = np.zeros((20, 20, 2), np.float32)
    backward[:, 12:, 0] = -6
    valid = visible(forward, backward)
    assert not valid[:, :5].any()
    assert valid[:, 6:14].all()
    assert not valid[:, 14:].any()  # these leave


def test_a_picture_against_itself_is_all_there() -> None:
    found = motion(texture(64, 64), texture(64, 64))
    assert np.abs(found.flow).max() < 0.01
    assert found.followed == 1


def test_a_cut_can_hardly_be_followed() -> None:
    assert motion(texture(96, 128, 1), texture(96, 128, 2)).followed < 0.3


def test_sizes_that_do_not_do() -> None:
    picture = texture(64, 64)
    with pytest.raises(ValueError, match="one size, not 64x64 and 64x32"):
        optical_flow(picture, picture[:32].copy())
    with pytest.raises(ValueError, match="16 pixels"):
        motion(picture[: MIN_SIDE - 1].copy(), picture[: MIN_SIDE - 1].copy())
    with pytest.raises(ValueError, match="64x64 needs its own flow, not one of 32x32"):
        warp(picture, np.zeros((32, 32, 2), np.float32))
    assert motion(picture[:MIN_SIDE].copy(), picture[:MIN_SIDE].copy()).valid.all()
