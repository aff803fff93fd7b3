"""JOD against its authors' figures: ColorVideoVDP, cvvdp 0.5.7, base model, `standard_phone`."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np
import pytest

from render.compare.metrics.cvvdp import jods
from render.compare.metrics.cvvdp_numbers import pixels_per_degree, temporal_filters
from render.media.frame import Picture, as_picture
from tests.compare.scenes import pan


def soft(picture: Picture, factor: int) -> Picture:
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (width // factor, height // factor), interpolation=cv2.INTER_AREA)
    return as_picture(cv2.resize(small, (width, height)))


def noisy(picture: Picture, seed: int) -> Picture:
    noise = np.random.default_rng(seed).normal(0, 8, picture.shape)
    return (picture + noise).round().clip(0, 255).astype(np.uint8)


def grey(picture: Picture) -> Picture:
    mean = picture.mean(axis=2, keepdims=True).round()
    return np.repeat(mean, 3, axis=2).astype(np.uint8)


def damaged(video: list[Picture]) -> dict[str, list[Picture]]:
    return {
        "half": [soft(p, 2) for p in video],
        "third": [soft(p, 3) for p in video],
        "every second": [video[n // 2 * 2] for n in range(len(video))],
        "every third": [video[n // 3 * 3] for n in range(len(video))],
        "noise": [noisy(p, n) for n, p in enumerate(video)],
        "grey": [grey(p) for p in video],
    }


# `cvvdp(display_name="standard_phone", display_geometry=… ppd=…).predict(…, "FHWC", fps)`; the
# second clip has odd sides and even, another rate and another density.
@pytest.mark.parametrize(
    ("height", "width", "rate", "short", "expected"),
    [
        (90, 161, 30, 180, (9.76882, 9.16812, 8.05437, 6.66469, 7.56861, -0.58276)),
        (97, 130, 24, 97, (9.51098, 8.54551, 7.63200, 6.59079, 5.97230, -0.91162)),
    ],
)
def test_it_gives_the_figures_of_the_authors_package(
    height: int, width: int, rate: int, short: int, expected: tuple[float, ...]
) -> None:
    video = pan(10, height, width, 3)
    tests = list(damaged(video).values())
    assert jods(video, tests, rate, pixels_per_degree(short)) == pytest.approx(expected, abs=0.01)


@pytest.mark.torch
@pytest.mark.parametrize(("height", "width"), [(90, 161), (97, 130), (64, 64)])
def test_the_eye_of_a_gpu_sees_what_that_of_a_processor_sees(height: int, width: int) -> None:
    """Run by torch on the processor here; on devices: test_devices.py."""
    from render.compare.metrics.cvvdp import _check, _in_torch, _jods, _on_processor

    video = pan(8, height, width, 3)
    others = list(damaged(video).values())
    _check(video, others)
    with ThreadPoolExecutor(2) as pool:
        here = _jods(_on_processor(video, others, 30, 60, pool))
    assert _jods(_in_torch(video, others, 30, 60, "cpu")) == pytest.approx(here, abs=1e-3)


def test_equal_videos_are_ten_and_the_others_do_not_matter() -> None:
    video = pan(6, 64, 96, 2)
    half = [soft(p, 2) for p in video]
    together = jods(video, [video, half], 30, 30)
    assert together[0] == 10
    assert together[1] == pytest.approx(jods(video, [half], 30, 30)[0], abs=1e-6)


def test_a_lower_rate_costs_more_the_lower_it_is_and_nothing_when_nothing_moves() -> None:
    video = pan(12, 64, 96, 2)
    held = [[video[n // every * every] for n in range(12)] for every in (2, 3, 6)]
    values = jods(video, held, 30, 30)
    assert 10 > values[0] > values[1] > values[2]
    still = [video[0]] * 12
    assert jods(still, [[still[0].copy() for _ in still]], 30, 30) == [10]


def test_from_further_away_less_is_seen() -> None:
    video = pan(6, 64, 96, 2)
    half = [soft(p, 2) for p in video]
    near, far = (jods(video, [half], 30, density)[0] for density in (20, 60))
    assert near < far < 10


def test_a_phone_held_at_40_cm() -> None:
    assert pixels_per_degree(1080) == pytest.approx(120.5608, abs=1e-3)
    assert pixels_per_degree(270) == pytest.approx(120.5608 / 4, rel=1e-3)


def test_the_eye_looks_back_a_quarter_of_a_second() -> None:
    assert temporal_filters(30).shape == (4, 9)
    assert temporal_filters(10).shape == (4, 5)
    # A constant is all that the sustained channels keep; the transient one drops it.
    assert temporal_filters(30)[:3].sum(axis=1).tolist() == pytest.approx([1, 1, 1], abs=1e-5)


def test_what_cannot_be_compared_is_refused() -> None:
    video = pan(4, 64, 96, 2)
    for reference, other, words in (
        (video, video[:3], "3 pictures against 4"),
        (video, [p[:, 2:] for p in video], "several sizes"),
        (video[:1], video[:1], "two pictures"),
        ([p[:6] for p in video], [p[:6] for p in video], "8 pixels"),
    ):
        with pytest.raises(ValueError, match=words):
            jods(reference, [other], 30, 30)
