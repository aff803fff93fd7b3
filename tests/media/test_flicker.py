"""Flicker is what motion does not explain, measured in the output's own contrast."""

from __future__ import annotations

import math

import numpy as np
import pytest

from render.media.flicker import Flicker, flicker, flicker_along, motions
from render.media.frame import Picture
from tests.compare.scenes import pan, texture


def mapped(picture: Picture) -> Picture:
    """A style that goes by colour alone: it moves with the picture, so it does not flicker."""
    return (255 - picture[..., ::-1] // 2).astype(np.uint8)


def noisy(picture: Picture, deviation: float, seed: int) -> Picture:
    noise = np.random.default_rng(seed).normal(0, deviation, picture.shape)
    return (picture + noise).round().clip(0, 255).astype(np.uint8)


def test_frames_that_stand_still_do_not_flicker() -> None:
    still = [texture(64, 96)] * 4
    result = flicker(still, [mapped(p) for p in still])
    assert result == Flicker(1, (0.0, 0.0, 0.0))
    assert result.mean == 0


def test_a_flat_output_does_not_flicker() -> None:
    clip = pan(3, 64, 96, 2)
    assert flicker(clip, [np.full_like(p, 80) for p in clip]).mean == 0


def test_a_style_that_moves_with_the_clip_is_near_the_noise_floor() -> None:
    clip = pan(4, 96, 128, 3)
    floor = flicker(clip, clip).mean
    assert floor < 0.03
    assert flicker(clip, [mapped(p) for p in clip]).mean == pytest.approx(floor, abs=0.01)
    # The same pictures held still while the clip moves are not.
    assert flicker(clip, [mapped(clip[0])] * 4).mean > 10 * floor


@pytest.mark.parametrize("deviation", [4.0, 12.0])
def test_noise_of_a_known_strength_gives_the_known_figure(deviation: float) -> None:
    still = [texture(96, 128)] * 3
    plain = np.full((96, 128, 3), 128, np.uint8)
    plain[:, ::2] = 168  # deviation 20 around 148
    outputs = [noisy(plain, deviation, seed) for seed in range(3)]
    # Two independent noises differ by √2 of one; contrast holds stripes and noise.
    expected = math.sqrt(2) * deviation / math.hypot(20, deviation)
    assert flicker(still, outputs).mean == pytest.approx(expected, rel=0.03)


def test_contrast_is_divided_out() -> None:
    still = [texture(96, 128)] * 2
    bright = [noisy(still[0], 20, seed) for seed in (1, 2)]
    pale = [(100 + p * 0.25).astype(np.uint8) for p in bright]
    assert flicker(still, pale).mean == pytest.approx(flicker(still, bright).mean, rel=0.03)


def test_unrelated_pictures_are_at_the_top_of_the_scale() -> None:
    still = [texture(96, 128)] * 2
    unrelated = [texture(96, 128, seed) for seed in (5, 6)]
    assert flicker(still, unrelated).mean == pytest.approx(math.sqrt(2), rel=0.1)


def test_what_flow_cannot_follow_is_left_out() -> None:
    clip = pan(2, 96, 128, 8)
    torn = clip[0].copy()
    torn[:, :8] = 0  # these columns leave the picture
    assert flicker(clip, [torn, clip[1]]).mean < flicker(clip, clip).mean + 0.02


def test_pairs_are_in_order_and_a_fixed_gap_apart() -> None:
    still = [texture(64, 96)] * 5
    odd = mapped(still[0])
    result = flicker(still, [odd, odd, still[0], odd, odd], gap=2)
    assert result.gap == 2
    assert [value > 0 for value in result.pairs] == [True, False, True]
    assert flicker(still, [odd, still[0], odd, odd, odd]).pairs[2:] == (0, 0)


def test_motions_can_be_shared() -> None:
    clip = pan(4, 64, 96, 2)
    outputs = [noisy(p, 5, seed) for seed, p in enumerate(clip)]
    for gap in (1, 3):
        assert flicker_along(motions(clip, gap), outputs, gap) == flicker(clip, outputs, gap)


def test_a_cut_is_no_flicker() -> None:
    one, other = texture(96, 128, 1), texture(96, 128, 2)
    clip = [one, other, other]
    result = flicker(clip, [mapped(p) for p in clip])
    assert math.isnan(result.pairs[0])
    assert result.mean == 0
    assert math.isnan(Flicker(1, (math.nan,)).mean)


def test_what_does_not_fit_is_refused() -> None:
    clip = pan(3, 64, 96, 1)
    with pytest.raises(ValueError, match="2 stylized frames for 3"):
        flicker(clip, clip[:2])
    with pytest.raises(ValueError, match="hold no pair 3 apart"):
        flicker(clip, clip, gap=3)
    with pytest.raises(ValueError, match="gap of 0"):
        flicker(clip, clip, gap=0)
    with pytest.raises(ValueError, match="one size"):
        flicker([clip[0], clip[1][:32], clip[2]], clip)
    with pytest.raises(ValueError, match="two sizes"):
        flicker(clip, [clip[0], clip[1][:32], clip[2]])
    with pytest.raises(ValueError, match="needs its own flow"):
        flicker(clip, [p[:32] for p in clip])
